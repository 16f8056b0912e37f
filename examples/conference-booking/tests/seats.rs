//! Seats: each is given to one visitor, and whoever was there first is asked first.

use aether::testing::given;
use aether_examples::conference_booking::ticketing::{
    CommitSeats, HoldSeats, JoinWaitingList, OfferSeats, OpenSales, ReleaseSeats, SeatPool,
    SeatPoolRefusal, SeatsCommitted, WaitingList, WaitingListJoined,
};

use crate::samples::{conference, held, offered, opened, registration, released, sold_out};

fn hold(number: u32, seats: u32) -> HoldSeats {
    HoldSeats {
        conference: conference(),
        registration: registration(number),
        seats,
    }
}

fn commit(number: u32) -> CommitSeats {
    CommitSeats {
        conference: conference(),
        registration: registration(number),
    }
}

fn release(number: u32) -> ReleaseSeats {
    ReleaseSeats {
        conference: conference(),
        registration: registration(number),
    }
}

fn joined(number: u32, seats: u32) -> WaitingListJoined {
    WaitingListJoined {
        conference: conference(),
        registration: registration(number),
        seats,
    }
}

fn offer(seats: u32) -> OfferSeats {
    OfferSeats {
        conference: conference(),
        seats,
    }
}

#[test]
fn sales_open_once() {
    let open = || OpenSales {
        conference: conference(),
        seats: 3,
    };
    given::<SeatPool>(())
        .when(hold(1, 1))
        .then_refused(SeatPoolRefusal::NotOnSale);
    given::<SeatPool>(())
        .when(open())
        .then(opened(3))
        .when(open())
        .then_nothing();
}

#[test]
fn all_of_the_seats_are_held_or_none() {
    given::<SeatPool>(opened(3))
        .when(hold(1, 2))
        .then(held(1, 2))
        .when(hold(1, 2))
        .then_nothing()
        .when(hold(2, 2))
        .then(sold_out(2, 2))
        .when(hold(3, 1))
        .then(held(3, 1))
        .then_state(|pool| assert_eq!((pool.free(), pool.given()), (0, 0)));
}

#[test]
fn seats_that_are_held_are_given_away_once() {
    let committed = SeatsCommitted {
        conference: conference(),
        registration: registration(1),
    };
    given::<SeatPool>((opened(3), held(1, 2)))
        .when(commit(1))
        .then(committed)
        .when(commit(1))
        .then_nothing()
        .when(commit(2))
        .then_nothing()
        .then_state(|pool| assert_eq!((pool.free(), pool.given()), (1, 2)));
}

#[test]
fn seats_come_back_once() {
    given::<SeatPool>((opened(3), held(1, 2)))
        .when(release(1))
        .then(released(1, 2))
        .when(release(1))
        .then_nothing()
        .then_state(|pool| assert_eq!(pool.free(), 3));
}

#[test]
fn nobody_stands_in_the_line_twice() {
    let join = || JoinWaitingList {
        conference: conference(),
        registration: registration(1),
        seats: 2,
    };
    given::<WaitingList>(())
        .when(join())
        .then(joined(1, 2))
        .when(join())
        .then_nothing();
}

#[test]
fn seats_are_offered_in_the_order_of_the_line_to_whom_they_are_enough() {
    given::<WaitingList>((joined(1, 3), joined(2, 1), joined(3, 1), joined(4, 1)))
        .when(offer(2))
        .then((offered(2, 1), offered(3, 1)))
        .then_state(|line| assert_eq!(line.waiting(), 2))
        .when(offer(3))
        .then(offered(1, 3))
        .when(offer(0))
        .then_nothing();
}
