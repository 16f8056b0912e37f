//! A store that tells a bus what it stores.

use std::time::Duration;

use aether::{
    Commit, Event, EventStore as _, InMemoryEventStore, Namespace, Position, StoreErrorKind,
    Transaction, Version,
    bus::{EventBroadcaster, EventBus as _, LocalEventBus, Notices, SubscriptionFilter, Told},
};
use futures_util::{FutureExt as _, future::join_all};
use tokio::time::timeout;

use crate::fixture::two;

type Broadcaster = EventBroadcaster<InMemoryEventStore, LocalEventBus>;

async fn broadcaster() -> (Broadcaster, Notices) {
    let bus = LocalEventBus::new();
    let notices = bus.subscribe(SubscriptionFilter::of(Namespace::default()));
    let notices = notices.await.unwrap();
    (
        EventBroadcaster::new(InMemoryEventStore::new(), bus),
        notices,
    )
}

fn commit(actor: &str, version: u64) -> Commit {
    Commit::new([Event::new(actor, version, "Counted", &version).unwrap()]).unwrap()
}

fn told(notices: &mut Notices) -> Option<Told> {
    notices.next().now_or_never().flatten()
}

#[tokio::test]
async fn a_commit_is_told_with_its_position_when_it_is_stored() {
    let (store, mut notices) = broadcaster().await;
    for version in 1..=3 {
        let commit = commit("a", version);
        let receipt = store.append(commit.clone()).await.unwrap();
        let Some(Told::Stored(notice)) = told(&mut notices) else {
            panic!("it was told");
        };
        assert_eq!(
            (notice.position, &notice.commit),
            (receipt.position, &commit)
        );
    }
}

#[tokio::test]
async fn each_commit_of_a_transaction_is_told() {
    let (store, mut notices) = broadcaster().await;
    let transaction = Transaction::new([commit("a", 1), commit("b", 1)]).unwrap();
    store.transact(transaction).await.unwrap();
    for position in 1..=2 {
        let Some(Told::Stored(notice)) = told(&mut notices) else {
            panic!("it was told");
        };
        assert_eq!(notice.position, Position::new(position));
    }
}

#[tokio::test]
async fn what_is_not_stored_is_not_told() {
    let (store, mut notices) = broadcaster().await;
    store.append(commit("a", 1)).await.unwrap();
    assert!(told(&mut notices).is_some());
    let err = store.append(commit("a", 1)).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Conflict);
    assert_eq!(told(&mut notices), None);
}

#[tokio::test]
async fn a_closed_bus_hinders_no_commit() {
    let (store, mut notices) = broadcaster().await;
    store.bus().close().await;
    store.append(commit("a", 1)).await.unwrap();
    assert_eq!(notices.next().await, None);
    assert_eq!(store.head().await.unwrap(), Position::new(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_that_race_are_told_in_the_order_of_the_versions() {
    let (store, mut notices) = broadcaster().await;
    let writers = (0..8).map(|_| {
        let store = store.clone();
        #[expect(clippy::disallowed_methods, reason = "the test races its own tasks")]
        tokio::spawn(async move {
            let mut stored = 0;
            while stored < 100 {
                let next = store
                    .version(commit("a", 1).actor_id())
                    .await
                    .unwrap()
                    .next();
                let answer = store.append(commit("a", next.as_u64())).await;
                stored += usize::from(answer.is_ok());
            }
        })
    });
    join_all(writers)
        .await
        .into_iter()
        .for_each(|it| it.unwrap());
    for version in 1..=800 {
        let Some(Told::Stored(notice)) = told(&mut notices) else {
            panic!("{version} was told");
        };
        assert_eq!(notice.commit.version(), Version::new(version));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_is_told_of_what_is_stored() {
    use aether::bus::conformance::Buses as _;
    let buses = two().await;
    let [here, there] = buses.nodes() else {
        panic!("two buses");
    };
    let namespace = Namespace::new("told.elsewhere").unwrap();
    let filter = SubscriptionFilter::matching("told.*".parse().unwrap());
    let mut notices = there.subscribe(filter).await.unwrap();
    let store = InMemoryEventStore::in_namespace(namespace);
    let store = EventBroadcaster::new(store, here.clone());
    let commit = commit("a", 1);
    store.append(commit.clone()).await.unwrap();
    let told = timeout(Duration::from_secs(10), notices.next())
        .await
        .unwrap();
    let Some(Told::Stored(notice)) = told else {
        panic!("{told:?}");
    };
    assert_eq!(
        (notice.position, &notice.commit),
        (Position::new(1), &commit)
    );
}
