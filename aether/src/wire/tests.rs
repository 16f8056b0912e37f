use std::{fmt::Write as _, sync::Arc};

use bytes::Bytes;
use proptest::prelude::*;

use super::{decode::decode_any, *};
use crate::{
    CommandId, Commit, Event, EventId, Metadata, Namespace, OutgoingCommand, Payload, Position,
    Sequence, SessionMark, Timer, TimerChange, Timestamp, Version,
};

/// A document with all that is needed, in which a test changes one thing.
fn document(changes: &[(&str, &str)]) -> Bytes {
    let mut attributes = vec![
        ("specversion", r#""1.0""#),
        ("id", r#""0193b4d2-6c41-7000-8000-000000000001""#),
        ("type", r#""OrderPlaced""#),
        ("source", r#""/elsewhere""#),
        ("subject", r#""order-123""#),
        ("time", r#""2026-11-21T08:00:00Z""#),
        ("actorversion", "1"),
        ("data", r#"{"total":1}"#),
    ];
    for (name, value) in changes {
        attributes.retain(|(other, _)| other != name);
        if !value.is_empty() {
            attributes.push((name, value));
        }
    }
    let mut text = String::from("{");
    for (index, (name, value)) in attributes.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(text, "{comma}\"{name}\": {value}").unwrap();
    }
    Bytes::from(text + "}")
}

fn read(changes: &[(&str, &str)]) -> Event {
    decode(&document(changes)).unwrap().events.remove(0)
}

fn refused(body: &Bytes) -> String {
    decode(body).unwrap_err().to_string()
}

fn check_refusal(name: &str, value: &str, text: &str) {
    let refusal = refused(&document(&[(name, value)]));
    assert_eq!(refusal, format!("document 0 of the commit: {text}"));
}

#[test]
fn an_attribute_that_is_needed_must_be_there() {
    for name in [
        "specversion",
        "id",
        "type",
        "source",
        "subject",
        "time",
        "actorversion",
    ] {
        let text = format!("the attribute `{name}` is missing");
        check_refusal(name, "", &text);
        check_refusal(name, "null", &text);
    }
}

#[test]
fn an_attribute_must_hold_what_it_is_for() {
    check_refusal(
        "specversion",
        r#""0.3""#,
        "it is a CloudEvent of version `0.3`, not `1.0`",
    );
    check_refusal("id", r#""42""#, "the attribute `id` is `42`, not a UUID");
    check_refusal(
        "type",
        r#""""#,
        "the attribute `type` is ``, not the type of an event",
    );
    check_refusal(
        "source",
        r#""""#,
        "the attribute `source` is ``, not a URI reference",
    );
    check_refusal(
        "subject",
        r#""""#,
        "the attribute `subject` is ``, not the id of an actor",
    );
    check_refusal(
        "time",
        r#""noon""#,
        "the attribute `time` is `noon`, not a moment in RFC 3339",
    );
    check_refusal(
        "actorversion",
        "-1",
        "the attribute `actorversion` is `-1`, not a whole number",
    );
    check_refusal(
        "schemaversion",
        "1.5",
        "the attribute `schemaversion` is `1.5`, not a whole number",
    );
    check_refusal(
        "commandid",
        "true",
        "the attribute `commandid` is `true`, not a UUID",
    );
}

#[test]
fn data_that_is_not_json_is_refused() {
    check_refusal(
        "datacontenttype",
        r#""text/xml; charset=utf-8""#,
        "the data is `text/xml; charset=utf-8`, not JSON",
    );
    check_refusal(
        "data_base64",
        r#""AQID""#,
        "the data is `data_base64`, not JSON",
    );
    let json = r#""Application/Problem+JSON; charset=utf-8""#;
    assert_eq!(
        read(&[("datacontenttype", json)]).data.as_str(),
        r#"{"total":1}"#
    );
}

#[test]
fn attributes_of_others_are_kept_as_metadata() {
    let event = read(&[
        ("tenant", r#""eu""#),
        ("attempt", "3"),
        ("urgent", "true"),
        ("share", "0.5"),
        ("nothing", "null"),
        ("dataschema", r#""https://example.org/order.json""#),
    ]);
    let kept: Vec<_> = event.metadata.custom().iter().collect();
    let kept: Vec<_> = kept.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        kept,
        [
            ("attempt", "3"),
            ("dataschema", "https://example.org/order.json"),
            ("share", "0.5"),
            ("tenant", "eu"),
            ("urgent", "true"),
        ]
    );
    let again = Bytes::from(encode(&commit([event.clone()]), &Namespace::default()));
    assert_eq!(decode(&again).unwrap().events, [event]);
}

#[test]
fn attributes_that_cloudevents_does_not_allow_are_refused() {
    check_refusal(
        "Tenant",
        "1",
        "`Tenant` is no name of an attribute: only `a` to `z` and `0` to `9` are allowed",
    );
    check_refusal(
        "tags",
        "[1, {}]",
        "the attribute `tags` is a list or an object; only `data` may be one",
    );
    let twice = br#"{"id": "a", "id": "b"}"#;
    assert_eq!(
        refused(&Bytes::from_static(twice)),
        "document 0 of the commit: the attribute `id` is there twice"
    );
}

#[test]
fn what_is_absent_has_its_default() {
    let event = read(&[("data", "")]);
    assert_eq!((event.data.as_str(), event.schema_version), ("null", 1));
    assert_eq!(event.metadata, Metadata::new());
}

#[test]
fn an_error_says_which_document_of_a_batch_it_is_about() {
    let (good, bad) = (document(&[]), document(&[("time", "")]));
    let batch = [&b" [ "[..], &good, b" , ", &bad, b" ] "].concat();
    assert_eq!(
        refused(&batch.into()),
        "document 1 of the commit: the attribute `time` is missing"
    );
    assert_eq!(
        refused(&Bytes::from_static(b"[]")),
        "the batch holds nothing"
    );
}

#[test]
fn a_kind_that_is_not_known_is_refused() {
    check_refusal(
        "aetherkind",
        r#""query""#,
        "the attribute `aetherkind` is `query`, not a kind that is known here",
    );
}

#[test]
fn bytes_that_are_no_json_are_refused_with_the_reason() {
    for bytes in [
        &b""[..],
        b"{",
        b"7",
        b"[7]",
        b"{} {}",
        b"\xff",
        b"{\"\xff\":1}",
    ] {
        let err = decode(&Bytes::copy_from_slice(bytes)).unwrap_err();
        assert!(matches!(err.problem, Problem::Json(_)), "{bytes:?}: {err}");
        assert!(std::error::Error::source(&err).is_some());
    }
}

#[test]
fn data_is_a_slice_of_what_was_read() {
    let body = document(&[]);
    let event = decode(&body).unwrap().events.remove(0);
    let (start, data) = (
        body.as_ptr() as usize,
        event.data.as_bytes().as_ptr() as usize,
    );
    assert!((start..start + body.len()).contains(&data));
}

#[test]
fn data_comes_last_and_names_are_those_of_the_standard() {
    let mut event = read(&[("commandid", r#""0193b4d2-6c41-7000-8000-000000000002""#)]);
    event.metadata.insert("tenant", "eu").unwrap();
    event.version = Version::new(u64::from(u32::MAX));
    let namespace = Namespace::new("shop/ü").unwrap();
    assert_eq!(
        String::from_utf8(encode(&commit([event]), &namespace)).unwrap(),
        concat!(
            r#"{"specversion":"1.0","id":"0193b4d2-6c41-7000-8000-000000000001","#,
            r#""type":"OrderPlaced","source":"/aether/shop%2F%C3%BC","subject":"order-123","#,
            r#""time":"2026-11-21T08:00:00Z","datacontenttype":"application/json","#,
            r#""schemaversion":1,"actorversion":"4294967295","#,
            r#""commandid":"0193b4d2-6c41-7000-8000-000000000002","tenant":"eu","#,
            r#""data":{"total":1}}"#,
        )
    );
}

fn json() -> impl Strategy<Value = Payload> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        Just("123456789012345678901234567890.5e-300".to_owned()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just("\n [ 1 ,\t2 ]\r\n".to_owned()),
    ];
    let tree = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(" ,"))),
            prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|entries| {
                let entries = entries.iter().map(|(key, value)| {
                    format!("{} : {value}", serde_json::to_string(key).unwrap())
                });
                format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
            }),
        ]
    });
    tree.prop_map(|text| Payload::from_json(text).unwrap())
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let custom = prop::collection::btree_map("[a-z0-9]{1,20}", any::<String>(), 0..4);
    let (text, id) = (any::<Option<String>>(), any::<Option<u128>>());
    let mark = (any::<(u64, u32, u32)>(), "\\PC{1,12}");
    let session = prop::option::of(mark).prop_map(|mark| {
        let ((position, event, number), session) = mark?;
        let sequence = Sequence {
            position: Position::new(position),
            event,
            number,
        };
        let session = session.into();
        Some(Arc::new(SessionMark { session, sequence }))
    });
    (text.clone(), text.clone(), text, id, session, custom).prop_map(
        |(correlation, causation, traceparent, command, session, custom)| {
            let mut metadata = Metadata::new();
            metadata.session = session;
            metadata.correlation_id = correlation;
            metadata.causation_id = causation;
            metadata.traceparent = traceparent;
            metadata.command_id = command.map(|id| CommandId::from(uuid::Uuid::from_u128(id)));
            for (key, value) in custom {
                let _reserved_names_are_refused = metadata.insert(key, value);
            }
            metadata
        },
    )
}

/// Events as they would follow each other in the history of one actor.
fn commit(events: impl IntoIterator<Item = Event>) -> Commit {
    let mut events: Vec<Event> = events.into_iter().collect();
    let actor = events[0].actor_id.clone();
    let first = events[0].version.as_u64().clamp(1, u64::MAX - 10);
    for (version, event) in (first..).zip(&mut events) {
        event.actor_id = actor.clone();
        event.version = Version::new(version);
    }
    Commit::new(events).unwrap()
}

prop_compose! {
    fn command()(
        id in any::<u128>(),
        command in "\\PC{1,20}",
        key in "\\PC{0,20}",
        data in json(),
    ) -> OutgoingCommand {
        let id = CommandId::from(uuid::Uuid::from_u128(id));
        OutgoingCommand { id, command: command.into(), key, data }
    }
}

fn change() -> impl Strategy<Value = TimerChange> {
    let due = (0_i64..250_000_000_000_000)
        .prop_map(|millis| Timestamp::from_unix_millis(millis).unwrap());
    let set = ("\\PC{0,20}", due, command())
        .prop_map(|(key, due, command)| TimerChange::Set(Timer { key, due, command }));
    prop_oneof![set, "\\PC{0,20}".prop_map(TimerChange::Cancel)]
}

prop_compose! {
    fn event()(
        id in any::<u128>(),
        actor in "\\PC{1,40}|[\\x00-\\x7f]{1,20}|[.*> %\"\\\\]{1,9}",
        event_type in "\\PC{1,20}",
        versions in (1_u64.., any::<u32>()),
        millis in -60_000_000_000_000_i64..250_000_000_000_000,
        nanos in 0_u64..1_000_000,
        data in json(),
        metadata in metadata(),
    ) -> Event {
        let moment = Timestamp::from_unix_millis(millis).unwrap();
        let mut event = Event::new(actor, versions.0, event_type, &()).unwrap()
            .with_id(EventId::from(uuid::Uuid::from_u128(id)))
            .with_schema_version(versions.1)
            .with_metadata(metadata)
            .at(moment.after(std::time::Duration::from_nanos(nanos)));
        event.data = data;
        event
    }
}

/// A body as it is written, or changed somewhere.
fn body() -> impl Strategy<Value = Bytes> {
    let events = prop::collection::vec(event(), 1..4);
    let change = prop_oneof![
        Just(Change::None),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (any::<prop::sample::Index>(), likely()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (any::<prop::sample::Index>(), likely()).prop_map(|(at, byte)| Change::Add(at, byte)),
        any::<prop::sample::Index>().prop_map(Change::Remove),
        (any::<prop::sample::Index>(), any::<prop::sample::Index>())
            .prop_map(|(at, from)| Change::Repeat(at, from)),
        any::<prop::sample::Index>().prop_map(Change::RepeatAttribute),
        (
            any::<prop::sample::Index>(),
            prop::sample::select(&b"01- "[..])
        )
            .prop_map(|(at, byte)| Change::Prefix(at, byte)),
    ];
    (events, any::<bool>(), change).prop_map(|(mut events, is_plain, change)| {
        if is_plain {
            events.iter_mut().for_each(make_plain);
        }
        let body = encode(&commit(events), &Namespace::default());
        change.of(body).into()
    })
}

/// Without anything that would have to be escaped.
fn make_plain(event: &mut Event) {
    event.actor_id = crate::ActorId::new("Order.1").unwrap();
    event.event_type = "OrderPlaced".into();
    event.version = Version::new(7);
    event.schema_version = 1;
    event.metadata = Metadata::new();
    event.metadata.insert("tenant", "eu").unwrap();
}

/// What means something in JSON, in numbers and in moments.
fn likely() -> impl Strategy<Value = u8> {
    prop::sample::select(&b"\"\\{}[],:. \n0159-+eETZzat"[..])
}

#[derive(Debug, Clone)]
enum Change {
    None,
    Put(prop::sample::Index, u8),
    Add(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    /// Puts what lies between two places there twice.
    Repeat(prop::sample::Index, prop::sample::Index),
    /// Puts an attribute there twice.
    RepeatAttribute(prop::sample::Index),
    /// Puts a byte before a value.
    Prefix(prop::sample::Index, u8),
}

impl Change {
    fn of(self, mut body: Vec<u8>) -> Vec<u8> {
        match self {
            Self::None => {}
            Self::Put(at, byte) => *at.get_mut(&mut body) = byte,
            Self::Add(at, byte) => body.insert(at.index(body.len()), byte),
            Self::Remove(at) => drop(body.remove(at.index(body.len()))),
            Self::Repeat(at, from) => {
                let (a, b) = (at.index(body.len()), from.index(body.len()));
                let part = body[a.min(b)..a.max(b)].to_vec();
                let end = a.max(b);
                body.splice(end..end, part);
            }
            Self::RepeatAttribute(which) => {
                let starts = places(&body, b",\"");
                let which = which.index(starts.len() - 1);
                let (start, end) = (starts[which], starts[which + 1]);
                let attribute = body[start..end].to_vec();
                body.splice(end..end, attribute);
            }
            Self::Prefix(which, byte) => {
                let names = places(&body, b"\":");
                body.insert(names[which.index(names.len())] + 2, byte);
            }
        }
        body
    }
}

fn places(body: &[u8], text: &[u8]) -> Vec<usize> {
    let all = body.windows(text.len()).zip(0..);
    all.filter(|(it, _)| *it == text)
        .map(|(_, at)| at)
        .collect()
}

/// What the reader of our own form takes, the reader of any form takes, and gives the same.
fn check_own(body: &Bytes) -> bool {
    let Some(events) = own::events(body, None, |data| body.slice_ref(data.as_bytes())) else {
        return false;
    };
    let contents = decode_any(body).unwrap();
    assert!(contents.outgoing.is_empty() && contents.timers.is_empty());
    assert_eq!(*events, contents.events);
    true
}

#[test]
fn what_is_commonly_written_is_read_in_its_own_form() {
    let mut event = read(&[("commandid", r#""0193b4d2-6c41-7000-8000-000000000002""#)]);
    event.metadata.correlation_id = Some("conversation-ü".to_owned());
    event.metadata.causation_id = Some("cause".to_owned());
    event.metadata.traceparent = Some("00-1-2-01".to_owned());
    for (key, value) in [("tenant", "eu"), ("attempt", "3")] {
        event.metadata.insert(key, value).unwrap();
    }
    for count in [1, 3] {
        let body = encode(&commit(vec![event.clone(); count]), &Namespace::default());
        assert!(check_own(&body.into()), "{count}");
    }
}

#[test]
fn the_id_of_the_actor_that_was_guessed_is_shared() {
    let event = Event::new("Order.2026-00001", 1, "Counted", &()).unwrap();
    let body = Bytes::from(encode(&commit([event.clone()]), &Namespace::default()));
    let shared = |guess: &crate::ActorId| {
        let keep = |data: &str| body.slice_ref(data.as_bytes());
        let events = own::events(&body, Some(guess), keep).unwrap();
        assert_eq!(*events, *std::slice::from_ref(&event));
        std::ptr::eq(events[0].actor_id.as_str(), guess.as_str())
    };
    assert!(shared(&crate::ActorId::new("Order.2026-00001").unwrap()));
    assert!(!shared(&crate::ActorId::new("Order.2026-00002").unwrap()));
}

#[test]
fn what_looks_like_our_own_form_and_is_not_is_left_to_the_other_reader() {
    let event = || Event::new("Order.1", 1, "Counted", &7).unwrap();
    let body = encode(&commit([event()]), &Namespace::default());
    let body = String::from_utf8(body).unwrap();
    assert!(check_own(&Bytes::from(body.clone())));
    for (from, to) in [
        ("\"actorversion\":1", "\"actorversion\":01"),
        ("\"actorversion\":1", "\"actorversion\":1.0"),
        ("\"actorversion\":1", "\"actorversion\":-1"),
        ("\"actorversion\":1", "\"actorversion\":1e0"),
        ("\"schemaversion\":1", "\"schemaversion\":4294967296"),
        ("\"data\":7", "\"data\": 7"),
        ("\"data\":7", "\"data\":07"),
        ("\"data\":7", "\"data\":7 "),
        ("\"data\":7", "\"data\":7,\"tenant\":\"eu\""),
        (
            "\"data\":7",
            "\"tenant\":\"eu\",\"tenant\":\"us\",\"data\":7",
        ),
        ("\"data\":7", "\"aetherkind\":\"command\",\"data\":7"),
        ("\"data\":7", "\"subject\":\"Order.2\",\"data\":7"),
        ("\"data\":7", "\"data_base64\":\"AQ\",\"data\":7"),
        ("\"data\":7", "\"Tenant\":\"eu\",\"data\":7"),
        ("\"data\":7", "\"\":\"eu\",\"data\":7"),
        ("\"subject\":\"Order.1\"", "\"subject\":\"Order\\u002e1\""),
        ("\"subject\":\"Order.1\"", "\"subject\":\"Order\n1\""),
        ("\"subject\":\"Order.1\"", "\"subject\":\"\""),
        ("\"type\":\"Counted\"", "\"type\":\"\""),
        ("/aether/default", ""),
    ] {
        let changed = body.replace(from, to);
        assert_ne!(changed, body, "{from}");
        assert!(!check_own(&Bytes::from(changed)), "{to}");
    }
    for around in [
        format!(" {body}"),
        format!("{body} "),
        format!("{body}{body}"),
    ] {
        assert!(!check_own(&Bytes::from(around)));
    }
    for batch in ["[]".to_owned(), format!("[{body},]"), format!("[{body}] ")] {
        assert!(!check_own(&Bytes::from(batch)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn both_readers_give_the_same(body in body()) {
        check_own(&body);
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        events in prop::collection::vec(event(), 1..5),
        outgoing in prop::collection::vec(command(), 0..3),
        timers in prop::collection::vec(change(), 0..3),
    ) {
        let commit = outgoing.into_iter().fold(commit(events), Commit::asking);
        let commit = timers.into_iter().fold(commit, Commit::changing);
        let body = Bytes::from(encode(&commit, &Namespace::default()));
        let read = Commit::try_from(decode(&body).unwrap()).unwrap();
        prop_assert_eq!(read.with_id(commit.id()), commit);
    }

    #[test]
    fn every_document_is_a_cloudevent(change in change()) {
        let event = Event::new("a", 1, "Counted", &()).unwrap();
        let body = encode(&commit([event]).changing(change), &Namespace::default());
        let read: Vec<serde_json::Map<_, _>> = serde_json::from_slice(&body).unwrap();
        prop_assert_eq!(read.len(), 2);
        for document in read {
            for attribute in ["specversion", "id", "type", "source"] {
                prop_assert!(document[attribute].as_str().is_some_and(|text| !text.is_empty()));
            }
        }
    }

    #[test]
    fn what_is_written_is_json_to_any_reader(event in event()) {
        let event = commit([event]).into_events().remove(0);
        let body = encode(&commit([event.clone()]), &Namespace::default());
        let read: serde_json::Value = serde_json::from_slice(&body).unwrap();
        prop_assert_eq!(&read["subject"], event.actor_id.as_str());
        prop_assert_eq!(&read["type"], &*event.event_type);
        let data: serde_json::Value = event.data.decode().unwrap();
        prop_assert_eq!(&read["data"], &data);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _answer = decode(&Bytes::from(bytes));
    }

    #[test]
    fn a_document_cut_short_is_refused(event in event(), cut in 1_usize..50) {
        let mut body = encode(&commit([event]), &Namespace::default());
        body.truncate(body.len() - cut);
        prop_assert!(decode(&Bytes::from(body)).is_err());
    }

    #[test]
    fn two_namespaces_have_two_sources(a in "\\PC{1,12}", b in "\\PC{1,12}") {
        let source = |name: &str| source_of(&Namespace::new(name).unwrap());
        prop_assert_eq!(source(&a) == source(&b), a == b);
    }
}
