//! A domain for projections: amounts are booked, and summed up in several ways.

use std::{collections::BTreeMap, convert::Infallible};

use aether::{
    prelude::*,
    runtime::{Aether, AetherBuilder},
};

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Booked {
    pub cents: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Book {
    #[command(id)]
    pub account: String,
    pub cents: u64,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Booked))]
pub(crate) struct Account {}

#[handlers]
impl Account {
    #[handle]
    fn book(&self, command: Book) -> Result<Booked, Infallible> {
        Ok(Booked {
            cents: command.cents,
        })
    }

    #[apply]
    fn booked(&mut self, _event: &Booked) {}
}

/// What was booked, in all and of each account.
#[derive(Projection, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[projection(snapshot)]
pub(crate) struct Totals {
    pub cents: u64,
    pub bookings: u64,
    pub of: BTreeMap<String, u64>,
}

#[handlers]
impl Totals {
    #[apply]
    fn booked(&mut self, event: &Booked, origin: &Origin<'_>) {
        self.cents += event.cents;
        self.bookings += 1;
        *self.of.entry(origin.actor_id.to_string()).or_default() += event.cents;
    }
}

/// The same in a later build, to which it means something else.
#[derive(Projection, Debug, Default, Serialize, Deserialize)]
#[projection(name = "Totals", snapshot(version = 2))]
pub(crate) struct TotalsSince {
    pub cents: u64,
}

#[handlers]
impl TotalsSince {
    #[apply]
    fn booked(&mut self, event: &Booked) {
        self.cents += event.cents * 2;
    }
}

/// What was booked last. Commands wait for it.
#[derive(Projection, Debug, Default)]
#[projection(inline)]
pub(crate) struct Latest {
    pub cents: Vec<u64>,
}

#[handlers]
impl Latest {
    #[apply]
    fn booked(&mut self, event: &Booked) {
        self.cents.push(event.cents);
    }
}

/// The mean amount; 13 brings it down.
#[derive(Projection, Debug, Default, Serialize, Deserialize)]
#[projection(snapshot)]
pub(crate) struct Superstitious {
    pub bookings: u64,
}

#[handlers]
impl Superstitious {
    #[apply]
    fn booked(&mut self, event: &Booked) {
        self.bookings += 1;
        assert_ne!(event.cents, 13, "thirteen");
    }
}

bounded_context! {
    /// Books amounts.
    pub Booking { aggregates: [Account], projections: [Totals] }
}

bounded_context! {
    /// Books amounts, in a later build.
    pub BookingSince { aggregates: [Account], projections: [TotalsSince] }
}

bounded_context! {
    /// Books amounts, and knows the last one at once.
    pub BookingAtOnce { aggregates: [Account], projections: [Latest] }
}

bounded_context! {
    /// Books amounts, and fears one of them.
    pub BookingInFear { aggregates: [Account], projections: [Superstitious] }
}

pub(crate) fn book(account: &str, cents: u64) -> Book {
    Book {
        account: account.to_owned(),
        cents,
    }
}

/// A builder over some store.
pub(crate) fn over(store: impl aether::Store) -> AetherBuilder {
    Aether::builder().store(store)
}

/// The first build, running.
pub(crate) async fn booking_on(store: impl aether::Store) -> Aether {
    over(store).context::<Booking>().start().await.unwrap()
}

/// Books 1, 2, .. so many cents, on three accounts in turn.
pub(crate) async fn fill(aether: &Aether, bookings: u64) {
    for cents in 1..=bookings {
        let account = match cents % 3 {
            0 => "a",
            1 => "b",
            _ => "c",
        };
        aether.send(book(account, cents)).await.unwrap();
    }
}

/// What `fill` books in all.
pub(crate) const fn sum(bookings: u64) -> u64 {
    bookings * (bookings + 1) / 2
}
