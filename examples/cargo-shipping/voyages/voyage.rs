//! A voyage: a ship, and the ports it calls at.
//!
//! The events are written inline, as variants with fields of their own: the shortest form, for an
//! aggregate that nobody outside of its context listens to.

use aether::prelude::*;

use super::SailingSchedule;
use crate::{
    calendar::Day,
    cargo_shipping::{Port, VoyagePlanner},
};

/// Tells a voyage from every other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct VoyageNumber(String);

/// A ship goes from one port to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Movement {
    /// Where it leaves.
    pub from: Port,
    /// Where it goes.
    pub to: Port,
    /// When it leaves.
    pub departs: Day,
    /// When it is there.
    pub arrives: Day,
}

/// Let a ship sail.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduleVoyage {
    /// Under which number.
    #[command(id)]
    pub voyage: VoyageNumber,
    /// From port to port.
    pub movements: Vec<Movement>,
}

/// Let a ship sail on other days, or to other ports.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RescheduleVoyage {
    /// Which voyage.
    #[command(id)]
    pub voyage: VoyageNumber,
    /// From port to port.
    pub movements: Vec<Movement>,
}

/// Let a ship stay where it is.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelVoyage {
    /// Which voyage.
    #[command(id)]
    pub voyage: VoyageNumber,
}

/// What happened to a voyage.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(prefix = "Voyage")]
pub enum VoyageEvent {
    /// A ship will sail.
    Scheduled {
        /// Under which number.
        voyage: VoyageNumber,
        /// From port to port.
        movements: Vec<Movement>,
    },
    /// It will sail on other days, or to other ports.
    ///
    /// Hotspot: who tells the shippers whose cargo is on it?
    Rescheduled {
        /// Which voyage.
        voyage: VoyageNumber,
        /// From port to port.
        movements: Vec<Movement>,
    },
    /// It will not sail.
    Cancelled {
        /// Which voyage.
        voyage: VoyageNumber,
    },
}

/// Why a ship cannot sail like that.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoyageRefusal {
    /// It goes nowhere.
    #[error("a voyage has at least one movement")]
    GoesNowhere,
    /// It would jump from one port to another, or leave before it is there.
    #[error("movement {number} does not begin where and when the one before it ends")]
    Broken {
        /// Which one, from 1.
        number: usize,
    },
    /// The number is in use.
    #[error("there is a voyage under this number already")]
    NumberInUse,
    /// There is no such voyage.
    #[error("there is no such voyage, or no longer")]
    NotScheduled,
}

/// A voyage of a ship.
///
/// Invariant: a ship leaves where it has arrived, and not before.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(event = VoyageEvent)]
pub struct Voyage {
    stage: Stage,
}

/// Whether a voyage takes place.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    #[default]
    Unplanned,
    Planned,
    Cancelled,
}

impl Voyage {
    fn sails(movements: &[Movement]) -> Result<(), VoyageRefusal> {
        if movements.is_empty() {
            return Err(VoyageRefusal::GoesNowhere);
        }
        let mut before: Option<&Movement> = None;
        for (movement, number) in movements.iter().zip(1..) {
            let joins = before.is_none_or(|before| {
                before.to == movement.from && before.arrives <= movement.departs
            });
            if !joins || movement.arrives < movement.departs || movement.from == movement.to {
                return Err(VoyageRefusal::Broken { number });
            }
            before = Some(movement);
        }
        Ok(())
    }
}

#[handlers]
impl Voyage {
    /// # Errors
    /// If the number is in use, or no ship could sail like that.
    #[handle(by(VoyagePlanner))]
    pub fn schedule(&self, command: ScheduleVoyage) -> Result<VoyageEvent, VoyageRefusal> {
        let ScheduleVoyage { voyage, movements } = command;
        if self.stage != Stage::Unplanned {
            return Err(VoyageRefusal::NumberInUse);
        }
        Self::sails(&movements)?;
        Ok(VoyageEvent::Scheduled { voyage, movements })
    }

    /// # Errors
    /// If there is no such voyage, or no ship could sail like that.
    #[handle(by(VoyagePlanner), informed_by(SailingSchedule))]
    pub fn reschedule(&self, command: RescheduleVoyage) -> Result<VoyageEvent, VoyageRefusal> {
        let RescheduleVoyage { voyage, movements } = command;
        if self.stage != Stage::Planned {
            return Err(VoyageRefusal::NotScheduled);
        }
        Self::sails(&movements)?;
        Ok(VoyageEvent::Rescheduled { voyage, movements })
    }

    /// A voyage that is cancelled stays so.
    ///
    /// # Errors
    /// If there was never such a voyage.
    #[handle(by(VoyagePlanner), informed_by(SailingSchedule))]
    pub fn cancel(&self, command: CancelVoyage) -> Result<Option<VoyageEvent>, VoyageRefusal> {
        let voyage = command.voyage;
        match self.stage {
            Stage::Unplanned => Err(VoyageRefusal::NotScheduled),
            Stage::Planned => Ok(Some(VoyageEvent::Cancelled { voyage })),
            Stage::Cancelled => Ok(None),
        }
    }

    #[apply]
    fn evolve(&mut self, event: VoyageEvent) {
        self.stage = match event {
            VoyageEvent::Scheduled { .. } | VoyageEvent::Rescheduled { .. } => Stage::Planned,
            VoyageEvent::Cancelled { .. } => Stage::Cancelled,
        };
    }
}
