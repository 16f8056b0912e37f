//! What adapters are told, and what comes of their answers.

use std::sync::{Arc, Mutex};

use aether::{
    CommandId, InMemoryEventStore,
    runtime::{Adapter, Aether, Delivery, StartError},
};

use crate::shop::{Bank, PayTicket, Selling, Ticket, TicketBought, TicketPaid, ticket};

/// A bank that is closed at first.
#[derive(Clone, Default)]
struct BankClient {
    told: Arc<Mutex<Vec<(String, CommandId)>>>,
    closed_for: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("the bank is closed")]
struct Closed;

impl Adapter for BankClient {
    type System = Bank;
    type Notice = TicketBought;
    type Answer = PayTicket;
    type Error = Closed;

    async fn notify(&self, notice: TicketBought, delivery: &Delivery) -> Result<PayTicket, Closed> {
        let mut told = self.told.lock().unwrap();
        told.push((notice.ticket.clone(), delivery.idempotency_key));
        if told.len() <= self.closed_for {
            return Err(Closed);
        }
        Ok(PayTicket {
            ticket: notice.ticket,
        })
    }
}

#[tokio::test]
async fn an_answer_becomes_commands() {
    let bank = BankClient::default();
    let aether = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Selling>()
        .adapter(bank.clone())
        .start()
        .await
        .unwrap();
    aether.send(ticket("a")).await.unwrap();
    aether.settled().await.unwrap();
    assert_eq!(aether.load::<Ticket>("a").await.unwrap().paid, 1);
    assert_eq!(bank.told.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_system_out_of_reach_is_told_again_under_the_same_key() {
    let bank = BankClient {
        closed_for: 3,
        ..BankClient::default()
    };
    let aether = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Selling>()
        .adapter(bank.clone())
        .start()
        .await
        .unwrap();
    aether.send(ticket("a")).await.unwrap();
    aether.send(ticket("b")).await.unwrap();
    aether.settled().await.unwrap();
    let told = bank.told.lock().unwrap().clone();
    let keys = |name: &str| {
        let told = told.iter().filter(|(ticket, _)| ticket == name);
        told.map(|(_, key)| *key).collect::<Vec<_>>()
    };
    let (a, b) = (keys("a"), keys("b"));
    assert_eq!(a.len() + b.len(), 5, "three times it was closed: {told:?}");
    assert!(a.iter().all(|key| *key == a[0]) && b.iter().all(|key| *key == b[0]));
    assert_ne!(a[0], b[0]);
    for ticket in ["a", "b"] {
        assert_eq!(aether.load::<Ticket>(ticket).await.unwrap().paid, 1);
    }
}

#[tokio::test]
async fn an_adapter_needs_a_context_that_lists_its_system() {
    let builder = Aether::builder().store(InMemoryEventStore::new());
    let err = builder
        .adapter(BankClient::default())
        .start()
        .await
        .unwrap_err();
    assert!(
        matches!(err, StartError::UnknownSystem { system: "Bank" }),
        "{err:?}"
    );
}

/// Wants to be told of something that the bank is not told of.
struct Overhearing;

impl Adapter for Overhearing {
    type System = Bank;
    type Notice = TicketPaid;
    type Answer = ();
    type Error = Closed;

    async fn notify(&self, _: TicketPaid, _: &Delivery) -> Result<(), Closed> {
        Ok(())
    }
}

#[tokio::test]
async fn an_adapter_is_told_only_what_its_system_says() {
    let builder = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Selling>();
    let err = builder.adapter(Overhearing).start().await.unwrap_err();
    assert!(
        matches!(
            err,
            StartError::NotNotified {
                system: "Bank",
                event: "TicketPaid"
            }
        ),
        "{err:?}"
    );
}
