//! The money for seats: asked for once, and given back at most once.

use aether::testing::given;
use aether_examples::conference_booking::payment::{
    Charge, ChargeRefusal, Euros, PaymentRefused, PaymentReturned, PaymentVoided, RecordPayment,
    RequestPayment, VoidPayment,
};

use crate::samples::{received, requested, visitor};

fn request() -> RequestPayment {
    RequestPayment {
        registration: visitor(),
        seats: 2,
    }
}

fn record(paid: bool) -> RecordPayment {
    RecordPayment {
        registration: visitor(),
        paid,
    }
}

fn void() -> VoidPayment {
    VoidPayment {
        registration: visitor(),
    }
}

fn voided() -> PaymentVoided {
    PaymentVoided {
        registration: visitor(),
    }
}

fn returned() -> PaymentReturned {
    PaymentReturned {
        registration: visitor(),
        amount: Euros::new(900),
    }
}

#[test]
fn money_is_asked_for_once() {
    given::<Charge>(())
        .when(request())
        .then(requested())
        .when(request())
        .then_nothing();
}

#[test]
fn a_visitor_who_could_not_pay_may_try_again() {
    given::<Charge>(requested())
        .when(record(false))
        .then(PaymentRefused {
            registration: visitor(),
        })
        .when(record(true))
        .then(received())
        .when(record(true))
        .then_nothing();
}

#[test]
fn money_that_nobody_asked_for_is_refused() {
    given::<Charge>(())
        .when(record(true))
        .then_refused(ChargeRefusal::NeverRequested);
}

#[test]
fn money_that_is_here_goes_back_once() {
    given::<Charge>((requested(), received()))
        .when(void())
        .then(returned())
        .when(void())
        .then_nothing();
}

#[test]
fn money_that_comes_too_late_goes_straight_back() {
    given::<Charge>(requested())
        .when(void())
        .then(voided())
        .when(record(false))
        .then_nothing()
        .when(record(true))
        .then(returned())
        .when(record(true))
        .then_nothing();
}

#[test]
fn a_payment_that_was_called_off_is_not_asked_for() {
    given::<Charge>(())
        .when(void())
        .then(voided())
        .when(request())
        .then_nothing();
}
