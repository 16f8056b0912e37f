//! Waiting for an actor, running out of time, and not waiting any more.

use std::time::Duration;

use aether::{
    CommandId, EventStore as _, Position, Version,
    runtime::{ActorOptions, Aether, CommandError},
};
use futures_util::future::join_all;

use super::{begun, running};
use crate::{
    meters::{Meter, measure},
    unreliable_store::UnreliableStore,
};

async fn total(aether: &Aether) -> u64 {
    aether.load::<Meter>("a").await.unwrap().total
}

#[tokio::test]
async fn commands_to_an_actor_have_their_turns_in_the_order_of_coming() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    let held = store.faults().hold.write().await;
    let mut sends = Vec::new();
    for by in 1..=50 {
        let mut send = Box::pin(aether.send(measure("a", by)).into_future());
        begun(&mut send).await;
        sends.push(send);
    }
    drop(held);
    // Waited for in any order, they are stored in the order in which they came.
    sends.reverse();
    let sent = join_all(sends).await;
    let versions = sent.into_iter().map(|sent| sent.unwrap().version.as_u64());
    assert_eq!(
        versions.rev().collect::<Vec<_>>(),
        (1..=50).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_full_mailbox_is_told_to_whoever_asks_and_others_wait() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new().mailbox(2)).await;
    let held = store.faults().hold.write().await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let send = aether.send(measure("a", 1)).or_busy();
        let mut send = Box::pin(send.into_future());
        begun(&mut send).await;
        waiting.push(send);
    }
    let busy = aether.send(measure("a", 1)).or_busy().await.unwrap_err();
    assert_eq!(
        busy.to_string(),
        "nothing was stored: 2 commands wait for `Meter.a` already"
    );
    let mut patient = Box::pin(aether.send(measure("a", 1)).into_future());
    begun(&mut patient).await;
    // Whoever gives up leaves the line.
    drop(waiting.pop());
    drop(waiting.pop());
    tokio::task::yield_now().await;
    let mut next = Box::pin(aether.send(measure("a", 1)).or_busy().into_future());
    begun(&mut next).await;
    drop(held);
    let (first, patient, next) = (waiting.pop().unwrap(), patient.await, next);
    assert_eq!(first.await.unwrap().version, Version::new(1));
    assert_eq!(patient.unwrap().version, Version::new(2));
    assert_eq!(next.await.unwrap().version, Version::new(3));
    assert_eq!(total(&aether).await, 3);
}

#[tokio::test]
async fn other_actors_do_not_wait() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    let held = store.faults().hold.write().await;
    let mut stuck = Box::pin(aether.send(measure("a", 1)).into_future());
    begun(&mut stuck).await;
    // A refusal needs no store.
    let refused = aether.send(measure("b", 0)).await.unwrap_err();
    assert!(matches!(refused, CommandError::Refused(_)), "{refused:?}");
    drop(held);
    stuck.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_time_runs_out_in_line_is_never_carried_out() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    let held = store.faults().hold.write().await;
    let mut first = Box::pin(aether.send(measure("a", 1)).into_future());
    begun(&mut first).await;
    let late = aether.send(measure("a", 10)).within(Duration::from_secs(3));
    let err = late.await.unwrap_err();
    assert!(matches!(err, CommandError::Expired), "{err:?}");
    drop(held);
    first.await.unwrap();
    let next = aether
        .send(measure("a", 100))
        .within(Duration::from_secs(3));
    assert_eq!(next.await.unwrap().version, Version::new(2));
    assert_eq!(total(&aether).await, 101);
}

#[tokio::test]
async fn a_command_that_has_no_time_at_all_stores_nothing() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    for _ in 0..2 {
        let late = aether.send(measure("a", 1)).within(Duration::ZERO);
        let err = late.await.unwrap_err();
        assert!(matches!(err, CommandError::Expired), "{err:?}");
    }
    assert_eq!(store.head().await.unwrap(), Position::START);
    aether.send(measure("a", 1)).await.unwrap();
    let late = aether.send(measure("a", 1)).within(Duration::ZERO);
    late.await.unwrap_err();
    assert_eq!(total(&aether).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_time_runs_out_while_it_is_stored_is_stored_all_the_same() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    let held = store.faults().hold.write().await;
    let id = CommandId::new();
    let late = aether.send(measure("a", 1)).with_id(id);
    let err = late.within(Duration::from_secs(3)).await.unwrap_err();
    assert!(
        matches!(err, CommandError::Overdue { id: told } if told == id),
        "{err:?}"
    );
    // The next one waits until it is known what became of it.
    let mut next = Box::pin(aether.send(measure("a", 10)).into_future());
    begun(&mut next).await;
    drop(held);
    assert_eq!(next.await.unwrap().version, Version::new(2));
    let again = aether.send(measure("a", 1)).with_id(id).await.unwrap();
    assert_eq!((again.repeated, again.version), (true, Version::FIRST));
    assert_eq!(total(&aether).await, 11);
}

#[tokio::test]
async fn nobody_waiting_for_it_a_command_in_line_does_nothing_and_one_being_stored_is_stored() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    let held = store.faults().hold.write().await;
    let [mut storing, mut in_line, mut last] =
        [1, 10, 100].map(|by| Box::pin(aether.send(measure("a", by)).into_future()));
    begun(&mut storing).await;
    begun(&mut in_line).await;
    begun(&mut last).await;
    drop(storing);
    drop(in_line);
    drop(held);
    assert_eq!(last.await.unwrap().version, Version::new(2));
    assert_eq!(total(&aether).await, 101);
}

#[tokio::test]
async fn whoever_has_given_up_in_line_does_not_count_to_a_full_mailbox() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new().mailbox(2)).await;
    let held = store.faults().hold.write().await;
    let mut storing = Box::pin(aether.send(measure("a", 1)).into_future());
    begun(&mut storing).await;
    for _ in 0..5 {
        let mut given_up = Box::pin(aether.send(measure("a", 1)).or_busy().into_future());
        begun(&mut given_up).await;
    }
    let [mut second, mut third] =
        [10, 100].map(|by| Box::pin(aether.send(measure("a", by)).or_busy().into_future()));
    begun(&mut second).await;
    begun(&mut third).await;
    let busy = aether.send(measure("a", 1)).or_busy().await.unwrap_err();
    assert!(
        matches!(busy, CommandError::Busy { waiting: 2, .. }),
        "{busy}"
    );
    drop(held);
    let (first, second, third) = tokio::join!(storing, second, third);
    for (sent, version) in [first, second, third].into_iter().zip(1..) {
        assert_eq!(sent.unwrap().version, Version::new(version));
    }
}

/// The first has the turn, and is not looked after until the second is done.
#[tokio::test]
async fn a_sender_that_looks_after_something_else_holds_up_nobody() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    let held = store.faults().hold.write().await;
    let [mut first, mut second, mut third] =
        [1, 10, 100].map(|by| Box::pin(aether.send(measure("a", by)).into_future()));
    begun(&mut first).await;
    begun(&mut second).await;
    begun(&mut third).await;
    drop(held);
    assert_eq!(third.await.unwrap().version, Version::new(3));
    assert_eq!(first.await.unwrap().version, Version::new(1));
    assert_eq!(second.await.unwrap().version, Version::new(2));
}

#[tokio::test]
async fn shutdown_waits_for_what_is_being_stored_though_nobody_else_does() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    let held = store.faults().hold.write().await;
    let mut storing = Box::pin(aether.send(measure("a", 1)).into_future());
    begun(&mut storing).await;
    drop(storing);
    let mut ending = Box::pin(aether.shutdown());
    begun(&mut ending).await;
    drop(held);
    ending.await;
    assert_eq!(store.head().await.unwrap(), Position::new(1));
}
