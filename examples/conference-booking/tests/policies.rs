//! What happens by itself.

use aether::testing::policy;
use aether_examples::conference_booking::{
    attendance::{PrepareBadge, PrepareBadgesWhenConfirmed},
    programme::{AdmitSession, AdmitSessionWhenAccepted, ProgrammePublished},
    ticketing::{
        JoinWaitingList, JoinWaitingListWhenSoldOut, OfferSeats, OfferSeatsWhenReleased, OpenSales,
        OpenSalesWhenPublished,
    },
};

use crate::samples::{
    accepted, badge, conference, confirmed, registration, released, sold_out, speaker, talk,
};

#[test]
fn whenever_a_proposal_is_accepted_it_is_admitted() {
    policy::<AdmitSessionWhenAccepted>()
        .when(accepted())
        .then_issues(AdmitSession {
            conference: conference(),
            session: talk(),
            speaker: speaker(),
        });
}

#[test]
fn whenever_a_programme_is_published_its_seats_are_sold() {
    policy::<OpenSalesWhenPublished>()
        .when(ProgrammePublished {
            conference: conference(),
            seats: 3,
        })
        .then_issues(OpenSales {
            conference: conference(),
            seats: 3,
        });
}

#[test]
fn whenever_there_are_too_few_seats_somebody_waits() {
    policy::<JoinWaitingListWhenSoldOut>()
        .when(sold_out(2, 2))
        .then_issues(JoinWaitingList {
            conference: conference(),
            registration: registration(2),
            seats: 2,
        });
}

#[test]
fn whenever_seats_are_free_again_they_are_offered() {
    policy::<OfferSeatsWhenReleased>()
        .when(released(1, 2))
        .then_issues(OfferSeats {
            conference: conference(),
            seats: 2,
        });
}

#[test]
fn whenever_a_registration_is_confirmed_each_seat_gets_a_badge() {
    policy::<PrepareBadgesWhenConfirmed>()
        .when(confirmed())
        .then_issues([
            PrepareBadge { badge: badge(1) },
            PrepareBadge { badge: badge(2) },
        ]);
}
