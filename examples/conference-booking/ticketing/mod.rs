//! Ticketing: who has a seat, who waits for one, and for how long.

mod policies;
mod registration;
mod registration_desk;
mod seat_availability;
mod seat_pool;
mod waiting_list;

use aether::bounded_context;

pub use self::{
    policies::{JoinWaitingListWhenSoldOut, OfferSeatsWhenReleased, OpenSalesWhenPublished},
    registration::{
        CancelRegistration, ConfirmRegistration, EarlyBirdGranted, ExpireRegistration, Register,
        Registration, RegistrationCancelled, RegistrationConfirmed, RegistrationConfirmedV1,
        RegistrationEvent, RegistrationExpired, RegistrationId, RegistrationPlaced,
        RegistrationRefusal,
    },
    registration_desk::RegistrationDesk,
    seat_availability::{SeatAvailability, SeatsLeft},
    seat_pool::{
        CommitSeats, HoldSeats, OpenSales, ReleaseSeats, SalesOpened, SeatDecision, SeatPool,
        SeatPoolEvent, SeatPoolRefusal, SeatsCommitted, SeatsHeld, SeatsReleased, SeatsSoldOut,
    },
    waiting_list::{
        JoinWaitingList, OfferSeats, SeatsOffered, WaitingList, WaitingListEvent, WaitingListJoined,
    },
};
use super::{Payment, Programme};

bounded_context! {
    /// Gives each seat to one visitor, and waits a quarter of an hour for the money.
    pub Ticketing {
        owner: "Ticket Office",
        aggregates: [Registration, SeatPool, WaitingList],
        policies: [OpenSalesWhenPublished, JoinWaitingListWhenSoldOut, OfferSeatsWhenReleased],
        process_managers: [RegistrationDesk],
        projections: [SeatAvailability],
        upstream: [Programme, Payment],
    }
}
