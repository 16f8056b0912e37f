//! What commits and policies ask for later, and that it is done once and at its time.

mod crashes;
pub(crate) mod homes;
mod policies;
mod promises;
mod trouble;

use std::time::Duration;

use aether::{
    ActorId, CommandId, Commit, Event, EventStore as _, OutgoingCommand, Payload, Store, Timer,
    Timestamp,
    runtime::{Aether, FollowerKind, FollowerStatus},
    testing::ManualClock,
};

use crate::shop::{PayTicket, Seating, Selling, Ticket};

/// Tickets whose commits may ask for something, at the time of a clock.
async fn run(store: impl Store, clock: &ManualClock) -> Aether {
    Aether::builder()
        .store(store)
        .context::<Selling>()
        .context::<Seating>()
        .asks_of::<Ticket>()
        .clock(clock.clone())
        .start()
        .await
        .expect("the contexts fit together")
}

fn at(hour: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH.after(Duration::from_hours(hour))
}

/// The event that a ticket is bought, at some version of it.
fn bought(ticket: &str, version: u64) -> Commit {
    let data = serde_json::json!({ "ticket": ticket, "price": 0 });
    let event = Event::new(format!("Ticket.{ticket}"), version, "TicketBought", &data);
    Commit::new([event.expect("an event").at(Timestamp::UNIX_EPOCH)]).expect("a commit")
}

/// The command that pays a ticket, for which another one asks.
fn pay(ticket: &str) -> OutgoingCommand {
    let ticket = ticket.to_owned();
    OutgoingCommand {
        id: CommandId::new(),
        command: "PayTicket".into(),
        key: ticket.clone(),
        data: Payload::of(&PayTicket { ticket }).expect("JSON"),
    }
}

/// A timer that pays a ticket at an hour.
fn paying(ticket: &str, hour: u64) -> Timer {
    Timer {
        key: "late".to_owned(),
        due: at(hour),
        command: pay(ticket),
    }
}

async fn append(aether: &Aether, commit: Commit) {
    aether.store().append(commit).await.expect("it is stored");
}

/// How often a ticket was paid, once all that is due has been done.
async fn paid(aether: &Aether, ticket: &str) -> u32 {
    aether.settled().await.expect("nothing has halted");
    aether.load::<Ticket>(ticket).await.expect("a ticket").paid
}

fn of_kind(aether: &Aether, kind: FollowerKind) -> FollowerStatus {
    let status = aether.status();
    let mut of_kind = status.into_iter().filter(|status| status.kind == kind);
    of_kind.next().expect("there is one")
}

fn ticket_id(ticket: &str) -> ActorId {
    ActorId::of("Ticket", ticket).expect("an id")
}
