//! Process managers: each event is received once, whatever happens, and what follows from it
//! follows once.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use aether::{
    ActorId, Event, EventStore as _, EventStoreExt as _, InMemoryEventStore, Store, Timestamp,
    Version,
    prelude::*,
    runtime::{Aether, FollowerKind, StartError},
    store::Span,
    testing::ManualClock,
};
use futures_util::{StreamExt as _, future::join};

use crate::{
    shop::{
        CountSeat, Hall, PayTicket, Seating, Selling, Ticket, TicketBought, TicketPaid, ticket,
    },
    timers::homes::{Folder, Home, Memory, OneServer},
    unreliable_store::UnreliableStore,
    watched_store::WatchedStore,
};

/// Counts the seats of a ticket once it is paid: as many as its price said when it was bought.
/// Pays what nobody has paid within a day.
#[derive(ProcessManager, Default)]
#[process_manager(key = String)]
pub(crate) struct Admission {
    price: u32,
    paid: u32,
}

#[handlers]
impl Admission {
    #[apply(key = ticket)]
    fn remember(&mut self, event: &TicketBought) {
        self.price = event.price;
    }

    #[react]
    fn bought(&self, event: &TicketBought) -> After<PayTicket, Days<1>> {
        let ticket = event.ticket.clone();
        After::fixed(PayTicket { ticket })
    }

    #[apply(key = ticket)]
    fn note(&mut self, _: &TicketPaid) {
        self.paid += 1;
    }

    #[react]
    fn paid(&self, event: &TicketPaid) -> (Option<CountSeat>, Cancel<PayTicket>) {
        let (hall, by) = (self.paid.to_string(), self.price);
        (Some(CountSeat { hall, by }), Cancel::of(&event.ticket))
    }
}

/// Everything that projections are shown.
#[derive(Projection, Default, Debug)]
pub(crate) struct Everything {
    seen: Vec<String>,
}

/// How many events of a type there were.
#[derive(Query)]
pub(crate) struct HowMany {
    event_type: &'static str,
}

#[handlers]
impl Everything {
    #[answer]
    fn how_many(&self, query: HowMany) -> usize {
        let of_type = self.seen.iter().filter(|seen| *seen == query.event_type);
        of_type.count()
    }

    #[apply]
    fn any(&mut self, event: &RawEvent) {
        self.seen.push(event.event_type.clone());
    }
}

bounded_context! {
    /// Lets people in.
    pub Entrance {
        process_managers: [Admission],
        projections: [Everything],
        upstream: [Selling, Seating],
    }
}

bounded_context! {
    /// The halls alone.
    pub Halls {
        aggregates: [Hall],
    }
}

async fn run(store: impl Store, clock: &ManualClock) -> Aether {
    Aether::builder()
        .store(store)
        .context::<Selling>()
        .context::<Halls>()
        .context::<Entrance>()
        .clock(clock.clone())
        .start()
        .await
        .expect("the contexts fit together")
}

async fn buy(aether: &Aether, name: &str, price: u32) {
    let mut command = ticket(name);
    command.price = price;
    aether.send(command).await.expect("it is bought");
}

async fn pay(aether: &Aether, name: &str) {
    let ticket = name.to_owned();
    aether.send(PayTicket { ticket }).await.expect("it is paid");
}

/// How many seats are counted in a hall, once all that is due has been done.
async fn seats(aether: &Aether, hall: &str) -> u32 {
    aether.settled().await.expect("nothing has halted");
    aether.load::<Hall>(hall).await.expect("a hall").seats
}

async fn paid(aether: &Aether, name: &str) -> u32 {
    aether.settled().await.expect("nothing has halted");
    aether.load::<Ticket>(name).await.expect("a ticket").paid
}

async fn events(aether: &Aether, actor: &str) -> Vec<Event> {
    let actor = ActorId::new(actor).expect("an id");
    let events = aether.store().events(&actor, Version::NONE).await;
    events.expect("they are stored")
}

macro_rules! process_conformance {
    ($name:ident, $home:ident) => {
        process_conformance! { @each $name, $home;
            an_instance_remembers_across_a_restart
            a_deadline_of_an_instance_comes_in_time_and_once
            a_deadline_that_is_called_off_does_not_come
            two_runtimes_over_one_store_have_one_effect
        }
    };
    (@each $name:ident, $home:ident; $($case:ident)+) => {
        mod $name {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let case = super::$case($home::make().await);
                    let limit = Duration::from_mins(2);
                    tokio::time::timeout(limit, case).await.expect("it ends in time");
                }
            )+
        }
    };
}

process_conformance!(memory, Memory);
process_conformance!(embedded, Folder);
process_conformance!(nats, OneServer);

async fn an_instance_remembers_across_a_restart(mut home: impl Home) {
    let clock = ManualClock::new();
    let before = run(home.open().await, &clock).await;
    buy(&before, "a", 3).await;
    buy(&before, "b", 5).await;
    before.settled().await.expect("nothing has halted");
    before.shutdown().await;
    drop(before);
    home.restart().await;
    let after = run(home.open().await, &clock).await;
    pay(&after, "a").await;
    assert_eq!(seats(&after, "1").await, 3);
    pay(&after, "b").await;
    assert_eq!(seats(&after, "1").await, 8);
    pay(&after, "a").await;
    assert_eq!((seats(&after, "2").await, seats(&after, "1").await), (3, 8));
    after.shutdown().await;
}

async fn a_deadline_of_an_instance_comes_in_time_and_once(mut home: impl Home) {
    let clock = ManualClock::new();
    let before = run(home.open().await, &clock).await;
    buy(&before, "a", 2).await;
    clock.advance(Duration::from_hours(24) - Duration::from_nanos(1));
    assert_eq!(paid(&before, "a").await, 0);
    before.shutdown().await;
    drop(before);
    home.restart().await;
    clock.advance(Duration::from_nanos(1));
    for _ in 0..2 {
        let after = run(home.open().await, &clock).await;
        assert_eq!((paid(&after, "a").await, seats(&after, "1").await), (1, 2));
        after.shutdown().await;
        clock.advance(Duration::from_hours(24));
    }
}

async fn a_deadline_that_is_called_off_does_not_come(home: impl Home) {
    let clock = ManualClock::new();
    let aether = run(home.open().await, &clock).await;
    buy(&aether, "a", 2).await;
    buy(&aether, "b", 2).await;
    pay(&aether, "a").await;
    clock.advance(Duration::from_hours(48));
    assert_eq!((paid(&aether, "a").await, paid(&aether, "b").await), (1, 1));
    aether.shutdown().await;
}

async fn two_runtimes_over_one_store_have_one_effect(home: impl Home) {
    let clock = ManualClock::new();
    let (store, again) = (home.open().await, home.open().await);
    let (one, two) = join(run(store, &clock), run(again, &clock)).await;
    for number in 0..20 {
        let name = number.to_string();
        buy(&one, &name, 1).await;
        pay(&two, &name).await;
    }
    assert_eq!((seats(&one, "1").await, seats(&two, "1").await), (20, 20));
    assert_eq!(events(&one, "Admission.7").await.len(), 2);
    one.shutdown().await;
    two.shutdown().await;
}

#[tokio::test]
async fn an_event_that_is_seen_again_is_received_once() {
    let (inner, clock) = (InMemoryEventStore::new(), ManualClock::new());
    for round in 0..3 {
        let store = UnreliableStore::over(inner.clone());
        store.faults().no_checkpoints.store(true, SeqCst);
        let aether = run(store, &clock).await;
        if round == 0 {
            buy(&aether, "a", 4).await;
        }
        if round == 1 {
            pay(&aether, "a").await;
        }
        let expected = if round == 0 { 0 } else { 4 };
        assert_eq!(seats(&aether, "1").await, expected, "round {round}");
        let received = if round == 0 { 1 } else { 2 };
        assert_eq!(events(&aether, "Admission.a").await.len(), received);
        // It goes without a word, as a crash would have it.
        drop(aether);
    }
}

#[tokio::test]
async fn what_was_received_without_a_place_is_received_once_all_the_same() {
    let (marked, clock) = (InMemoryEventStore::new(), ManualClock::new());
    let before = run(marked.clone(), &clock).await;
    buy(&before, "a", 4).await;
    pay(&before, "a").await;
    assert_eq!(seats(&before, "1").await, 4);
    before.shutdown().await;
    // As an earlier build has stored it, or as it comes from another log.
    let copy = InMemoryEventStore::new();
    let commits: Vec<_> = marked.commits(Span::ALL).collect().await;
    for recorded in commits {
        let commit = recorded.expect("it is read").commit.unmarked();
        copy.append(commit).await.expect("it is stored");
    }
    let after = run(copy, &clock).await;
    pay(&after, "a").await;
    assert_eq!(seats(&after, "1").await, 4);
    assert_eq!(seats(&after, "2").await, 4);
    assert_eq!(events(&after, "Admission.a").await.len(), 3);
}

#[tokio::test]
async fn an_instance_in_memory_is_read_no_more_however_much_it_has_received() {
    let (inner, clock) = (InMemoryEventStore::new(), ManualClock::new());
    let before = run(inner.clone(), &clock).await;
    buy(&before, "a", 1).await;
    for _ in 0..5 {
        pay(&before, "a").await;
    }
    assert_eq!(seats(&before, "5").await, 1);
    before.shutdown().await;
    let store = WatchedStore::over(inner);
    let seen = Arc::clone(&store.seen);
    let aether = run(store, &clock).await;
    pay(&aether, "a").await;
    aether.settled().await.expect("nothing has halted");
    let (_, commits, _) = seen.take();
    assert_eq!(commits, 6 + 6, "the ticket and the instance, once each");
    for _ in 0..5 {
        pay(&aether, "a").await;
        aether.settled().await.expect("nothing has halted");
    }
    let (_, commits, _) = seen.take();
    assert_eq!((commits, seen.commits_back.load(SeqCst)), (0, 0));
    assert_eq!(seats(&aether, "11").await, 1);
}

#[tokio::test]
async fn a_store_that_conflicts_fails_or_does_not_answer_changes_nothing_about_it() {
    let (store, clock) = (UnreliableStore::default(), ManualClock::new());
    let aether = run(store.clone(), &clock).await;
    buy(&aether, "a", 4).await;
    store.faults().conflicts.store(2, SeqCst);
    aether.settled().await.expect("nothing has halted");
    let ticket = "a".to_owned();
    let paying = aether.send(PayTicket { ticket });
    paying.await.expect("it is paid");
    store.faults().outages.store(2, SeqCst);
    store.faults().lost_answers.store(2, SeqCst);
    assert_eq!(seats(&aether, "1").await, 4);
    clock.advance(Duration::from_hours(24));
    assert_eq!(
        (paid(&aether, "a").await, seats(&aether, "1").await),
        (1, 4)
    );
}

#[tokio::test]
async fn what_it_does_says_why_and_what_it_has_received_is_nobody_elses() {
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH.after(Duration::from_hours(5)));
    let aether = run(InMemoryEventStore::new(), &clock).await;
    buy(&aether, "a", 4).await;
    let ticket = "a".to_owned();
    let sent = aether
        .send(PayTicket { ticket })
        .correlated("evening")
        .await;
    let cause = sent.expect("it is paid").events[0].clone();
    assert_eq!(seats(&aether, "1").await, 4);
    let received = events(&aether, "Admission.a").await;
    assert_eq!(
        received[1].metadata.causation_id,
        Some(cause.id.to_string())
    );
    let counted = events(&aether, "Hall.1").await;
    assert_eq!(
        counted[0].metadata.causation_id,
        Some(received[1].id.to_string())
    );
    assert_eq!(
        counted[0].metadata.correlation_id.as_deref(),
        Some("evening")
    );
    let everything = aether.read::<Everything>().await.expect("it is read");
    assert_eq!(
        everything.seen,
        ["TicketBought", "TicketPaid", "SeatCounted"]
    );
    let kinds: Vec<_> = aether
        .status()
        .into_iter()
        .map(|status| status.kind)
        .collect();
    assert!(kinds.contains(&FollowerKind::Process) && kinds.contains(&FollowerKind::Outbox));
}

/// An aggregate by the name of a process manager.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(TicketPaid), name = "Admission")]
pub(crate) struct Namesake;

#[handlers]
impl Namesake {
    #[apply]
    fn paid(&mut self, _: &TicketPaid) {}
}

bounded_context! {
    pub Elsewhere { aggregates: [Namesake] }
}

#[tokio::test]
async fn an_aggregate_and_a_process_manager_do_not_share_a_name() {
    let started = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Elsewhere>()
        .context::<Halls>()
        .context::<Entrance>()
        .start()
        .await;
    let err = started.expect_err("they share a name");
    assert!(
        matches!(
            err,
            StartError::SameName {
                kind: "actor type",
                name: "Admission"
            }
        ),
        "{err}"
    );
}

#[tokio::test]
async fn a_query_is_answered_from_all_that_has_happened() {
    let aether = run(InMemoryEventStore::new(), &ManualClock::new()).await;
    for name in ["a", "b"] {
        buy(&aether, name, 1).await;
    }
    pay(&aether, "a").await;
    let ask = |event_type| aether.ask(HowMany { event_type });
    assert_eq!(ask("TicketBought").await.expect("it is asked"), 2);
    assert_eq!(ask("TicketPaid").await.expect("it is asked"), 1);
}
