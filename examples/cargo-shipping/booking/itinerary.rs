//! Where cargo should go, and a way to get there.

use aether::prelude::*;

use crate::{
    calendar::Day,
    cargo_shipping::{Port, voyages::VoyageNumber},
};

/// Where cargo is, where it should be, and by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RouteSpecification {
    /// Where it is.
    pub origin: Port,
    /// Where it should be.
    pub destination: Port,
    /// By when.
    pub deadline: Day,
}

/// A part of the way, on one ship.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leg {
    /// On which voyage.
    pub voyage: VoyageNumber,
    /// Where it is loaded.
    pub from: Port,
    /// Where it is unloaded.
    pub to: Port,
    /// When it is loaded.
    pub load: Day,
    /// When it is unloaded.
    pub unload: Day,
}

/// A way from one port to another, ship after ship.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Itinerary {
    /// Its parts, in order.
    pub legs: Vec<Leg>,
}

/// What an itinerary lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It goes nowhere.
    #[error("it has no leg")]
    Empty,
    /// It begins elsewhere.
    #[error("it begins in {begins}")]
    WrongOrigin {
        /// Where.
        begins: Port,
    },
    /// It ends elsewhere.
    #[error("it ends in {ends}")]
    WrongDestination {
        /// Where.
        ends: Port,
    },
    /// A leg does not begin where and when the one before it ends.
    #[error("leg {leg} does not join the one before it")]
    Broken {
        /// Which one, from 1.
        leg: usize,
    },
    /// It takes too long.
    #[error("it arrives on {arrives}, after {deadline}")]
    TooLate {
        /// When it arrives.
        arrives: Day,
        /// When it should.
        deadline: Day,
    },
}

impl Itinerary {
    /// When the cargo is at the end of the way.
    pub fn arrives(&self) -> Option<Day> {
        self.legs.last().map(|leg| leg.unload)
    }

    /// Whether the cargo is to be loaded there, onto that voyage.
    pub fn loads(&self, port: &Port, voyage: &VoyageNumber) -> bool {
        self.legs
            .iter()
            .any(|leg| leg.from == *port && leg.voyage == *voyage)
    }

    /// Whether the cargo is to be unloaded there, from that voyage.
    pub fn unloads(&self, port: &Port, voyage: &VoyageNumber) -> bool {
        self.legs
            .iter()
            .any(|leg| leg.to == *port && leg.voyage == *voyage)
    }

    /// Whether it leads from where the cargo is to where it should be, in time.
    ///
    /// # Errors
    /// What it lacks.
    pub fn satisfies(&self, route: &RouteSpecification) -> Result<(), Mismatch> {
        let (Some(first), Some(last)) = (self.legs.first(), self.legs.last()) else {
            return Err(Mismatch::Empty);
        };
        if first.from != route.origin {
            let begins = first.from.clone();
            return Err(Mismatch::WrongOrigin { begins });
        }
        if last.to != route.destination {
            let ends = last.to.clone();
            return Err(Mismatch::WrongDestination { ends });
        }
        self.joins()?;
        let (arrives, deadline) = (last.unload, route.deadline);
        if arrives > deadline {
            return Err(Mismatch::TooLate { arrives, deadline });
        }
        Ok(())
    }

    fn joins(&self) -> Result<(), Mismatch> {
        let next = self.legs.iter().skip(1).zip(2..);
        for (before, (leg, number)) in self.legs.iter().zip(next) {
            if before.to != leg.from || before.unload > leg.load {
                return Err(Mismatch::Broken { leg: number });
            }
        }
        Ok(())
    }
}
