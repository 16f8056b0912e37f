use std::{
    error::Error,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use aether::{
    ActorId, Commit, Event,
    store::jetstream::{JetStreamEventStore, JetStreamOptions},
};
use async_nats::jetstream;
use bytes::Bytes;
use serde_json::json;
use tokio::time::sleep;

use crate::{Failure, Outcome, server::Servers};

/// The stream of the raw client.
const RAW: &str = "raw";

/// A server, a store on it, and the raw client with a stream that is configured as the store's.
pub(crate) struct Fixture {
    pub(crate) store: JetStreamEventStore,
    pub(crate) client: async_nats::Client,
    pub(crate) context: jetstream::Context,
    _servers: Servers,
}

impl Fixture {
    /// One server.
    pub(crate) async fn start() -> Result<Self, Failure> {
        Self::on(Servers::one().await?, 1).await
    }

    /// Three servers that each keep everything. The same one leads both streams, and is the one
    /// that the clients are connected to.
    pub(crate) async fn replicated() -> Result<Self, Failure> {
        let fixture = Self::on(Servers::cluster().await?, 3).await?;
        for stream in [fixture.store.stream_name(), RAW] {
            fixture.lead(stream).await?;
        }
        Ok(fixture)
    }

    async fn on(servers: Servers, replicas: usize) -> Result<Self, Failure> {
        let options = JetStreamOptions::new().replicas(replicas);
        let store = options.connect(&servers.url).await?;
        let client = async_nats::connect(&servers.url).await?;
        let context = jetstream::new(client.clone());
        let mut config = context.get_stream(store.stream_name()).await?;
        let mut config = config.info().await?.config.clone();
        RAW.clone_into(&mut config.name);
        config.subjects = vec!["raw.>".to_owned()];
        context.create_stream(config).await?;
        Ok(Self {
            store,
            client,
            context,
            _servers: servers,
        })
    }

    /// Has a stream led by the server that the clients are connected to.
    async fn lead(&self, stream: &str) -> Outcome {
        let wanted = self.client.server_info().server_name;
        let question = json!({ "placement": { "preferred": wanted } });
        let question = Bytes::from(serde_json::to_vec(&question)?);
        let to = format!("$JS.API.STREAM.LEADER.STEPDOWN.{stream}");
        for _ in 0..100 {
            let cluster = self.context.get_stream(stream).await;
            let cluster = cluster.ok().and_then(|it| it.cached_info().cluster.clone());
            if cluster.and_then(|it| it.leader).as_ref() == Some(&wanted) {
                return Ok(());
            }
            self.client.request(to.clone(), question.clone()).await?;
            sleep(Duration::from_millis(200)).await;
        }
        Err(format!("the stream {stream} is not led by {wanted}").into())
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
