use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::{
    diff,
    failure::fail_because,
    history::{actor_id, fold_one, store},
    outline,
    redaction::Redaction,
};
use crate::{
    Event, Timestamp, Version,
    domain::{Aggregate, Replayed},
};

/// Asserts that the state after each event of a history is the one in the snapshot.
///
/// The history is a list of events of any of the aggregate's kinds, or stored events: those of a
/// store, of [`Given::stored`](crate::testing::Given::stored) or of
/// [`Then::stored`](crate::testing::Then::stored). The aggregate implements `Serialize`.
///
/// ```
/// use aether::{prelude::*, testing::assert_replay_snapshot};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Deposited { pub cents: u64 }
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct Closed {}
/// # #[derive(Aggregate, Debug, Default, Serialize)]
/// # #[aggregate(events(Deposited, Closed))]
/// # pub struct Account { cents: u64, closed: bool }
/// # #[handlers]
/// # impl Account {
/// #     #[apply]
/// #     fn deposited(&mut self, event: &Deposited) { self.cents += event.cents; }
/// #     #[apply]
/// #     fn closed(&mut self, _event: &Closed) { self.closed = true; }
/// # }
///
/// assert_replay_snapshot!(Account, [Deposited { cents: 30 }, Closed {}], @r"
/// Account
///     cents: 0
///     closed: false
///
/// 1 Deposited, schema version 1
///   | cents: 30
///   - cents: 0
///   + cents: 30
///     closed: false
///
/// 2 Closed, schema version 1
///   | {}
///     cents: 30
///   - closed: false
///   + closed: true
/// ");
/// ```
///
/// After the name and the first state of the aggregate comes each event: its version, its type,
/// the version of its schema, its data behind `|`, and the state after it, in which `+` marks the
/// lines that are new and `-` those that are gone.
///
/// Without the `@".."` the snapshot is a file beside the test, named after the test, or after a
/// text that comes first: `assert_replay_snapshot!("closed_account", Account, events)`. It is an
/// [insta](https://insta.rs) snapshot: review it with `cargo insta review`, or run the test with
/// `INSTA_UPDATE=always`. The crate that uses this macro need not depend on insta.
///
/// What differs from run to run is replaced: UUIDs by `[uuid-1]`, `[uuid-2]` and so on in the
/// order in which they appear, so that equal ids stay equal, and moments in RFC 3339 by `[time]`.
/// Keys are sorted. The elements of a `HashSet` are not.
///
/// # Panics
/// If the snapshot is another one, an event cannot be stored or read, or the state cannot be
/// written as JSON.
#[macro_export]
macro_rules! assert_replay_snapshot {
    ($name:literal, $aggregate:ty, [$($event:expr),* $(,)?] $(,)?) => {
        $crate::assert_replay_snapshot!(
            $name, $aggregate, $crate::assert_replay_snapshot!(@stored $aggregate, $($event),*)
        )
    };
    ($name:literal, $aggregate:ty, $events:expr $(,)?) => {
        $crate::testing::insta::assert_snapshot!(
            $name,
            $crate::testing::replay_snapshot::<$aggregate>($events),
            stringify!($aggregate)
        )
    };
    (@stored $aggregate:ty, $($event:expr),*) => {
        $crate::testing::stored_events::<$aggregate>([$(
            <<$aggregate as $crate::domain::Aggregate>::Event as ::std::convert::From<_>>::from(
                $event
            )
        ),*])
    };
    ($aggregate:ty, [$($event:expr),* $(,)?] $(, @$snapshot:literal)? $(,)?) => {
        $crate::assert_replay_snapshot!(
            $aggregate,
            $crate::assert_replay_snapshot!(@stored $aggregate, $($event),*)
            $(, @$snapshot)?
        )
    };
    ($aggregate:ty, $events:expr, @$snapshot:literal $(,)?) => {
        $crate::testing::insta::assert_snapshot!(
            $crate::testing::replay_snapshot::<$aggregate>($events),
            stringify!($aggregate),
            @$snapshot
        )
    };
    ($aggregate:ty, $events:expr $(,)?) => {
        $crate::testing::insta::assert_snapshot!(
            ::std::option::Option::<&str>::None,
            $crate::testing::replay_snapshot::<$aggregate>($events),
            stringify!($aggregate)
        )
    };
}

/// Writes a history in its stored form, at the beginning of 1970.
///
/// # Panics
/// If an event cannot be stored.
#[track_caller]
pub fn stored_events<A: Aggregate>(events: impl IntoIterator<Item = A::Event>) -> Vec<Event> {
    let actor_id = actor_id(&format!("{}.given", A::META.name));
    let mut stored = Vec::new();
    let mut version = Version::NONE;
    for event in events {
        version = version.next();
        stored.push(store(&event, &actor_id, version, Timestamp::UNIX_EPOCH));
    }
    stored
}

/// The text that [`assert_replay_snapshot!`](crate::assert_replay_snapshot) compares.
///
/// # Panics
/// If an event cannot be read, or the state cannot be written as JSON.
#[track_caller]
pub fn replay_snapshot<A: Aggregate + Serialize>(events: impl AsRef<[Event]>) -> String {
    let mut replayed = Replayed::<A>::new(actor_id(A::META.name.as_str()));
    let mut redaction = Redaction::default();
    let mut state = outline_of(replayed.state(), &mut redaction);
    let mut text = format!("{}\n", A::META.name);
    write_lines(&mut text, "   ", state.lines());
    for event in events.as_ref() {
        fold_one(&mut replayed, event);
        text.push('\n');
        write_event(&mut text, event, &mut redaction);
        let after = outline_of(replayed.state(), &mut redaction);
        for (fate, line) in diff::compare(&state, &after) {
            write_lines(&mut text, &format!("  {}", fate.mark()), [line]);
        }
        state = after;
    }
    text
}

fn write_event(text: &mut String, event: &Event, redaction: &mut Redaction) {
    let (version, event_type, schema) = (event.version, &event.event_type, event.schema_version);
    write_lines(
        text,
        &version.to_string(),
        [format!("{event_type}, schema version {schema}")],
    );
    let data = event.data.decode::<Value>().unwrap_or_default();
    write_lines(text, "  |", outline::of(&redaction.of(data)));
}

fn write_lines<L: AsRef<str>>(text: &mut String, mark: &str, lines: impl IntoIterator<Item = L>) {
    for line in lines {
        let line = line.as_ref();
        // Writing to a `String` does not fail.
        _ = writeln!(text, "{mark} {line}");
    }
}

#[track_caller]
fn outline_of<A: Aggregate + Serialize>(state: &A, redaction: &mut Redaction) -> String {
    match serde_json::to_value(state) {
        Ok(value) => outline::of(&redaction.of(value)).join("\n"),
        Err(err) => {
            let name = A::META.name;
            fail_because(
                &format!("the state of `{name}` cannot be written as JSON"),
                &err,
            )
        }
    }
}

#[cfg(all(test, feature = "macros"))]
mod tests {
    use uuid::Uuid;

    use super::super::{fixture::*, given};

    #[test]
    fn the_state_after_each_event_is_shown_without_ids_and_times() {
        let order = Uuid::now_v7();
        let placed = OrderPlaced {
            order,
            ..placed(30)
        };
        let shipped = OrderShipped {
            parcel: Uuid::now_v7(),
            ..shipped()
        };
        assert_replay_snapshot!(Order, [placed, shipped], @r#"
        Order
            id: null
            parcel: null
            total: 0

        1 OrderPlaced, schema version 2
          | at: "[time]"
          | order: "[uuid-1]"
          | total: 30
          - id: null
          + id: "[uuid-1]"
            parcel: null
          - total: 0
          + total: 30

        2 OrderShipped, schema version 1
          | parcel: "[uuid-2]"
            id: "[uuid-1]"
          - parcel: null
          + parcel: "[uuid-2]"
            total: 30
        "#);
    }

    #[test]
    fn stored_events_of_any_schema_version_are_shown_as_stored() {
        let mut events = given::<Order>((placed(1), shipped())).stored().to_vec();
        events.truncate(1);
        events[0].schema_version = 1;
        let data = serde_json::json!({ "order": id(7), "euros": 3 });
        events[0].data = crate::Payload::of(&data).unwrap();
        assert_replay_snapshot!(Order, events, @r#"
        Order
            id: null
            parcel: null
            total: 0

        1 OrderPlaced, schema version 1
          | euros: 3
          | order: "[uuid-1]"
          - id: null
          + id: "[uuid-1]"
            parcel: null
          - total: 0
          + total: 300
        "#);
    }

    #[test]
    fn an_empty_history_shows_the_first_state() {
        assert_replay_snapshot!(Order, [], @r"
        Order
            id: null
            parcel: null
            total: 0
        ");
    }

    #[test]
    fn a_snapshot_may_be_a_file() {
        assert_replay_snapshot!(Order, [placed(30), shipped()]);
        let order = given::<Order>(placed(30));
        assert_replay_snapshot!("placed_order", Order, order.stored());
        assert_replay_snapshot!("placed_order", Order, [placed(30)]);
    }

    #[test]
    fn an_unreadable_event_fails_the_test() {
        let mut events = given::<Order>(placed(1)).stored().to_vec();
        events[0].schema_version = 3;
        let message = message_of(move || drop(super::replay_snapshot::<Order>(&events)));
        assert!(
            message.contains("this build knows versions up to 2"),
            "{message}"
        );
    }
}
