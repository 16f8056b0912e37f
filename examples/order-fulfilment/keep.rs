use aether::{
    CommandId, DynEventStore, InMemoryEventStore, Namespace, store::jetstream::JetStreamOptions,
};

use super::{args::Args, failure::Failure};

/// Where the events of the day are kept.
pub(crate) struct Keep {
    pub(crate) store: DynEventStore,
    /// The namespace on a server, if they are kept on one.
    pub(crate) namespace: Option<Namespace>,
}

impl Keep {
    pub(crate) async fn open(args: &Args) -> Result<Self, Failure> {
        match &args.nats {
            Some(url) => Self::on_server(url, args.namespace.clone()).await,
            None => Ok(Self {
                store: DynEventStore::new(InMemoryEventStore::new()),
                namespace: None,
            }),
        }
    }

    async fn on_server(url: &str, namespace: Option<Namespace>) -> Result<Self, Failure> {
        let namespace = match namespace {
            Some(namespace) => namespace,
            None => Namespace::new(format!("order-fulfilment-{}", CommandId::new()))?,
        };
        let options = JetStreamOptions::new().namespace(namespace.clone());
        let store = options
            .connect(url)
            .await
            .map_err(|source| Failure::server(url, source))?;
        Ok(Self {
            store: DynEventStore::new(store),
            namespace: Some(namespace),
        })
    }

    /// Where that is, in words.
    pub(crate) fn place(&self) -> String {
        let place = match self.namespace {
            Some(_) => "in NATS JetStream",
            None => "in memory",
        };
        place.to_owned()
    }
}
