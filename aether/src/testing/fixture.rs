//! A small domain, written by hand: what the macros would write.

use std::{borrow::Cow, collections::BTreeMap};

use eventstorming::meta::{self, Docs, Flow, Location, Name, Set};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    InvalidPayload, Timestamp,
    domain::{
        Aggregate, Apply, Command, Context, DecodeError, DomainEvent, Emits, EventSet, FoldInto,
        Handle, Handlers, Includes, Issues, OnApply, OnCommand, OnReact, Origin, Outgoing, Policy,
        Projection, React, Stored, unknown_type,
    },
};

const HERE: Location = Location {
    file: file!(),
    line: line!(),
};

const fn event(name: &'static str, version: u32) -> meta::Event {
    meta::Event {
        name: Name::new(name),
        aliases: &[],
        version,
        rust_type: name,
        pivotal: false,
        phase: None,
        docs: Docs::NONE,
        location: HERE,
    }
}

const fn command(name: &'static str) -> meta::Command {
    meta::Command {
        name: Name::new(name),
        docs: Docs::NONE,
        location: HERE,
    }
}

/// A customer placed an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct OrderPlaced {
    pub(super) order: Uuid,
    pub(super) total: u64,
    pub(super) at: Timestamp,
}

/// The parcel left. The note is lost on the way to the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct OrderShipped {
    pub(super) parcel: Uuid,
    #[serde(skip)]
    pub(super) note: String,
}

#[derive(Deserialize)]
struct OrderPlacedV1 {
    order: Uuid,
    euros: u64,
}

impl DomainEvent for OrderPlaced {
    const META: &'static meta::Event = &event("OrderPlaced", 2);

    fn upcast(stored: Stored<'_>) -> Result<Self, DecodeError> {
        let OrderPlacedV1 { order, euros } = crate::domain::from_json(stored)?;
        Ok(Self {
            order,
            total: euros * 100,
            at: Timestamp::UNIX_EPOCH,
        })
    }
}

impl DomainEvent for OrderShipped {
    const META: &'static meta::Event = &event("OrderShipped", 1);
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum OrderEvent {
    Placed(OrderPlaced),
    Shipped(OrderShipped),
}

impl EventSet for OrderEvent {
    const EVENTS: Set<meta::Event> = &[OrderPlaced::META, OrderShipped::META];

    fn stored_as(&self) -> (Cow<'static, str>, u32) {
        match self {
            Self::Placed(event) => event.stored_as(),
            Self::Shipped(event) => event.stored_as(),
        }
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), InvalidPayload> {
        match self {
            Self::Placed(event) => event.encode(out),
            Self::Shipped(event) => event.encode(out),
        }
    }

    fn covers(event_type: &str) -> bool {
        OrderPlaced::covers(event_type) || OrderShipped::covers(event_type)
    }

    fn decode(stored: Stored<'_>) -> Result<Self, DecodeError> {
        if OrderPlaced::covers(stored.event_type) {
            return OrderPlaced::decode(stored).map(Self::Placed);
        }
        if OrderShipped::covers(stored.event_type) {
            return OrderShipped::decode(stored).map(Self::Shipped);
        }
        Err(unknown_type(stored, "OrderEvent"))
    }
}

macro_rules! member {
    ($variant:ident, $event:ident) => {
        impl From<$event> for OrderEvent {
            fn from(event: $event) -> Self {
                Self::$variant(event)
            }
        }

        impl Includes<$event> for OrderEvent {}

        impl<S: Includes<$event>> Emits<S> for $event {
            const EMITS: &'static Flow<meta::Event> = &Flow::One(<$event as DomainEvent>::META);

            fn emit(self, out: &mut Vec<S>) {
                out.push(S::from(self));
            }
        }
    };
}

member!(Placed, OrderPlaced);
member!(Shipped, OrderShipped);

impl<S: Apply<OrderPlaced> + Apply<OrderShipped>> FoldInto<S> for OrderEvent {
    fn fold_into(self, state: &mut S, origin: &Origin<'_>) {
        match self {
            Self::Placed(event) => state.apply(event, origin),
            Self::Shipped(event) => state.apply(event, origin),
        }
    }
}

macro_rules! order_command {
    ($command:ident) => {
        impl Command for $command {
            const META: &'static meta::Command = &command(stringify!($command));

            fn key(&self) -> String {
                self.order.to_string()
            }
        }

        impl Issues for $command {
            const ISSUES: &'static Flow<meta::Command> = &Flow::One(<$command as Command>::META);

            fn issue(self, out: &mut Vec<Outgoing>) -> Result<(), InvalidPayload> {
                out.push(Outgoing::of(&self)?);
                Ok(())
            }
        }
    };
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PlaceOrder {
    pub(super) order: Uuid,
    pub(super) total: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ShipOrder {
    pub(super) order: Uuid,
    pub(super) note: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RequestPayment {
    pub(super) order: Uuid,
    pub(super) cents: u64,
}

order_command!(PlaceOrder);
order_command!(ShipOrder);
order_command!(RequestPayment);

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum OrderRefusal {
    #[error("there is an order already")]
    Placed,
    #[error("there is no order")]
    Missing,
}

/// A customer's order.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) order: Option<Uuid>,
    pub(super) total: u64,
    pub(super) parcel: Option<Uuid>,
    /// Not part of a snapshot, so that one loses it.
    #[serde(skip)]
    pub(super) parcels: u32,
}

impl Aggregate for Order {
    type Event = OrderEvent;

    const META: &'static meta::Aggregate = &meta::Aggregate {
        name: Name::new("Order"),
        events: OrderEvent::EVENTS,
        handlers: Self::HANDLERS,
        docs: Docs::NONE,
        location: HERE,
    };

    fn apply(&mut self, event: OrderEvent, origin: &Origin<'_>) {
        event.fold_into(self, origin);
    }
}

impl Handlers for Order {
    const HANDLERS: &'static [meta::Handler] = &[];
    const APPLIES: &'static [Set<meta::Event>] = &[];
    const REACTIONS: &'static [meta::Reaction] = &[];
    const ON_COMMAND: &'static [OnCommand<Self>] = &[
        OnCommand::new::<PlaceOrder>(),
        OnCommand::new::<ShipOrder>(),
    ];
    const ON_APPLY: &'static [OnApply<Self>] = &[];
    const ON_REACT: &'static [OnReact<Self>] = &[];
}

impl Handle<PlaceOrder> for Order {
    type Events = OrderPlaced;
    type Error = OrderRefusal;

    fn handle(&self, command: PlaceOrder, context: &Context) -> Result<OrderPlaced, OrderRefusal> {
        if self.order.is_some() {
            return Err(OrderRefusal::Placed);
        }
        Ok(OrderPlaced {
            order: command.order,
            total: command.total,
            at: context.now(),
        })
    }
}

impl Handle<ShipOrder> for Order {
    type Events = Option<OrderShipped>;
    type Error = OrderRefusal;

    fn handle(
        &self,
        command: ShipOrder,
        context: &Context,
    ) -> Result<Option<OrderShipped>, OrderRefusal> {
        if self.order.is_none() {
            return Err(OrderRefusal::Missing);
        }
        let shipped = || OrderShipped {
            parcel: context.new_id(),
            note: command.note,
        };
        Ok(self.parcel.is_none().then(shipped))
    }
}

impl Apply<OrderPlaced> for Order {
    fn apply(&mut self, event: OrderPlaced, _origin: &Origin<'_>) {
        (self.order, self.total) = (Some(event.order), event.total);
    }
}

impl Apply<OrderShipped> for Order {
    fn apply(&mut self, event: OrderShipped, _origin: &Origin<'_>) {
        self.parcel = Some(event.parcel);
        self.parcels += 1;
    }
}

#[derive(Default)]
pub(super) struct RequestPaymentWhenPlaced;

impl Policy for RequestPaymentWhenPlaced {
    const META: &'static meta::Policy = &meta::Policy {
        name: Name::new("RequestPaymentWhenPlaced"),
        reactions: Self::REACTIONS,
        docs: Docs::NONE,
        location: HERE,
    };
}

impl Handlers for RequestPaymentWhenPlaced {
    const HANDLERS: &'static [meta::Handler] = &[];
    const APPLIES: &'static [Set<meta::Event>] = &[];
    const REACTIONS: &'static [meta::Reaction] = &[meta::Reaction {
        on: OrderPlaced::EVENTS,
        issues: <Self as React<OrderPlaced>>::ISSUES,
        docs: Docs::NONE,
    }];
    const ON_COMMAND: &'static [OnCommand<Self>] = &[];
    const ON_APPLY: &'static [OnApply<Self>] = &[];
    const ON_REACT: &'static [OnReact<Self>] = &[OnReact::new::<OrderPlaced>()];
}

impl React<OrderPlaced> for RequestPaymentWhenPlaced {
    type Issues = Option<RequestPayment>;

    fn react(&self, event: &OrderPlaced, _origin: &Origin<'_>) -> Option<RequestPayment> {
        (event.total > 0).then_some(RequestPayment {
            order: event.order,
            cents: event.total,
        })
    }
}

/// Where each order is: its last version and time.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Tracking {
    pub(super) shipped: BTreeMap<String, (u64, u64, Timestamp)>,
}

impl Projection for Tracking {
    const META: &'static meta::Projection = &meta::Projection {
        name: Name::new("Tracking"),
        applies: &[],
        read_by: &[],
        docs: Docs::NONE,
        location: HERE,
    };
}

impl Handlers for Tracking {
    const HANDLERS: &'static [meta::Handler] = &[];
    const APPLIES: &'static [Set<meta::Event>] = &[];
    const REACTIONS: &'static [meta::Reaction] = &[];
    const ON_COMMAND: &'static [OnCommand<Self>] = &[];
    const ON_APPLY: &'static [OnApply<Self>] = &[OnApply::new::<OrderShipped>()];
    const ON_REACT: &'static [OnReact<Self>] = &[];
}

impl Apply<OrderShipped> for Tracking {
    fn apply(&mut self, _event: OrderShipped, origin: &Origin<'_>) {
        let seen = (
            origin.version.as_u64(),
            origin.position.as_u64(),
            origin.timestamp,
        );
        self.shipped.insert(origin.actor_id.to_string(), seen);
    }
}

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn placed(total: u64) -> OrderPlaced {
    OrderPlaced {
        order: id(7),
        total,
        at: Timestamp::UNIX_EPOCH,
    }
}

pub(super) fn shipped() -> OrderShipped {
    OrderShipped {
        parcel: id(9),
        note: String::new(),
    }
}
