use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use aether::CommandId;
use async_nats::{
    Client, HeaderMap, HeaderValue,
    jetstream::{
        self,
        context::{Context, PublishError},
        stream::Config,
    },
};
use bytes::Bytes;
use tokio::{task::yield_now, time::sleep};

use crate::{Count, Failure, Outcome, fleet::Fleet, node};

/// The raw client's side of a comparison: it asks from where clients are, and publishes from where the
/// node is, as that does.
pub(crate) struct Raw {
    client: Client,
    context: Context,
}

/// A message as the store writes it, for the raw client to publish.
pub(crate) struct Letter {
    headers: HeaderMap,
    payload: Bytes,
}

const GUARD: &str = "Nats-Expected-Last-Subject-Sequence";
const ID: &str = "Nats-Msg-Id";
/// How long servers have to take a stream.
const OPENING: Duration = Duration::from_secs(15);
/// How long nothing is asked of them in between.
const PAUSE: Duration = Duration::from_millis(700);

impl Raw {
    pub(crate) async fn connect(fleet: &Fleet) -> Result<Self, Failure> {
        let client = connect(&fleet.clients_at).await?;
        let context = jetstream::new(connect(&fleet.nodes_at).await?);
        let store = node::store(&fleet.nodes_at, fleet.replicas).await?;
        let mut stores = context.get_stream(store.stream_name()).await?;
        let stores = stores.info().await?;
        let stream = Config {
            name: "raw".to_owned(),
            subjects: vec!["rawlog.>".to_owned()],
            ..stores.config.clone()
        };
        let until = Instant::now() + OPENING;
        // Servers that have just come together may not know of one another's storage yet.
        while let Err(err) = context.create_stream(stream.clone()).await {
            if until < Instant::now() {
                return Err(err.into());
            }
            sleep(PAUSE).await;
        }
        let leader = stores.cluster.as_ref().and_then(|it| it.leader.clone());
        if let Some(leader) = leader {
            lead(&context, &leader, until).await?;
        }
        Ok(Self { client, context })
    }

    pub(crate) async fn request(&self) -> Outcome {
        drop(self.client.request("raw.echo", payload()).await?);
        Ok(())
    }

    /// What the store has written for a command.
    pub(crate) async fn letter(&self, fleet: &Fleet) -> Result<Letter, Failure> {
        let counter = "model".to_owned();
        let sent = fleet.aether.send(Count { counter, by: 1 }).await?;
        let store = node::store(&fleet.nodes_at, fleet.replicas).await?;
        let stream = self.context.get_stream(store.stream_name()).await?;
        let position = sent.position.ok_or("nothing was stored")?.as_u64();
        let message = stream.get_raw_message(position).await?;
        Ok(Letter {
            headers: message.headers,
            payload: message.payload,
        })
    }

    /// Publishes it, with an id of its own, after the last message of the subject.
    pub(crate) async fn publish(
        &self,
        letter: &Letter,
        subject: String,
        last: &mut u64,
    ) -> Outcome {
        loop {
            let mut headers = letter.headers.clone();
            headers.insert(ID, CommandId::new().to_string());
            headers.insert(GUARD, HeaderValue::from(*last));
            let (context, payload) = (&self.context, letter.payload.clone());
            let sent = context.publish_with_headers(subject.clone(), headers, payload);
            match sent.await?.await {
                Ok(stored) => {
                    *last = stored.sequence;
                    return Ok(());
                }
                Err(err) if is_in_flight(&err) => yield_now().await,
                Err(err) => return Err(err.into()),
            }
        }
    }
}

async fn connect(urls: &str) -> Result<Client, Failure> {
    let urls: Vec<_> = urls.split(',').map(str::to_owned).collect();
    Ok(async_nats::connect(urls).await?)
}

/// Has the raw client's stream led by the server that leads the store's.
async fn lead(context: &Context, wanted: &str, until: Instant) -> Outcome {
    while until > Instant::now() {
        let mut stream = context.get_stream("raw").await?;
        let cluster = stream.info().await?.cluster.as_ref();
        let leader = cluster.and_then(|it| it.leader.as_deref());
        if leader == Some(wanted) {
            return Ok(());
        }
        if leader.is_some() {
            let payload = format!(r#"{{"placement":{{"preferred":"{wanted}"}}}}"#);
            let client = context.client();
            let asked = client.request("$JS.API.STREAM.LEADER.STEPDOWN.raw", payload.into());
            drop(asked.await?);
        }
        sleep(PAUSE).await;
    }
    Err(format!("{wanted} does not lead the raw client's stream").into())
}

/// What a cluster says of a guard as long as the message before is not applied everywhere.
fn is_in_flight(err: &PublishError) -> bool {
    let source = err.source();
    let source = source.and_then(|it| it.downcast_ref::<jetstream::Error>());
    source.is_some_and(|it| it.error_code().0 == 10_164)
}

pub(crate) fn payload() -> Bytes {
    Bytes::from_static(&[b'x'; 64])
}
