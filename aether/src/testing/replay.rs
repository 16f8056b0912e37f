use std::{fmt::Debug, iter::successors};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    failure::{expect_equal, fail, fail_because},
    history::{actor_of, fold, read},
};
use crate::{
    Commit, CommitRef, Event, Payload, Position, Recorded, Timestamp, Version,
    domain::{Aggregate, NewEvent, Origin, Replayed},
};

/// Asserts that however a history is read, the state is the same.
///
/// The history, oldest event first, is folded in one go; in commits of 1, 2, 4, .. events, each of
/// which arrives twice; after every event is read and written anew, as this build writes it; and,
/// if the aggregate says `snapshot`, with the state kept and read back after each commit.
///
/// What is stored already is verified by
/// [`verify_context`](crate::runtime::verify_context), on whatever store it is.
///
/// ```
/// use aether::{prelude::*, testing::{assert_replays_equal, given}};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Counted { pub by: u32 }
/// # #[derive(Aggregate, Debug, Default, PartialEq)]
/// # #[aggregate(events(Counted))]
/// # pub struct Counter { total: u32 }
/// # #[handlers]
/// # impl Counter { #[apply] fn counted(&mut self, event: &Counted) { self.total += event.by; } }
///
/// let counter = given::<Counter>((Counted { by: 2 }, Counted { by: 3 }));
/// assert_replays_equal::<Counter>(counter.stored());
/// ```
///
/// # Panics
/// If a state differs; if there are no events, or they are not the events of one actor from its
/// first event on; or if an event cannot be read or written.
#[track_caller]
pub fn assert_replays_equal<A: Aggregate + PartialEq + Debug>(events: &[Event]) {
    let actor_id = actor_of::<A>(events);
    check(events);
    let whole = fold::<A>(actor_id.clone(), events);
    for size in sizes(events) {
        let batched = in_commits::<A>(events, size);
        expect_equal(
            &format!("folded in commits of {size}, the state is another one"),
            &whole,
            &batched,
        );
    }
    for size in sizes(events).filter(|_| Replayed::<A>::is_kept()) {
        expect_equal(
            &format!("kept in snapshots after every {size} events, the state is another one"),
            &whole,
            &in_snapshots::<A>(events, size),
        );
    }
    let mut rewritten = Vec::with_capacity(events.len());
    for event in events {
        rewritten.push(rewrite::<A>(event));
    }
    expect_equal(
        "after every event is written anew, the state is another one",
        &whole,
        &fold::<A>(actor_id, &rewritten),
    );
}

/// The sizes of commits that a history is cut into.
fn sizes(events: &[Event]) -> impl Iterator<Item = usize> {
    successors(Some(1), |size| Some(size * 2)).take_while(|size| *size <= events.len())
}

/// Events that are not those of one actor from its first event on are no history.
#[track_caller]
fn check(events: &[Event]) {
    let expected = commit(events).expected();
    if expected != Version::NONE {
        let first = expected.next();
        fail(&format!(
            "the events are not a history: the first is event {first}"
        ));
    }
}

#[track_caller]
fn commit(events: &[Event]) -> Commit {
    match Commit::new(events.iter().cloned()) {
        Ok(commit) => commit,
        Err(err) => fail_because("the events are not a history", &err),
    }
}

/// Folds a history in commits, each of which arrives twice.
#[track_caller]
fn in_commits<A: Aggregate>(events: &[Event], size: usize) -> Replayed<A> {
    let mut replayed = Replayed::<A>::new(actor_of::<A>(events));
    for chunk in events.chunks(size) {
        let commit = commit(chunk);
        for _ in 0..2 {
            if let Err(err) = replayed.apply_commit(&commit, Position::START) {
                fail_because("the history cannot be folded", &err);
            }
        }
    }
    replayed
}

/// Folds a history in commits, after each of which it goes on from a snapshot.
#[track_caller]
fn in_snapshots<A: Aggregate>(events: &[Event], size: usize) -> Replayed<A> {
    let mut replayed = Replayed::<A>::new(actor_of::<A>(events));
    for (position, chunk) in (1..).zip(events.chunks(size)) {
        let position = Position::new(position);
        let commit = commit(chunk);
        if let Err(err) = replayed.apply_commit(&commit, position) {
            fail_because("the history cannot be folded", &err);
        }
        let last_commit = CommitRef::of(&Recorded { position, commit });
        replayed = match replayed.snapshot(last_commit, Timestamp::UNIX_EPOCH) {
            Ok(Some(snapshot)) => match Replayed::resume(&snapshot) {
                Ok(resumed) => resumed,
                Err(err) => fail_because("a snapshot cannot be read back", &err),
            },
            Ok(None) => replayed,
            Err(err) => fail_because("the state cannot be kept", &err),
        };
    }
    replayed
}

/// The same event as this build writes it.
#[track_caller]
fn rewrite<A: Aggregate>(event: &Event) -> Event {
    match NewEvent::of(&read::<A::Event>(event)) {
        Ok(written) => {
            let mut event = event.clone().with_schema_version(written.schema_version);
            (event.event_type, event.data) = (written.event_type, written.data);
            event
        }
        Err(err) => fail_because("an event cannot be written anew", &err),
    }
}

/// Asserts that a state which is written and read back after any event is the same, and goes on
/// in the same way: that snapshots of it can be trusted.
///
/// ```
/// use aether::{prelude::*, testing::{assert_snapshots_resume, given}};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Counted { pub by: u32 }
/// # #[derive(Aggregate, Debug, Default, PartialEq, Serialize, Deserialize)]
/// # #[aggregate(events(Counted))]
/// # pub struct Counter { total: u32 }
/// # #[handlers]
/// # impl Counter { #[apply] fn counted(&mut self, event: &Counted) { self.total += event.by; } }
///
/// let counter = given::<Counter>((Counted { by: 2 }, Counted { by: 3 }));
/// assert_snapshots_resume::<Counter>(counter.stored());
/// ```
///
/// # Panics
/// If a state differs, there are no events, an event cannot be read, or a state cannot be written
/// and read back.
#[track_caller]
pub fn assert_snapshots_resume<A>(events: &[Event])
where
    A: Aggregate + Serialize + DeserializeOwned + PartialEq + Debug,
{
    check(events);
    let (mut state, mut resumed) = (A::default(), A::default());
    for event in events {
        let origin = Origin::of(event, Position::START);
        state.apply(read(event), &origin);
        resumed.apply(read(event), &origin);
        resumed = match Payload::of(&resumed).and_then(|state| state.decode()) {
            Ok(resumed) => resumed,
            Err(err) => fail_because(
                &format!("the state after event {} cannot be kept", event.version),
                &err,
            ),
        };
        expect_equal(
            &format!(
                "kept after event {}, the state is another one",
                event.version
            ),
            &state,
            &resumed,
        );
    }
}

#[cfg(all(test, feature = "macros"))]
mod tests {
    use serde_json::json;

    use super::super::{fixture::*, given};
    use super::*;
    use crate::{domain::SnapshotCodec, prelude::Deserialize};

    fn history() -> Vec<Event> {
        given::<Order>((placed(30), shipped(), shipped()))
            .stored()
            .to_vec()
    }

    #[test]
    fn a_history_gives_one_state_however_it_is_read() {
        assert_replays_equal::<Order>(&history());
        let mut old = history();
        old[0].schema_version = 1;
        old[0].data = Payload::of(&json!({ "order": id(7), "euros": 3 })).unwrap();
        assert_replays_equal::<Order>(&old);
        assert_eq!(rewrite::<Order>(&old[0]).schema_version, 2);
        assert_eq!(in_commits::<Order>(&old, 2).total, 300);
    }

    #[test]
    fn what_is_no_history_fails_the_test() {
        let message = message_of(|| assert_replays_equal::<Order>(&[]));
        assert!(
            message.ends_with("so there is nothing to replay"),
            "{message}"
        );
        let twice = [history(), history()].concat();
        let message = message_of(move || assert_replays_equal::<Order>(&twice));
        assert!(
            message.starts_with("the events are not a history\n  because: "),
            "{message}"
        );
        let message = message_of(|| assert_replays_equal::<Order>(&history()[1..]));
        assert_eq!(
            message,
            "the events are not a history: the first is event 2"
        );
    }

    #[test]
    fn an_unreadable_event_fails_the_test_with_the_reason() {
        let mut unreadable = history();
        unreadable[1].data = Payload::of(&json!({ "parcel": 1 })).unwrap();
        let message = message_of(move || assert_replays_equal::<Order>(&unreadable));
        assert!(
            message.starts_with(
                "event 2 cannot be read from what is stored: {\"parcel\":1}\n  because: the data \
                 of \"OrderShipped\" in version 1 has another shape\n  because: invalid type"
            ),
            "{message}"
        );
    }

    #[test]
    fn a_state_that_a_snapshot_does_not_keep_fails_the_test() {
        assert_snapshots_resume::<Order>(&history()[..1]);
        let message = message_of(|| assert_snapshots_resume::<Order>(&history()));
        assert!(
            message.starts_with("kept after event 2, the state is another one\n"),
            "{message}"
        );
        assert!(
            message.contains("-     notes: [\n-         \"\",\n-     ],\n+     notes: [],"),
            "{message}"
        );
    }

    #[test]
    fn an_event_that_is_written_otherwise_than_it_is_read_fails_the_test() {
        let mut history = history();
        let data = json!({ "parcel": id(9), "note": "fragile" });
        history[2].data = Payload::of(&data).unwrap();
        let message = message_of(move || assert_replays_equal::<Order>(&history));
        assert!(
            message.starts_with("after every event is written anew, the state is another one\n"),
            "{message}"
        );
        assert!(
            message.contains("-             \"fragile\",\n"),
            "{message}"
        );
    }

    /// An order whose state is kept.
    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Kept(Order);

    impl crate::domain::Snapshots for Kept {}

    impl Aggregate for Kept {
        type Event = OrderEvent;
        const META: &'static eventstorming::meta::Aggregate = Order::META;
        const SNAPSHOTS: Option<SnapshotCodec<Self>> = Some(SnapshotCodec::new());

        fn apply(&mut self, event: OrderEvent, origin: &Origin<'_>) {
            Aggregate::apply(&mut self.0, event, origin);
        }
    }

    #[test]
    fn a_kept_state_that_loses_a_part_fails_the_test() {
        assert_replays_equal::<Kept>(&history()[..1]);
        let message = message_of(|| assert_replays_equal::<Kept>(&history()));
        assert!(
            message
                .starts_with("kept in snapshots after every 1 events, the state is another one\n"),
            "{message}"
        );
        assert!(message.contains("notes: []"), "{message}");
    }

    /// No two of them are the same.
    #[derive(Debug, Default)]
    struct Fickle(Order);

    impl PartialEq for Fickle {
        fn eq(&self, _: &Self) -> bool {
            false
        }
    }

    impl Aggregate for Fickle {
        type Event = OrderEvent;
        const META: &'static eventstorming::meta::Aggregate = Order::META;

        fn apply(&mut self, event: OrderEvent, origin: &Origin<'_>) {
            Aggregate::apply(&mut self.0, event, origin);
        }
    }

    #[test]
    fn a_state_that_differs_fails_the_test() {
        let message = message_of(|| assert_replays_equal::<Fickle>(&history()));
        assert!(
            message.starts_with("folded in commits of 1, the state is another one\n"),
            "{message}"
        );
    }
}
