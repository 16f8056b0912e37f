//! The shop, opened over a store; and the people who come by, if they are wanted.

use std::time::Duration;

use aether::{
    Store,
    runtime::{Aether, StartError},
};
use aether_examples::order_fulfilment::{
    Inventory, Ordering, Payment, Shipping,
    day::Day,
    outside::{SimulatedCardProcessor, SimulatedCarrier},
    shift::{self, Broken, Diary},
};

/// Opens the shop, with a card processor and a carrier that do what a day says.
///
/// # Errors
/// If the store is out of reach.
pub async fn open(store: impl Store, day: &Day) -> Result<Aether, StartError> {
    let cards = SimulatedCardProcessor {
        declines: day.declined.clone(),
        thinks_for: Duration::from_millis(300),
    };
    let carrier = SimulatedCarrier {
        rings_in_vain: day.not_at_home.clone(),
    };
    let builder = Aether::builder()
        .store(store)
        .context::<Ordering>()
        .context::<Inventory>()
        .context::<Payment>()
        .context::<Shipping>();
    builder.adapter(cards).adapter(carrier).start().await
}

/// Lets the customers, lorries and clerks of a day come by, one customer after each pause. What
/// they did before the service was started anew they do not do twice.
///
/// # Errors
/// If a command is refused that should not be, or something outside the domain fails.
pub async fn work(aether: &Aether, day: &Day, pause: Duration) -> Result<Diary, Broken> {
    shift::work_slowly(aether, day, pause, |_| {}).await
}
