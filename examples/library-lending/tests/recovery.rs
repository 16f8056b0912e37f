//! How the library gets back what is overdue.

use std::time::Duration;

use aether::{
    prelude::{After, Cancel},
    testing::{given, process},
};
use aether_examples::library_lending::recovery::{
    BillIssued, BillPaid, BillRefusal, BillWaived, IssueBill, PayBill, Pursuit, Reminders,
    ReplacementBill, SendReminder, WaiveBill,
};

use crate::samples::{copy, overdue, patron, reminder, returned};

const TWO_WEEKS: Duration = Duration::from_hours(14 * 24);

fn remind(number: u8) -> SendReminder {
    SendReminder {
        copy: copy(),
        patron: patron(),
        number,
    }
}

fn bill() -> IssueBill {
    IssueBill {
        copy: copy(),
        patron: patron(),
    }
}

fn stop() -> (WaiveBill, Cancel<SendReminder>, Cancel<IssueBill>) {
    (
        WaiveBill { copy: copy() },
        Cancel::of(copy()),
        Cancel::of(copy()),
    )
}

fn issued() -> BillIssued {
    BillIssued {
        copy: copy(),
        patron: patron(),
    }
}

fn waived() -> BillWaived {
    BillWaived { copy: copy() }
}

#[test]
fn a_patron_is_reminded_three_times_and_then_billed() {
    process::<Pursuit>()
        .when(overdue())
        .then_issues(remind(1))
        .when(reminder(1))
        .then_issues(After::new(TWO_WEEKS, remind(2)))
        .after(TWO_WEEKS)
        .then_issues(remind(2))
        .given(reminder(2))
        .after(TWO_WEEKS)
        .then_issues(remind(3))
        .when(reminder(3))
        .then_issues(After::new(TWO_WEEKS, bill()))
        .after(TWO_WEEKS)
        .then_issues(bill())
        .after(TWO_WEEKS)
        .then_nothing();
}

#[test]
fn nobody_is_pursued_whose_book_is_back() {
    process::<Pursuit>()
        .given(overdue())
        .given(reminder(1))
        .when(returned())
        .then_issues(stop())
        .after(TWO_WEEKS)
        .then_nothing()
        .when(reminder(1))
        .then_nothing();
}

#[test]
fn the_same_letter_is_not_sent_twice_in_a_row() {
    given::<Reminders>(())
        .when(remind(1))
        .then(reminder(1))
        .when(remind(1))
        .then_nothing()
        .when(remind(2))
        .then(reminder(2));
}

#[test]
fn a_bill_is_paid_or_waived() {
    let pay = || PayBill { copy: copy() };
    let nothing_to_pay = || BillRefusal::NothingToPay { copy: copy() };
    given::<ReplacementBill>(())
        .when(pay())
        .then_refused(nothing_to_pay());
    given::<ReplacementBill>(())
        .when(bill())
        .then(issued())
        .when(bill())
        .then_nothing()
        .when(pay())
        .then(BillPaid { copy: copy() })
        .when(WaiveBill { copy: copy() })
        .then_nothing();
    given::<ReplacementBill>(issued())
        .when(WaiveBill { copy: copy() })
        .then(waived())
        .when(pay())
        .then_refused(nothing_to_pay());
}
