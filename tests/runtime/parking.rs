//! What policies and adapters cannot handle is set aside, and all else goes on.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aether::{
    ActorId, Event, EventStoreExt as _, InMemoryEventStore,
    runtime::{
        Adapter, Aether, Delivery, FollowerKind, FollowerState, FollowerStatus, Parked,
        ParkedStatus, Parking, ReadError, parking,
    },
};
use tokio::time::{sleep, timeout};

use crate::{
    metrics::Ledger,
    shop::{Bank, Hall, PayTicket, Seating, Selling, Ticket, TicketBought, ticket},
};

const POLICY: &str = "policy/CountSeatWhenBought";

fn actor(ticket: &str) -> ActorId {
    ActorId::of("Ticket", ticket).unwrap()
}

/// A ticket that the policy counts a seat for.
fn bought(ticket: &str, version: u64) -> Event {
    let data = serde_json::json!({ "ticket": ticket, "price": 1 });
    Event::new(actor(ticket), version, "TicketBought", &data).unwrap()
}

/// An event that the policy cannot read.
fn poison(ticket: &str, version: u64) -> Event {
    Event::new(actor(ticket), version, "TicketBought", &"no ticket").unwrap()
}

/// The policy and the hall alone, so that nothing else reads the events.
async fn seating(store: &InMemoryEventStore, parking: Parking) -> Aether {
    let builder = Aether::builder().store(store.clone()).context::<Seating>();
    builder.parking(parking).start().await.unwrap()
}

async fn seats(aether: &Aether) -> u32 {
    aether.load::<Hall>("1").await.unwrap().seats
}

fn status_of(aether: &Aether, kind: FollowerKind) -> FollowerStatus {
    let mut status = aether.status().into_iter();
    status.find(|status| status.kind == kind).unwrap()
}

/// Waits until something is so.
#[expect(clippy::future_not_send, reason = "a test waits for it where it is")]
async fn until<F: Future<Output = bool>>(is_so: impl Fn() -> F) {
    let waiting = async {
        while !is_so().await {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), waiting).await.unwrap();
}

async fn until_parked(aether: &Aether, count: usize) -> Vec<Parked> {
    until(async || aether.parked().await.unwrap().len() == count).await;
    aether.parked().await.unwrap()
}

#[tokio::test]
async fn a_poison_event_parks_its_actor_and_all_others_go_on() {
    let store = InMemoryEventStore::new();
    let aether = seating(&store, Parking::new()).await;
    store.save(poison("a", 1)).await.unwrap();
    for number in 0..50 {
        store.save(bought(&format!("t{number}"), 1)).await.unwrap();
    }
    store.save(bought("a", 2)).await.unwrap();
    let seen = async {
        while status_of(&aether, FollowerKind::Policy).parked == ParkedStatus::default() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(1), seen)
        .await
        .expect("it is seen within a second");
    aether.settled().await.unwrap();
    assert_eq!(seats(&aether).await, 50, "all others are handled");
    let status = status_of(&aether, FollowerKind::Policy);
    assert_eq!(status.state, FollowerState::Running);
    assert_eq!((status.parked.actors, status.parked.retried), (1, 0));
    let parked = until_parked(&aether, 1).await;
    let it = &parked[0];
    assert_eq!((it.follower.as_str(), &it.actor_id), (POLICY, &actor("a")));
    assert_eq!((it.position.as_u64(), it.attempts, it.waiting), (1, 1, 1));
    assert!(
        it.reason.contains("the data of \"TicketBought\""),
        "{}",
        it.reason
    );

    parking::retry(&store, POLICY, &[actor("a")]).await.unwrap();
    until(async || aether.parked().await.unwrap()[0].attempts == 2).await;
    parking::discard(&store, POLICY, &[actor("a")])
        .await
        .unwrap();
    until_parked(&aether, 0).await;
    aether.settled().await.unwrap();
    assert_eq!(seats(&aether).await, 51, "what waited behind it is handled");
    aether.shutdown().await;
}

#[tokio::test]
async fn an_order_concerns_only_what_was_parked_before_it() {
    let store = InMemoryEventStore::new();
    parking::discard(&store, POLICY, &[actor("a")])
        .await
        .unwrap();
    let aether = seating(&store, Parking::new()).await;
    store.save(poison("a", 1)).await.unwrap();
    until_parked(&aether, 1).await;
    // Longer than it takes to look for orders.
    sleep(Duration::from_millis(1_200)).await;
    assert_eq!(aether.parked().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_parked_is_still_there_after_a_restart() {
    let store = InMemoryEventStore::new();
    let before = seating(&store, Parking::new()).await;
    store.save(poison("a", 1)).await.unwrap();
    store.save(bought("a", 2)).await.unwrap();
    let parked = until_parked(&before, 1).await;
    before.shutdown().await;
    // It is ordered while nothing runs.
    assert_eq!(parking::followers(&store).await.unwrap(), [POLICY]);
    assert_eq!(
        parking::parked(&store, POLICY).await.unwrap()[0].position,
        parked[0].position
    );
    parking::discard(&store, POLICY, &[actor("a")])
        .await
        .unwrap();

    let after = seating(&store, Parking::new()).await;
    store.save(bought("a", 3)).await.unwrap();
    until_parked(&after, 0).await;
    after.settled().await.unwrap();
    assert_eq!(seats(&after).await, 2);
}

#[tokio::test]
async fn where_there_is_no_room_the_follower_stands_still_and_skips_nothing() {
    let store = InMemoryEventStore::new();
    let aether = seating(&store, Parking::new().at_most(2)).await;
    for event in [
        poison("a", 1),
        poison("b", 1),
        poison("c", 1),
        bought("d", 1),
    ] {
        store.save(event).await.unwrap();
    }
    let is_full = |status: FollowerStatus| matches!(status.state, FollowerState::Retrying { reason, .. } if reason.contains("parked"));
    until(async || is_full(status_of(&aether, FollowerKind::Policy))).await;
    assert_eq!(seats(&aether).await, 0);
    for (left, ticket) in [(2, "a"), (1, "b"), (0, "c")] {
        parking::discard(&store, POLICY, &[actor(ticket)])
            .await
            .unwrap();
        until_parked(&aether, left).await;
    }
    until(async || seats(&aether).await == 1).await;
}

#[tokio::test]
async fn a_runtime_that_parks_nothing_stands_still_before_the_event() {
    let store = InMemoryEventStore::new();
    let builder = Aether::builder().store(store.clone()).context::<Seating>();
    let aether = builder.halting().start().await.unwrap();
    store.save(poison("a", 1)).await.unwrap();
    store.save(bought("b", 1)).await.unwrap();
    let err = aether.settled().await.unwrap_err();
    assert!(matches!(err, ReadError::Halted { .. }), "{err:?}");
    assert_eq!(seats(&aether).await, 0);
}

/// A later build, whose policy knows what to make of an event that the one before cannot read.
mod later {
    use aether::prelude::*;

    use crate::shop::{CountSeat, Hall, Selling};

    #[derive(Policy, Default)]
    #[policy(name = "CountSeatWhenBought")]
    pub(super) struct CountSeatOfAnyTicket;

    #[handlers]
    impl CountSeatOfAnyTicket {
        #[react]
        fn any(&self, event: &RawEvent) -> Option<CountSeat> {
            let is_bought = event.event_type == "TicketBought";
            let (hall, by) = ("1".to_owned(), 1);
            is_bought.then_some(CountSeat { hall, by })
        }
    }

    bounded_context! {
        /// Looks after the hall, in a later build.
        pub(super) Seating {
            aggregates: [Hall],
            policies: [CountSeatOfAnyTicket],
            upstream: [Selling],
        }
    }
}

#[tokio::test]
async fn poison_shows_in_the_metrics_within_a_second_and_a_retry_heals_it_after_the_fix() {
    let (store, ledger) = (InMemoryEventStore::new(), Ledger::default());
    let guard = metrics::set_default_local_recorder(&ledger);
    let before = seating(&store, Parking::new()).await;
    drop(guard);
    let last = |name: &str| ledger.values(name).last().copied();
    until(async || last("aether_store_up") == Some(1.0)).await;
    store.save(poison("a", 1)).await.unwrap();
    store.save(bought("a", 2)).await.unwrap();
    for number in 0..20 {
        store.save(bought(&format!("t{number}"), 1)).await.unwrap();
    }
    let waiting = "aether_follower_parked policy CountSeatWhenBought waiting";
    let shown = until(async || last(waiting) == Some(1.0));
    timeout(Duration::from_secs(1), shown)
        .await
        .expect("it is shown within a second");
    before.settled().await.unwrap();
    assert_eq!(seats(&before).await, 20, "all others go on");
    before.shutdown().await;

    let builder = Aether::builder().store(store.clone());
    let after = builder.context::<later::Seating>().start().await.unwrap();
    after.settled().await.unwrap();
    assert_eq!(
        after.parked().await.unwrap().len(),
        1,
        "it waits for an order"
    );
    parking::retry(&store, POLICY, &[actor("a")]).await.unwrap();
    until_parked(&after, 0).await;
    after.settled().await.unwrap();
    assert_eq!(seats(&after).await, 22);
}

/// A bank that does not answer for one ticket until it is repaired.
#[derive(Clone, Default)]
struct Picky {
    told: Arc<Mutex<Vec<String>>>,
    is_repaired: Arc<Mutex<bool>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the bank does not know the ticket")]
struct Unknown;

impl Adapter for Picky {
    type System = Bank;
    type Notice = TicketBought;
    type Answer = PayTicket;
    type Error = Unknown;

    async fn notify(&self, notice: TicketBought, _: &Delivery) -> Result<PayTicket, Unknown> {
        if notice.ticket == "a" && !*self.is_repaired.lock().unwrap() {
            return Err(Unknown);
        }
        self.told.lock().unwrap().push(notice.ticket.clone());
        Ok(PayTicket {
            ticket: notice.ticket,
        })
    }
}

#[tokio::test]
async fn a_retry_after_the_repair_heals_what_was_parked() {
    let bank = Picky::default();
    let builder = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Selling>();
    let builder = builder
        .adapter(bank.clone())
        .parking(Parking::new().attempts(3));
    let aether = builder.start().await.unwrap();
    for name in ["a", "b", "c"] {
        aether.send(ticket(name)).await.unwrap();
    }
    aether.settled().await.unwrap();
    assert_eq!(*bank.told.lock().unwrap(), ["b", "c"]);
    let parked = until_parked(&aether, 1).await;
    assert_eq!((parked[0].attempts, parked[0].is_retried), (3, false));
    assert_eq!(parked[0].reason, "the bank does not know the ticket");

    *bank.is_repaired.lock().unwrap() = true;
    let store = aether.store();
    parking::retry(store, "adapter/Bank", &[actor("a")])
        .await
        .unwrap();
    until_parked(&aether, 0).await;
    aether.settled().await.unwrap();
    assert_eq!(*bank.told.lock().unwrap(), ["b", "c", "a"]);
    assert_eq!(aether.load::<Ticket>("a").await.unwrap().paid, 1);
}
