//! What sending a command does.

use std::{
    convert::Infallible,
    sync::atomic::{AtomicU32, Ordering::SeqCst},
};

use aether::{
    CommandId, Event, EventStore as _, EventStoreExt as _, InMemoryEventStore, Position,
    StoreErrorKind, Version,
    prelude::*,
    runtime::{Aether, CommandError},
};
use futures_util::future::join_all;

use crate::{
    shop::{
        BuyTicket, CountSeat, Hall, PayTicket, Selling, Ticket, TicketRefusal, running, running_on,
        ticket,
    },
    unreliable_store::UnreliableStore,
};

#[tokio::test]
async fn what_is_decided_is_stored_and_loaded_again() {
    let aether = running().await;
    let sent = aether
        .send(ticket("a"))
        .correlated("evening")
        .await
        .unwrap();
    assert_eq!(
        (sent.version, sent.repeated, sent.events.len()),
        (Version::FIRST, false, 1)
    );
    let loaded = aether.load::<Ticket>("a").await.unwrap();
    assert_eq!((loaded.bought, loaded.version()), (true, Version::FIRST));
    let stored = aether
        .store()
        .events(&sent.actor_id, Version::NONE)
        .await
        .unwrap();
    assert_eq!(stored, sent.events);
    assert_eq!(sent.actor_id.as_str(), "Ticket.a");
    assert_eq!(
        stored[0].metadata.correlation_id.as_deref(),
        Some("evening")
    );
    assert!(stored[0].metadata.command_id.is_some());
}

#[tokio::test]
async fn a_refusal_is_the_domains_own_and_stores_nothing() {
    let aether = running().await;
    let err = aether
        .send(PayTicket {
            ticket: "a".to_owned(),
        })
        .await
        .unwrap_err();
    assert_eq!(err.refusal(), Some(&TicketRefusal::NotBought));
    assert_eq!(err.to_string(), "refused: the ticket is not bought");
    assert_eq!(
        aether.load::<Ticket>("a").await.unwrap().version(),
        Version::NONE
    );
}

#[tokio::test]
async fn a_command_sent_again_under_its_id_takes_effect_once() {
    let aether = running().await;
    aether.send(ticket("a")).await.unwrap();
    let id = CommandId::new();
    let pay = || {
        aether
            .send(PayTicket {
                ticket: "a".to_owned(),
            })
            .with_id(id)
    };
    let (first, again) = (pay().await.unwrap(), pay().await.unwrap());
    assert_eq!((first.repeated, again.repeated), (false, true));
    assert_eq!(
        (first.position, &first.events),
        (again.position, &again.events)
    );
    assert_eq!(aether.load::<Ticket>("a").await.unwrap().paid, 1);
}

#[tokio::test]
async fn a_command_that_gives_no_event_stores_nothing() {
    let aether = running().await;
    let sent = aether
        .send(CountSeat {
            hall: "1".to_owned(),
            by: 0,
        })
        .await
        .unwrap();
    assert_eq!(
        (sent.position, sent.version, sent.events),
        (None, Version::NONE, vec![])
    );
}

#[tokio::test]
async fn a_command_that_no_running_context_handles_is_told_so() {
    let builder = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Selling>();
    let aether = builder.start().await.unwrap();
    let err = aether
        .send(CountSeat {
            hall: "1".to_owned(),
            by: 1,
        })
        .await
        .unwrap_err();
    assert_eq!(
        err.to_string(),
        "no running context handles the command `CountSeat`"
    );
}

#[tokio::test]
async fn a_command_without_an_address_is_refused_before_anything_happens() {
    let aether = running().await;
    let err = aether.send(ticket("")).await.unwrap_err();
    assert!(
        matches!(
            err,
            CommandError::Address {
                command: "BuyTicket",
                ..
            }
        ),
        "{err:?}"
    );
    assert_eq!(aether.store().log(Position::START).await.unwrap(), []);
}

#[tokio::test]
async fn of_many_commands_to_one_actor_each_takes_effect() {
    let aether = running().await;
    let sends = (0..200).map(|_| async {
        aether
            .send(CountSeat {
                hall: "1".to_owned(),
                by: 1,
            })
            .await
            .unwrap();
    });
    join_all(sends).await;
    let hall = aether.load::<Hall>("1").await.unwrap();
    assert_eq!((hall.seats, hall.version()), (200, Version::new(200)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runtimes_over_one_log_do_not_lose_each_others_commands() {
    let store = InMemoryEventStore::new();
    let runtimes = [
        running_on(store.clone()).await,
        running_on(store.clone()).await,
    ];
    let sends = (0..100).map(|number| {
        let aether = runtimes[number % 2].clone();
        tokio::spawn(async move {
            aether
                .send(CountSeat {
                    hall: "1".to_owned(),
                    by: 1,
                })
                .await
                .unwrap();
        })
    });
    for send in join_all(sends).await {
        send.unwrap();
    }
    assert_eq!(runtimes[0].load::<Hall>("1").await.unwrap().seats, 100);
}

#[tokio::test]
async fn after_a_conflict_the_command_is_decided_again() {
    let store = UnreliableStore::default();
    let aether = running_on(store.clone()).await;
    store.faults().conflicts.store(3, SeqCst);
    let sent = aether.send(ticket("a")).await.unwrap();
    assert_eq!((sent.version, sent.repeated), (Version::FIRST, false));
}

#[tokio::test]
async fn a_command_gives_up_when_others_are_always_faster() {
    let store = UnreliableStore::default();
    store.faults().conflicts.store(u32::MAX, SeqCst);
    let builder = Aether::builder()
        .store(store.clone())
        .context::<Selling>()
        .attempts(4);
    let aether = builder.start().await.unwrap();
    let err = aether.send(ticket("a")).await.unwrap_err();
    assert!(
        matches!(err, CommandError::Conflict { attempts: 4, .. }),
        "{err:?}"
    );
    assert_eq!(u32::MAX - store.faults().conflicts.load(SeqCst), 4);
}

#[tokio::test]
async fn a_command_in_doubt_can_be_sent_again_under_its_id() {
    let store = UnreliableStore::default();
    let aether = running_on(store.clone()).await;
    store.faults().lost_answers.store(1, SeqCst);
    let id = CommandId::new();
    let buy = BuyTicket {
        ticket: "a".to_owned(),
        price: 1,
    };
    let err = aether.send(buy.clone()).with_id(id).await.unwrap_err();
    let CommandError::Store(err) = err else {
        panic!("{err:?}")
    };
    assert_eq!(err.kind(), StoreErrorKind::InDoubt);
    assert!(aether.send(buy).with_id(id).await.unwrap().repeated);
}

#[tokio::test]
async fn an_event_of_a_type_nobody_knows_is_told_and_nothing_is_decided_on_it() {
    let aether = running().await;
    aether.send(ticket("a")).await.unwrap();
    let eaten = Event::new("Ticket.a", 2, "TicketEaten", &()).unwrap();
    aether.store().save(eaten).await.unwrap();
    let err = aether
        .send(PayTicket {
            ticket: "a".to_owned(),
        })
        .await
        .unwrap_err();
    let CommandError::Unreadable(err) = err else {
        panic!("{err:?}")
    };
    assert_eq!(err.to_string(), "event 2 of `Ticket.a` cannot be read");
    let source = "`TicketEvent` has no event stored as \"TicketEaten\"";
    assert_eq!(err.source.to_string(), source);
    assert!(aether.load::<Ticket>("a").await.is_err());
    let version = aether.store().version(&err.actor_id).await.unwrap();
    assert_eq!(version, Version::new(2), "nothing was stored");
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Nudged {
    by: u32,
}

#[derive(Command, Serialize, Deserialize)]
pub(crate) struct Nudge {
    #[command(id)]
    pendulum: String,
    #[serde(deserialize_with = "read_by")]
    by: u32,
}

/// How often a command was read.
static READ: AtomicU32 = AtomicU32::new(0);

fn read_by<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    READ.fetch_add(1, SeqCst);
    u32::deserialize(from)
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Nudged))]
pub(crate) struct Pendulum {
    nudged: u32,
}

#[handlers]
impl Pendulum {
    #[handle]
    fn nudge(&self, command: Nudge) -> Result<Nudged, Infallible> {
        Ok(Nudged { by: command.by })
    }

    #[apply]
    fn nudged(&mut self, event: &Nudged) {
        self.nudged += event.by;
    }
}

bounded_context! {
    /// What swings.
    pub Swinging { aggregates: [Pendulum] }
}

#[tokio::test]
async fn a_command_is_read_only_where_it_is_decided_on_again() {
    let store = UnreliableStore::default();
    let builder = Aether::builder().store(store.clone());
    let aether = builder
        .context::<Swinging>()
        .start()
        .await
        .expect("it starts");
    let nudge = || Nudge {
        pendulum: "a".to_owned(),
        by: 3,
    };
    aether.send(nudge()).await.expect("it is nudged");
    assert_eq!(READ.load(SeqCst), 0);
    store.faults().conflicts.store(2, SeqCst);
    aether.send(nudge()).await.expect("it is nudged");
    assert_eq!(READ.load(SeqCst), 2);
    let pendulum = aether.load::<Pendulum>("a").await.expect("a pendulum");
    assert_eq!((pendulum.nudged, pendulum.version()), (6, 2.into()));
}
