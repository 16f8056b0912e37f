use std::{path::Path, process::Stdio};

use aether::{
    ActorSnapshot, EmbeddedEventStore, EventStore as _, EventStoreExt as _, Namespace, Payload,
    Position, Sessions, SnapshotStore as _, Timestamp, Version,
    domain::{EventSet as _, Stored},
    personal::{EmbeddedKeyStore, KeyStore as _, Personal},
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use crate::{
    customers::Registered,
    world::{World, customer, events, is_in_files, register, subject},
};

async fn opened(folder: &Path) -> World<EmbeddedEventStore, EmbeddedKeyStore> {
    let keys = EmbeddedKeyStore::open(folder.join("keys"), Namespace::default());
    World {
        store: EmbeddedEventStore::open(folder.join("events"))
            .await
            .unwrap(),
        keys: keys.await.unwrap(),
        guard: (),
    }
}

/// Forgets in another process, which is killed (-9) at a step.
async fn killed_at(folder: &Path, when: &str, what: &str) {
    let mut forgetter = Command::new(env!("CARGO_BIN_EXE_forgetter"))
        .arg(folder)
        .args([when, what])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(forgetter.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap();
    assert_eq!(line.as_deref(), Some("here"), "{when} {what}");
    forgetter.kill().await.unwrap();
}

#[tokio::test]
async fn a_process_that_is_killed_while_it_forgets_leaves_nothing_half_forgotten() {
    for (when, what) in [
        ("before", "destroy"),
        ("after", "destroy"),
        ("before", "add"),
        ("after", "add"),
        ("before", "retire"),
        ("after", "retire"),
        ("before", "settle"),
        ("after", "settle"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let world = opened(folder.path()).await;
        let store = world.open().await;
        register(&store, "7", "Ada L. Byron").await.unwrap();
        let snapshot = ActorSnapshot {
            sessions: Sessions::default(),
            actor_id: customer("7"),
            version: Version::FIRST,
            state: Payload::of("Ada L. Byron").unwrap(),
            schema_hash: 1,
            timestamp: Timestamp::UNIX_EPOCH,
            last_commit: crate::world::some_commit(),
        };
        store.save_snapshot(snapshot.clone()).await.unwrap();
        drop((store, world));

        killed_at(folder.path(), when, what).await;

        let world = opened(folder.path()).await;
        let store = world.open().await;
        let read = events(&store, "7").await;
        let name = Registered::decode(Stored::from(&read[0]))
            .unwrap()
            .full_name;
        let kept = store.snapshot(&customer("7")).await.unwrap();
        let said = store.log(Position::START).await.unwrap().len() - 1;
        let forgotten = world.keys.forgotten().await.unwrap();
        assert_eq!(world.keys.unsettled().await.unwrap(), [], "{when} {what}");
        if (when, what) == ("before", "destroy") {
            // Nothing was begun.
            assert_eq!(name, Personal::Known("Ada L. Byron".to_owned()));
            assert_eq!((kept, said, forgotten), (Some(snapshot), 0, Vec::new()));
        } else {
            assert_eq!(name, Personal::Forgotten, "{when} {what}");
            assert_eq!(
                (kept, said, forgotten),
                (None, 1, vec![subject("7")]),
                "{when} {what}"
            );
        }
        assert!(!is_in_files(folder.path(), b"Ada L. Byron"));
        assert_eq!(store.version(&customer("7")).await.unwrap(), Version::FIRST);
    }
}
