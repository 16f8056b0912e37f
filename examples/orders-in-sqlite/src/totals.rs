use std::collections::BTreeMap;

use aether::prelude::*;

use super::OrderPlaced;

/// What customers have ordered in all.
///
/// It does not hold that, but what a piece of the log adds to it: the database holds the rest.
#[derive(Projection, Debug, Default)]
pub struct Totals {
    pub(super) placed: BTreeMap<String, Placed>,
}

/// The orders of a customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Placed {
    /// How many there are.
    pub orders: i64,
    /// What they come to.
    pub cents: i64,
}

#[handlers]
impl Totals {
    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        let placed = self.placed.entry(event.customer.clone()).or_default();
        placed.orders += 1;
        placed.cents += event.cents;
    }
}
