//! The payment of an order by card: asked for once, answered once, given back at most once.

use aether::testing::given;
use aether_examples::order_fulfilment::{
    Cents,
    payment::{
        CancelPayment, CardAnswer, CardPayment, PaymentCancelled, PaymentRefunded, PaymentRefusal,
        RecordPaymentAnswer, RequestPayment,
    },
};

use crate::samples::{captured, declined, order_id, requested};

fn request() -> RequestPayment {
    RequestPayment {
        order: order_id(),
        amount: Cents::euros(90),
    }
}

fn charged() -> RecordPaymentAnswer {
    let answer = CardAnswer::Captured {
        reference: "charge-1".to_owned(),
    };
    RecordPaymentAnswer {
        order: order_id(),
        answer,
    }
}

fn not_charged() -> RecordPaymentAnswer {
    let answer = CardAnswer::Declined {
        reason: "insufficient funds".to_owned(),
    };
    RecordPaymentAnswer {
        order: order_id(),
        answer,
    }
}

fn cancel() -> CancelPayment {
    CancelPayment { order: order_id() }
}

fn cancelled() -> PaymentCancelled {
    PaymentCancelled { order: order_id() }
}

fn refunded() -> PaymentRefunded {
    PaymentRefunded {
        order: order_id(),
        amount: Cents::euros(90),
        reference: "charge-1".to_owned(),
    }
}

#[test]
fn money_is_asked_for_once() {
    given::<CardPayment>(())
        .when(request())
        .then(requested())
        .when(request())
        .then_nothing();
}

#[test]
fn a_charge_is_captured_or_declined() {
    given::<CardPayment>(requested())
        .when(charged())
        .then(captured());
    given::<CardPayment>(requested())
        .when(not_charged())
        .then(declined());
}

#[test]
fn the_first_answer_counts() {
    given::<CardPayment>((requested(), captured()))
        .when(not_charged())
        .then_nothing();
    given::<CardPayment>((requested(), captured()))
        .when(charged())
        .then_nothing();
    given::<CardPayment>((requested(), declined()))
        .when(charged())
        .then_nothing();
}

#[test]
fn an_answer_that_nobody_asked_for_is_refused() {
    given::<CardPayment>(())
        .when(charged())
        .then_refused(PaymentRefusal::NeverRequested { order: order_id() });
    given::<CardPayment>(cancelled())
        .when(charged())
        .then_refused(PaymentRefusal::NeverRequested { order: order_id() });
}

#[test]
fn a_payment_that_was_cancelled_before_it_was_requested_is_never_requested() {
    given::<CardPayment>(())
        .when(cancel())
        .then(cancelled())
        .when(request())
        .then_nothing();
}

#[test]
fn money_that_comes_after_the_cancellation_goes_straight_back() {
    given::<CardPayment>(requested())
        .when(cancel())
        .then(cancelled())
        .when(charged())
        .then(refunded())
        .when(charged())
        .then_nothing();
}

#[test]
fn a_charge_that_is_declined_after_the_cancellation_changes_nothing() {
    given::<CardPayment>((requested(), cancelled()))
        .when(not_charged())
        .then_nothing();
}

#[test]
fn money_that_is_here_is_given_back_once() {
    given::<CardPayment>((requested(), captured()))
        .when(cancel())
        .then(refunded())
        .when(cancel())
        .then_nothing();
}

#[test]
fn a_declined_payment_needs_no_cancellation() {
    given::<CardPayment>((requested(), declined()))
        .when(cancel())
        .then_nothing();
}
