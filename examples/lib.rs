//! Domains that show what Aether is for. Each folder is one domain, each file an aggregate.

#[path = "order-fulfilment/mod.rs"]
pub mod order_fulfilment;
