#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use serde_json::{Value, json};

use super::fixture::{actor, commit, fill, history, ok, positions, recorded, same};
use crate::{ActorId, CommandId, Commit, Event, EventStore, Payload, Position, Timestamp, Version};

/// What was stored a moment ago is there: its version, its events, its position.
pub async fn what_was_stored_is_read_at_once<S: EventStore>(store: &S) {
    let actor = actor("at once");
    for version in 1..=100 {
        let stored = commit(&actor, version, 1);
        let receipt = ok(store.append(stored.clone()).await);
        assert_eq!(ok(store.version(&actor).await), Version::new(version));
        let page = ok(store.read(&actor, Version::new(version - 1)).await);
        same(&page.commits, &[recorded(receipt, stored)]);
        assert!(ok(store.head().await) >= receipt.position);
    }
}

/// Reading again gives the same, whatever was stored meanwhile.
pub async fn what_was_read_stays<S: EventStore>(store: &S) {
    let (actor, other) = (actor("stays"), actor("goes on"));
    fill(store, &actor, 20).await;
    let before = history(store, &actor, Version::NONE).await;
    fill(store, &other, 20).await;
    ok(store.append(commit(&actor, 21, 3)).await);
    let after = history(store, &actor, Version::NONE).await;
    assert_eq!(after.len(), 21);
    same(after.split_at(20).0, &before);
}

/// An event is read as it was stored: ids, moment, types, data to the byte, all its metadata.
pub async fn metadata_and_payload_come_back_unchanged<S: EventStore>(store: &S) {
    let actor = actor("unchanged");
    let mut events = Vec::new();
    for (index, data) in payloads().into_iter().enumerate() {
        let version = Version::new(index as u64 + 1);
        let event_type = format!("Täst, \"quoted\"\r\n% {index}");
        let mut event = Event::recorded(actor.clone(), version, event_type, data);
        event.schema_version = u32::MAX - 7;
        event.timestamp = Timestamp::UNIX_EPOCH.after(std::time::Duration::new(9, 123_456_789));
        event.metadata.correlation_id = Some("order 7/ü\"\\".to_owned());
        event.metadata.causation_id = Some(String::new());
        event.metadata.traceparent = (index % 2 == 0).then(|| "00-ab-cd-01".to_owned());
        ok(event.metadata.insert("tenant", "Überlingen\n"));
        ok(event.metadata.insert("x1", ""));
        events.push(event);
    }
    let plain = commit(&actor, events.len() as u64 + 1, 1);
    let full = ok(Commit::new(events)).caused_by(CommandId::new());
    for stored in [full, plain] {
        let receipt = ok(store.append(stored.clone()).await);
        let after = stored.expected();
        let read = history(store, &actor, after).await;
        same(&read, &[recorded(receipt, stored)]);
    }
}

fn payloads() -> Vec<Payload> {
    let values = [
        json!(null),
        json!(false),
        json!(""),
        json!({ "snow": "☃ 雪", "escape": "\u{0}\u{1f}\"\\/\u{7f}\u{2028}", "": [] }),
        json!([-0.0, 1e300, u64::MAX, i64::MIN]),
        Value::String("long ".repeat(20_000)),
    ];
    let written = values.iter().map(|value| ok(Payload::of(value)));
    let verbatim = ["{ \"b\" : 1.50,\n\"a\":1e2 ,\"b\":2}", "\"\\u00e9\\/\""];
    let verbatim = verbatim.iter().map(|text| ok(Payload::from_json(*text)));
    written.chain(verbatim).collect()
}

/// An actor that nothing is known of has version 0 and no commits.
pub async fn an_actor_without_events_has_no_history<S: EventStore>(store: &S) {
    fill(store, &actor("known"), 3).await;
    for name in ["unknown", "know", "known.", "known.x", "*", ">"] {
        let unknown = actor(name);
        assert_eq!(ok(store.version(&unknown).await), Version::NONE, "{name}");
        for after in [0, 1, 7] {
            let page = ok(store.read(&unknown, Version::new(after)).await);
            assert!(page.commits.is_empty() && !page.more, "{name}: {page:?}");
        }
    }
}

/// A read gives what is later than the version, and a commit that lies across it whole.
pub async fn a_read_begins_after_the_version_it_is_given<S: EventStore>(store: &S) {
    let actor = actor("begins");
    let mut stored = Vec::new();
    for (first, size) in [(1, 1), (2, 3), (5, 2), (7, 1)] {
        let commit = commit(&actor, first, size);
        let receipt = ok(store.append(commit.clone()).await);
        stored.push(recorded(receipt, commit));
    }
    for (after, skipped) in [
        (0, 0),
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 2),
        (6, 3),
        (7, 4),
        (8, 4),
        (99, 4),
    ] {
        let read = history(store, &actor, Version::new(after)).await;
        assert_eq!(
            positions(&read),
            positions(stored.split_at(skipped).1),
            "after version {after}"
        );
        same(&read, stored.split_at(skipped).1);
    }
}

/// A long history is read page by page, without a gap and without a repetition.
pub async fn pages_cover_the_whole_history<S: EventStore>(store: &S) {
    let (long, other) = (actor("long"), actor("in between"));
    let (commits, size) = (1_100, 3);
    let mut stored = Vec::new();
    for index in 0..commits {
        let commit = commit(&long, index * size + 1, size);
        let receipt = ok(store.append(commit.clone()).await);
        stored.push(recorded(receipt, commit));
        if index % 100 == 0 {
            ok(store.append(self::commit(&other, index / 100 + 1, 1)).await);
        }
    }
    same(&history(store, &long, Version::NONE).await, &stored);
    assert_eq!(history(store, &other, Version::NONE).await.len(), 11);
    let tail = history(store, &long, Version::new(1_500)).await;
    same(&tail, stored.split_at(500).1);
}

/// Any two different texts are two actors, whatever characters they hold.
pub async fn ids_of_any_text_are_kept_apart<S: EventStore>(store: &S) {
    let actors: Vec<ActorId> = odd_names().iter().map(|name| actor(name)).collect();
    let mut stored = Vec::new();
    for actor in &actors {
        assert_eq!(ok(store.version(actor).await), Version::NONE, "{actor:?}");
        let commit = commit(actor, 1, 1);
        let receipt = ok(store.append(commit.clone()).await);
        stored.push(recorded(receipt, commit));
    }
    for (actor, stored) in actors.iter().zip(stored) {
        same(&history(store, actor, Version::NONE).await, &[stored]);
        assert_eq!(ok(store.version(actor).await), Version::FIRST, "{actor:?}");
    }
    assert!(ok(store.head().await) > Position::START);
}

fn odd_names() -> Vec<String> {
    let names = [
        "a", "A", "a.b", "a%2Eb", "a%2eb", "a%252Eb", "a b", "a%20b", "a+b", ".", "..", "...",
        ".a", "a.", "a..b", "%", "%.%", "%%", "%00", "\u{0}", "*", "a.*", "*.a", ">", "a.>", "$",
        "$JS.API", "\\", "/", "a/b", "\n", "\r\n", "\t", " ", "  ", "ü", "u\u{308}", "雪", "🦀",
        "\u{feff}", "'", "\"", "{}", "_", "-", "~", "\u{7f}", "\u{85}", "null",
    ];
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    // Whatever an encoding puts in the place of an empty token, it is one of these.
    names.extend((' '..='~').map(|sign| format!("{sign}.{sign}")));
    names.extend((' '..='~').map(|sign| format!("b{sign}")));
    for long in [".", "x", "x.", "*", "%", "é"] {
        names.push(long.repeat(ActorId::MAX_BYTES / long.len()));
    }
    names.push("x".repeat(ActorId::MAX_BYTES - 1));
    names.sort_unstable();
    names.dedup();
    names
}
