use std::collections::BTreeMap;

use aether::prelude::*;

use super::{ParcelDispatched, ShipmentCreated};
use crate::order_fulfilment::{
    Address, Line, WarehouseClerk, inventory::WarehouseId, ordering::OrderId,
};

/// What is still to be packed.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(WarehouseClerk))]
pub struct PickingList {
    /// Each parcel that is waiting, by its order.
    pub waiting: BTreeMap<OrderId, ToPack>,
}

/// A parcel that is waiting to be packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToPack {
    /// Where its goods lie.
    pub warehouse: WarehouseId,
    /// What goes into it.
    pub lines: Vec<Line>,
    /// What is written on it.
    pub deliver_to: Address,
}

#[handlers]
impl PickingList {
    #[apply]
    fn created(&mut self, event: ShipmentCreated) {
        let ShipmentCreated {
            order,
            warehouse,
            lines,
            deliver_to,
        } = event;
        self.waiting.insert(
            order,
            ToPack {
                warehouse,
                lines,
                deliver_to,
            },
        );
    }

    #[apply]
    fn dispatched(&mut self, event: &ParcelDispatched) {
        self.waiting.remove(&event.order);
    }
}
