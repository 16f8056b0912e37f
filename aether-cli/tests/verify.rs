use aether::{
    ActorSnapshot, CommandId, Commit, CommitRef, EmbeddedEventStore, EventStore as _,
    EventStoreExt as _, Payload, Position, Sequence, SessionMark, Sessions, SnapshotStore as _,
    Timestamp,
};
use serde_json::json;
use uuid::Uuid;

use crate::program::{Room, ends, event, json as rows};

/// A snapshot after a commit, which has seen all that came before it.
fn snapshot(version: u64, last_commit: CommitRef) -> ActorSnapshot {
    ActorSnapshot {
        actor_id: "Order.7".parse().unwrap(),
        version: version.into(),
        last_commit,
        sessions: Sessions::default(),
        state: Payload::of(&json!({ "status": "Shipped" })).unwrap(),
        schema_hash: 1,
        timestamp: Timestamp::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn a_whole_log_is_verified() {
    let room = Room::new();
    let store = room.shop("shop").await;
    let answer = ends(0, &["verify", "--store", &store]);
    assert_eq!(
        answer.err,
        "5 events in 5 commits of 3 actors: 0 findings\n"
    );
    let answer = ends(0, &["verify", "--store", &store, "--json"]);
    assert_eq!(rows(&answer.out)[0]["findings"], json!(0));
}

#[tokio::test]
async fn a_command_that_took_effect_twice_is_found() {
    let room = Room::new();
    let store = EmbeddedEventStore::open(room.path("shop")).await.unwrap();
    let command = CommandId::from(Uuid::from_u128(7));
    for (actor, version) in [("Order.7", 1), ("Order.8", 1), ("Order.7", 2)] {
        let commit = Commit::new([event(actor, version, "Placed")]).unwrap();
        store.append(commit.caused_by(command)).await.unwrap();
    }
    drop(store);
    let answer = ends(1, &["verify", "--store", &room.store("shop")]);
    let said = format!("       3  the command {command} took effect on `Order.7` twice\n");
    assert_eq!(answer.out, said);
}

#[tokio::test]
async fn a_snapshot_that_contradicts_the_log_is_found() {
    let room = Room::new();
    let store = room.shop("shop").await;
    let opened = EmbeddedEventStore::open(room.path("shop")).await.unwrap();
    let log = opened.log(Position::START).await.unwrap();
    let (shipped, delivered) = (CommitRef::of(&log[3]), CommitRef::of(&log[4]));
    opened.save_snapshot(snapshot(2, shipped)).await.unwrap();
    drop(opened);
    let state = ends(0, &["actor", "state", "Order.7", "--store", &store]);
    assert!(
        state.out.starts_with("Order.7 at version 2\n"),
        "{}",
        state.out
    );
    let said = "the snapshot is of version 2: what the events up to 3 did is not in it\n";
    assert_eq!(state.err, said);
    let text = ends(0, &["verify", "--store", &store]).err;
    assert_eq!(
        text,
        "5 events in 5 commits of 3 actors, 1 snapshots: 0 findings\n"
    );

    for (wrong, said) in [
        (
            snapshot(3, shipped),
            "at version 3 was taken from another log",
        ),
        (
            snapshot(9, delivered),
            "is of version 9, and the log ends at 3",
        ),
    ] {
        let opened = EmbeddedEventStore::open(room.path("shop")).await.unwrap();
        opened.save_snapshot(wrong).await.unwrap();
        drop(opened);
        let out = ends(1, &["verify", "--store", &store]).out;
        assert!(
            out.contains(&format!("the snapshot of `Order.7` {said}")),
            "{out}"
        );
    }
}

#[tokio::test]
async fn a_snapshot_that_has_forgotten_a_session_is_found() {
    let room = Room::new();
    let store = EmbeddedEventStore::open(room.path("shop")).await.unwrap();
    let mark = SessionMark {
        session: "policy/Ship".into(),
        sequence: Sequence {
            position: Position::new(1),
            event: 0,
            number: 0,
        },
    };
    let commit = Commit::new([event("Order.7", 1, "Placed")]).unwrap();
    let commit = commit.caused_by(CommandId::new()).marked(mark);
    store.append(commit).await.unwrap();
    let log = store.log(Position::START).await.unwrap();
    let mut kept = snapshot(1, CommitRef::of(&log[0]));
    store.save_snapshot(kept.clone()).await.unwrap();
    drop(store);
    let out = ends(1, &["verify", "--store", &room.store("shop")]).out;
    assert!(
        out.contains("does not know that the command 1.0.0 policy/Ship took effect"),
        "{out}"
    );

    kept.sessions.note(&log[0]);
    kept.schema_hash = 2;
    let store = EmbeddedEventStore::open(room.path("shop")).await.unwrap();
    store.save_snapshot(kept).await.unwrap();
    drop(store);
    ends(0, &["verify", "--store", &room.store("shop")]);
}

#[tokio::test]
async fn what_only_types_can_tell_is_said_to_need_them() {
    let room = Room::new();
    let store = room.shop("shop").await;
    for (args, said) in [
        (
            &["actor", "state", "Order.7"][..],
            "its type is not known here",
        ),
        (&["timers"], "no model of the domain is known"),
        (&["followers"], "no model of the domain is known"),
        (&["observe"], "no model of the domain is known"),
    ] {
        let answer = ends(2, &[args, &["--store", &store]].concat());
        assert!(answer.err.contains(said), "{}", answer.err);
        assert!(answer.err.contains("aether_cli::Cli"), "{}", answer.err);
    }
}
