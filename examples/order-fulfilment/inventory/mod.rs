//! Inventory: what lies on the shelves, and whom it is promised to.

mod policies;
mod stock;

use aether::bounded_context;

pub use self::{
    policies::{ReleaseStockWhenOrderFails, ReserveStockWhenPlaced},
    stock::{
        Claim, DeliveryNote, GoodsReceived, Pallet, ReceiveGoods, ReleaseStock, Reservation,
        ReserveStock, Shortage, Stock, StockEvent, StockRefusal, StockReleased, StockReserved,
        StockShortageDetected, WarehouseId,
    },
};
use super::Ordering;

bounded_context! {
    /// Knows what lies on the shelves, and promises each thing once.
    pub Inventory {
        owner: "Team Stock",
        aggregates: [Stock],
        policies: [ReserveStockWhenPlaced, ReleaseStockWhenOrderFails],
        upstream: [Ordering],
    }
}
