//! A small domain to test with.

#![cfg(feature = "macros")]

use std::{collections::BTreeMap, panic};

use uuid::Uuid;

use crate::{Timestamp, prelude::*};

/// A customer placed an order.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(version = 2, upcast(OrderPlacedV1))]
pub(super) struct OrderPlaced {
    pub(super) order: Uuid,
    pub(super) total: u64,
    pub(super) at: Timestamp,
}

#[derive(Deserialize)]
struct OrderPlacedV1 {
    order: Uuid,
    euros: u64,
}

impl From<OrderPlacedV1> for OrderPlaced {
    fn from(old: OrderPlacedV1) -> Self {
        let (order, total) = (old.order, old.euros * 100);
        let at = Timestamp::UNIX_EPOCH;
        Self { order, total, at }
    }
}

/// The parcel left. The note is read, but not written.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct OrderShipped {
    pub(super) parcel: Uuid,
    #[serde(default, skip_serializing)]
    pub(super) note: String,
}

#[derive(Event, Debug, Clone, PartialEq)]
pub(super) enum OrderEvent {
    Placed(OrderPlaced),
    Shipped(OrderShipped),
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(super) struct PlaceOrder {
    #[command(id)]
    pub(super) order: Uuid,
    pub(super) total: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(super) struct ShipOrder {
    #[command(id)]
    pub(super) order: Uuid,
    pub(super) note: String,
    /// Not sent, so that it never arrives.
    #[serde(skip)]
    pub(super) silently: bool,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(super) struct RequestPayment {
    #[command(id)]
    pub(super) order: Uuid,
    pub(super) cents: u64,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum OrderRefusal {
    #[error("there is an order already")]
    Placed,
    #[error("there is no order")]
    Missing,
}

/// A customer's order.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(event = OrderEvent)]
pub(super) struct Order {
    pub(super) id: Option<Uuid>,
    pub(super) total: u64,
    pub(super) parcel: Option<Uuid>,
    /// Not part of a snapshot, so that one loses it.
    #[serde(skip)]
    pub(super) notes: Vec<String>,
}

#[handlers]
impl Order {
    #[handle]
    fn place(&self, command: PlaceOrder, context: &Context) -> Result<OrderPlaced, OrderRefusal> {
        if self.id.is_some() {
            return Err(OrderRefusal::Placed);
        }
        let PlaceOrder { order, total } = command;
        let at = context.now();
        Ok(OrderPlaced { order, total, at })
    }

    #[handle]
    fn ship(
        &self,
        command: ShipOrder,
        context: &Context,
    ) -> Result<Option<OrderShipped>, OrderRefusal> {
        if self.id.is_none() || command.silently {
            return Err(OrderRefusal::Missing);
        }
        let (parcel, note) = (context.new_id(), command.note);
        Ok(self
            .parcel
            .is_none()
            .then_some(OrderShipped { parcel, note }))
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        (self.id, self.total) = (Some(event.order), event.total);
    }

    #[apply]
    fn shipped(&mut self, event: OrderShipped) {
        self.parcel = Some(event.parcel);
        self.notes.push(event.note);
    }
}

#[derive(Policy, Default)]
pub(super) struct RequestPaymentWhenPlaced;

#[handlers]
impl RequestPaymentWhenPlaced {
    #[react]
    fn placed(&self, event: &OrderPlaced) -> Option<RequestPayment> {
        let (order, cents) = (event.order, event.total);
        (cents > 0).then_some(RequestPayment { order, cents })
    }
}

/// Ships what is not called off, a day later; from the third order on, it wants money at once.
#[derive(ProcessManager, Debug, Default, PartialEq)]
#[process_manager(key = Uuid)]
pub(super) struct Fulfilment {
    pub(super) placed: u64,
}

type Shipping = (
    Option<After<ShipOrder>>,
    Option<Cancel<ShipOrder>>,
    Option<RequestPayment>,
);

#[handlers]
impl Fulfilment {
    #[apply(key = order)]
    fn count(&mut self, _: &OrderPlaced) {
        self.placed += 1;
    }

    #[react]
    fn placed(&self, event: &OrderPlaced) -> Shipping {
        let (order, free) = (event.order, event.total == 0);
        let ship = || After::hours(24, ship_of(order));
        (
            (!free).then(ship),
            free.then(|| Cancel::of(order)),
            (self.placed > 2).then(|| payment_for(order, self.placed)),
        )
    }
}

fn ship_of(order: Uuid) -> ShipOrder {
    let (note, silently) = ("late".to_owned(), false);
    ShipOrder {
        order,
        note,
        silently,
    }
}

fn payment_for(order: Uuid, cents: u64) -> RequestPayment {
    RequestPayment { order, cents }
}

pub(super) fn ship_as(number: u128) -> ShipOrder {
    ship_of(id(number))
}

pub(super) fn payment_of(number: u128, cents: u64) -> RequestPayment {
    payment_for(id(number), cents)
}

pub(super) fn placed_as(number: u128) -> OrderPlaced {
    OrderPlaced {
        order: id(number),
        ..placed(1)
    }
}

/// Where each parcel is: version, position and time of its order's last event.
#[derive(Projection, Debug, Default, PartialEq)]
pub(super) struct Tracking {
    pub(super) shipped: BTreeMap<String, (u64, u64, Timestamp)>,
}

#[handlers]
impl Tracking {
    #[apply]
    fn shipped(&mut self, _event: &OrderShipped, origin: &Origin<'_>) {
        let (version, position) = (origin.version.as_u64(), origin.position.as_u64());
        let seen = (version, position, origin.timestamp);
        self.shipped.insert(origin.actor_id.to_string(), seen);
    }
}

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn placed(total: u64) -> OrderPlaced {
    let (order, at) = (id(7), Timestamp::UNIX_EPOCH);
    OrderPlaced { order, total, at }
}

pub(super) fn ship(note: &str) -> ShipOrder {
    let (order, note, silently) = (id(7), note.to_owned(), false);
    ShipOrder {
        order,
        note,
        silently,
    }
}

pub(super) fn shipped() -> OrderShipped {
    let (parcel, note) = (id(9), String::new());
    OrderShipped { parcel, note }
}

/// The text that a failing assertion gives.
pub(super) fn message_of(assertion: impl FnOnce() + panic::UnwindSafe) -> String {
    let panic = panic::catch_unwind(assertion).expect_err("the assertion held");
    *panic.downcast::<String>().expect("the panic has a message")
}
