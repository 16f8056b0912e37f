//! A badge: for one seat, with one name on it.

use std::convert::Infallible;

use aether::prelude::*;

use super::DoorList;
use crate::conference_booking::{Usher, Visitor, ticketing::RegistrationId};

/// Tells a badge from every other, and with it who wears it.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct BadgeId(String);

impl BadgeId {
    /// The badge for one of the seats of a registration, from 1.
    pub fn of(registration: &RegistrationId, seat: u32) -> Self {
        Self(format!("{registration}-{seat}"))
    }
}

// ------------------------------------------------------------------------------------- commands

/// Make a badge without a name.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrepareBadge {
    /// Which badge.
    #[command(id)]
    pub badge: BadgeId,
}

/// Say who will wear a badge.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NameBadge {
    /// Which badge.
    #[command(id)]
    pub badge: BadgeId,
    /// Who will wear it.
    #[personal]
    pub name: Personal<String>,
}

/// Let somebody in.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckIn {
    /// With which badge.
    #[command(id)]
    pub badge: BadgeId,
}

// --------------------------------------------------------------------------------------- events

/// There is a badge, for whoever will wear it.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BadgePrepared {
    /// Which one.
    pub badge: BadgeId,
}

/// It is known who will wear a badge.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BadgeNamed {
    /// Which one.
    pub badge: BadgeId,
    /// Who.
    #[personal(subject = badge)]
    pub name: Personal<String>,
}

/// Somebody is there.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttendeeCheckedIn {
    /// With which badge.
    pub badge: BadgeId,
}

/// Why somebody is not let in.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadgeRefusal {
    /// There is no such badge.
    #[error("there is no such badge")]
    Unknown,
    /// Nobody has said who wears it.
    #[error("nobody has said who wears this badge")]
    Unnamed,
    /// Somebody came with it before.
    #[error("somebody is in with this badge already")]
    InAlready,
}

// ------------------------------------------------------------------------------------- the badge

/// A badge for one seat.
///
/// Invariant: a badge lets one person in, once, and keeps its name from then on.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(BadgePrepared, BadgeNamed, AttendeeCheckedIn))]
pub struct Badge {
    stage: Stage,
}

/// How far it is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    #[default]
    Unknown,
    Blank,
    Named,
    In,
}

#[handlers]
impl Badge {
    /// # Errors
    /// Never.
    #[handle]
    pub fn prepare(&self, command: PrepareBadge) -> Result<Option<BadgePrepared>, Infallible> {
        let badge = command.badge;
        let new = self.stage == Stage::Unknown;
        Ok(new.then_some(BadgePrepared { badge }))
    }

    /// Names may change until somebody is in.
    ///
    /// # Errors
    /// If there is no such badge, or somebody is in with it.
    #[handle(by(Visitor))]
    pub fn name(&self, command: NameBadge) -> Result<BadgeNamed, BadgeRefusal> {
        let NameBadge { badge, name } = command;
        match self.stage {
            Stage::Unknown => Err(BadgeRefusal::Unknown),
            Stage::Blank | Stage::Named => Ok(BadgeNamed { badge, name }),
            Stage::In => Err(BadgeRefusal::InAlready),
        }
    }

    /// # Errors
    /// If there is no such badge, it has no name, or somebody is in with it.
    #[handle(by(Usher), informed_by(DoorList))]
    pub fn check_in(&self, command: CheckIn) -> Result<AttendeeCheckedIn, BadgeRefusal> {
        let badge = command.badge;
        match self.stage {
            Stage::Unknown => Err(BadgeRefusal::Unknown),
            Stage::Blank => Err(BadgeRefusal::Unnamed),
            Stage::Named => Ok(AttendeeCheckedIn { badge }),
            Stage::In => Err(BadgeRefusal::InAlready),
        }
    }

    #[apply]
    fn was_prepared(&mut self, _: &BadgePrepared) {
        self.stage = Stage::Blank;
    }

    #[apply]
    fn was_named(&mut self, _: &BadgeNamed) {
        self.stage = Stage::Named;
    }

    #[apply]
    fn checked_in(&mut self, _: &AttendeeCheckedIn) {
        self.stage = Stage::In;
    }
}
