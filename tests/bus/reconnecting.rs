//! What becomes of a bus whose server goes away and comes back.

use std::time::Duration;

use aether::{
    Namespace,
    bus::{BusErrorKind, EventBus as _, Notices, SubscriptionFilter, Told, nats::NatsBusOptions},
};
use aether_tests::harness::{NatsServer, Proxy};
use tokio::time::timeout;

use crate::fixture::{bus, notice};

async fn next(notices: &mut Notices) -> Told {
    let told = timeout(Duration::from_secs(30), notices.next()).await;
    told.unwrap().unwrap()
}

async fn position(notices: &mut Notices) -> u64 {
    let told = next(notices).await;
    let Told::Stored(notice) = &told else {
        panic!("{told:?}");
    };
    notice.position.as_u64()
}

fn everything() -> SubscriptionFilter {
    SubscriptionFilter::of(Namespace::default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_published_while_the_connection_was_lost_is_counted() {
    let server = NatsServer::start().await;
    let proxy = Proxy::of(&server.url()).await;
    let (here, there) = (bus(&server.url()).await, bus(&proxy.url()).await);
    let beside = bus(&server.url()).await;
    let mut near = beside.subscribe(everything()).await.unwrap();
    let mut far = there.subscribe(everything()).await.unwrap();
    here.publish(notice(1)).unwrap();
    assert_eq!(
        (position(&mut near).await, position(&mut far).await),
        (1, 1)
    );

    proxy.mute();
    for version in 2..=6 {
        here.publish(notice(version)).unwrap();
        assert_eq!(position(&mut near).await, version);
    }
    proxy.cut();

    let (mut words, mut missed) = (Vec::new(), 0);
    while words.len() < 2 || missed < 5 {
        let told = next(&mut far).await;
        if let Told::Missed(count) = told {
            missed += count;
        } else {
            words.push(told);
        }
    }
    assert_eq!(words, [Told::Disconnected, Told::Reconnected]);
    assert_eq!((missed, there.status().lost), (5, 5));
    here.publish(notice(7)).unwrap();
    assert_eq!(position(&mut far).await, 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_those_here_are_told_and_nobody_else_can_subscribe() {
    let mut server = NatsServer::start().await;
    let options = NatsBusOptions::new().patience(Duration::from_millis(500));
    let bus = options.connect(&server.url()).await.unwrap();
    let mut notices = bus.subscribe(everything()).await.unwrap();
    server.kill();
    assert_eq!(next(&mut notices).await, Told::Disconnected);
    bus.publish(notice(1)).unwrap();
    assert_eq!(position(&mut notices).await, 1);
    let other = SubscriptionFilter::matching("other.*".parse().unwrap());
    let err = bus.subscribe(other.clone()).await.unwrap_err();
    assert_eq!(err.kind(), BusErrorKind::Unavailable);

    server.restart().await;
    assert_eq!(next(&mut notices).await, Told::Reconnected);
    bus.publish(notice(2)).unwrap();
    assert_eq!(position(&mut notices).await, 2);
    bus.subscribe(other).await.unwrap();
}

#[tokio::test]
async fn where_no_server_is_there_is_no_bus() {
    let connect = |url| async move { NatsBusOptions::new().connect(url).await.unwrap_err().kind() };
    assert_eq!(
        connect("nats://127.0.0.1:1").await,
        BusErrorKind::Unavailable
    );
    assert_eq!(connect("nats://a:port").await, BusErrorKind::Misconfigured);
}
