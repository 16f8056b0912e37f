//! A small domain that uses every macro.

use std::convert::Infallible;

use aether::prelude::*;
use uuid::Uuid;

/// Someone who buys.
#[derive(Persona)]
pub(crate) struct Customer;

/// What an order is known by.
#[derive(Id, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct OrderId(String);

/// What a parcel is known by.
#[derive(Id, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ParcelId(Uuid);

/// A customer placed an order.
///
/// Hotspot: what if
/// the total is zero?
///
/// Note: seldom on Sundays.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(
    version = 3,
    upcast(OrderPlacedV1, OrderPlacedV2),
    alias("OrderSubmitted"),
    pivotal = "Sales"
)]
pub(crate) struct OrderPlaced {
    pub(crate) order: OrderId,
    pub(crate) total: u64,
    pub(crate) currency: String,
}

/// The first payload: it had no total.
#[derive(Deserialize)]
pub(crate) struct OrderPlacedV1 {
    order: OrderId,
}

/// The second payload: it had no currency.
#[derive(Deserialize)]
pub(crate) struct OrderPlacedV2 {
    order: OrderId,
    total: u64,
}

impl From<OrderPlacedV1> for OrderPlacedV2 {
    fn from(v1: OrderPlacedV1) -> Self {
        Self {
            order: v1.order,
            total: 1,
        }
    }
}

impl From<OrderPlacedV2> for OrderPlaced {
    fn from(v2: OrderPlacedV2) -> Self {
        Self {
            order: v2.order,
            total: v2.total,
            currency: "EUR".to_owned(),
        }
    }
}

/// The parcel left.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(pivotal)]
pub(crate) struct OrderShipped {
    pub(crate) order: OrderId,
}

/// The order is off.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(name = "OrderVoided")]
pub(crate) struct OrderCancelled {
    pub(crate) order: OrderId,
}

/// Place an order.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlaceOrder {
    #[command(id)]
    pub(crate) order: OrderId,
    pub(crate) total: u64,
}

/// Ship an order.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[command(name = "Ship")]
pub(crate) struct ShipOrder {
    #[command(id)]
    pub(crate) order: OrderId,
}

/// Cancel an order.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CancelOrder(#[command(id)] pub(crate) OrderId);

/// Why an order is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OrderRefusal {
    #[error("the order is placed already")]
    PlacedAlready,
}

type OrderResult<T> = Result<T, OrderRefusal>;

/// A customer's order.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq)]
#[aggregate(events(OrderPlaced, Box<OrderShipped>, OrderCancelled), context = Ordering)]
pub(crate) struct Order {
    pub(crate) total: u64,
    pub(crate) shipped: bool,
    pub(crate) last: String,
}

#[handlers]
impl Order {
    /// Only once.
    #[handle(by(Customer, Shop), informed_by(Orders))]
    pub(crate) fn place(&self, command: PlaceOrder) -> OrderResult<OrderPlaced> {
        if self.total > 0 {
            return Err(OrderRefusal::PlacedAlready);
        }
        Ok(OrderPlaced {
            order: command.order,
            total: command.total,
            currency: "EUR".to_owned(),
        })
    }

    /// Repeating it is harmless.
    #[handle]
    fn ship(&self, command: ShipOrder) -> Result<Option<OrderShipped>, Infallible> {
        Ok((!self.shipped).then_some(OrderShipped {
            order: command.order,
        }))
    }

    #[handle]
    fn cancel(
        &self,
        command: CancelOrder,
        context: &Context,
    ) -> Result<Vec<OrderEvent>, Infallible> {
        let order = OrderId::from(format!("{}@{}", command.0, context.version()));
        Ok(vec![OrderCancelled { order }.into()])
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.total = event.total;
    }

    #[apply]
    fn shipped(&mut self, _: OrderShipped) {
        self.shipped = true;
    }

    #[apply]
    fn cancelled(&mut self, _: &OrderCancelled, origin: &Origin<'_>) {
        self.last = origin.actor_id.to_string();
    }

    /// A method like any other stays what it is.
    const fn worth(&self) -> u64 {
        self.total
    }
}

/// Ships at once.
#[derive(Policy, Debug, Default)]
#[policy(name = "ShipAtOnce", context = Ordering)]
pub(crate) struct ShipWhenPlaced;

#[handlers]
impl ShipWhenPlaced {
    /// Without delay.
    #[react]
    fn placed(&self, event: &OrderPlaced) -> (ShipOrder, Option<CancelOrder>) {
        let ship = ShipOrder {
            order: event.order.clone(),
        };
        (
            ship,
            (event.total == 0).then(|| CancelOrder(event.order.clone())),
        )
    }

    #[react]
    fn cancelled(&self, _: &OrderCancelled, origin: &Origin<'_>) -> Vec<CancelOrder> {
        vec![CancelOrder(origin.actor_id.as_str().into())]
    }
}

/// All orders.
#[derive(Projection, Debug, Default)]
#[projection(read_by(Customer), context = Ordering)]
pub(crate) struct Orders {
    pub(crate) placed: u32,
    pub(crate) others: Vec<String>,
}

#[handlers]
impl Orders {
    #[apply]
    fn other(&mut self, event: &RawEvent, origin: &Origin<'_>) {
        self.others
            .push(format!("{} {}", event.event_type, origin.version));
    }

    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {
        self.placed += 1;
    }
}

/// The shop's counter.
#[derive(ExternalSystem)]
#[external_system(
    name = "Counter",
    notified_of(OrderShipped),
    handles(Dun),
    emits(StockEvent)
)]
pub(crate) struct Shop;

/// Ask for the money.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dun {
    #[command(id)]
    pub(crate) order: u64,
}

/// Movements of goods.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(prefix = "Stock")]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum StockEvent {
    /// Goods came in.
    #[event(version = 2, upcast(StockReceivedV1))]
    Received { in_pieces: u32 },
    /// Goods were counted.
    #[event(alias("StockChecked"))]
    Counted,
}

/// The first payload: in dozens.
#[derive(Deserialize)]
pub(crate) struct StockReceivedV1 {
    dozens: u32,
}

impl From<StockReceivedV1> for StockEvent {
    fn from(v1: StockReceivedV1) -> Self {
        Self::Received {
            in_pieces: v1.dozens * 12,
        }
    }
}

/// A pile of goods.
#[derive(Aggregate, Debug, Default, PartialEq, Eq)]
#[aggregate(event = StockEvent)]
pub(crate) struct Stock {
    pub(crate) pieces: u32,
}

#[handlers]
impl Stock {
    #[apply]
    fn evolve(&mut self, event: StockEvent) {
        if let StockEvent::Received { in_pieces } = event {
            self.pieces += in_pieces;
        }
    }
}

/// What may come of an order.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub(crate) enum OrderOutcome {
    Shipped(Box<OrderShipped>),
    Placed(OrderPlaced),
    #[event(other)]
    Unknown(RawEvent),
}

bounded_context! {
    /// Takes orders and gets them out of the door.
    ///
    /// Hotspot: who owns returns?
    pub(crate) Ordering {
        owner: "Team Checkout",
        aggregates: [Order, Stock],
        policies: [ShipWhenPlaced],
        projections: [Orders],
        external_systems: [Shop],
    }
}

impl Order {
    /// What the block does not have to know.
    pub(crate) const fn is_worth(&self, total: u64) -> bool {
        self.worth() == total
    }
}
