//! A store and a key store, which several processes could have open.

use std::{fs, path::Path, sync::Arc};

use aether::{
    ActorId, Commit, CommitRef, DataSubject, EmbeddedEventStore, Event, EventStoreExt as _,
    InMemoryEventStore, JetStreamEventStore, JetStreamOptions, Namespace, Position, Receipt, Store,
    StoreError, Version,
    domain::EventSet,
    personal::{
        EmbeddedKeyStore, InMemoryKeyStore, KeyStore, NatsKeyStore, SealedStore,
        SealedStoreBuilder, keys::nats::NatsKeyOptions,
    },
    wire,
};
use aether_tests::harness::NatsServer;
use tempfile::TempDir;

use crate::customers::{Customers, Registered};

pub(crate) struct World<S, K, G = ()> {
    pub(crate) store: S,
    pub(crate) keys: K,
    /// What must live as long as the two.
    pub(crate) guard: G,
}

pub(crate) async fn memory() -> World<InMemoryEventStore, InMemoryKeyStore> {
    World {
        store: InMemoryEventStore::new(),
        keys: InMemoryKeyStore::new(),
        guard: (),
    }
}

/// Events and keys in two folders.
pub(crate) async fn embedded() -> World<EmbeddedEventStore, EmbeddedKeyStore, TempDir> {
    let guard = tempfile::tempdir().unwrap();
    let keys = EmbeddedKeyStore::open(guard.path().join("keys"), Namespace::default());
    World {
        store: EmbeddedEventStore::open(guard.path().join("events"))
            .await
            .unwrap(),
        keys: keys.await.unwrap(),
        guard,
    }
}

/// Events and keys on a server that the tests share, in a namespace of their own.
pub(crate) async fn nats() -> World<JetStreamEventStore, NatsKeyStore, Arc<NatsServer>> {
    let guard = NatsServer::shared().await;
    let (store, keys) = on(&guard).await;
    World { store, keys, guard }
}

pub(crate) async fn on(server: &NatsServer) -> (JetStreamEventStore, NatsKeyStore) {
    let namespace: Namespace = uuid::Uuid::now_v7().to_string().parse().unwrap();
    let options = JetStreamOptions::new().namespace(namespace.clone());
    let store = options.connect(&server.url()).await.unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let keys = NatsKeyOptions::new().namespace(namespace).open(client);
    (store, keys.await.unwrap())
}

impl<S: Store + Clone, K: KeyStore + Clone, G> World<S, K, G> {
    pub(crate) fn builder(&self) -> SealedStoreBuilder<S, K> {
        SealedStore::builder(self.store.clone(), self.keys.clone()).contexts::<Customers>()
    }

    /// As a process has it that has just started.
    pub(crate) async fn open(&self) -> SealedStore<S, K> {
        self.builder().open().await.unwrap()
    }

    /// All that the store keeps of the log, as others read it.
    pub(crate) async fn log(&self) -> String {
        let log = self.store.log(Position::START).await.unwrap();
        let commits = log.iter().map(|recorded| {
            let bytes = wire::encode(&recorded.commit, self.store.namespace());
            String::from_utf8(bytes).unwrap()
        });
        commits.collect::<Vec<_>>().join("\n")
    }
}

/// The same each time.
pub(crate) fn some_commit() -> CommitRef {
    CommitRef {
        id: uuid::Uuid::nil().into(),
        expected: Version::NONE,
        position: Position::new(1),
    }
}

pub(crate) fn subject(text: &str) -> DataSubject {
    DataSubject::new(text).unwrap()
}

pub(crate) fn customer(key: &str) -> ActorId {
    ActorId::of("Customer", key).unwrap()
}

pub(crate) fn registered(key: &str, name: &str) -> Registered {
    Registered {
        customer_id: key.to_owned(),
        full_name: name.to_owned().into(),
        address: None,
        tariff: "basic".to_owned(),
    }
}

pub(crate) fn commit<E: EventSet>(actor: &ActorId, version: u64, event: &E) -> Commit {
    Commit::new([event.record(actor.clone(), Version::new(version)).unwrap()]).unwrap()
}

pub(crate) async fn register<S: Store>(
    store: &S,
    key: &str,
    name: &str,
) -> Result<Receipt, StoreError> {
    store
        .append(commit(&customer(key), 1, &registered(key, name)))
        .await
}

pub(crate) async fn events<S: Store>(store: &S, key: &str) -> Vec<Event> {
    store.events(&customer(key), Version::NONE).await.unwrap()
}

/// Whether some bytes are anywhere in the files of a folder.
pub(crate) fn is_in_files(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return is_in_files(&path, bytes);
        }
        // A file may be gone since: a server tidies up.
        let file = fs::read(&path).unwrap_or_default();
        file.windows(bytes.len()).any(|part| part == bytes)
    })
}
