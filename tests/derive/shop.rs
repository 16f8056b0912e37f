//! A small domain that uses every macro.

use std::convert::Infallible;

use aether::prelude::*;

/// Someone who buys.
#[derive(Persona)]
pub(crate) struct Customer;

/// What an order is known by.
#[derive(Id, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderId(String);

/// A customer placed an order.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(
    version = 3,
    upcast(OrderPlacedV1, OrderPlacedV2),
    alias("OrderSubmitted"),
    pivotal = "Sales"
)]
pub(crate) struct OrderPlaced {
    pub(crate) order: String,
    pub(crate) total: u64,
    pub(crate) currency: String,
}

/// The first payload.
#[derive(Deserialize)]
pub(crate) struct OrderPlacedV1 {
    order: String,
}

/// The second payload.
#[derive(Deserialize)]
pub(crate) struct OrderPlacedV2 {
    order: String,
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
pub(crate) struct OrderShipped {
    pub(crate) order: String,
}

/// Place an order.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlaceOrder {
    #[command(id)]
    pub(crate) order: OrderId,
}

/// Ship an order.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ShipOrder {
    #[command(id)]
    pub(crate) order: OrderId,
}

/// A customer's order.
///
/// Hotspot: who refunds?
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq)]
#[aggregate(events(OrderPlaced, Box<OrderShipped>), context = Ordering)]
pub(crate) struct Order {
    total: u64,
    shipped: bool,
}

#[handlers]
impl Order {
    /// Places it.
    #[handle(by(Customer, Shipper), informed_by(Orders))]
    pub(crate) fn place(&self, command: PlaceOrder) -> Result<OrderPlaced, Infallible> {
        Ok(OrderPlaced {
            order: command.order.to_string(),
            total: 2,
            currency: "EUR".to_owned(),
        })
    }

    #[handle]
    fn ship(
        &self,
        command: ShipOrder,
        context: &Context,
    ) -> Result<Option<OrderShipped>, Infallible> {
        let _ = context.now();
        Ok((!self.shipped).then(|| OrderShipped {
            order: command.order.to_string(),
        }))
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.total = event.total;
    }

    #[apply]
    fn shipped(&mut self, _: OrderShipped, _: &Origin<'_>) {
        self.shipped = true;
    }
}

/// Ships at once.
#[derive(Policy, Debug, Default)]
#[policy(context = Ordering)]
pub(crate) struct ShipWhenPlaced;

#[handlers]
impl ShipWhenPlaced {
    #[react]
    fn placed(&self, event: &OrderPlaced) -> ShipOrder {
        ShipOrder {
            order: event.order.as_str().into(),
        }
    }
}

/// All orders.
#[derive(Projection, Debug, Default)]
#[projection(read_by(Customer), context = Ordering)]
pub(crate) struct Orders {
    count: u32,
}

#[handlers]
impl Orders {
    #[apply]
    fn happened(&mut self, _: OrderEvent, _: &Origin<'_>) {
        self.count += 1;
    }
}

/// Carries parcels.
#[derive(ExternalSystem)]
#[external_system(notified_of(OrderShipped))]
pub(crate) struct Shipper;

/// Movements of goods.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[event(prefix = "Stock")]
pub(crate) enum StockEvent {
    /// Goods came in.
    Received {
        /// How many.
        quantity: u32,
    },
    /// Goods were counted.
    #[event(alias("Checked"))]
    Counted,
}

/// What came of the payment.
#[derive(Event, Debug, Clone, PartialEq)]
pub(crate) enum Mixed {
    Placed(OrderPlaced),
    Shipped(Box<OrderShipped>),
    #[event(other)]
    Unknown(RawEvent),
}

bounded_context! {
    /// Takes orders.
    pub(crate) Ordering {
        owner: "Team Checkout",
        aggregates: [Order],
        policies: [ShipWhenPlaced],
        projections: [Orders],
        external_systems: [Shipper],
    }
}
