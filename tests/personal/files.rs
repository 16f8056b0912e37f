//! What lies in the files: of stores and key stores, before and after someone is forgotten.

use std::path::Path;

use aether::{
    ActorSnapshot, Checkpoint, CheckpointStore as _, EmbeddedEventStore, Namespace, Payload,
    Position, Sessions, SnapshotStore as _, Store, Timestamp, Version,
    personal::{EmbeddedKeyStore, KeyStore, SealedStore},
    store::ReaderState,
};
use aether_tests::harness::NatsServer;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::world::{World, customer, embedded, is_in_files, on, register, subject};

const SECRET: &str = "Augusta Ada L. Byron";

/// Puts the secret wherever a store keeps something.
async fn fill<S: Store, K: KeyStore>(store: &SealedStore<S, K>) {
    register(store, "7", SECRET).await.unwrap();
    let state = Payload::of(SECRET).unwrap();
    let snapshot = ActorSnapshot {
        sessions: Sessions::default(),
        actor_id: customer("7"),
        version: Version::FIRST,
        state: state.clone(),
        schema_hash: 1,
        timestamp: Timestamp::UNIX_EPOCH,
        last_commit: crate::world::some_commit(),
    };
    store.save_snapshot(snapshot).await.unwrap();
    let checkpoint = Checkpoint {
        position: Position::new(1),
        state: Some(ReaderState {
            schema_hash: 1,
            data: state,
        }),
    };
    store.save_checkpoint("book", checkpoint).await.unwrap();
}

async fn key_of<K: KeyStore>(keys: &K, name: &str) -> Vec<u8> {
    let kept = keys.keys(&subject(name)).await.unwrap();
    kept.current().unwrap().material().to_vec()
}

#[tokio::test]
async fn of_a_folder() {
    let world = embedded().await;
    let folder = world.guard.path().to_owned();
    let store = world.open().await;
    fill(&store).await;
    register(&store, "8", "Bob M.").await.unwrap();
    let (ada, bob) = (
        key_of(&world.keys, "7").await,
        key_of(&world.keys, "8").await,
    );
    assert!(is_in_files(&folder, b"customerId"));
    assert!(!is_in_files(&folder, SECRET.as_bytes()));
    assert!(is_in_files(&folder.join("keys"), &ada) && !is_in_files(&folder.join("events"), &ada));
    store.forget(&subject("7")).await.unwrap();
    assert!(!is_in_files(&folder, &ada));
    assert!(is_in_files(&folder, &bob));
    assert!(!is_in_files(&folder, SECRET.as_bytes()));
    drop((store, world.store, world.keys));
    reopened(&folder).await;
}

/// The files are those of a process that has ended.
async fn reopened(folder: &Path) {
    let store = EmbeddedEventStore::open(folder.join("events"))
        .await
        .unwrap();
    let keys = EmbeddedKeyStore::open(folder.join("keys"), Namespace::default())
        .await
        .unwrap();
    assert_eq!(keys.forgotten().await.unwrap(), [subject("7")]);
    let guard = ();
    let store = World { store, keys, guard }.open().await;
    assert_eq!(crate::world::events(&store, "7").await.len(), 1);
    assert!(!is_in_files(folder, SECRET.as_bytes()));
    let other = EmbeddedKeyStore::open(folder.join("keys"), "other".parse().unwrap());
    assert!(other.await.is_err());
}

#[tokio::test]
async fn of_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let settings = format!(
        r#"jetstream {{ store_dir: "{}" }}"#,
        folder.path().display()
    );
    let server = NatsServer::with(&settings).await;
    let (store, keys) = on(&server).await;
    let world = World {
        store,
        keys,
        guard: (),
    };
    let store = world.open().await;
    fill(&store).await;
    register(&store, "8", "Bob M.").await.unwrap();
    let text = |key: Vec<u8>| URL_SAFE_NO_PAD.encode(key).into_bytes();
    let ada = text(key_of(&world.keys, "7").await);
    let bob = text(key_of(&world.keys, "8").await);
    assert!(is_in_files(folder.path(), b"customerId"));
    assert!(is_in_files(folder.path(), &ada) && is_in_files(folder.path(), &bob));
    assert!(!is_in_files(folder.path(), SECRET.as_bytes()));
    store.forget(&subject("7")).await.unwrap();
    assert!(!is_in_files(folder.path(), &ada));
    assert!(is_in_files(folder.path(), &bob));
    assert!(!is_in_files(folder.path(), SECRET.as_bytes()));
}
