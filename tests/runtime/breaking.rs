//! An external system that is out of reach is left alone for a while.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aether::{
    CommandId, InMemoryEventStore,
    runtime::{Adapter, Aether, Breaker, Delivery, FollowerKind, FollowerState, Parking, Retries},
};
use tokio::time::{Instant, sleep, timeout};

use crate::shop::{Bank, PayTicket, Selling, Ticket, TicketBought, ticket};

#[derive(Debug, thiserror::Error)]
enum BankError {
    #[error("nobody answers")]
    Down,
    #[error("the ticket is torn")]
    Torn,
}

#[derive(Clone, Default)]
struct BankClient(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_down: bool,
    asked: u32,
    told: Vec<(String, CommandId)>,
}

impl Adapter for BankClient {
    type System = Bank;
    type Notice = TicketBought;
    type Answer = PayTicket;
    type Error = BankError;

    async fn notify(&self, notice: TicketBought, about: &Delivery) -> Result<PayTicket, BankError> {
        let mut state = self.0.lock().unwrap();
        state.asked += 1;
        if state.is_down {
            return Err(BankError::Down);
        }
        if notice.ticket == "torn" {
            return Err(BankError::Torn);
        }
        let ticket = notice.ticket;
        state.told.push((ticket.clone(), about.idempotency_key));
        Ok(PayTicket { ticket })
    }

    fn is_outage(&self, err: &BankError) -> bool {
        matches!(err, BankError::Down)
    }
}

impl BankClient {
    fn down(&self, is_down: bool) {
        self.0.lock().unwrap().is_down = is_down;
    }

    fn asked(&self) -> u32 {
        self.0.lock().unwrap().asked
    }
}

async fn running(adapter: impl Adapter) -> Aether {
    let often = Retries::new()
        .first(Duration::from_millis(1))
        .limit(Duration::from_millis(2));
    let builder = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Selling>();
    let builder = builder.adapter(adapter).parking(Parking::new().attempts(3));
    builder
        .retries_of_adapter::<Bank>(often)
        .start()
        .await
        .unwrap()
}

/// How often the adapter has failed, and why last.
fn trouble(aether: &Aether) -> Option<(u32, String)> {
    let mut status = aether.status().into_iter();
    let adapter = status.find(|it| it.kind == FollowerKind::Adapter)?;
    match adapter.state {
        FollowerState::Retrying { attempts, reason } => Some((attempts, reason)),
        FollowerState::Running | FollowerState::Halted { .. } | _ => None,
    }
}

async fn until(is_so: impl Fn() -> bool + Send + Sync) {
    let waiting = async {
        while !is_so() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(20), waiting).await.unwrap();
}

#[tokio::test]
async fn a_system_that_is_down_is_left_alone_and_nothing_is_parked_or_skipped() {
    let bank = BankClient::default();
    let pause = Duration::from_millis(300);
    let breaker = Breaker::new().tries(4).pause(pause).probes(1);
    let aether = running(breaker.around(bank.clone())).await;
    bank.down(true);
    for name in ["a", "b", "c"] {
        aether.send(ticket(name)).await.unwrap();
    }
    until(|| trouble(&aether).is_some_and(|(_, reason)| reason.contains("left alone"))).await;
    let (attempts, _) = trouble(&aether).unwrap();
    let (asked, since) = (bank.asked(), Instant::now());
    until(|| trouble(&aether).is_some_and(|(more, _)| more > attempts + 20)).await;
    let more = bank.asked() - asked;
    // One probe after each pause, and one at the end of the pause that had begun.
    let pauses = since.elapsed().as_millis() / pause.as_millis();
    assert!(
        u128::from(more) <= pauses + 1,
        "it was asked {more} times more in {pauses} pauses"
    );
    assert_eq!(aether.parked().await.unwrap(), []);
    bank.down(false);
    aether.settled().await.unwrap();
    let told = bank.0.lock().unwrap().told.clone();
    let names: Vec<_> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    for name in names {
        assert_eq!(aether.load::<Ticket>(name).await.unwrap().paid, 1);
    }
}

#[tokio::test]
async fn an_event_that_a_system_does_not_like_breaks_no_circuit_and_is_parked() {
    let bank = BankClient::default();
    let breaker = Breaker::new()
        .tries(1)
        .pause(Duration::from_hours(1))
        .probes(1);
    let aether = running(breaker.around(bank.clone())).await;
    for name in ["torn", "a", "b"] {
        aether.send(ticket(name)).await.unwrap();
    }
    aether.settled().await.unwrap();
    let parked = aether.parked().await.unwrap();
    assert_eq!(
        (parked.len(), parked[0].reason.as_str()),
        (1, "the ticket is torn")
    );
    assert_eq!(bank.0.lock().unwrap().told.len(), 2);
}

#[tokio::test]
async fn an_outage_without_a_breaker_parks_nothing_either() {
    let bank = BankClient::default();
    let aether = running(bank.clone()).await;
    bank.down(true);
    aether.send(ticket("a")).await.unwrap();
    until(|| bank.asked() > 10).await;
    assert_eq!(aether.parked().await.unwrap(), []);
    bank.down(false);
    aether.settled().await.unwrap();
    assert_eq!(aether.load::<Ticket>("a").await.unwrap().paid, 1);
}
