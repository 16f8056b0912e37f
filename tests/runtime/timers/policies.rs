//! What a policy asks for later.

use std::time::Duration;

use aether::{
    EventStoreExt as _, InMemoryEventStore, Version,
    prelude::*,
    runtime::{Adapter, Aether, Delivery, FollowerKind, StartError},
    testing::{ManualClock, policy},
};

use super::{at, of_kind, paid, ticket_id};
use crate::{
    metrics::Ledger,
    shop::{Bank, BuyTicket, PayTicket, Selling, TicketBought, TicketPaid, ticket},
};

/// Pays a ticket a day after it was bought, unless it is paid before.
#[derive(Policy, Default)]
pub(crate) struct PayAfterADay;

#[handlers]
impl PayAfterADay {
    #[react]
    fn bought(&self, event: &TicketBought) -> After<PayTicket> {
        let ticket = event.ticket.clone();
        After::days(1, PayTicket { ticket })
    }

    #[react]
    fn paid(&self, event: &TicketPaid) -> Cancel<PayTicket> {
        Cancel::of(&event.ticket)
    }
}

bounded_context! {
    /// Wants its money.
    pub Collecting { policies: [PayAfterADay], upstream: [Selling] }
}

async fn run(store: InMemoryEventStore, clock: &ManualClock) -> Aether {
    Aether::builder()
        .store(store)
        .context::<Selling>()
        .context::<Collecting>()
        .clock(clock.clone())
        .start()
        .await
        .unwrap()
}

fn pay(ticket: &str) -> PayTicket {
    let ticket = ticket.to_owned();
    PayTicket { ticket }
}

#[tokio::test]
async fn a_policy_asks_for_a_command_a_day_later_and_says_why() {
    let clock = ManualClock::new();
    let aether = run(InMemoryEventStore::new(), &clock).await;
    let sent = aether
        .send(ticket("a"))
        .correlated("evening")
        .await
        .unwrap();
    clock.set(at(23));
    assert_eq!(paid(&aether, "a").await, 0);
    clock.set(at(24));
    assert_eq!(paid(&aether, "a").await, 1);
    let store = aether.store();
    let events = store.events(&ticket_id("a"), Version::FIRST).await.unwrap();
    let metadata = &events[0].metadata;
    assert_eq!(metadata.causation_id, Some(sent.events[0].id.to_string()));
    assert_eq!(metadata.correlation_id.as_deref(), Some("evening"));
}

#[tokio::test]
async fn another_event_takes_back_what_a_policy_asked_for() {
    let clock = ManualClock::new();
    let aether = run(InMemoryEventStore::new(), &clock).await;
    aether.send(ticket("a")).await.unwrap();
    aether.send(ticket("b")).await.unwrap();
    aether.send(pay("a")).await.unwrap();
    clock.set(at(24));
    assert_eq!((paid(&aether, "a").await, paid(&aether, "b").await), (1, 1));
}

#[tokio::test]
async fn what_a_policy_asked_for_survives_and_is_done_once() {
    let (store, clock) = (InMemoryEventStore::new(), ManualClock::new());
    let before = run(store.clone(), &clock).await;
    for name in ["a", "b"] {
        before.send(ticket(name)).await.unwrap();
        clock.advance(Duration::from_hours(12));
    }
    assert_eq!((paid(&before, "a").await, paid(&before, "b").await), (1, 0));
    before.shutdown().await;
    clock.advance(Duration::from_hours(12));
    for _ in 0..2 {
        let after = run(store.clone(), &clock).await;
        assert_eq!((paid(&after, "a").await, paid(&after, "b").await), (1, 1));
        after.shutdown().await;
    }
}

#[tokio::test]
async fn a_refusal_of_a_later_command_is_counted_and_not_repeated() {
    let (store, clock) = (InMemoryEventStore::new(), ManualClock::new());
    let before = run(store.clone(), &clock).await;
    // Somebody else's event asks for the payment of a ticket that nobody has bought.
    let event = serde_json::json!({ "ticket": "unknown", "price": 1 });
    let event = aether::Event::new("Ticket.x", 1, "TicketBought", &event).unwrap();
    store.save(event.at(at(0))).await.unwrap();
    clock.set(at(24));
    before.settled().await.unwrap();
    assert_eq!(of_kind(&before, FollowerKind::Timers).refused, 1);
    before.shutdown().await;
    let after = run(store, &clock).await;
    after.settled().await.unwrap();
    assert_eq!(of_kind(&after, FollowerKind::Timers).refused, 0);
}

#[tokio::test]
async fn what_waits_for_its_time_is_measured() {
    let (clock, ledger) = (ManualClock::new(), Ledger::default());
    let guard = metrics::set_default_local_recorder(&ledger);
    let aether = run(InMemoryEventStore::new(), &clock).await;
    drop(guard);
    let name = of_kind(&aether, FollowerKind::Timers).name;
    let pending = format!("aether_timers_pending {name}");
    for name in ["a", "b"] {
        aether.send(ticket(name)).await.unwrap();
    }
    ledger.comes_to(&pending, 2.0).await;
    aether.send(pay("a")).await.unwrap();
    ledger.comes_to(&pending, 1.0).await;
    let overdue = ledger.last(&format!("aether_timers_overdue_seconds {name}"));
    assert_eq!(overdue, 0.0);
}

#[test]
fn a_later_command_is_tested_as_it_is_asked_for() {
    let bought = TicketBought {
        ticket: "a".to_owned(),
        price: 1,
    };
    let paid = TicketPaid {
        ticket: "a".to_owned(),
    };
    policy::<PayAfterADay>()
        .when(bought)
        .then_issues(After::hours(24, pay("a")))
        .when(paid)
        .then_issues(Cancel::<PayTicket>::of("a"));
}

#[derive(Policy, Default)]
pub(crate) struct BuyLater;

#[handlers]
impl BuyLater {
    #[react]
    fn paid(&self, event: &TicketPaid) -> Option<After<BuyTicket>> {
        let ticket = event.ticket.clone();
        Some(After::at(at(1), BuyTicket { ticket, price: 0 }))
    }
}

#[test]
fn the_model_knows_that_a_command_is_for_later() {
    let reactions = PayAfterADay::META.reactions;
    assert_eq!(
        reactions
            .iter()
            .map(|it| it.issues.is_later())
            .collect::<Vec<_>>(),
        [true, false]
    );
    assert!(BuyLater::META.reactions[0].issues.is_later());
}

/// The same policy, as it was changed while something was pending.
mod changed {
    use super::{After, PayTicket, Policy, Selling, TicketBought, bounded_context, handlers, pay};

    #[derive(Policy, Default)]
    pub(super) struct PayAfterADay;

    #[handlers]
    impl PayAfterADay {
        #[react]
        fn bought(&self, event: &TicketBought) -> Option<After<PayTicket>> {
            (event.ticket != "a").then(|| After::days(1, pay(&event.ticket)))
        }
    }

    bounded_context! {
        /// Wants some of its money.
        pub(super) Collecting { policies: [PayAfterADay], upstream: [Selling] }
    }
}

#[tokio::test]
async fn a_policy_that_was_changed_does_not_send_what_it_does_not_ask_for_any_more() {
    let (store, clock) = (InMemoryEventStore::new(), ManualClock::new());
    let before = run(store.clone(), &clock).await;
    before.send(ticket("a")).await.unwrap();
    before.send(ticket("b")).await.unwrap();
    assert_eq!(paid(&before, "a").await, 0);
    before.shutdown().await;
    clock.set(at(24));
    let after = Aether::builder()
        .store(store)
        .context::<Selling>()
        .context::<changed::Collecting>()
        .clock(clock.clone());
    let after = after.start().await.unwrap();
    assert_eq!((paid(&after, "a").await, paid(&after, "b").await), (0, 1));
    let timers = of_kind(&after, FollowerKind::Timers).timers.unwrap();
    assert_eq!(timers.pending, 0);
}

struct HastyBank;

impl Adapter for HastyBank {
    type System = Bank;
    type Notice = TicketBought;
    type Answer = After<PayTicket>;
    type Error = std::convert::Infallible;

    async fn notify(
        &self,
        notice: TicketBought,
        _: &Delivery,
    ) -> Result<After<PayTicket>, Self::Error> {
        Ok(After::hours(1, pay(&notice.ticket)))
    }
}

#[tokio::test]
async fn an_adapter_cannot_answer_later() {
    let builder = Aether::builder().store(InMemoryEventStore::new());
    let err = builder
        .context::<Selling>()
        .adapter(HastyBank)
        .start()
        .await
        .unwrap_err();
    assert!(
        matches!(err, StartError::LaterAnswer { system: "Bank" }),
        "{err:?}"
    );
}
