//! An order: placed once, then confirmed, rejected or cancelled, whichever comes first.

use aether::prelude::*;

use super::{ArticleId, Catalogue};
use crate::order_fulfilment::{Address, Cents, Country, Customer, Line, inventory::WarehouseId};

/// Tells an order from every other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct OrderId(String);

/// Tells a customer from every other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct CustomerId(String);

// ------------------------------------------------------------------------------------- commands

/// Place an order.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceOrder {
    /// Which order.
    #[command(id)]
    pub order: OrderId,
    /// Who buys.
    pub customer: CustomerId,
    /// What is bought.
    pub lines: Vec<Line>,
    /// Where it goes.
    pub deliver_to: Address,
}

/// Call an order off.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelOrder {
    /// Which order.
    #[command(id)]
    pub order: OrderId,
    /// Why, in the customer's words.
    pub reason: String,
}

/// Accept an order for good: its goods are put aside and its money is here.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmOrder {
    /// Which order.
    #[command(id)]
    pub order: OrderId,
}

/// Turn an order down.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RejectOrder {
    /// Which order.
    #[command(id)]
    pub order: OrderId,
    /// Why it cannot be fulfilled.
    pub reason: RejectionReason,
}

/// Why an order cannot be fulfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RejectionReason {
    /// The warehouse does not have the goods.
    OutOfStock,
    /// The card was not charged.
    PaymentDeclined,
}

// --------------------------------------------------------------------------------------- events

/// A customer placed an order.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(version = 2, upcast(OrderPlacedV1), pivotal = "Reserve and pay")]
pub struct OrderPlaced {
    /// Which order.
    pub order: OrderId,
    /// Who buys.
    pub customer: CustomerId,
    /// What is bought.
    pub lines: Vec<Line>,
    /// What it costs.
    pub total: Cents,
    /// Where it goes.
    pub deliver_to: Address,
    /// Where it leaves from.
    ///
    /// Allow ES211: each country has its warehouse.
    pub warehouse: WarehouseId,
}

/// An order as it was placed in the first year: a single article, sent to a German town from the
/// only warehouse there was.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderPlacedV1 {
    order: OrderId,
    customer: CustomerId,
    article: ArticleId,
    quantity: u32,
    price: Cents,
    city: String,
}

impl From<OrderPlacedV1> for OrderPlaced {
    fn from(v1: OrderPlacedV1) -> Self {
        let line = Line {
            article: v1.article,
            quantity: v1.quantity,
            price: v1.price,
        };
        let country = Country::Germany;
        Self {
            order: v1.order,
            customer: v1.customer,
            total: line.amount(),
            lines: vec![line],
            deliver_to: Address {
                city: v1.city,
                country,
            },
            warehouse: country.warehouse(),
        }
    }
}

/// The shop owes the customer a parcel.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(pivotal = "Fulfilment")]
pub struct OrderConfirmed {
    /// Which order.
    pub order: OrderId,
    /// What is to be sent.
    pub lines: Vec<Line>,
    /// Where it goes.
    pub deliver_to: Address,
    /// Where it leaves from.
    pub warehouse: WarehouseId,
}

/// The shop cannot fulfil the order.
///
/// Hotspot: who tells the customer, and how?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderRejected {
    /// Which order.
    pub order: OrderId,
    /// Where it would have left from.
    pub warehouse: WarehouseId,
    /// Why.
    pub reason: RejectionReason,
}

/// The customer called the order off.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCancelled {
    /// Which order.
    pub order: OrderId,
    /// Where it would have left from.
    pub warehouse: WarehouseId,
    /// Why, in the customer's words.
    pub reason: String,
}

/// What happened to an order.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum OrderEvent {
    /// A customer placed it.
    Placed(OrderPlaced),
    /// The shop owes a parcel for it.
    Confirmed(OrderConfirmed),
    /// It cannot be fulfilled.
    Rejected(OrderRejected),
    /// The customer called it off.
    Cancelled(OrderCancelled),
}

// -------------------------------------------------------------------------------------- refusals

/// Why something cannot be done to an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// There is no such order.
    #[error("no such order was placed")]
    NeverPlaced,
    /// The order is there already.
    #[error("the order is placed already; a second one needs a number of its own")]
    AlreadyPlaced,
    /// Nothing is ordered.
    #[error("an order has at least one article, and at least one of each")]
    Empty,
    /// The order is worth more than the shop sells without asking.
    #[error("an order of {total} is beyond {limit}; the sales team takes it by telephone")]
    OverTheLimit {
        /// What it would cost.
        total: Cents,
        /// What an order may cost.
        limit: Cents,
    },
    /// The parcel is owed already.
    #[error("the order is confirmed and can no longer be called off; send the parcel back instead")]
    AlreadyConfirmed,
    /// The order is over.
    #[error("the order is over: it was {status}")]
    Over {
        /// How it ended.
        status: OrderStatus,
    },
}

/// How far an order has come.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum OrderStatus {
    /// There is none yet.
    #[default]
    NotPlaced,
    /// It waits for its goods and its money.
    Placed,
    /// The shop owes the customer a parcel.
    Confirmed,
    /// It cannot be fulfilled.
    Rejected,
    /// The customer called it off.
    Cancelled,
}

impl std::fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::NotPlaced => "not placed",
            Self::Placed => "placed",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        })
    }
}

// ------------------------------------------------------------------------------------- the order

/// A customer's order.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(event = OrderEvent)]
pub struct Order {
    status: OrderStatus,
    placed: Option<OrderPlaced>,
}

impl Order {
    /// What an order may cost.
    pub const LIMIT: Cents = Cents::euros(10_000);

    /// How far the order has come.
    pub const fn status(&self) -> OrderStatus {
        self.status
    }

    /// What was ordered, if anything was.
    ///
    /// # Errors
    /// If nothing was.
    pub fn placed(&self) -> Result<&OrderPlaced, OrderRefusal> {
        self.placed.as_ref().ok_or(OrderRefusal::NeverPlaced)
    }
}

#[handlers]
impl Order {
    /// The parcel leaves from the warehouse that serves the customer's country.
    ///
    /// # Errors
    /// If the order is there already, has no article, or is beyond [`Order::LIMIT`].
    #[handle(by(Customer), informed_by(Catalogue))]
    pub fn place(&self, command: PlaceOrder) -> Result<OrderPlaced, OrderRefusal> {
        let PlaceOrder {
            order,
            customer,
            lines,
            deliver_to,
        } = command;
        if self.placed.is_some() {
            return Err(OrderRefusal::AlreadyPlaced);
        }
        if lines.is_empty() || lines.iter().any(|line| line.quantity == 0) {
            return Err(OrderRefusal::Empty);
        }
        let (total, limit) = (Line::total(&lines), Self::LIMIT);
        if total > limit {
            return Err(OrderRefusal::OverTheLimit { total, limit });
        }
        let warehouse = deliver_to.country.warehouse();
        Ok(OrderPlaced {
            order,
            customer,
            lines,
            total,
            deliver_to,
            warehouse,
        })
    }

    /// Until the order is confirmed, the customer may think better of it.
    ///
    /// Hotspot: may a confirmed order be called off while its parcel is still on the bench?
    ///
    /// # Errors
    /// If there is no such order, or it is confirmed or over.
    #[handle(by(Customer))]
    pub fn cancel(&self, command: CancelOrder) -> Result<OrderCancelled, OrderRefusal> {
        let placed = self.placed()?;
        match self.status {
            OrderStatus::NotPlaced | OrderStatus::Placed => Ok(OrderCancelled {
                order: command.order,
                warehouse: placed.warehouse.clone(),
                reason: command.reason,
            }),
            OrderStatus::Confirmed => Err(OrderRefusal::AlreadyConfirmed),
            status @ (OrderStatus::Rejected | OrderStatus::Cancelled) => {
                Err(OrderRefusal::Over { status })
            }
        }
    }

    /// An order that is confirmed, or was called off meanwhile, stays as it is.
    ///
    /// # Errors
    /// If there is no such order, or it was rejected: money must never come for one of those.
    #[handle]
    pub fn confirm(&self, command: ConfirmOrder) -> Result<Option<OrderConfirmed>, OrderRefusal> {
        let placed = self.placed()?;
        match self.status {
            OrderStatus::Confirmed | OrderStatus::Cancelled => Ok(None),
            status @ OrderStatus::Rejected => Err(OrderRefusal::Over { status }),
            OrderStatus::NotPlaced | OrderStatus::Placed => Ok(Some(OrderConfirmed {
                order: command.order,
                lines: placed.lines.clone(),
                deliver_to: placed.deliver_to.clone(),
                warehouse: placed.warehouse.clone(),
            })),
        }
    }

    /// An order that is over stays as it is.
    ///
    /// # Errors
    /// If there is no such order, or it is confirmed: its goods and its money are here.
    #[handle]
    pub fn reject(&self, command: RejectOrder) -> Result<Option<OrderRejected>, OrderRefusal> {
        let placed = self.placed()?;
        match self.status {
            OrderStatus::Rejected | OrderStatus::Cancelled => Ok(None),
            OrderStatus::Confirmed => Err(OrderRefusal::AlreadyConfirmed),
            OrderStatus::NotPlaced | OrderStatus::Placed => Ok(Some(OrderRejected {
                order: command.order,
                warehouse: placed.warehouse.clone(),
                reason: command.reason,
            })),
        }
    }

    #[apply]
    fn was_placed(&mut self, event: OrderPlaced) {
        self.status = OrderStatus::Placed;
        self.placed = Some(event);
    }

    #[apply]
    fn was_confirmed(&mut self, _: &OrderConfirmed) {
        self.status = OrderStatus::Confirmed;
    }

    #[apply]
    fn was_rejected(&mut self, _: &OrderRejected) {
        self.status = OrderStatus::Rejected;
    }

    #[apply]
    fn was_cancelled(&mut self, _: &OrderCancelled) {
        self.status = OrderStatus::Cancelled;
    }
}
