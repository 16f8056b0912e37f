//! How policies and adapters try again, each in a way of its own.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aether::{
    InMemoryEventStore,
    runtime::{Adapter, Aether, AetherBuilder, Delivery, Parking, Retries},
};
use tokio::time::Instant;

use crate::shop::{Bank, CountSeatWhenBought, PayTicket, Seating, Selling, TicketBought, ticket};

/// A bank that never answers, and knows when it was asked.
#[derive(Clone, Default)]
struct Closed(Arc<Mutex<Vec<Instant>>>);

#[derive(Debug, thiserror::Error)]
#[error("the bank is closed")]
struct IsClosed;

impl Adapter for Closed {
    type System = Bank;
    type Notice = TicketBought;
    type Answer = PayTicket;
    type Error = IsClosed;

    async fn notify(&self, _: TicketBought, _: &Delivery) -> Result<PayTicket, IsClosed> {
        self.0.lock().unwrap().push(Instant::now());
        Err(IsClosed)
    }
}

async fn waits(build: impl FnOnce(AetherBuilder) -> AetherBuilder + Send) -> Vec<Duration> {
    let bank = Closed::default();
    let builder = Aether::builder().store(InMemoryEventStore::new());
    let builder = builder.context::<Selling>().context::<Seating>();
    let builder = builder
        .adapter(bank.clone())
        .parking(Parking::new().attempts(4));
    let aether = build(builder).start().await.unwrap();
    aether.send(ticket("a")).await.unwrap();
    aether.settled().await.unwrap();
    let asked = bank.0.lock().unwrap().clone();
    let pairs = asked.iter().zip(asked.iter().skip(1));
    pairs.map(|(one, next)| *next - *one).collect()
}

#[tokio::test(start_paused = true)]
async fn without_a_word_the_waits_begin_small_and_parking_says_how_many() {
    let waits = waits(|builder| builder).await;
    assert_eq!(waits.len(), 3);
    assert!(waits[0] <= Duration::from_millis(25), "{waits:?}");
    assert!(waits[2] <= Duration::from_millis(85), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn an_adapter_has_waits_and_attempts_of_its_own() {
    let minute = Duration::from_mins(1);
    let patient = Retries::new().first(minute).limit(minute * 2).attempts(7);
    let waits = waits(|builder| {
        let hasty = Retries::new().first(Duration::from_millis(1)).attempts(2);
        let builder = builder
            .retries(hasty)
            .retries_of_policy::<CountSeatWhenBought>(hasty);
        builder.retries_of_adapter::<Bank>(patient)
    })
    .await;
    assert_eq!(waits.len(), 6);
    assert!(
        waits[0] >= minute / 2 && waits[0] < minute + Duration::from_secs(1),
        "{waits:?}"
    );
    assert!(waits[1..].iter().all(|it| *it >= minute), "{waits:?}");
    assert!(
        waits
            .iter()
            .all(|it| *it < minute * 2 + Duration::from_secs(1)),
        "{waits:?}"
    );
}
