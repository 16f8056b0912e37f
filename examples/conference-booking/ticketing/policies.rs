use aether::prelude::*;

use super::{JoinWaitingList, OfferSeats, OpenSales, SeatsReleased, SeatsSoldOut};
use crate::conference_booking::programme::ProgrammePublished;

/// Whenever a programme is published, sell its seats.
#[derive(Policy, Debug, Default)]
pub struct OpenSalesWhenPublished;

#[handlers]
impl OpenSalesWhenPublished {
    #[react]
    fn published(&self, event: &ProgrammePublished) -> OpenSales {
        let (conference, seats) = (event.conference.clone(), event.seats);
        OpenSales { conference, seats }
    }
}

/// Whenever there are too few seats, wait for them.
#[derive(Policy, Debug, Default)]
pub struct JoinWaitingListWhenSoldOut;

#[handlers]
impl JoinWaitingListWhenSoldOut {
    #[react]
    fn sold_out(&self, event: &SeatsSoldOut) -> JoinWaitingList {
        JoinWaitingList {
            conference: event.conference.clone(),
            registration: event.registration.clone(),
            seats: event.seats,
        }
    }
}

/// Whenever seats are free again, offer them to those who wait.
#[derive(Policy, Debug, Default)]
pub struct OfferSeatsWhenReleased;

#[handlers]
impl OfferSeatsWhenReleased {
    #[react]
    fn released(&self, event: &SeatsReleased) -> OfferSeats {
        let (conference, seats) = (event.conference.clone(), event.seats);
        OfferSeats { conference, seats }
    }
}
