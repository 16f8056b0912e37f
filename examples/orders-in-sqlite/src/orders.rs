use aether::prelude::*;

use super::Totals;

/// A customer placed an order.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Who it was.
    pub customer: String,
    /// What it comes to.
    pub cents: i64,
}

/// Place an order.
#[derive(Command, Debug, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// The number of the order.
    #[command(id)]
    pub order: u64,
    /// Who it is.
    pub customer: String,
    /// What it comes to.
    pub cents: i64,
}

/// A customer's order.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {
    is_placed: bool,
}

#[handlers]
impl Order {
    #[handle]
    fn place(&self, command: PlaceOrder) -> Result<Option<OrderPlaced>, std::convert::Infallible> {
        Ok((!self.is_placed).then_some(OrderPlaced {
            customer: command.customer,
            cents: command.cents,
        }))
    }

    #[apply]
    fn placed(&mut self, _event: &OrderPlaced) {
        self.is_placed = true;
    }
}

bounded_context! {
    /// Takes orders, and knows what they come to.
    pub Ordering {
        aggregates: [Order],
        projections: [Totals],
    }
}
