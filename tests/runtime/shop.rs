//! A domain small enough to keep in one's head: tickets are bought and paid for.

use std::collections::BTreeMap;

use aether::{InMemoryEventStore, prelude::*, runtime::Aether};

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TicketBought {
    pub ticket: String,
    pub price: u32,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TicketPaid {
    pub ticket: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BuyTicket {
    #[command(id)]
    pub ticket: String,
    pub price: u32,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PayTicket {
    #[command(id)]
    pub ticket: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TicketRefusal {
    #[error("the ticket is not bought")]
    NotBought,
    #[error("the ticket is bought already")]
    Bought,
}

#[derive(Aggregate, Debug, Default, PartialEq)]
#[aggregate(events(TicketBought, TicketPaid))]
pub(crate) struct Ticket {
    pub bought: bool,
    pub paid: u32,
}

#[handlers]
impl Ticket {
    #[handle]
    fn buy(&self, command: BuyTicket) -> Result<TicketBought, TicketRefusal> {
        if self.bought {
            return Err(TicketRefusal::Bought);
        }
        Ok(TicketBought {
            ticket: command.ticket,
            price: command.price,
        })
    }

    /// Nothing keeps a ticket from being paid twice, so that a test sees it when it happens.
    #[handle(by(Bank))]
    fn pay(&self, command: PayTicket) -> Result<TicketPaid, TicketRefusal> {
        if !self.bought {
            return Err(TicketRefusal::NotBought);
        }
        Ok(TicketPaid {
            ticket: command.ticket,
        })
    }

    #[apply]
    fn bought(&mut self, _event: &TicketBought) {
        self.bought = true;
    }

    #[apply]
    fn paid(&mut self, _event: &TicketPaid) {
        self.paid += 1;
    }
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SeatCounted {
    pub by: u32,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CountSeat {
    #[command(id)]
    pub hall: String,
    pub by: u32,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(SeatCounted))]
pub(crate) struct Hall {
    pub seats: u32,
}

#[derive(Debug, thiserror::Error)]
#[error("the hall is sold out")]
pub(crate) struct SoldOut;

/// How many seats a hall has.
pub(crate) const SEATS: u32 = 500;

#[handlers]
impl Hall {
    #[handle]
    fn count(&self, command: CountSeat) -> Result<Option<SeatCounted>, SoldOut> {
        if self.seats + command.by > SEATS {
            return Err(SoldOut);
        }
        Ok((command.by > 0).then_some(SeatCounted { by: command.by }))
    }

    #[apply]
    fn counted(&mut self, event: &SeatCounted) {
        self.seats += event.by;
    }
}

/// Counts a seat in hall `1` for each ticket; as many as the ticket's price says, so that a test
/// can ask for too many.
#[derive(Policy, Default)]
pub(crate) struct CountSeatWhenBought;

#[handlers]
impl CountSeatWhenBought {
    #[react]
    fn bought(&self, event: &TicketBought) -> CountSeat {
        CountSeat {
            hall: "1".to_owned(),
            by: event.price,
        }
    }
}

/// What became of each ticket.
#[derive(Projection, Debug, Default)]
pub(crate) struct Sales {
    pub tickets: BTreeMap<String, u32>,
    pub paid: Vec<String>,
}

#[handlers]
impl Sales {
    #[apply]
    fn bought(&mut self, event: &TicketBought, origin: &Origin<'_>) {
        self.tickets
            .insert(origin.actor_id.to_string(), event.price);
    }

    #[apply]
    fn paid(&mut self, event: &TicketPaid) {
        self.paid.push(event.ticket.clone());
    }
}

#[derive(ExternalSystem)]
#[external_system(notified_of(TicketBought))]
pub(crate) struct Bank;

bounded_context! {
    /// Sells tickets.
    pub Selling {
        aggregates: [Ticket],
        projections: [Sales],
        external_systems: [Bank],
    }
}

bounded_context! {
    /// Looks after the hall.
    pub Seating {
        aggregates: [Hall],
        policies: [CountSeatWhenBought],
        upstream: [Selling],
    }
}

pub(crate) fn ticket(ticket: &str) -> BuyTicket {
    BuyTicket {
        ticket: ticket.to_owned(),
        price: 1,
    }
}

/// Both contexts, running over a store of their own.
pub(crate) async fn running() -> Aether {
    running_on(InMemoryEventStore::new()).await
}

/// Both contexts, running over some store.
pub(crate) async fn running_on(store: impl aether::EventStore + aether::CheckpointStore) -> Aether {
    Aether::builder()
        .store(store)
        .context::<Selling>()
        .context::<Seating>()
        .start()
        .await
        .expect("the contexts fit together")
}
