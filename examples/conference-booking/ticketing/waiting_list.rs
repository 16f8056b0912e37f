//! The waiting list: whoever was there first is asked first.

use std::convert::Infallible;

use aether::prelude::*;

use super::RegistrationId;
use crate::conference_booking::programme::ConferenceId;

/// Wait for seats.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JoinWaitingList {
    /// At which conference.
    #[command(id)]
    pub conference: ConferenceId,
    /// Which registration waits.
    pub registration: RegistrationId,
    /// For how many.
    pub seats: u32,
}

/// See who may have the seats that are free again.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OfferSeats {
    /// At which conference.
    #[command(id)]
    pub conference: ConferenceId,
    /// How many there are.
    pub seats: u32,
}

/// Somebody waits for seats.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaitingListJoined {
    /// At which conference.
    pub conference: ConferenceId,
    /// Which registration waits.
    pub registration: RegistrationId,
    /// For how many.
    pub seats: u32,
}

/// It is the turn of somebody who waited.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeatsOffered {
    /// At which conference.
    pub conference: ConferenceId,
    /// Whose turn it is.
    pub registration: RegistrationId,
    /// How many seats there are for them.
    pub seats: u32,
}

/// Those who wait for seats at a conference.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(WaitingListJoined, SeatsOffered))]
pub struct WaitingList {
    waiting: Vec<(RegistrationId, u32)>,
}

impl WaitingList {
    /// How many registrations wait.
    pub const fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[handlers]
impl WaitingList {
    /// Nobody stands in the line twice.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn join(&self, command: JoinWaitingList) -> Result<Option<WaitingListJoined>, Infallible> {
        let JoinWaitingList {
            conference,
            registration,
            seats,
        } = command;
        let there = self.waiting.iter().any(|(waits, _)| *waits == registration);
        Ok((!there).then_some(WaitingListJoined {
            conference,
            registration,
            seats,
        }))
    }

    /// In the order of the line; whoever needs more than there is stays in it.
    ///
    /// Hotspot: is it fair that two who are small overtake one who is large?
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn offer(&self, command: OfferSeats) -> Result<Vec<SeatsOffered>, Infallible> {
        let OfferSeats {
            conference,
            seats: mut left,
        } = command;
        let mut offered = Vec::new();
        for (registration, seats) in self.waiting.iter().cloned() {
            if seats <= left {
                left -= seats;
                let conference = conference.clone();
                offered.push(SeatsOffered {
                    conference,
                    registration,
                    seats,
                });
            }
        }
        Ok(offered)
    }

    #[apply]
    fn joined(&mut self, event: WaitingListJoined) {
        self.waiting.push((event.registration, event.seats));
    }

    #[apply]
    fn offered(&mut self, event: &SeatsOffered) {
        self.waiting
            .retain(|(waits, _)| *waits != event.registration);
    }
}
