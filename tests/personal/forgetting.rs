use std::time::Duration;

use aether::{
    ActorSnapshot, Checkpoint, CheckpointStore as _, EventStore as _, EventStoreExt as _, Payload,
    Position, Sessions, SnapshotStore as _, Store, StoreErrorKind, Timestamp, Version,
    domain::{EventSet as _, Stored},
    personal::{KeyStore, Personal, PersonalError, SubjectForgotten},
    store::ReaderState,
};

use futures_util::StreamExt as _;

use crate::{
    customers::Registered,
    world::{World, commit, customer, events, register, registered, subject},
};

async fn name<S: Store>(store: &S, key: &str) -> Personal<String> {
    let events = events(store, key).await;
    Registered::decode(Stored::from(&events[0]))
        .unwrap()
        .full_name
}

pub(crate) async fn what_is_appended_is_encrypted_in_the_log_and_read_as_it_was<S, K, G>(
    world: World<S, K, G>,
) where
    S: Store + Clone,
    K: KeyStore + Clone,
{
    let store = world.open().await;
    let commit = commit(&customer("7"), 1, &registered("7", "Ada L. Lovelace"));
    let receipt = store.append(commit.clone()).await.unwrap();
    let log = world.log().await;
    assert!(
        log.contains("customerId") && log.contains("$personal"),
        "{log}"
    );
    assert!(!log.contains("Ada L."), "{log}");
    let page = store.read(&customer("7"), Version::NONE).await.unwrap();
    assert_eq!(page.commits[0].commit, commit);
    assert_eq!(store.log(Position::START).await.unwrap(), page.commits);
    // The same again is a repetition, though it is encrypted anew.
    assert_eq!(store.append(commit).await.unwrap(), receipt);
    assert_eq!(world.store.head().await.unwrap(), receipt.position);
}

pub(crate) async fn a_forgotten_subject_is_read_as_forgotten_and_the_log_says_so<S, K, G>(
    world: World<S, K, G>,
) where
    S: Store + Clone,
    K: KeyStore + Clone,
{
    let store = world.open().await;
    let appended = commit(&customer("7"), 1, &registered("7", "Ada L."));
    let receipt = store.append(appended.clone()).await.unwrap();
    register(&store, "8", "Bob M.").await.unwrap();
    store.forget(&subject("7")).await.unwrap();
    store.forget(&subject("7")).await.unwrap();
    assert_eq!(name(&store, "7").await, Personal::Forgotten);
    assert_eq!(
        name(&store, "8").await,
        Personal::Known("Bob M.".to_owned())
    );
    assert_eq!(name(&world.open().await, "7").await, Personal::Forgotten);
    let log = store.log(Position::START).await.unwrap();
    let last = log.last().unwrap().commit.events()[0].clone();
    let fact = SubjectForgotten::decode(Stored::from(&last)).unwrap();
    assert_eq!((fact.subject, log.len()), (subject("7"), 3));
    // Stored before it was forgotten, so it is a repetition; what is new is refused.
    assert_eq!(store.append(appended).await.unwrap(), receipt);
    let err = store
        .append(commit(&customer("7"), 2, &registered("7", "Ada L.")))
        .await
        .unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Invalid);
    let source = std::error::Error::source(&err)
        .unwrap()
        .downcast_ref::<PersonalError>();
    assert!(
        matches!(source, Some(PersonalError::Forgotten { .. })),
        "{err}"
    );
    assert!(err.to_string().starts_with("nothing was stored"), "{err}");
    assert_eq!(
        store.version(&customer("7")).await.unwrap(),
        Version::new(1)
    );
}

fn snapshot(version: u64) -> ActorSnapshot {
    ActorSnapshot {
        sessions: Sessions::default(),
        actor_id: customer("7"),
        version: Version::new(version),
        state: Payload::of(&"Ada L. in a state").unwrap(),
        schema_hash: 5,
        timestamp: Timestamp::UNIX_EPOCH,
        last_commit: crate::world::some_commit(),
    }
}

fn state(position: u64) -> Checkpoint {
    Checkpoint {
        position: Position::new(position),
        state: Some(ReaderState {
            schema_hash: 9,
            data: Payload::of(&"Ada L. in a book").unwrap(),
        }),
    }
}

pub(crate) async fn derived_states_are_gone_after_a_forgetting_and_are_made_anew<S, K, G>(
    world: World<S, K, G>,
) where
    S: Store + Clone,
    K: KeyStore + Clone,
{
    let store = world.open().await;
    register(&store, "7", "Ada L.").await.unwrap();
    assert_eq!(store.snapshot(&customer("7")).await.unwrap(), None);
    events(&store, "7").await;
    store.save_snapshot(snapshot(1)).await.unwrap();
    assert_eq!(
        store.checkpoint("book").await.unwrap(),
        Checkpoint::default()
    );
    store.save_checkpoint("book", state(1)).await.unwrap();
    store
        .save_checkpoint("policy", Position::new(1).into())
        .await
        .unwrap();
    let again = world.open().await;
    assert_eq!(
        again.snapshot(&customer("7")).await.unwrap(),
        Some(snapshot(1))
    );
    assert_eq!(again.checkpoint("book").await.unwrap(), state(1));
    let kept = world.store.snapshot(&customer("7")).await.unwrap().unwrap();
    assert!(!kept.state.as_str().contains("Ada L."), "{kept:?}");

    store.forget(&subject("7")).await.unwrap();
    assert_eq!(store.snapshot(&customer("7")).await.unwrap(), None);
    assert_eq!(
        store.checkpoint("policy").await.unwrap(),
        Position::new(1).into()
    );
    // What was loaded before is not kept: it may hold what is forgotten.
    store.save_snapshot(snapshot(2)).await.unwrap();
    store.save_checkpoint("book", state(2)).await.unwrap();
    let third = world.open().await;
    assert_eq!(third.snapshot(&customer("7")).await.unwrap(), None);
    assert_eq!(
        third.checkpoint("book").await.unwrap(),
        Checkpoint::default()
    );
    // What is loaded now is.
    events(&third, "7").await;
    third.save_snapshot(snapshot(1)).await.unwrap();
    third.save_checkpoint("book", state(2)).await.unwrap();
    let fourth = world.open().await;
    assert_eq!(
        fourth.snapshot(&customer("7")).await.unwrap(),
        Some(snapshot(1))
    );
    assert_eq!(fourth.checkpoint("book").await.unwrap(), state(2));
}

pub(crate) async fn keys_are_rotated_and_older_values_stay_readable<S, K, G>(world: World<S, K, G>)
where
    S: Store + Clone,
    K: KeyStore + Clone,
{
    let store = world.open().await;
    register(&store, "7", "Ada L.").await.unwrap();
    let other = world.open().await;
    assert_eq!(
        name(&other, "7").await,
        Personal::Known("Ada L.".to_owned())
    );
    let id = store.rotate_key(&subject("7")).await.unwrap();
    let again = registered("7", "Ada L. King");
    store
        .append(commit(&customer("7"), 2, &again))
        .await
        .unwrap();
    assert!(world.log().await.contains(&id.to_string()));
    // The other process still believes in the first key alone, and asks again.
    let read = events(&other, "7").await;
    let last = Registered::decode(Stored::from(&read[1])).unwrap();
    assert_eq!(last.full_name, Personal::Known("Ada L. King".to_owned()));
    assert_eq!(
        name(&other, "7").await,
        Personal::Known("Ada L.".to_owned())
    );
}

pub(crate) async fn what_a_crash_left_half_done_is_finished_when_the_store_is_opened<S, K, G>(
    world: World<S, K, G>,
) where
    S: Store + Clone,
    K: KeyStore + Clone,
{
    let store = world.open().await;
    register(&store, "7", "Ada L.").await.unwrap();
    events(&store, "7").await;
    store.save_snapshot(snapshot(1)).await.unwrap();
    // As far as a process came that was killed in the middle.
    world.keys.destroy(&subject("7")).await.unwrap();
    let again = world.open().await;
    assert_eq!(name(&again, "7").await, Personal::Forgotten);
    assert_eq!(again.snapshot(&customer("7")).await.unwrap(), None);
    assert!(world.log().await.contains("SubjectForgotten"));
    assert_eq!(world.keys.unsettled().await.unwrap(), []);
    assert_eq!(world.keys.forgotten().await.unwrap(), [subject("7")]);
}

pub(crate) async fn a_follower_in_another_process_reads_what_was_forgotten_before_as_forgotten<
    S,
    K,
    G,
>(
    world: World<S, K, G>,
) where
    S: Store + Clone,
    K: KeyStore + Clone,
{
    let (store, far) = (
        world.open().await,
        world.builder().believing_keys_for(Duration::from_hours(1)),
    );
    let far = far.open().await.unwrap();
    register(&store, "7", "Ada L.").await.unwrap();
    let mut log = Box::pin(far.follow(Position::START));
    assert!(format!("{:?}", log.next().await).contains("Ada L."));
    store.forget(&subject("7")).await.unwrap();
    // It has not heard of it yet, and believes its key for an hour.
    assert_eq!(name(&far, "7").await, Personal::Known("Ada L.".to_owned()));
    log.next().await.unwrap().unwrap();
    assert_eq!(name(&far, "7").await, Personal::Forgotten);
}

macro_rules! on_each_store {
    ($($case:ident)+) => {
        mod memory {
            $(#[tokio::test]
            async fn $case() {
                super::$case(crate::world::memory().await).await;
            })+
        }
        mod embedded {
            $(#[tokio::test]
            async fn $case() {
                super::$case(crate::world::embedded().await).await;
            })+
        }
        mod nats {
            $(#[tokio::test]
            async fn $case() {
                super::$case(crate::world::nats().await).await;
            })+
        }
    };
}

on_each_store! {
    what_is_appended_is_encrypted_in_the_log_and_read_as_it_was
    a_forgotten_subject_is_read_as_forgotten_and_the_log_says_so
    derived_states_are_gone_after_a_forgetting_and_are_made_anew
    keys_are_rotated_and_older_values_stay_readable
    what_a_crash_left_half_done_is_finished_when_the_store_is_opened
    a_follower_in_another_process_reads_what_was_forgotten_before_as_forgotten
}
