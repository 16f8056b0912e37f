//! The shop: what a node runs of it, and what its customers do.

use std::time::Duration;

use aether::{
    JetStreamEventStore, JetStreamOptions, Namespace,
    cluster::{ShardCount, nats::ClusterOptions},
    prelude::*,
    runtime::Aether,
};
use aether_examples::order_fulfilment::{
    Inventory, Ordering, Payment, Shipping,
    inventory::Stock,
    ordering::{Article, Order},
    outside::{SimulatedCardProcessor, SimulatedCarrier},
};

use super::failure::Failure;

bounded_context! {
    /// Sends what customers and lorries bring, and follows nothing.
    pub(crate) Doorstep { aggregates: [Article, Order, Stock] }
}

pub(crate) async fn store(url: &str) -> Result<JetStreamEventStore, Failure> {
    let namespace = Namespace::new("order-cluster")?;
    Ok(JetStreamOptions::new()
        .namespace(namespace)
        .connect(url)
        .await?)
}

/// The cluster, as each node and each client names it.
pub(crate) fn cluster(shards: u32) -> Result<ClusterOptions, Failure> {
    let options = ClusterOptions::new("shop").shards(ShardCount::new(shards)?);
    Ok(options.version(env!("CARGO_PKG_VERSION")))
}

/// The whole shop: orders, goods, money and parcels.
pub(crate) async fn open(url: &str) -> Result<Aether, Failure> {
    let cards = SimulatedCardProcessor {
        thinks_for: Duration::from_millis(1),
        ..SimulatedCardProcessor::default()
    };
    let builder = Aether::builder()
        .store(store(url).await?)
        .context::<Ordering>()
        .context::<Inventory>()
        .context::<Payment>()
        .context::<Shipping>();
    let builder = builder.adapter(cards).adapter(SimulatedCarrier::default());
    Ok(builder.start().await?)
}

/// Whoever comes to the shop.
pub(crate) async fn visit(url: &str) -> Result<Aether, Failure> {
    let builder = Aether::builder().store(store(url).await?);
    Ok(builder.context::<Doorstep>().start().await?)
}
