//! What policies and projections do, also when the store fails them.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use aether::{
    ActorId, CheckpointStore as _, Event, EventStore as _, EventStoreExt as _, InMemoryEventStore,
    Version,
    runtime::{FollowerKind, FollowerState, ReadError},
};
use futures_util::future::join_all;

use crate::{
    shop::{BuyTicket, Hall, SEATS, Sales, running, running_on, ticket},
    unreliable_store::UnreliableStore,
    watched_store::WatchedStore,
};

fn priced(name: &str, price: u32) -> BuyTicket {
    BuyTicket {
        ticket: name.to_owned(),
        price,
    }
}

#[tokio::test]
async fn a_policy_issues_its_command_and_says_why() {
    let aether = running().await;
    let bought = aether
        .send(ticket("a"))
        .correlated("evening")
        .await
        .unwrap();
    aether.settled().await.unwrap();
    let hall = ActorId::of("Hall", "1").unwrap();
    let counted = aether.store().events(&hall, Version::NONE).await.unwrap();
    assert_eq!(counted.len(), 1);
    assert_eq!(
        counted[0].metadata.causation_id,
        Some(bought.events()[0].id.to_string())
    );
    assert_eq!(
        counted[0].metadata.correlation_id.as_deref(),
        Some("evening")
    );
}

#[tokio::test]
async fn a_projection_reads_what_was_just_sent() {
    let aether = running().await;
    for number in 0..50 {
        let name = format!("t{number}");
        aether.send(ticket(&name)).await.unwrap();
        let sales = aether.read::<Sales>().await.unwrap();
        assert_eq!(sales.tickets.get(&format!("Ticket.{name}")), Some(&1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_event_is_missed_while_commands_pour_in() {
    let aether = running().await;
    let sends = (0..SEATS).map(|number| {
        let aether = aether.clone();
        tokio::spawn(async move { aether.send(ticket(&format!("t{number}"))).await.unwrap() })
    });
    join_all(sends).await;
    aether.settled().await.unwrap();
    assert_eq!(
        aether.read::<Sales>().await.unwrap().tickets.len(),
        SEATS as usize
    );
    assert_eq!(aether.load::<Hall>("1").await.unwrap().seats, SEATS);
}

#[tokio::test]
async fn followers_that_are_near_each_other_read_the_log_once() {
    let store = UnreliableStore::default();
    let aether = running_on(store.clone()).await;
    for number in 0..40 {
        let name = format!("t{number}");
        aether.send(ticket(&name)).await.unwrap();
    }
    aether.settled().await.unwrap();
    assert_eq!(aether.load::<Hall>("1").await.unwrap().seats, 40);
    assert_eq!(aether.read::<Sales>().await.unwrap().tickets.len(), 40);
    assert!(aether.status().len() > 1);
    assert_eq!(store.followed_from(), [0]);
}

#[tokio::test]
async fn a_refused_command_of_a_policy_is_counted_and_holds_up_nothing() {
    let aether = running().await;
    aether.send(priced("a", SEATS + 1)).await.unwrap();
    aether.send(priced("b", 2)).await.unwrap();
    aether.settled().await.unwrap();
    assert_eq!(aether.load::<Hall>("1").await.unwrap().seats, 2);
    let status = aether.status();
    let policy = status
        .iter()
        .find(|status| status.kind == FollowerKind::Policy)
        .unwrap();
    assert_eq!((policy.name, policy.refused), ("CountSeatWhenBought", 1));
    assert_eq!(policy.state, FollowerState::Running);
}

#[tokio::test]
async fn a_policy_goes_on_where_it_had_come_to() {
    let store = InMemoryEventStore::new();
    let before = running_on(store.clone()).await;
    before.send(priced("a", SEATS + 1)).await.unwrap();
    before.settled().await.unwrap();
    before.shutdown().await;

    let after = running_on(store).await;
    after.send(ticket("b")).await.unwrap();
    after.settled().await.unwrap();
    let policies = after
        .status()
        .into_iter()
        .filter(|status| status.kind == FollowerKind::Policy);
    assert_eq!(
        policies.map(|status| status.refused).sum::<u64>(),
        0,
        "the first is not repeated"
    );
    assert_eq!(after.load::<Hall>("1").await.unwrap().seats, 1);
}

#[tokio::test(start_paused = true)]
async fn events_that_come_one_by_one_do_not_cost_a_checkpoint_each() {
    let (memory, store) = {
        let memory = InMemoryEventStore::new();
        (memory.clone(), WatchedStore::over(memory))
    };
    let seen = Arc::clone(&store.seen);
    let aether = running_on(store).await;
    for number in 0..50 {
        aether.send(ticket(&format!("t{number}"))).await.unwrap();
        aether.settled().await.unwrap();
    }
    let kept = seen.checkpoints.load(Ordering::SeqCst);
    assert!(kept < 10, "{kept} for 50 events and no time");
    let head = memory.head().await.unwrap();
    let reader = "policy/CountSeatWhenBought";
    let is_kept = async || memory.checkpoint(reader).await.unwrap().position == head;
    assert!(!is_kept().await, "there is something to be kept yet");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(is_kept().await, "how far it has come is kept soon after");
    aether.shutdown().await;
}

#[tokio::test]
async fn a_reaction_takes_effect_once_though_the_checkpoint_was_lost() {
    let store = InMemoryEventStore::new();
    let unreliable = UnreliableStore::over(store.clone());
    unreliable
        .faults()
        .no_checkpoints
        .store(true, Ordering::SeqCst);
    let before = running_on(unreliable).await;
    for number in 0..20 {
        before.send(ticket(&format!("t{number}"))).await.unwrap();
    }
    before.settled().await.unwrap();
    before.shutdown().await;

    let after = running_on(store).await;
    after.settled().await.unwrap();
    let hall = after.load::<Hall>("1").await.unwrap();
    assert_eq!((hall.seats, hall.version()), (20, Version::new(20)));
}

#[tokio::test(start_paused = true)]
async fn a_follower_whose_log_breaks_off_goes_on_and_skips_nothing() {
    let store = UnreliableStore::default();
    store.faults().broken_followings.store(10, Ordering::SeqCst);
    let aether = running_on(store.clone()).await;
    for number in 0..40 {
        aether.send(ticket(&format!("t{number}"))).await.unwrap();
    }
    aether.settled().await.unwrap();
    assert_eq!(
        store.faults().broken_followings.load(Ordering::SeqCst),
        0,
        "it did break off"
    );
    assert_eq!(aether.read::<Sales>().await.unwrap().tickets.len(), 40);
    assert_eq!(aether.load::<Hall>("1").await.unwrap().seats, 40);
}

#[tokio::test(start_paused = true)]
async fn a_policy_tries_again_until_the_store_is_back() {
    let store = UnreliableStore::default();
    let aether = running_on(store.clone()).await;
    store.inner_append(ticket_bought("a")).await;
    store.faults().outages.store(5, Ordering::SeqCst);
    aether.settled().await.unwrap();
    assert_eq!(store.faults().outages.load(Ordering::SeqCst), 0);
    assert_eq!(aether.load::<Hall>("1").await.unwrap().seats, 1);
}

#[tokio::test]
async fn an_unreadable_event_halts_whoever_reads_it_and_is_told() {
    let aether = running().await;
    let bad = Event::new("Ticket.a", 1, "TicketBought", &"not a ticket").unwrap();
    aether.store().save(bad).await.unwrap();
    let err = aether.read::<Sales>().await.unwrap_err();
    let ReadError::Halted { follower, reason } = &err else {
        panic!("{err:?}")
    };
    assert_eq!(*follower, "Sales");
    assert!(
        reason.starts_with("event 1 of `Ticket.a` at position 1: the data of \"TicketBought\""),
        "{reason}"
    );
    let head = aether.store().head().await.unwrap();
    let status = aether.status();
    let sales = status.iter().find(|status| status.name == "Sales").unwrap();
    assert!(sales.position < head, "it stands still before the event");
    assert!(aether.load::<crate::shop::Ticket>("a").await.is_err());
    assert!(
        aether
            .send(crate::shop::CountSeat {
                hall: "2".to_owned(),
                by: 1
            })
            .await
            .is_ok()
    );
}

fn ticket_bought(name: &str) -> Event {
    let data = serde_json::json!({ "ticket": name, "price": 1 });
    Event::new(format!("Ticket.{name}"), 1, "TicketBought", &data).unwrap()
}
