//! How a runtime begins and ends.

use std::{future::IntoFuture as _, sync::Arc};

use aether::{
    EventStore as _, InMemoryEventStore, Namespace, Version,
    prelude::*,
    runtime::{Adapter, Aether, CommandError, Delivery, ReadError, StartError},
};
use tokio::sync::Semaphore;

use crate::shop::{
    Bank, CountSeat, PayTicket, Sales, Selling, Ticket, TicketBought, TicketPaid, running, ticket,
};
use crate::unreliable_store::UnreliableStore;

#[tokio::test]
async fn nothing_runs_without_a_store() {
    let err = Aether::builder()
        .context::<Selling>()
        .start()
        .await
        .unwrap_err();
    assert!(matches!(err, StartError::NoStore), "{err:?}");
}

#[tokio::test]
async fn a_context_is_added_once() {
    let builder = Aether::builder().store(InMemoryEventStore::new());
    let err = builder
        .context::<Selling>()
        .context::<Selling>()
        .start()
        .await
        .unwrap_err();
    assert_eq!(
        err.to_string(),
        "there are two of the aggregate `Ticket`: was a context added twice?"
    );
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(TicketPaid))]
pub(crate) struct Purse {}

#[handlers]
impl Purse {
    #[handle]
    fn pay(&self, command: PayTicket) -> Result<TicketPaid, std::convert::Infallible> {
        Ok(TicketPaid {
            ticket: command.ticket,
        })
    }

    #[apply]
    fn paid(&mut self, _event: &TicketPaid) {}
}

bounded_context! {
    /// Wants the commands of another context.
    pub Paying { aggregates: [Purse] }
}

#[tokio::test]
async fn two_contexts_that_want_the_same_do_not_start() {
    let builder = Aether::builder().store(InMemoryEventStore::new());
    let err = builder
        .context::<Selling>()
        .context::<Paying>()
        .start()
        .await
        .unwrap_err();
    let message = err.to_string();
    assert_eq!(
        message,
        "the event type `TicketPaid` is stored by `Ticket` and by `Purse`"
    );
}

#[derive(Policy, Default)]
pub(crate) struct PayWhenBought;

#[handlers]
impl PayWhenBought {
    #[react]
    fn bought(&self, event: &TicketBought) -> PayTicket {
        PayTicket {
            ticket: event.ticket.clone(),
        }
    }
}

bounded_context! {
    /// Reacts to one context with the commands of another.
    pub Hasty { policies: [PayWhenBought], upstream: [Selling] }
}

#[tokio::test]
async fn a_policy_whose_command_nothing_handles_does_not_start() {
    let builder = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Hasty>();
    let err = builder.start().await.unwrap_err();
    assert_eq!(
        err.to_string(),
        "`PayWhenBought` issues `PayTicket`, which no running context handles; add its context"
    );
}

#[tokio::test]
async fn after_shutdown_nothing_is_taken_any_more() {
    let aether = running().await;
    aether.send(ticket("a")).await.unwrap();
    aether.shutdown().await;
    let head = aether.store().head().await.unwrap();
    let err = aether
        .send(CountSeat {
            hall: "1".to_owned(),
            by: 1,
        })
        .await
        .unwrap_err();
    assert!(matches!(err, CommandError::Stopped), "{err:?}");
    assert_eq!(aether.store().head().await.unwrap(), head);
    // The state of the actors can still be looked at.
    assert!(aether.load::<Ticket>("a").await.unwrap().bought);
}

/// A bank that answers when it is allowed to.
struct SlowBank {
    asked: Arc<Semaphore>,
    may_answer: Arc<Semaphore>,
}

impl Adapter for SlowBank {
    type System = Bank;
    type Notice = TicketBought;
    type Answer = PayTicket;
    type Error = std::convert::Infallible;

    async fn notify(&self, notice: TicketBought, _: &Delivery) -> Result<PayTicket, Self::Error> {
        self.asked.add_permits(1);
        self.may_answer
            .acquire()
            .await
            .expect("it is never closed")
            .forget();
        Ok(PayTicket {
            ticket: notice.ticket,
        })
    }
}

#[tokio::test]
async fn shutdown_waits_for_the_work_that_has_begun() {
    let (asked, may_answer) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let aether = Aether::builder()
        .store(InMemoryEventStore::in_namespace(
            Namespace::new("evening").unwrap(),
        ))
        .context::<Selling>()
        .adapter(SlowBank {
            asked: Arc::clone(&asked),
            may_answer: Arc::clone(&may_answer),
        })
        .start()
        .await
        .unwrap();
    aether.send(ticket("a")).await.unwrap();
    asked.acquire().await.unwrap().forget();
    let ending = tokio::spawn({
        let aether = aether.clone();
        async move { aether.shutdown().await }
    });
    tokio::task::yield_now().await;
    assert!(!ending.is_finished(), "the bank has not answered yet");
    may_answer.add_permits(1);
    ending.await.unwrap();
    assert_eq!(aether.load::<Ticket>("a").await.unwrap().paid, 1);
}

#[tokio::test]
async fn shutdown_waits_for_the_commands_that_were_taken() {
    let store = UnreliableStore::default();
    // Without followers, only the command keeps it from ending at once.
    let builder = Aether::builder().store(store.clone()).context::<Paying>();
    let aether = builder.start().await.unwrap();
    let held = store.faults().hold.write().await;
    let mut sending = std::pin::pin!(
        aether
            .send(PayTicket {
                ticket: "a".to_owned()
            })
            .into_future()
    );
    assert!(
        futures_util::poll!(&mut sending).is_pending(),
        "the store is held"
    );
    let mut ending = std::pin::pin!(aether.shutdown());
    assert!(
        futures_util::poll!(&mut ending).is_pending(),
        "a command is under way"
    );
    drop(held);
    let (sent, ()) = tokio::join!(sending, ending);
    assert_eq!(sent.unwrap().version, Version::FIRST);
}

#[tokio::test]
async fn a_projection_of_no_running_context_is_unknown() {
    let builder = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Paying>();
    let err = builder
        .start()
        .await
        .unwrap()
        .read::<Sales>()
        .await
        .unwrap_err();
    assert!(
        matches!(
            err,
            ReadError::Unknown {
                projection: "Sales"
            }
        ),
        "{err:?}"
    );
}
