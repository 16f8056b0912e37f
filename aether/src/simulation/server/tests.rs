use std::time::Duration;

use super::{Connection, Server};
use crate::{
    Capabilities, Checkpoint, CheckpointStore as _, Commit, Event, EventStore, EventStoreExt as _,
    Position, StoreErrorKind, Version,
    bus::{EventBus as _, EventStored, SubscriptionFilter, Told, conformance::Nodes},
    bus_conformance, checkpoint_conformance,
    simulation::Faults,
    snapshot_conformance, store_conformance, transaction_conformance,
};

/// What a network does that loses nothing for good: a store on it keeps every promise.
const BAD: Faults = Faults::none()
    .delay(Duration::from_millis(2))
    .attempt(Duration::from_millis(40))
    .patience(Duration::from_secs(30))
    .lost(2)
    .repeated(10)
    .refused(3)
    .stale(100);

fn sound() -> Connection {
    Server::new(1).connect()
}

fn shaken() -> Connection {
    Server::new(1).faults(BAD).connect()
}

/// Nothing is lost that nobody would ask for again.
fn buses(count: usize, faults: Faults) -> Nodes<crate::bus::SimulatedEventBus> {
    let server = Server::new(1).faults(faults);
    Nodes::new((0..count).map(|_| server.connect().bus()).collect(), ())
}

store_conformance!(store, async || sound());
checkpoint_conformance!(checkpoints, async || sound());
snapshot_conformance!(snapshots, async || sound());
transaction_conformance!(transactions, async || sound());
bus_conformance!(bus, async || buses(3, Faults::none()));

store_conformance!(store_on_a_bad_network, async || shaken());
checkpoint_conformance!(checkpoints_on_a_bad_network, async || shaken());
snapshot_conformance!(snapshots_on_a_bad_network, async || shaken());
transaction_conformance!(transactions_on_a_bad_network, async || shaken());
bus_conformance!(late_bus, async || {
    // The delay is real time, and a case with more pairs of buses takes as many times longer.
    buses(2, Faults::none().delay(Duration::from_millis(1)))
});

fn event(actor: &str, version: u64) -> Event {
    Event::new(actor, version, "Counted", &version).unwrap()
}

fn commit(actor: &str, version: u64) -> Commit {
    Commit::new([event(actor, version)]).unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_append_without_an_answer_is_in_doubt_and_known_when_it_is_made_again() {
    let server = Server::new(7);
    let store = server.connect();
    let commit = commit("a", 1);
    // Every answer is lost, and so is every request with the next seed.
    for seed in 0..8 {
        let server = Server::new(seed).faults(Faults::none().lost(100));
        let err = server.connect().append(commit.clone()).await.unwrap_err();
        assert_eq!(err.kind(), StoreErrorKind::InDoubt, "{err}");
    }
    let receipt = store.append(commit.clone()).await.unwrap();
    assert_eq!(store.append(commit).await.unwrap(), receipt);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_takes_is_not_stored_and_not_in_doubt() {
    let server = Server::new(1).faults(Faults::none().refused(100));
    let err = server.connect().append(commit("a", 1)).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
    assert_eq!(server.log(), []);
}

#[tokio::test(start_paused = true)]
async fn an_outage_lasts_and_loses_nothing_that_was_acknowledged() {
    let faults = Faults::usual().patience(Duration::from_mins(1));
    let server = Server::new(3).faults(faults);
    let (store, begun) = (server.connect(), tokio::time::Instant::now());
    let first = store.append(commit("a", 1)).await.unwrap();
    server.outage(Duration::from_secs(8));
    let second = store.append(commit("a", 2)).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(8));
    assert!(first.position < second.position);
    assert_eq!(server.log().len(), 2);
}

#[tokio::test]
async fn a_stale_read_lags_behind_others_and_never_behind_what_was_seen() {
    let server = Server::new(5).faults(Faults::none().stale(100));
    let (writer, reader) = (server.connect(), server.connect());
    for version in 1..=50 {
        writer.append(commit("a", version)).await.unwrap();
    }
    let actor = event("a", 1).actor_id;
    let (mut seen, mut behind) = (Version::NONE, 0);
    for _ in 0..20 {
        let version = reader.version(&actor).await.unwrap();
        assert!(version >= seen, "{version} after {seen}");
        behind += u32::from(version < Version::new(50));
        seen = version;
    }
    assert!(behind > 0, "no read was behind");
    assert_eq!(writer.version(&actor).await.unwrap(), Version::new(50));
}

#[tokio::test(start_paused = true)]
async fn what_is_accepted_is_not_seen_before_it_is_applied_and_the_next_one_waits_for_it() {
    let faults = Faults::none().delay(Duration::from_millis(100));
    let server = Server::new(11).faults(faults);
    let (one, other) = (server.connect(), server.connect());
    let (first, second) = (commit("a", 1), commit("a", 1));
    let answers = tokio::join!(one.append(first), other.append(second));
    let refused = [answers.0, answers.1].into_iter().filter_map(Result::err);
    let refused: Vec<_> = refused.collect();
    assert_eq!(refused.len(), 1);
    let conflict = refused[0].version_conflict().expect("a conflict");
    assert_eq!(conflict.current, Version::new(1), "the winner is seen");
}

#[tokio::test(start_paused = true)]
async fn nothing_passes_over_a_line_that_is_cut() {
    let server = Server::new(1);
    let (store, other) = (server.connect(), server.connect());
    store.cut(true);
    let err = store.append(commit("a", 1)).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::InDoubt);
    assert!(store.head().await.is_err());
    assert_eq!(other.head().await.unwrap(), Position::START);
    store.cut(false);
    store.append(commit("a", 1)).await.unwrap();
    assert_eq!(other.head().await.unwrap(), Position::new(1));
}

#[tokio::test]
async fn a_checkpoint_that_was_another_one_meanwhile_is_not_replaced() {
    let server = Server::new(1);
    let (one, other) = (server.connect(), server.connect());
    let at = |position| Checkpoint::from(Position::new(position));
    one.replace_checkpoint("r", &at(0), at(4)).await.unwrap();
    let err = other
        .replace_checkpoint("r", &at(0), at(5))
        .await
        .unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Conflict);
    assert_eq!(other.checkpoint("r").await.unwrap(), at(4));
}

#[tokio::test(start_paused = true)]
async fn a_bus_over_a_cut_line_tells_what_is_missed_when_it_is_back() {
    let server = Server::new(1);
    let (near, far) = (server.connect(), server.connect());
    let (speaker, listener) = (near.bus(), far.bus());
    let namespace = near.namespace().clone();
    let wanted = SubscriptionFilter::of(namespace.clone());
    let mut notices = listener.subscribe(wanted).await.unwrap();
    let tell = async |version| {
        let recorded = crate::Recorded {
            position: Position::new(version),
            commit: commit("a", version),
        };
        let notice = EventStored::new(namespace.clone(), recorded);
        speaker.publish(std::sync::Arc::new(notice)).unwrap();
        speaker.flush().await.unwrap();
    };
    tell(1).await;
    far.cut(true);
    tell(2).await;
    tell(3).await;
    far.cut(false);
    tell(4).await;
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(match notices.next().await.unwrap() {
            Told::Stored(notice) => notice.position.to_string(),
            other @ (Told::Missed(_) | Told::Disconnected | Told::Reconnected) => {
                format!("{other:?}")
            }
        });
    }
    assert_eq!(told, ["1", "Disconnected", "Reconnected", "Missed(2)", "4"]);
}

#[tokio::test]
async fn the_log_is_what_all_stores_read() {
    let server = Server::new(1);
    let (one, other) = (server.connect(), server.connect());
    one.save(event("a", 1)).await.unwrap();
    other.save(event("b", 1)).await.unwrap();
    assert_eq!(one.log(Position::START).await.unwrap(), server.log());
    assert!(one.capabilities().transaction > Capabilities::default().transaction);
}
