//! Any personal value, of any subject, goes in and comes out as it was, and is nowhere else.

use eventstorming::meta::{self, Contexts};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{InMemoryKeyStore, SealedStore};
use crate::{
    ActorId, ActorSnapshot, Commit, CommitId, CommitRef, Event, EventStore as _,
    EventStoreExt as _, InMemoryEventStore, Payload, Position, Sessions, SnapshotStore as _,
    Timestamp, Version,
};

const NOWHERE: meta::Location = meta::Location { file: "", line: 0 };

static EVENT: meta::Event = meta::Event {
    name: meta::Name::new("Said"),
    aliases: &["Spoken"],
    version: 1,
    rust_type: "Said",
    pivotal: false,
    phase: None,
    marks: meta::Marks::NONE,
    personal: &[
        meta::Personal {
            field: "what",
            optional: false,
            subject: meta::Subject::Field(&["by", "whom"]),
        },
        meta::Personal {
            field: "how",
            optional: true,
            subject: meta::Subject::Actor,
        },
    ],
    docs: meta::Docs::NONE,
    location: NOWHERE,
};

static CONTEXT: meta::Context = meta::Context {
    name: meta::Name::new("Talking"),
    owner: None,
    policies: &[],
    process_managers: &[],
    projections: &[],
    external_systems: &[],
    upstream: &[],
    docs: meta::Docs::NONE,
    location: NOWHERE,
    aggregates: &[&meta::Aggregate {
        name: meta::Name::new("Person"),
        events: &[&EVENT],
        handlers: &[],
        remarks: &[],
        docs: meta::Docs::NONE,
        location: NOWHERE,
    }],
};

struct Talking;

impl Contexts for Talking {
    const CONTEXTS: &'static [&'static meta::Context] = &[&CONTEXT];
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(Map::from_iter(map))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_appended_is_what_is_read(
        (what, how) in (value(), proptest::option::of(value())),
        (whom, rest) in (".{1,30}", value()),
        alias: bool,
    ) {
        prop_assume!(whom != "$state");
        let secret = "s3cr3t-and-nowhere-to-be-found";
        let mut data = json!({ "what": [what, secret], "by": { "whom": whom }, "rest": rest });
        if let Some(how) = how {
            data["how"] = json!({ "as": how, "with": secret });
        }
        let name = if alias { "Spoken" } else { "Said" };
        let event = Event::recorded(
            ActorId::new("Person.7").unwrap(),
            Version::FIRST,
            name,
            Payload::of(&data).unwrap(),
        );
        let commit = Commit::new([event]).unwrap();
        let inner = InMemoryEventStore::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let builder = SealedStore::builder(inner.clone(), InMemoryKeyStore::new());
            let store = builder.contexts::<Talking>().open().await.unwrap();
            store.append(commit.clone()).await.unwrap();
            let read = store.log(Position::START).await.unwrap();
            assert_eq!(read[0].commit, commit);
            let kept = inner.log(Position::START).await.unwrap();
            assert!(!format!("{kept:?}").contains(secret));
        });
    }
}

/// A state in the memory of another process may hold what was forgotten since.
#[tokio::test]
async fn no_actor_goes_on_from_a_state_that_did_not_come_from_the_store() {
    let snapshot = ActorSnapshot {
        actor_id: ActorId::new("Person.7").unwrap(),
        version: Version::FIRST,
        last_commit: CommitRef {
            id: CommitId::new(),
            expected: Version::NONE,
            position: Position::new(1),
        },
        sessions: Sessions::default(),
        state: Payload::of(&json!({ "name": "Ada L." })).unwrap(),
        schema_hash: 7,
        timestamp: Timestamp::UNIX_EPOCH,
    };
    let inner = InMemoryEventStore::new();
    let builder = SealedStore::builder(inner.clone(), InMemoryKeyStore::new());
    let store = builder.contexts::<Talking>().open().await.unwrap();
    assert!(inner.admit_snapshot(&snapshot));
    assert!(!store.admit_snapshot(&snapshot));
}
