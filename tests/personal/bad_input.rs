use std::{error::Error as _, time::Duration};

use aether::{
    Commit, Event, EventId, EventStore as _, EventStoreExt as _, InMemoryEventStore, Namespace,
    Payload, Position, StoreError, StoreErrorKind, Version,
    domain::{EventSet as _, Stored},
    personal::{InMemoryKeyStore, KeyStore as _, Personal, SealedStore},
    store::{Entry, Span},
    wire,
};
use aether_tests::harness::NatsServer;
use futures_util::StreamExt as _;

use crate::{
    customers::{Registered, TariffChanged},
    world::{World, commit, customer, events, memory, on, register, subject},
};

#[track_caller]
fn refused(err: &StoreError, kind: StoreErrorKind, reason: &str) {
    let source = err.source().map(ToString::to_string).unwrap_or_default();
    assert_eq!(
        (err.kind(), source.contains(reason)),
        (kind, true),
        "{err}: {source}"
    );
}

fn untyped(event_type: &'static str, json: &'static str) -> Commit {
    let data = Payload::from_json(json.as_bytes()).unwrap();
    let event = Event::recorded(customer("7"), Version::FIRST, event_type, data);
    Commit::new([event]).unwrap()
}

#[tokio::test]
async fn what_cannot_be_encrypted_is_refused_and_not_stored() {
    let world = memory().await;
    let store = world.open().await;
    for (json, reason) in [
        (r#"{"customerId":"7"}"#, "no field `fullName`"),
        (r#"{"fullName":"Ada L."}"#, "does not say in `customerId`"),
        (
            r#"{"fullName":"Ada L.","customerId":null}"#,
            "does not say in `customerId`",
        ),
        (
            r#"{"fullName":"Ada L.","customerId":""}"#,
            "does not name a data subject",
        ),
        (
            r#"{"fullName":"Ada L.","customerId":"$state"}"#,
            "does not name a data subject",
        ),
        (r#"["Ada L."]"#, "is no JSON object"),
    ] {
        let err = store
            .append(untyped("CustomerRegistered", json))
            .await
            .unwrap_err();
        refused(&err, StoreErrorKind::Invalid, reason);
        assert!(err.to_string().starts_with("nothing was stored"), "{err}");
    }
    let err = store
        .append(untyped("Unheard", r#"{"name":"Ada L."}"#))
        .await
        .unwrap_err();
    refused(
        &err,
        StoreErrorKind::Misconfigured,
        "no context that the store was given has `Unheard`",
    );
    let record = Event::new("$forgotten.7", 1, "SubjectForgotten", &()).unwrap();
    let err = store.save(record).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Invalid, "{err}");
    assert_eq!(world.store.head().await.unwrap(), Position::START);
}

/// Stores an event with its encrypted field as another one, as someone with access to the log may.
async fn moved(change: impl FnOnce(&mut Event)) -> StoreError {
    let world = memory().await;
    let store = world.open().await;
    register(&store, "7", "Ada L.").await.unwrap();
    register(&store, "8", "Bob M.").await.unwrap();
    let raw = world
        .store
        .events(&customer("7"), Version::NONE)
        .await
        .unwrap();
    let mut event = raw[0].clone();
    change(&mut event);
    let other = World {
        store: InMemoryEventStore::new(),
        keys: world.keys,
        guard: (),
    };
    other
        .store
        .append(Commit::new([event]).unwrap())
        .await
        .unwrap();
    let store = other.open().await;
    let mut log = Box::pin(store.follow(Position::START));
    let err = log.next().await.unwrap().unwrap_err();
    assert!(log.next().await.is_none());
    assert_eq!(err.position(), Some(Position::new(1)));
    let scanned = store.scan(Span::ALL).await.unwrap();
    assert!(
        matches!(scanned.entries[..], [Entry::Unreadable(_)]),
        "{scanned:?}"
    );
    err
}

#[tokio::test]
async fn what_was_changed_or_moved_is_not_read() {
    let tampered = "it was changed, or moved";
    let err = moved(|event| event.actor_id = customer("8")).await;
    refused(&err, StoreErrorKind::Corrupt, tampered);
    let err = moved(|event| event.id = EventId::new()).await;
    refused(&err, StoreErrorKind::Corrupt, tampered);
    let err = moved(|event| event.event_type = "TariffChanged".into()).await;
    refused(&err, StoreErrorKind::Corrupt, tampered);
    let err = moved(|event| {
        let data = event
            .data
            .as_str()
            .replace(r#""subject":"7""#, r#""subject":"8""#);
        event.data = Payload::from_json(data).unwrap();
    });
    refused(&err.await, StoreErrorKind::Misconfigured, "has no key");
    let err = moved(|event| {
        let data = event.data.as_str().replace(r#""v":1"#, r#""v":2"#);
        event.data = Payload::from_json(data).unwrap();
    });
    refused(
        &err.await,
        StoreErrorKind::Corrupt,
        "not in a form that this build knows",
    );
    let err = moved(|event| {
        event.data =
            Payload::from_json(&br#"{"customerId":"7","fullName":"Eve","tariff":"x"}"#[..])
                .unwrap();
    });
    refused(&err.await, StoreErrorKind::Corrupt, tampered);
}

#[tokio::test]
async fn a_value_of_another_namespace_is_not_read() {
    let world = memory().await;
    let store = world.open().await;
    register(&store, "7", "Ada L.").await.unwrap();
    let raw = world
        .store
        .events(&customer("7"), Version::NONE)
        .await
        .unwrap();
    let namespace: Namespace = "other".parse().unwrap();
    let there = InMemoryEventStore::in_namespace(namespace.clone());
    there.append(Commit::new(raw).unwrap()).await.unwrap();
    // The very same keys, as they would be after a copy of the key store.
    let keys = InMemoryKeyStore::in_namespace(namespace);
    let kept = world.keys.keys(&subject("7")).await.unwrap();
    keys.add(&subject("7"), kept.current().unwrap().clone(), None)
        .await
        .unwrap();
    let store = SealedStore::builder(there.clone(), keys)
        .open()
        .await
        .unwrap();
    let err = store.read(&customer("7"), Version::NONE).await.unwrap_err();
    refused(&err, StoreErrorKind::Corrupt, "it was changed, or moved");
    let err = SealedStore::builder(there, world.keys)
        .open()
        .await
        .unwrap_err();
    refused(&err, StoreErrorKind::Misconfigured, "cannot be had");
}

#[tokio::test]
async fn what_was_exported_is_imported_encrypted_and_read_where_the_keys_are() {
    let world = memory().await;
    let store = world.open().await;
    register(&store, "7", "Ada L.").await.unwrap();
    let raw = world.store.log(Position::START).await.unwrap();
    let exported = wire::encode(&raw[0].commit, world.store.namespace());
    assert!(
        String::from_utf8(exported)
            .unwrap()
            .contains(r#""personaldata":"fullName""#)
    );

    // Through the encrypting store: what is encrypted already stays as it is.
    let elsewhere = World {
        store: InMemoryEventStore::new(),
        keys: world.keys.clone(),
        guard: (),
    };
    elsewhere
        .open()
        .await
        .append(raw[0].commit.clone())
        .await
        .unwrap();
    assert_eq!(elsewhere.store.log(Position::START).await.unwrap(), raw);
    assert_eq!(
        events(&elsewhere.open().await, "7").await,
        events(&store, "7").await
    );

    // Where the keys are not, that is an error, unless it is asked for.
    let without = World {
        keys: InMemoryKeyStore::new(),
        ..elsewhere
    };
    let err = without
        .open()
        .await
        .events(&customer("7"), Version::NONE)
        .await
        .unwrap_err();
    refused(&err, StoreErrorKind::Misconfigured, "has no key");
    let blind = without.builder().reading_unknown_keys_as_forgotten();
    let read = events(&blind.open().await.unwrap(), "7").await;
    assert_eq!(named(&read[0]), Personal::Forgotten);
}

#[tokio::test]
async fn keys_that_are_out_of_reach_are_never_taken_for_forgotten() {
    let mut server = NatsServer::start().await;
    let (_, keys) = on(&server).await;
    let store = InMemoryEventStore::in_namespace(keys.namespace().clone());
    let world = World {
        store,
        keys,
        guard: (),
    };
    let patient = world.builder().believing_keys_for(Duration::ZERO);
    let store = patient.open().await.unwrap();
    register(&store, "7", "Ada L.").await.unwrap();
    store
        .append(commit(&customer("9"), 1, &tariff()))
        .await
        .unwrap();
    server.kill();
    let err = store.read(&customer("7"), Version::NONE).await.unwrap_err();
    refused(&err, StoreErrorKind::Unavailable, "cannot be had");
    let err = register(&store, "8", "Bob M.").await.unwrap_err();
    refused(&err, StoreErrorKind::Unavailable, "cannot be had");
    let err = store.forget(&subject("7")).await.unwrap_err();
    refused(&err, StoreErrorKind::Unavailable, "cannot be had");
    // What has no personal data needs no keys.
    assert_eq!(events(&store, "9").await.len(), 1);
    store
        .append(commit(&customer("9"), 2, &tariff()))
        .await
        .unwrap();
    assert!(
        world
            .builder()
            .reading_unknown_keys_as_forgotten()
            .open()
            .await
            .is_err()
    );
    server.restart().await;
    let read = loop {
        // The client connects again by itself.
        match store.events(&customer("7"), Version::NONE).await {
            Ok(read) => break read,
            Err(err) => assert_eq!(err.kind(), StoreErrorKind::Unavailable),
        }
    };
    assert_eq!(named(&read[0]), Personal::Known("Ada L.".to_owned()));
    store.forget(&subject("7")).await.unwrap();
    assert_eq!(world.keys.unsettled().await.unwrap(), []);
}

fn named(event: &Event) -> Personal<String> {
    Registered::decode(Stored::from(event)).unwrap().full_name
}

fn tariff() -> TariffChanged {
    TariffChanged {
        customer: "9".to_owned(),
        tariff: "basic".to_owned(),
    }
}
