//! Actors in one process: whose turn it is, what is kept in memory, and what becomes of it.

mod cached;
mod homes;
mod mailbox;
mod passivation;

use std::future::Future;

use aether::{
    InMemoryEventStore, Store,
    domain::BoundedContext,
    runtime::{ActorOptions, Aether, AetherBuilder},
};

use crate::{meters::Gauging, watched_store::WatchedStore};

fn watched() -> WatchedStore {
    WatchedStore::over(InMemoryEventStore::new())
}

fn builder(store: impl Store, options: ActorOptions) -> AetherBuilder {
    Aether::builder().store(store).actors(options)
}

async fn running(store: impl Store, options: ActorOptions) -> Aether {
    running_as::<Gauging>(store, options).await
}

async fn running_as<C: BoundedContext>(store: impl Store, options: ActorOptions) -> Aether {
    let builder = builder(store, options).context::<C>();
    builder.start().await.unwrap()
}

/// Polls something once, which does not come to its end by that.
async fn begun<T: std::fmt::Debug>(work: &mut (impl Future<Output = T> + Unpin)) {
    let polled = futures_util::poll!(work);
    assert!(polled.is_pending(), "{polled:?}");
}
