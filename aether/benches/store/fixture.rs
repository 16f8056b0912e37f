use std::{
    error::Error,
    sync::atomic::{AtomicU64, Ordering},
};

use aether::{
    ActorId, Commit, Event,
    store::jetstream::{JetStreamEventStore, JetStreamOptions},
};
use async_nats::jetstream;
use serde_json::json;

use crate::{Failure, server::Server};

/// A server, a store on it, and the raw client with a stream that is configured as the store's.
pub(crate) struct Fixture {
    pub(crate) store: JetStreamEventStore,
    pub(crate) client: async_nats::Client,
    pub(crate) context: jetstream::Context,
    _server: Server,
}

impl Fixture {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let server = Server::start().await?;
        let store = JetStreamOptions::new().connect(&server.url).await?;
        let client = async_nats::connect(&server.url).await?;
        let context = jetstream::new(client.clone());
        let mut config = context.get_stream(store.stream_name()).await?;
        let mut config = config.info().await?.config.clone();
        config.name = String::from("raw");
        config.subjects = vec!["raw.>".to_owned()];
        context.create_stream(config).await?;
        Ok(Self {
            store,
            client,
            context,
            _server: server,
        })
    }
}

/// An actor that no other round has.
pub(crate) fn fresh() -> ActorId {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    expect(ActorId::of("Order", &format!("{number:09}")))
}

/// Commits of an actor that follow each other.
pub(crate) fn commits(actor: &ActorId, count: u64, events: u64) -> Vec<Commit> {
    (0..count)
        .map(|index| commit(actor, index * events, events))
        .collect()
}

/// A commit of so many events after a version.
pub(crate) fn commit(actor: &ActorId, after: u64, events: u64) -> Commit {
    let data = json!({ "sku": "A-1134", "quantity": 3, "price": 1999, "note": "by the door" });
    let event = |version| expect(Event::new(actor, version, "OrderPlaced", &data));
    expect(Commit::new((after + 1..=after + events).map(event)))
}

/// What cannot fail but by a mistake in the benchmark.
#[expect(clippy::panic, reason = "a benchmark that cannot run says why")]
pub(crate) fn expect<T, E: Error>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|err| panic!("{err}"))
}
