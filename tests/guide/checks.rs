//! Chapter 9: the board, and what is checked in CI.

// ANCHOR: board
use aether::eventstorming::{Model, check::Severity};

use crate::whole::City;

#[test]
fn the_board_shows_what_runs() {
    let board = Model::of::<City>().board().svg();
    for note in ["Hire Bike", "Bike Returned", "Lost Bikes", "Card Processor"] {
        assert!(board.contains(note), "{note}");
    }
}
// ANCHOR_END: board

// ANCHOR: check
#[test]
fn nothing_is_wrong_with_the_model() {
    let report = Model::of::<City>().check();
    assert!(
        !report.reaches(Severity::Warning),
        "{}",
        report.text(Severity::Warning, &|_| None)
    );
}
// ANCHOR_END: check

// ANCHOR: contracts
#[test]
fn every_event_that_was_released_is_read() {
    aether::assert_contracts!(City, "guide/contracts");
}
// ANCHOR_END: contracts
