use aether_tests::harness::{NatsCluster, NatsServer};
use async_nats::jetstream;

/// The servers that keep the log.
pub(crate) enum Servers {
    One(NatsServer),
    Three(NatsCluster),
}

impl Servers {
    pub(crate) async fn one() -> Self {
        Self::One(NatsServer::start().await)
    }

    pub(crate) async fn three() -> Self {
        Self::Three(NatsCluster::start().await)
    }

    /// How many there are; each keeps the whole log.
    pub(crate) fn count(&self) -> usize {
        self.urls().len()
    }

    pub(crate) fn urls(&self) -> Vec<String> {
        match self {
            Self::One(server) => vec![server.url()],
            Self::Three(cluster) => cluster.urls(),
        }
    }

    pub(crate) fn node(&mut self, index: usize) -> &mut NatsServer {
        match self {
            Self::One(server) => server,
            Self::Three(cluster) => cluster.node(index),
        }
    }

    pub(crate) fn kill(&mut self) {
        match self {
            Self::One(server) => server.kill(),
            Self::Three(cluster) => cluster.kill(),
        }
    }

    pub(crate) async fn restart(&mut self) {
        match self {
            Self::One(server) => server.restart().await,
            Self::Three(cluster) => cluster.restart().await,
        }
    }

    /// Which of them leads a stream.
    pub(crate) async fn leader(&self, stream: &str) -> usize {
        if self.count() == 1 {
            return 0;
        }
        let client = async_nats::connect(self.urls()).await.unwrap();
        let mut found = None;
        while found.is_none() {
            let stream = jetstream::new(client.clone()).get_stream(stream).await;
            let info = stream.ok().and_then(|it| it.cached_info().cluster.clone());
            let leader = info.and_then(|cluster| cluster.leader);
            found = leader.and_then(|name| NatsCluster::named(&name));
        }
        found.unwrap()
    }
}
