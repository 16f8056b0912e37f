//! Timers and outgoing commands that cannot be carried out, now or ever.

use std::sync::atomic::Ordering;

use aether::{
    EventStore as _, InMemoryEventStore, Position,
    runtime::{Aether, FollowerKind, FollowerState, ReadError},
    testing::ManualClock,
};

use super::{append, at, bought, of_kind, paid, pay, paying, policies::Collecting, run};
use crate::{
    shop::{Selling, Ticket},
    unreliable_store::UnreliableStore,
};

#[tokio::test(start_paused = true)]
async fn what_is_out_of_reach_is_tried_again() {
    let (store, clock) = (UnreliableStore::default(), ManualClock::new());
    let aether = run(store.clone(), &clock).await;
    append(&aether, bought("b", 1)).await;
    append(
        &aether,
        bought("a", 1).setting(paying("b", 1)).asking(pay("b")),
    )
    .await;
    aether.settled().await.unwrap();
    store.faults().outages.store(4, Ordering::SeqCst);
    clock.set(at(1));
    assert_eq!(paid(&aether, "b").await, 2);
    assert_eq!(store.faults().outages.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_has_one_effect() {
    let (store, clock) = (UnreliableStore::default(), ManualClock::new());
    let aether = run(store.clone(), &clock).await;
    append(&aether, bought("b", 1)).await;
    append(&aether, bought("a", 1).setting(paying("b", 1))).await;
    store.faults().lost_answers.store(1, Ordering::SeqCst);
    clock.set(at(1));
    assert_eq!(paid(&aether, "b").await, 1);
    assert_eq!(store.faults().lost_answers.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn timers_go_on_where_their_log_broke_off() {
    let (store, clock) = (UnreliableStore::default(), ManualClock::new());
    store.faults().broken_followings.store(10, Ordering::SeqCst);
    let aether = run(store.clone(), &clock).await;
    for number in 0..40 {
        let ticket = format!("t{number}");
        append(&aether, bought(&ticket, 1).setting(paying(&ticket, number))).await;
    }
    clock.set(at(40));
    for number in 0..40 {
        assert_eq!(paid(&aether, &format!("t{number}")).await, 1);
    }
    assert_eq!(store.faults().broken_followings.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_crash_before_anything_was_kept_repeats_nothing() {
    let (store, clock) = (InMemoryEventStore::new(), ManualClock::new());
    let unreliable = UnreliableStore::over(store.clone());
    unreliable
        .faults()
        .no_checkpoints
        .store(true, Ordering::SeqCst);
    let before = run(unreliable, &clock).await;
    append(&before, bought("b", 1)).await;
    append(
        &before,
        bought("a", 1).setting(paying("b", 1)).asking(pay("b")),
    )
    .await;
    clock.set(at(1));
    assert_eq!(paid(&before, "b").await, 2);
    before.shutdown().await;
    let after = run(store, &clock).await;
    assert_eq!(paid(&after, "b").await, 2);
}

/// Waits until a runtime stands still, and says why.
async fn halted(aether: &Aether) -> Option<(&'static str, String)> {
    match aether.settled().await {
        Err(ReadError::Halted { follower, reason }) => Some((follower, reason)),
        Ok(_) | Err(_) => None,
    }
}

#[tokio::test]
async fn a_command_of_an_unknown_name_halts_and_is_told() {
    let clock = ManualClock::new();
    let aether = run(InMemoryEventStore::new(), &clock).await;
    let mut timer = paying("b", 1);
    timer.command.command = "Fly".into();
    append(&aether, bought("a", 1).setting(timer)).await;
    aether.settled().await.unwrap();
    clock.set(at(1));
    let reason =
        "event 1 of `Ticket.a` asks for the command `Fly`, which no running context handles";
    assert_eq!(halted(&aether).await, Some(("Ticket", reason.to_owned())));
    let status = of_kind(&aether, FollowerKind::Timers);
    let reason = reason.to_owned();
    assert_eq!(status.state, FollowerState::Halted { reason });
    assert_eq!(status.timers.unwrap().pending, 1);
    let outbox = of_kind(&aether, FollowerKind::Outbox);
    assert_eq!(
        outbox.state,
        FollowerState::Running,
        "one that is stuck holds up no other"
    );
}

#[tokio::test]
async fn an_outgoing_command_to_nobody_is_parked_and_told() {
    let clock = ManualClock::new();
    let aether = run(InMemoryEventStore::new(), &clock).await;
    let mut command = pay("b");
    command.key = String::new();
    append(&aether, bought("a", 1).asking(command)).await;
    let wanted = "the command `PayTicket` is addressed to no instance: \
                  the key of an actor id is empty";
    aether.settled().await.unwrap();
    let outbox = of_kind(&aether, FollowerKind::Outbox);
    assert_eq!(
        (outbox.state, outbox.parked.actors),
        (FollowerState::Running, 1)
    );
    // It is kept as soon as there is nothing else to do.
    while aether.parked().await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let parked = aether.parked().await.unwrap();
    assert_eq!(
        (parked[0].follower.as_str(), parked[0].reason.as_str()),
        ("outbox/Ticket", wanted)
    );
}

#[tokio::test]
async fn a_refusal_is_counted_and_holds_up_nothing() {
    let clock = ManualClock::new();
    let aether = run(InMemoryEventStore::new(), &clock).await;
    append(&aether, bought("b", 1)).await;
    let asking = bought("a", 1).asking(pay("nobody")).asking(pay("b"));
    append(&aether, asking.setting(paying("nobody", 1))).await;
    clock.set(at(1));
    assert_eq!(paid(&aether, "b").await, 1);
    assert_eq!(of_kind(&aether, FollowerKind::Outbox).refused, 1);
    assert_eq!(of_kind(&aether, FollowerKind::Timers).refused, 1);
}

#[tokio::test]
async fn asking_is_for_aggregates_that_are_said_to() {
    let (store, clock) = (InMemoryEventStore::new(), ManualClock::new());
    let aether = run(store, &clock).await;
    append(&aether, bought("b", 1)).await;
    let data = serde_json::json!({ "by": 1 });
    let event = aether::Event::new("Hall.1", 1, "SeatCounted", &data).unwrap();
    let commit = aether::Commit::new([event]).unwrap();
    append(&aether, commit.asking(pay("b")).setting(paying("b", 0))).await;
    assert_eq!(paid(&aether, "b").await, 0);
    assert!(of_kind(&aether, FollowerKind::Timers).position > Position::START);
}

#[tokio::test]
async fn what_was_cancelled_before_it_was_due_does_not_fire_though_nobody_has_seen_it_yet() {
    let (store, clock) = (UnreliableStore::default(), ManualClock::new());
    let aether = run(store.clone(), &clock).await;
    append(&aether, bought("b", 1)).await;
    append(&aether, bought("a", 1).setting(paying("b", 1))).await;
    aether.settled().await.unwrap();
    let blind = store.faults().blind.write().await;
    append(&aether, bought("a", 2).cancelling("late")).await;
    clock.set(at(1));
    // Whatever wants to fire has had its chance.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    drop(blind);
    assert_eq!(paid(&aether, "b").await, 0);
}

#[tokio::test]
async fn nobody_follows_for_what_nobody_can_ask_and_all_read_the_log_once() {
    let store = UnreliableStore::default();
    store.append(bought("a", 1)).await.unwrap();
    let followings = || store.faults().followings.swap(0, Ordering::SeqCst);
    let plain = crate::shop::running_on(store.clone()).await;
    plain.settled().await.unwrap();
    assert_eq!(plain.status().len(), 2, "a policy and a projection");
    assert_eq!(followings(), 1);
    plain.shutdown().await;
    let asking = run(store.clone(), &ManualClock::new()).await;
    asking.settled().await.unwrap();
    assert_eq!(asking.status().len(), 4, "and an outbox and timers");
    assert_eq!(followings(), 1);
    let both = Aether::builder()
        .store(store.clone())
        .context::<Selling>()
        .context::<Collecting>()
        .asks_of::<Ticket>()
        .start();
    let both = both.await.unwrap();
    both.settled().await.unwrap();
    assert_eq!(both.status().len(), 5, "two of them keep timers");
    assert_eq!(followings(), 1);
}
