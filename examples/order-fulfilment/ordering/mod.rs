//! Ordering: what the shop sells, what customers order, and how it turned out.

mod article;
mod best_sellers;
mod catalogue;
mod order;
mod order_tracking;
mod policies;

use aether::bounded_context;

pub use self::{
    article::{Article, ArticleEvent, ArticleId, ArticleRefusal, ListArticle},
    best_sellers::{BestSellers, Sales},
    catalogue::{Catalogue, Offer},
    order::{
        CancelOrder, ConfirmOrder, CustomerId, Order, OrderCancelled, OrderConfirmed, OrderEvent,
        OrderId, OrderPlaced, OrderPlacedV1, OrderRefusal, OrderRejected, OrderStatus, PlaceOrder,
        RejectOrder, RejectionReason,
    },
    order_tracking::{OrderTracking, Progress, TrackedOrder},
    policies::{ConfirmOrderWhenPaid, RejectOrderWhenUnfulfillable},
};
use super::{Inventory, Payment, Shipping};

bounded_context! {
    /// Takes orders, and tells customers how they turned out.
    pub Ordering {
        owner: "Team Checkout",
        aggregates: [Article, Order],
        policies: [ConfirmOrderWhenPaid, RejectOrderWhenUnfulfillable],
        projections: [Catalogue, OrderTracking, BestSellers],
        upstream: [Inventory, Payment, Shipping],
    }
}
