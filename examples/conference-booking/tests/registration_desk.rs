//! The desk: it holds seats, asks for the money, and waits a quarter of an hour.

use std::time::Duration;

use aether::{
    prelude::{After, Cancel, Minutes},
    testing::{ProcessTest, process},
};
use aether_examples::conference_booking::{
    payment::{RequestPayment, VoidPayment},
    ticketing::{
        CommitSeats, ConfirmRegistration, ExpireRegistration, HoldSeats, RegistrationDesk,
        ReleaseSeats,
    },
};

use crate::samples::{cancelled, conference, expired, held, offered, placed, received, visitor};

fn hold() -> HoldSeats {
    HoldSeats {
        conference: conference(),
        registration: visitor(),
        seats: 2,
    }
}

fn request() -> RequestPayment {
    RequestPayment {
        registration: visitor(),
        seats: 2,
    }
}

fn expire() -> ExpireRegistration {
    ExpireRegistration {
        registration: visitor(),
    }
}

fn release() -> ReleaseSeats {
    ReleaseSeats {
        conference: conference(),
        registration: visitor(),
    }
}

fn void() -> VoidPayment {
    VoidPayment {
        registration: visitor(),
    }
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

fn waiting_for_money() -> ProcessTest<RegistrationDesk> {
    process().given(placed()).given(held(1, 2))
}

#[test]
fn seats_are_held_and_paid_for() {
    process::<RegistrationDesk>()
        .when(placed())
        .then_issues(hold())
        .when(held(1, 2))
        .then_issues((request(), After::<_, Minutes<15>>::fixed(expire())))
        .when(received())
        .then_issues((
            ConfirmRegistration {
                registration: visitor(),
            },
            CommitSeats {
                conference: conference(),
                registration: visitor(),
            },
            Cancel::<ExpireRegistration>::of(visitor()),
        ))
        .after(minutes(60))
        .then_nothing();
}

#[test]
fn nobody_waits_longer_than_a_quarter_of_an_hour() {
    waiting_for_money()
        .after(minutes(14))
        .then_nothing()
        .after(minutes(1))
        .then_issues(expire())
        .when(expired())
        .then_issues((release(), void()));
}

#[test]
fn money_that_comes_too_late_confirms_nothing() {
    waiting_for_money()
        .given(expired())
        .when(received())
        .then_nothing();
}

#[test]
fn whoever_thinks_better_of_it_gives_the_seats_back() {
    waiting_for_money()
        .when(cancelled())
        .then_issues((
            release(),
            void(),
            Cancel::<ExpireRegistration>::of(visitor()),
        ))
        .after(minutes(60))
        .then_nothing();
}

#[test]
fn seats_that_come_for_somebody_who_has_left_go_back() {
    process::<RegistrationDesk>()
        .given(placed())
        .given(cancelled())
        .when(held(1, 2))
        .then_issues(release());
}

#[test]
fn whoever_waited_gets_the_seats_that_are_offered_unless_they_have_left() {
    process::<RegistrationDesk>()
        .given(placed())
        .when(offered(1, 2))
        .then_issues(hold())
        .given(cancelled())
        .when(offered(1, 2))
        .then_nothing();
}
