//! What a runtime says of how it is doing.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use aether::{
    Event, EventStoreExt as _, InMemoryEventStore,
    runtime::{Aether, Health, Problem, StoreHealth},
};
use tokio::time::{sleep, timeout};

use crate::{
    metrics::Ledger,
    shop::{Seating, Selling, running, running_on},
    unreliable_store::UnreliableStore,
};

/// Waits until its health is so.
async fn until(aether: &Aether, is_so: impl Fn(&Health) -> bool + Send + Sync) -> Health {
    let waiting = async {
        loop {
            let health = aether.health();
            if is_so(&health) {
                return health;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), waiting).await.unwrap()
}

#[tokio::test]
async fn a_runtime_is_ready_once_the_store_has_answered_and_until_it_is_shut_down() {
    let aether = running().await;
    assert!(aether.health().is_live());
    let health = until(&aether, Health::is_ready).await;
    assert_eq!(
        (health.store.clone(), health.problems()),
        (StoreHealth::Answers, vec![])
    );
    assert_eq!(health.followers.len(), aether.status().len());
    aether.shutdown().await;
    let health = aether.health();
    assert!(!health.is_live() && !health.is_ready());
    assert_eq!(health.problems(), [Problem::Stopped]);
}

#[tokio::test]
async fn a_store_that_is_away_makes_a_runtime_unready_until_it_is_back() {
    let (store, ledger) = (UnreliableStore::default(), Ledger::default());
    let guard = metrics::set_default_local_recorder(&ledger);
    let aether = running_on(store.clone()).await;
    drop(guard);
    let is_up = || ledger.last("aether_store_up");
    until(&aether, Health::is_ready).await;
    assert_eq!(is_up(), 1.0);
    store.faults().no_head.store(true, SeqCst);
    let health = until(&aether, |it| !it.is_ready()).await;
    assert!(health.is_live(), "a restart would not help");
    assert!(
        matches!(&*health.problems(), [Problem::StoreSilent { .. }]),
        "{health:?}"
    );
    assert_eq!(is_up(), 0.0);
    store.faults().no_head.store(false, SeqCst);
    until(&aether, Health::is_ready).await;
    assert_eq!(is_up(), 1.0);
}

#[tokio::test]
async fn a_follower_that_stands_still_is_told_with_how_far_it_is_behind() {
    let store = InMemoryEventStore::new();
    let builder = Aether::builder().store(store.clone()).halting();
    let builder = builder.context::<Selling>().context::<Seating>();
    let ledger = Ledger::default();
    let guard = metrics::set_default_local_recorder(&ledger);
    let aether = builder.start().await.unwrap();
    drop(guard);
    let poison = Event::new("Ticket.a", 1, "TicketBought", &"no ticket").unwrap();
    store.save(poison).await.unwrap();
    let is_behind = |health: &Health| health.followers.iter().any(|it| it.lag.commits > 0);
    let health = until(&aether, is_behind).await;
    let of = |name: &str| {
        let found = health.followers.iter().find(|it| it.status.name == name);
        found.unwrap().clone()
    };
    assert_eq!(of("CountSeatWhenBought").lag.commits, 1);
    let halted = health.problems();
    assert!(
        halted.iter().any(|it| matches!(
            it,
            Problem::Halted {
                follower: "CountSeatWhenBought",
                ..
            }
        )),
        "{halted:?}"
    );
    let time = of("CountSeatWhenBought").lag.time;
    let longer = |health: &Health| health.followers.iter().any(|it| it.lag.time > time);
    until(&aether, longer).await;
    let measured = |name: &str| ledger.last(&format!("{name} policy CountSeatWhenBought"));
    assert_eq!(measured("aether_follower_lag_commits"), 1.0);
    assert!(measured("aether_follower_lag_seconds") > 0.0);
    assert_eq!(measured("aether_follower_halted"), 1.0);
}
