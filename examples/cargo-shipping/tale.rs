//! The tale of one container, from Shanghai to Hamburg, with a mistake in Singapore.
//!
//! It sends what people do, and writes down what followed by itself.

use aether::{
    EventStoreExt as _, Position, StoreError,
    domain::Command,
    runtime::{Aether, CommandError, ReadError},
};

use super::{
    Port,
    booking::{
        BookCargo, ChooseRoute, Itinerary, Leg, RouteChoices, RouteSpecification, ShipperId,
        TrackingId, Transport, WhereIs,
    },
    customs::PresentPapers,
    handling::{ClaimCargo, LoadCargo, ReceiveCargo, UnloadCargo},
    voyages::{Movement, ScheduleVoyage, VoyageNumber},
};
use crate::calendar::Day;

/// Says why the tale was broken off. What was done by then stays done.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A command was not carried out, and the tale does not expect that.
    #[error("the command `{command}` was not carried out")]
    Command {
        /// Which command.
        command: &'static str,
        /// Why.
        source: CommandError,
    },
    /// There is no way for the container.
    #[error("nobody knows a way for the container")]
    NoWay,
    /// What follows by itself does not get done.
    #[error("what follows does not get done")]
    Follow(#[from] ReadError),
    /// What happened cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] StoreError),
}

/// What sails in the weeks after a day: a ship to Rotterdam that calls at Singapore, and others
/// that bring to Hamburg what was left on the way.
pub fn voyages(today: Day) -> Vec<ScheduleVoyage> {
    let voyage = |voyage: &str, calls: &[(&str, &str, u32, u32)]| {
        let movements = calls.iter().map(|(from, to, departs, arrives)| Movement {
            from: Port::from(*from),
            to: Port::from(*to),
            departs: today.plus(*departs),
            arrives: today.plus(*arrives),
        });
        let movements = movements.collect();
        ScheduleVoyage {
            voyage: VoyageNumber::from(voyage),
            movements,
        }
    };
    vec![
        voyage(
            "V100",
            &[("CNSHA", "SGSIN", 2, 9), ("SGSIN", "NLRTM", 10, 31)],
        ),
        voyage("V200", &[("NLRTM", "DEHAM", 33, 35)]),
        voyage(
            "V300",
            &[("SGSIN", "GRPIR", 12, 26), ("GRPIR", "DEHAM", 27, 38)],
        ),
    ]
}

/// The legs that those voyages offer: from each port of a voyage to each that comes after it.
pub fn legs(today: Day) -> Vec<Leg> {
    let voyages = voyages(today).into_iter();
    let legs = voyages.flat_map(|ScheduleVoyage { voyage, movements }| {
        let pairs = movements.iter().enumerate().flat_map(|(at, first)| {
            let onward = movements.iter().skip(at);
            onward.map(|last| Leg {
                voyage: voyage.clone(),
                from: first.from.clone(),
                to: last.to.clone(),
                load: first.departs,
                unload: last.arrives,
            })
        });
        pairs.collect::<Vec<_>>()
    });
    legs.collect()
}

/// Tells the tale, line by line, as it happens on this day.
///
/// # Errors
/// If something is refused that should not be, or something outside of the domain fails.
///
/// # Cancel safety
/// If the future is dropped, the tale stays half told, and what was done stays done.
pub async fn tell(aether: &Aether, today: Day) -> Result<Vec<String>, Broken> {
    let told = Position::START;
    let mut tale = Tale {
        aether,
        cargo: TrackingId::from("C-7"),
        told,
        lines: Vec::new(),
    };
    for voyage in voyages(today) {
        let says = format!("Voyage {} will sail.", voyage.voyage);
        tale.step(&says, voyage).await?;
    }
    tale.is_booked(today).await?;
    tale.goes_astray().await?;
    tale.goes_on().await?;
    tale.is_claimed().await?;
    Ok(tale.lines)
}

struct Tale<'a> {
    aether: &'a Aether,
    cargo: TrackingId,
    told: Position,
    lines: Vec<String>,
}

impl Tale<'_> {
    async fn is_booked(&mut self, today: Day) -> Result<(), Broken> {
        let route = RouteSpecification {
            origin: Port::from("CNSHA"),
            destination: Port::from("DEHAM"),
            deadline: today.plus(42),
        };
        let book = BookCargo {
            cargo: self.cargo.clone(),
            shipper: ShipperId::from("lamps-and-sons"),
            route,
        };
        self.step(
            "A shipper wants a container in Hamburg within six weeks.",
            book,
        )
        .await?;
        self.choose("A clerk chooses the way by Rotterdam.", "V100")
            .await
    }

    async fn goes_astray(&mut self) -> Result<(), Broken> {
        let receive = ReceiveCargo {
            cargo: self.cargo.clone(),
            port: Port::from("CNSHA"),
        };
        self.step("The container is brought to the quay in Shanghai.", receive)
            .await?;
        let load = self.load("CNSHA", "V100");
        self.step("It is put on the ship.", load).await?;
        let unload = self.unload("SGSIN", "V100");
        self.step(
            "In Singapore, somebody takes the wrong container from the ship.",
            unload,
        )
        .await
    }

    async fn goes_on(&mut self) -> Result<(), Broken> {
        self.choose(
            "The ship has no room for it again. A clerk chooses another.",
            "V300",
        )
        .await?;
        let load = self.load("SGSIN", "V300");
        self.step("It is put on the ship to Piraeus and Hamburg.", load)
            .await?;
        let unload = self.unload("DEHAM", "V300");
        self.step("It is in Hamburg, where customs are strict.", unload)
            .await
    }

    async fn is_claimed(&mut self) -> Result<(), Broken> {
        let papers = vec!["certificate of origin".to_owned()];
        let present = PresentPapers {
            cargo: self.cargo.clone(),
            papers,
        };
        self.step("A broker has the papers.", present).await?;
        let claim = ClaimCargo {
            cargo: self.cargo.clone(),
        };
        self.step("A lorry comes for the container.", claim).await
    }

    fn load(&self, port: &str, voyage: &str) -> LoadCargo {
        LoadCargo {
            cargo: self.cargo.clone(),
            port: Port::from(port),
            voyage: VoyageNumber::from(voyage),
        }
    }

    fn unload(&self, port: &str, voyage: &str) -> UnloadCargo {
        UnloadCargo {
            cargo: self.cargo.clone(),
            port: Port::from(port),
            voyage: VoyageNumber::from(voyage),
        }
    }

    /// Sends the container the first of the ways that begin with this voyage.
    async fn choose(&mut self, says: &str, voyage: &str) -> Result<(), Broken> {
        let choices = self.aether.read::<RouteChoices>().await?;
        let ways = choices.open.get(&self.cargo).cloned().unwrap_or_default();
        drop(choices);
        let voyage = VoyageNumber::from(voyage);
        let begins = |way: &Itinerary| way.legs.first().is_some_and(|leg| leg.voyage == voyage);
        let itinerary = ways.into_iter().find(begins).ok_or(Broken::NoWay)?;
        let cargo = self.cargo.clone();
        self.step(says, ChooseRoute { cargo, itinerary }).await
    }

    /// Says something, does it, and writes down what came of it.
    async fn step<C: Command>(&mut self, says: &str, command: C) -> Result<(), Broken> {
        let name = C::META.name.as_str();
        let sent = self.aether.send(command).await;
        sent.map_err(|source| Broken::Command {
            command: name,
            source,
        })?;
        self.aether.settled().await?;
        self.lines.push(says.to_owned());
        for recorded in self.aether.store().log(self.told).await? {
            self.told = recorded.position;
            let events = recorded.commit.events().iter();
            let events = events.map(|event| &*event.event_type);
            // What a process manager has received is its memory, and no news.
            let news = events.filter(|event| !event.starts_with("aether."));
            self.lines.extend(news.map(|event| format!("    {event}")));
        }
        let cargo = self.cargo.clone();
        let place = self.aether.ask(WhereIs { cargo }).await?;
        self.lines
            .extend(place.map(|place| format!("  The container is {}.", words(&place))));
        Ok(())
    }
}

fn words(place: &Transport) -> String {
    match place {
        Transport::NotReceived => "with its shipper".to_owned(),
        Transport::InPort(port) => format!("on the quay of {port}"),
        Transport::Aboard(voyage) => format!("aboard {voyage}"),
        Transport::Arrived(port) => format!("in {port}, where it should be"),
        Transport::Delivered => "delivered".to_owned(),
    }
}
