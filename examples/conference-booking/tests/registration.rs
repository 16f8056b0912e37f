//! A registration: seats for somebody, once they are paid for.

use aether::{Event, Personal, prelude::Replayed, testing::given};
use aether_examples::conference_booking::ticketing::{
    CancelRegistration, ConfirmRegistration, ExpireRegistration, Register, Registration,
    RegistrationRefusal,
};
use serde_json::json;

use crate::samples::{cancelled, conference, confirmed, expired, placed, visitor};

fn register(seats: u32) -> Register {
    Register {
        registration: visitor(),
        conference: conference(),
        seats,
        email: Personal::Known("ada@example.org".to_owned()),
    }
}

fn confirm() -> ConfirmRegistration {
    ConfirmRegistration {
        registration: visitor(),
    }
}

fn expire() -> ExpireRegistration {
    ExpireRegistration {
        registration: visitor(),
    }
}

fn cancel() -> CancelRegistration {
    CancelRegistration {
        registration: visitor(),
    }
}

#[test]
fn a_registration_has_one_to_ten_seats() {
    given::<Registration>(())
        .when(register(2))
        .then(placed())
        .when(register(2))
        .then_refused(RegistrationRefusal::NumberInUse);
    for seats in [0, 11] {
        given::<Registration>(())
            .when(register(seats))
            .then_refused(RegistrationRefusal::UnreasonableSeats);
    }
}

#[test]
fn a_registration_is_confirmed_once() {
    given::<Registration>(placed())
        .when(confirm())
        .then(confirmed())
        .when(confirm())
        .then_nothing()
        .then_state(|registration| assert!(registration.is_confirmed()));
}

#[test]
fn a_registration_expires_only_while_it_is_not_paid_for() {
    given::<Registration>(placed())
        .when(expire())
        .then(expired())
        .when(expire())
        .then_nothing()
        .when(confirm())
        .then_refused(RegistrationRefusal::Over);
    given::<Registration>((placed(), confirmed()))
        .when(expire())
        .then_nothing();
}

#[test]
fn a_visitor_may_think_better_of_it_paid_or_not() {
    given::<Registration>(placed())
        .when(cancel())
        .then(cancelled())
        .when(cancel())
        .then_refused(RegistrationRefusal::Over);
    given::<Registration>((placed(), confirmed()))
        .when(cancel())
        .then(cancelled());
    given::<Registration>((placed(), expired()))
        .when(cancel())
        .then_refused(RegistrationRefusal::Over);
}

#[test]
fn what_was_never_placed_cannot_come_to_anything() {
    let never = || RegistrationRefusal::NeverPlaced;
    given::<Registration>(())
        .when(confirm())
        .then_refused(never());
    given::<Registration>(())
        .when(expire())
        .then_refused(never());
    given::<Registration>(())
        .when(cancel())
        .then_refused(never());
}

/// A registration as it was stored in the first year, under the name it had there.
pub(crate) fn of_the_first_year() -> Vec<Event> {
    let actor = "Registration.r-1";
    let placed = json!({
        "registration": "r-1",
        "conference": "conf",
        "seats": 1,
        "email": "ada@example.org",
    });
    let plain = json!({ "registration": "r-1" });
    let events = [
        ("OrderPlaced", placed),
        ("EarlyBirdGranted", plain.clone()),
        ("RegistrationConfirmed", plain),
    ];
    let events = events.into_iter().zip(1_u64..);
    events
        .map(|((name, data), version)| {
            Event::new(actor, version, name, &data).expect("the data is JSON")
        })
        .collect()
}

#[test]
fn a_registration_of_the_first_year_is_still_one() {
    let events = of_the_first_year();
    let actor = events[0].actor_id.clone();
    let read = Replayed::<Registration>::replay(actor, &events).expect("it is read");
    assert!(read.is_confirmed() && read.early_bird());
}
