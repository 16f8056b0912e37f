//! What is promised of timers and outgoing commands, over every store.

use std::time::Duration;

use aether::testing::ManualClock;
use aether::{EventStore as _, EventStoreExt as _, Version, runtime::FollowerKind};
use futures_util::future::join;

use super::{
    append, bought,
    homes::{Folder, Home, Memory, OneServer, ThreeServers},
    of_kind, paid, pay, paying, run, ticket_id,
};

macro_rules! timer_conformance {
    ($name:ident, $home:ident) => {
        timer_conformance! { @each $name, $home;
            a_timer_fires_at_its_time_and_not_before
            a_cancelled_timer_does_not_fire
            a_timer_that_is_set_again_fires_at_its_new_time
            a_timer_survives_what_keeps_it
            a_timer_that_was_due_while_nobody_ran_fires_at_the_start
            two_runtimes_over_one_store_have_one_effect
            outgoing_commands_are_carried_out_once_and_in_order
        }
    };
    (@each $name:ident, $home:ident; $($case:ident)+) => {
        mod $name {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let case = super::$case($home::make().await);
                    let limit = Duration::from_mins(2);
                    tokio::time::timeout(limit, case).await.expect("it ends in time");
                }
            )+
        }
    };
}

timer_conformance!(memory, Memory);
timer_conformance!(embedded, Folder);
timer_conformance!(nats, OneServer);
timer_conformance!(nats_cluster, ThreeServers);

async fn a_timer_fires_at_its_time_and_not_before(home: impl Home) {
    let clock = ManualClock::new();
    let aether = run(home.open().await, &clock).await;
    append(&aether, bought("b", 1)).await;
    append(&aether, bought("a", 1).setting(paying("b", 24))).await;
    assert_eq!(paid(&aether, "b").await, 0);
    clock.advance(Duration::from_hours(24) - Duration::from_nanos(1));
    assert_eq!(paid(&aether, "b").await, 0);
    clock.advance(Duration::from_nanos(1));
    assert_eq!(paid(&aether, "b").await, 1);
    clock.set(super::at(1));
    clock.advance(Duration::from_hours(100));
    assert_eq!(
        paid(&aether, "b").await,
        1,
        "it was set back, and nothing fires twice"
    );
    let timers = of_kind(&aether, FollowerKind::Timers)
        .timers
        .expect("they are timers");
    assert_eq!((timers.pending, timers.next_due), (0, None));
    aether.shutdown().await;
}

async fn a_cancelled_timer_does_not_fire(home: impl Home) {
    let clock = ManualClock::new();
    let aether = run(home.open().await, &clock).await;
    append(&aether, bought("b", 1)).await;
    append(&aether, bought("a", 1).setting(paying("b", 24))).await;
    append(&aether, bought("other", 1).setting(paying("b", 24))).await;
    assert_eq!(paid(&aether, "b").await, 0);
    append(&aether, bought("a", 2).cancelling("late")).await;
    // The timer is due before anyone may have seen that it was cancelled.
    clock.advance(Duration::from_hours(24));
    assert_eq!(paid(&aether, "b").await, 1, "that of the other actor fires");
    aether.shutdown().await;
}

async fn a_timer_that_is_set_again_fires_at_its_new_time(home: impl Home) {
    let clock = ManualClock::new();
    let aether = run(home.open().await, &clock).await;
    append(&aether, bought("b", 1)).await;
    append(&aether, bought("c", 1)).await;
    append(&aether, bought("a", 1).setting(paying("b", 24))).await;
    append(&aether, bought("a", 2).setting(paying("c", 48))).await;
    clock.set(super::at(47));
    assert_eq!((paid(&aether, "b").await, paid(&aether, "c").await), (0, 0));
    clock.set(super::at(48));
    assert_eq!((paid(&aether, "b").await, paid(&aether, "c").await), (0, 1));
    aether.shutdown().await;
}

async fn a_timer_survives_what_keeps_it(mut home: impl Home) {
    let clock = ManualClock::new();
    let before = run(home.open().await, &clock).await;
    append(&before, bought("b", 1)).await;
    append(&before, bought("c", 1)).await;
    append(&before, bought("a", 1).setting(paying("b", 24))).await;
    append(&before, bought("d", 1).setting(paying("c", 1))).await;
    clock.set(super::at(1));
    assert_eq!(paid(&before, "c").await, 1);
    before.shutdown().await;
    drop(before);
    home.restart().await;

    let after = run(home.open().await, &clock).await;
    assert_eq!((paid(&after, "b").await, paid(&after, "c").await), (0, 1));
    clock.set(super::at(24));
    assert_eq!((paid(&after, "b").await, paid(&after, "c").await), (1, 1));
    after.shutdown().await;
}

async fn a_timer_that_was_due_while_nobody_ran_fires_at_the_start(mut home: impl Home) {
    let clock = ManualClock::new();
    let store = home.open().await;
    store.append(bought("b", 1)).await.expect("it is stored");
    let set = bought("a", 1).setting(paying("b", 24));
    store.append(set).await.expect("it is stored");
    drop(store);
    home.restart().await;
    clock.set(super::at(1_000));
    let aether = run(home.open().await, &clock).await;
    assert_eq!(paid(&aether, "b").await, 1);
    aether.shutdown().await;
}

async fn two_runtimes_over_one_store_have_one_effect(home: impl Home) {
    const TICKETS: u64 = 20;
    let clock = ManualClock::new();
    let one = run(home.open().await, &clock).await;
    let two = run(home.open().await, &clock).await;
    for number in 0..TICKETS {
        let ticket = format!("t{number}");
        let asking = bought(&ticket, 1).setting(paying(&ticket, number % 5));
        append(&one, asking.asking(pay(&ticket))).await;
    }
    clock.set(super::at(5));
    let (first, second) = join(one.settled(), two.settled()).await;
    assert!(first.is_ok() && second.is_ok());
    for number in 0..TICKETS {
        assert_eq!(
            paid(&one, &format!("t{number}")).await,
            2,
            "ticket {number}"
        );
    }
    one.shutdown().await;
    two.shutdown().await;
}

async fn outgoing_commands_are_carried_out_once_and_in_order(mut home: impl Home) {
    let clock = ManualClock::new();
    let before = run(home.open().await, &clock).await;
    append(&before, bought("b", 1)).await;
    let (first, second) = (pay("b"), pay("b"));
    let ids = [first.id, second.id];
    append(&before, bought("a", 1).asking(first).asking(second)).await;
    assert_eq!(paid(&before, "b").await, 2);
    before.shutdown().await;
    drop(before);
    home.restart().await;

    let after = run(home.open().await, &clock).await;
    assert_eq!(paid(&after, "b").await, 2);
    let events = after.store().events(&ticket_id("b"), Version::FIRST).await;
    let events = events.expect("they are there");
    let found: Vec<_> = events
        .iter()
        .filter_map(|it| it.metadata.command_id)
        .collect();
    assert_eq!(found, ids);
    let causes = after.store().events(&ticket_id("a"), Version::NONE).await;
    let causes = causes.expect("it is there").into_iter();
    let causes: Vec<_> = causes.map(|it| Some(it.id.to_string())).collect();
    let why = events.into_iter().map(|it| it.metadata.causation_id);
    assert_eq!(why.take(1).collect::<Vec<_>>(), causes);
    after.shutdown().await;
}
