//! What a command decides on, when its actor is in memory.

use std::sync::atomic::Ordering;

use aether::{
    CommandId, Event, EventStoreExt as _, InMemoryEventStore, StoreErrorKind, Version,
    domain::EventSet as _,
    runtime::{ActorOptions, CommandError},
};
use futures_util::future::join_all;

use super::{running, watched};
use crate::{
    meters::{Measured, Meter, measure},
    shop::{Hall, Ticket, ticket},
    unreliable_store::UnreliableStore,
};

#[tokio::test]
async fn a_command_to_an_actor_in_memory_reads_nothing() {
    let store = watched();
    let aether = running(store.clone(), ActorOptions::new()).await;
    aether.send(measure("a", 1)).await.unwrap();
    store.seen.take();
    for _ in 0..20 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    aether.send(measure("a", 0)).await.unwrap_err();
    assert_eq!(store.seen.take(), (0, 0, 0));
    let loaded = aether.load::<Meter>("a").await.unwrap();
    assert_eq!((loaded.total, loaded.version()), (21, Version::new(21)));
    assert_eq!(aether.actors().cells, 1);
}

#[tokio::test]
async fn what_others_have_stored_meanwhile_is_read_and_no_more() {
    let store = watched();
    let aether = running(store.clone(), ActorOptions::new()).await;
    for _ in 0..20 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    for version in 21..=23_u64 {
        let actor = aether::ActorId::of("Meter", "a").unwrap();
        let event = Measured { by: 100 }.record(actor, version.into()).unwrap();
        store.save(event).await.unwrap();
    }
    store.seen.take();
    let sent = aether.send(measure("a", 1)).await.unwrap();
    assert_eq!(sent.version, Version::new(24));
    let (reads, commits, lookups) = store.seen.take();
    assert_eq!(
        (reads, commits, lookups),
        (1, 4, 0),
        "three that came, and the last one before"
    );
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 321);
    store.seen.take();
    aether.send(measure("a", 1)).await.unwrap();
    assert_eq!(store.seen.take(), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runtimes_that_race_on_the_same_actors_decide_each_on_what_is_stored() {
    let store = InMemoryEventStore::new();
    let runtimes = [
        crate::shop::running_on(store.clone()).await,
        crate::shop::running_on(store.clone()).await,
    ];
    // Of two who buy a ticket one is refused, whatever each has in memory.
    let buys = (0..200).map(|number| {
        let aether = runtimes[number % 2].clone();
        let name = format!("t{}", number / 2);
        tokio::spawn(async move { aether.send(ticket(&name)).await })
    });
    let mut bought = 0;
    for sent in join_all(buys).await {
        match sent.unwrap() {
            Ok(_) => bought += 1,
            Err(err) => assert!(matches!(err, CommandError::Refused(_)), "{err:?}"),
        }
    }
    assert_eq!(bought, 100);
    for aether in &runtimes {
        aether.settled().await.unwrap();
    }
    assert_eq!(runtimes[0].load::<Hall>("1").await.unwrap().seats, 100);
    let ticket = runtimes[1].load::<Ticket>("t7").await.unwrap();
    assert_eq!(ticket.version(), Version::FIRST);
}

#[tokio::test]
async fn after_an_append_in_doubt_the_actor_is_loaded_anew() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    aether.send(measure("a", 1)).await.unwrap();
    store.faults().lost_answers.store(1, Ordering::SeqCst);
    let err = aether.send(measure("a", 10)).await.unwrap_err();
    let CommandError::Store(err) = err else {
        panic!("{err:?}")
    };
    assert_eq!(err.kind(), StoreErrorKind::InDoubt);
    let sent = aether.send(measure("a", 100)).await.unwrap();
    assert_eq!(sent.version, Version::new(3), "it was stored");
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 111);
}

#[tokio::test]
async fn an_id_that_is_known_is_found_though_the_actor_is_in_memory() {
    let store = watched();
    let aether = running(store.clone(), ActorOptions::new()).await;
    let id = CommandId::new();
    let first = aether.send(measure("a", 7)).with_id(id).await.unwrap();
    for _ in 0..20 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    let again = aether.send(measure("a", 7)).with_id(id).await.unwrap();
    assert!(again.repeated);
    assert_eq!(
        (again.position, again.into_events()),
        (first.position, first.into_events())
    );
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 27);
}

#[tokio::test]
async fn the_ids_of_a_short_history_are_searched_once() {
    let store = watched();
    let aether = running(store.clone(), ActorOptions::new()).await;
    for _ in 0..20 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    store.seen.take();
    let ids: Vec<_> = (0..10).map(|_| CommandId::new()).collect();
    for id in &ids {
        aether.send(measure("a", 1)).with_id(*id).await.unwrap();
    }
    assert_eq!(store.seen.take().0, 1, "the first of them was searched for");
    let again = aether.send(measure("a", 1)).with_id(ids[4]).await.unwrap();
    assert!(again.repeated);
}

#[tokio::test]
async fn the_ids_of_a_long_history_are_searched_each_time_and_found() {
    let store = watched();
    let aether = running(store.clone(), ActorOptions::new()).await;
    let id = CommandId::new();
    aether.send(measure("a", 1)).with_id(id).await.unwrap();
    for _ in 0..300 {
        aether
            .send(measure("a", 1))
            .with_id(CommandId::new())
            .await
            .unwrap();
    }
    let again = aether.send(measure("a", 1)).with_id(id).await.unwrap();
    assert!(again.repeated);
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 301);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_told_though_the_actor_is_in_memory() {
    let aether = crate::shop::running().await;
    aether.send(ticket("a")).await.unwrap();
    let eaten = Event::new("Ticket.a", 2, "TicketEaten", &()).unwrap();
    aether.store().save(eaten).await.unwrap();
    for _ in 0..2 {
        let pay = crate::shop::PayTicket {
            ticket: "a".to_owned(),
        };
        let err = aether.send(pay).await.unwrap_err();
        assert!(matches!(err, CommandError::Unreadable(_)), "{err:?}");
    }
}

#[tokio::test]
async fn a_spurious_conflict_makes_the_actor_be_loaded_anew() {
    let store = UnreliableStore::default();
    let aether = running(store.clone(), ActorOptions::new()).await;
    aether.send(measure("a", 1)).await.unwrap();
    store.faults().conflicts.store(3, Ordering::SeqCst);
    let sent = aether.send(measure("a", 1)).await.unwrap();
    assert_eq!(sent.version, Version::new(2));
}
