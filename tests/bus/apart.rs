//! What becomes of buses whose servers do not hear each other for a while.

use std::{sync::Arc, time::Duration};

use aether::bus::{EventBus as _, Notices, SubscriptionFilter, Told};
use aether_tests::harness::Apart;
use tokio::time::timeout;

use crate::fixture::{bus, notice};

async fn next(notices: &mut Notices) -> Told {
    let told = timeout(Duration::from_secs(30), notices.next()).await;
    told.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_bus_published_while_it_was_cut_off_is_not_lost_without_a_word() {
    let servers = Apart::start().await;
    let [one, other] = servers.urls();
    let (here, there) = (bus(&one).await, bus(&other).await);
    let all = SubscriptionFilter::of(notice(1).namespace.clone());
    let mut notices = there.subscribe(all).await.unwrap();
    for version in 1..=3 {
        here.publish(notice(version)).unwrap();
    }
    here.flush().await.unwrap();

    servers.join();
    assert_eq!(next(&mut notices).await, Told::Disconnected);
    assert_eq!(next(&mut notices).await, Told::Reconnected);
    let notice = notice(4);
    here.publish(Arc::clone(&notice)).unwrap();
    assert_eq!(next(&mut notices).await, Told::Stored(notice));
}
