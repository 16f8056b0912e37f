//! Two contexts that are upstream of each other, and an `aether` under another name.

use aether::eventstorming::meta::{BoundedContext as _, Contexts as _};

/// What a crate may do with Aether: pass it on under a name of its own.
mod my {
    pub(crate) use aether as events;
}

use my::events::prelude::*;

/// The order is there.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(crate = my::events)]
struct Ordered {
    number: u64,
}

/// The money is there.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(crate = my::events)]
struct Paid {
    number: u64,
}

/// What happens to money.
#[derive(Event, Debug, Clone, PartialEq)]
#[event(crate = my::events)]
enum PaymentEvent {
    Paid(Paid),
}

/// Order.
#[derive(Command, Serialize, Deserialize)]
#[command(crate = my::events)]
struct Order {
    #[command(id)]
    number: Number,
}

/// Pay.
#[derive(Command, Serialize, Deserialize)]
#[command(crate = my::events)]
struct Pay {
    #[command(id)]
    number: Number,
}

/// What an order is known by.
#[derive(Id, Serialize, Deserialize)]
#[id(crate = my::events)]
struct Number(u64);

/// An order.
#[derive(Aggregate, Default)]
#[aggregate(events(Ordered), event = BasketEvent, context = Ordering, crate = my::events)]
struct Basket;

#[handlers(crate = my::events)]
impl Basket {
    #[handle(by(Buyer, Bank), informed_by(Sums))]
    fn order(&self, command: Order) -> Result<Ordered, std::convert::Infallible> {
        let Number(number) = command.number;
        Ok(Ordered { number })
    }

    #[apply]
    fn ordered(&mut self, _: Ordered) {}
}

/// A payment.
#[derive(Aggregate, Default)]
#[aggregate(event = PaymentEvent, crate = my::events)]
struct Payment;

#[handlers(crate = my::events)]
impl Payment {
    #[handle]
    fn pay(&self, command: Pay) -> Result<Paid, std::convert::Infallible> {
        let Number(number) = command.number;
        Ok(Paid { number })
    }

    #[apply]
    fn paid(&mut self, _: Paid) {}
}

/// Asks for the money.
#[derive(Policy, Default)]
#[policy(context = Ordering, crate = my::events)]
struct PayWhenOrdered;

#[handlers(crate = my::events)]
impl PayWhenOrdered {
    #[react]
    fn ordered(&self, event: &Ordered) -> Pay {
        let number = Number(event.number);
        Pay { number }
    }
}

/// Orders again.
#[derive(Policy, Default)]
#[policy(crate = my::events)]
struct OrderWhenPaid;

#[handlers(crate = my::events)]
impl OrderWhenPaid {
    #[react]
    fn paid(&self, _: &PaymentEvent) -> Option<Order> {
        None
    }
}

/// How much.
#[derive(Projection, Default)]
#[projection(context = Paying, read_by(Buyer), crate = my::events)]
struct Sums;

#[handlers(crate = my::events)]
impl Sums {
    #[apply]
    fn ordered(&mut self, _: &BasketEvent) {}
}

/// Someone who buys.
#[derive(Persona)]
#[persona(crate = my::events)]
struct Buyer;

/// Where the money is.
#[derive(ExternalSystem)]
#[external_system(notified_of(Ordered), crate = my::events)]
struct Bank;

bounded_context! {
    crate = my::events;
    /// Takes orders.
    Ordering {
        aggregates: [Basket],
        policies: [PayWhenOrdered],
        upstream: [Paying],
    }
}

bounded_context! {
    crate = my::events;
    /// Takes money.
    Paying {
        aggregates: [Payment],
        policies: [OrderWhenPaid],
        projections: [Sums],
        external_systems: [Bank],
        upstream: [Ordering],
    }
}

#[test]
fn two_contexts_may_be_upstream_of_each_other() {
    assert_eq!(Ordering::META.upstream, [Paying::NAME]);
    assert_eq!(Paying::META.upstream, [Ordering::NAME]);
    let both = <(Ordering, Paying)>::CONTEXTS;
    let owners: Vec<_> = both.iter().map(|context| context.owner).collect();
    assert_eq!(owners, [None, None]);
}
