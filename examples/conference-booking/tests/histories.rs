//! Whole histories, and the state after each of their events.

use aether::testing::{
    assert_replay_snapshot, assert_replays_equal, assert_snapshots_resume, given,
};
use aether_examples::conference_booking::{
    attendance::{AttendeeCheckedIn, Badge, Room, RoomEvent},
    payment::{Charge, Euros, PaymentReturned, PaymentVoided},
    programme::{Proposal, RoomId},
    ticketing::{Registration, SeatPool, SeatsCommitted},
};

use crate::{
    registration::of_the_first_year,
    samples::{
        accepted, badge, cancelled, conference, confirmed, held, named, opened, placed, prepared,
        registration, released, requested, reviewed, sold_out, submitted, visitor,
    },
};

/// Also: the history gives the same state however it is read.
macro_rules! assert_history {
    ($aggregate:ty, $events:expr) => {
        let events = $events;
        assert_replays_equal::<$aggregate>(&events);
        assert_snapshots_resume::<$aggregate>(&events);
        assert_replay_snapshot!($aggregate, &events);
    };
}

#[test]
fn a_proposal_that_is_accepted() {
    let events = (
        submitted(),
        reviewed(1, 5),
        reviewed(2, 3),
        reviewed(3, 4),
        accepted(),
    );
    assert_history!(Proposal, given::<Proposal>(events).stored().to_vec());
}

#[test]
fn a_registration_that_is_cancelled() {
    let events = (placed(), confirmed(), cancelled());
    assert_history!(
        Registration,
        given::<Registration>(events).stored().to_vec()
    );
}

#[test]
fn a_registration_of_the_first_year() {
    assert_history!(Registration, of_the_first_year());
}

#[test]
fn seats_that_are_held_given_and_released() {
    let committed = SeatsCommitted {
        conference: conference(),
        registration: registration(1),
    };
    let events = (
        opened(3),
        held(1, 2),
        committed,
        sold_out(2, 2),
        released(1, 2),
    );
    assert_history!(SeatPool, given::<SeatPool>(events).stored().to_vec());
}

#[test]
fn money_that_comes_too_late() {
    let voided = PaymentVoided {
        registration: visitor(),
    };
    let returned = PaymentReturned {
        registration: visitor(),
        amount: Euros::new(900),
    };
    let events = (requested(), voided, returned);
    assert_history!(Charge, given::<Charge>(events).stored().to_vec());
}

#[test]
fn a_badge_that_lets_somebody_in() {
    let events = (prepared(), named(), AttendeeCheckedIn { badge: badge(1) });
    assert_history!(Badge, given::<Badge>(events).stored().to_vec());
}

#[test]
fn a_room_that_fills() {
    let room = || RoomId::from("hall");
    let events = [
        RoomEvent::Filled { room: room() },
        RoomEvent::Cleared { room: room() },
    ];
    assert_history!(Room, given::<Room>(events).stored().to_vec());
}
