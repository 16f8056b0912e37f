//! A voyage: a ship leaves where it has arrived, and not before.

use aether::testing::given;
use aether_examples::cargo_shipping::voyages::{
    CancelVoyage, Movement, RescheduleVoyage, ScheduleVoyage, Voyage, VoyageEvent, VoyageRefusal,
};

use crate::samples::{hamburg, movement, rotterdam, scheduled, shanghai, voyage};

fn schedule(movements: Vec<Movement>) -> ScheduleVoyage {
    ScheduleVoyage {
        voyage: voyage("V100"),
        movements,
    }
}

fn direct() -> Vec<Movement> {
    vec![movement(shanghai(), rotterdam(), (2, 31))]
}

fn broken(movements: Vec<Movement>, number: usize) {
    given::<Voyage>(())
        .when(schedule(movements))
        .then_refused(VoyageRefusal::Broken { number });
}

#[test]
fn a_voyage_is_scheduled_once() {
    given::<Voyage>(())
        .when(schedule(direct()))
        .then(scheduled())
        .when(schedule(direct()))
        .then_refused(VoyageRefusal::NumberInUse);
}

#[test]
fn a_voyage_goes_from_port_to_port_without_a_jump() {
    given::<Voyage>(())
        .when(schedule(Vec::new()))
        .then_refused(VoyageRefusal::GoesNowhere);
    let first = || movement(shanghai(), rotterdam(), (2, 31));
    broken(vec![first(), movement(hamburg(), rotterdam(), (33, 35))], 2);
    broken(vec![first(), movement(rotterdam(), hamburg(), (30, 35))], 2);
    broken(vec![movement(shanghai(), rotterdam(), (31, 2))], 1);
    broken(vec![movement(shanghai(), shanghai(), (2, 31))], 1);
}

#[test]
fn a_voyage_that_is_planned_can_be_rescheduled() {
    let reschedule = |movements| RescheduleVoyage {
        voyage: voyage("V100"),
        movements,
    };
    let later = || vec![movement(shanghai(), rotterdam(), (5, 34))];
    given::<Voyage>(())
        .when(reschedule(later()))
        .then_refused(VoyageRefusal::NotScheduled);
    given::<Voyage>(scheduled())
        .when(reschedule(Vec::new()))
        .then_refused(VoyageRefusal::GoesNowhere)
        .when(reschedule(later()))
        .then(VoyageEvent::Rescheduled {
            voyage: voyage("V100"),
            movements: later(),
        });
}

#[test]
fn a_voyage_is_cancelled_once_and_for_all() {
    let cancel = || CancelVoyage {
        voyage: voyage("V100"),
    };
    given::<Voyage>(())
        .when(cancel())
        .then_refused(VoyageRefusal::NotScheduled);
    given::<Voyage>(scheduled())
        .when(cancel())
        .then(VoyageEvent::Cancelled {
            voyage: voyage("V100"),
        })
        .when(cancel())
        .then_nothing()
        .when(schedule(direct()))
        .then_refused(VoyageRefusal::NumberInUse);
}
