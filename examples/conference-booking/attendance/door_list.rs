use std::collections::BTreeMap;

use aether::prelude::*;

use super::{AttendeeCheckedIn, BadgeId, BadgeNamed, BadgePrepared};
use crate::conference_booking::Usher;

/// Who is expected, and who is there.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Usher))]
pub struct DoorList {
    /// Everyone with a badge.
    pub expected: BTreeMap<BadgeId, Expected>,
}

/// Somebody with a badge.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// What they are called, if anybody has said so and nobody has to forget it.
    pub name: Option<String>,
    /// Whether they are there.
    pub there: bool,
}

#[handlers]
impl DoorList {
    #[apply]
    fn prepared(&mut self, event: BadgePrepared) {
        self.expected.entry(event.badge).or_default();
    }

    #[apply]
    fn named(&mut self, event: BadgeNamed) {
        self.expected.entry(event.badge).or_default().name = event.name.into_known();
    }

    #[apply]
    fn checked_in(&mut self, event: AttendeeCheckedIn) {
        self.expected.entry(event.badge).or_default().there = true;
    }
}
