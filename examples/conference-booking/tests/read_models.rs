//! What reviewers, chairs, visitors and ushers see.

use std::collections::{BTreeMap, BTreeSet};

use aether::{Personal, testing::projection};
use aether_examples::conference_booking::{
    attendance::{AttendeeCheckedIn, BadgeNamed, DoorList, Expected, RoomEvent, RoomSigns},
    programme::{ProposalDeclined, ReviewDesk, RoomId, UnderReview},
    ticketing::{SeatAvailability, SeatsLeft},
};

use crate::samples::{
    accepted, badge, conference, held, named, opened, prepared, released, reviewed, submitted, talk,
};

#[test]
fn the_review_desk_shows_what_is_not_decided_on() {
    let review = UnderReview {
        title: "Events, for ever".to_owned(),
        scores: vec![5, 3],
    };
    let open = ReviewDesk {
        proposals: BTreeMap::from([(talk(), review)]),
    };
    projection::<ReviewDesk>()
        .given("Proposal.talk-1", submitted())
        .given("Proposal.talk-1", reviewed(1, 5))
        .given("Proposal.talk-1", reviewed(2, 3))
        .then_state_is(open)
        .given("Proposal.talk-1", accepted())
        .then_state_is(ReviewDesk::default())
        .given("Proposal.talk-1", submitted())
        .given("Proposal.talk-1", ProposalDeclined { proposal: talk() })
        .then_state_is(ReviewDesk::default());
}

#[test]
fn visitors_see_how_many_seats_are_left() {
    let left = |seats: &SeatAvailability| {
        seats.seats_left(SeatsLeft {
            conference: conference(),
        })
    };
    projection::<SeatAvailability>()
        .then_state(|seats| assert_eq!(left(seats), None))
        .given("SeatPool.conf", opened(3))
        .given("SeatPool.conf", held(1, 2))
        .then_state(|seats| assert_eq!(left(seats), Some(1)))
        .given("SeatPool.conf", released(1, 2))
        .then_state(|seats| assert_eq!(left(seats), Some(3)));
}

#[test]
fn the_door_list_shows_who_is_expected_and_who_is_there() {
    let list = |name: Option<&str>, there| {
        let name = name.map(str::to_owned);
        DoorList {
            expected: BTreeMap::from([(badge(1), Expected { name, there })]),
        }
    };
    let forgotten = BadgeNamed {
        name: Personal::Forgotten,
        ..named()
    };
    projection::<DoorList>()
        .given("Badge.r-1-1", prepared())
        .then_state_is(list(None, false))
        .given("Badge.r-1-1", named())
        .then_state_is(list(Some("Ada"), false))
        .given("Badge.r-1-1", AttendeeCheckedIn { badge: badge(1) })
        .then_state_is(list(Some("Ada"), true))
        .given("Badge.r-1-1", forgotten)
        .then_state_is(list(None, true));
}

#[test]
fn a_sign_hangs_at_the_door_of_a_full_room() {
    let room = || RoomId::from("hall");
    projection::<RoomSigns>()
        .given("Room.hall", RoomEvent::Filled { room: room() })
        .then_state_is(RoomSigns {
            full: BTreeSet::from([room()]),
        })
        .given("Room.hall", RoomEvent::Cleared { room: room() })
        .then_state_is(RoomSigns::default());
}
