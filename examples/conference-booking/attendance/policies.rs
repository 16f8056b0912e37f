use aether::prelude::*;

use super::{BadgeId, PrepareBadge};
use crate::conference_booking::ticketing::RegistrationConfirmed;

/// Registration confirmed: prepare a badge for each seat.
#[derive(Policy, Debug, Default)]
pub struct PrepareBadgesWhenConfirmed;

#[handlers]
impl PrepareBadgesWhenConfirmed {
    #[react]
    fn confirmed(&self, event: &RegistrationConfirmed) -> Vec<PrepareBadge> {
        let seats = 1..=event.seats;
        let badges = seats.map(|seat| BadgeId::of(&event.registration, seat));
        badges.map(|badge| PrepareBadge { badge }).collect()
    }
}
