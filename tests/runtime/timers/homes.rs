//! Places where a store lives on when nobody has it open.

use std::time::Duration;

use aether::{DynEventStore, EmbeddedEventStore, InMemoryEventStore, JetStreamOptions, Namespace};
use aether_tests::harness::{NatsCluster, NatsServer};
use tempfile::TempDir;

pub(crate) trait Home {
    /// A new one, with nothing in it.
    async fn make() -> Self;

    /// Opens the store. One that was opened before is the same store.
    async fn open(&self) -> DynEventStore;

    /// Stops and starts whatever keeps the store. Nobody has it open.
    async fn restart(&mut self);
}

pub(crate) struct Memory(InMemoryEventStore);

impl Home for Memory {
    async fn make() -> Self {
        Self(InMemoryEventStore::new())
    }

    async fn open(&self) -> DynEventStore {
        DynEventStore::new(self.0.clone())
    }

    async fn restart(&mut self) {}
}

pub(crate) struct Folder {
    folder: TempDir,
    open: tokio::sync::Mutex<Option<DynEventStore>>,
}

impl Home for Folder {
    async fn make() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            open: tokio::sync::Mutex::default(),
        }
    }

    async fn open(&self) -> DynEventStore {
        let mut open = self.open.lock().await;
        if let Some(store) = &*open {
            return store.clone();
        }
        let store = EmbeddedEventStore::open(self.folder.path()).await;
        let store = DynEventStore::new(store.expect("the folder is free"));
        open.insert(store).clone()
    }

    async fn restart(&mut self) {
        self.open.get_mut().take();
    }
}

fn options() -> JetStreamOptions {
    JetStreamOptions::new()
        .namespace(Namespace::new("timers").expect("a name"))
        .patience(Duration::from_secs(30))
}

pub(crate) struct OneServer(NatsServer);

impl Home for OneServer {
    async fn make() -> Self {
        Self(NatsServer::start().await)
    }

    async fn open(&self) -> DynEventStore {
        let store = options().connect(&self.0.url()).await;
        DynEventStore::new(store.expect("a server"))
    }

    async fn restart(&mut self) {
        self.0.restart().await;
    }
}

pub(crate) struct ThreeServers(NatsCluster);

impl Home for ThreeServers {
    async fn make() -> Self {
        Self(NatsCluster::start().await)
    }

    async fn open(&self) -> DynEventStore {
        let options = options().replicas(3);
        let store = options.connect(&self.0.urls().join(",")).await;
        DynEventStore::new(store.expect("a cluster"))
    }

    async fn restart(&mut self) {
        self.0.restart().await;
    }
}
