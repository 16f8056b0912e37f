//! Whole histories, and the state after each of their events.

use aether::{
    Event,
    testing::{assert_replay_snapshot, assert_replays_equal, assert_snapshots_resume, given},
};
use aether_examples::library_lending::{
    catalogue::{Circulation, CopyWithdrawn, ShelfCheck, ShelfCheckEvent, Title},
    lending::{AccountOpened, BookCopy, HoldEnded, LendingAccount, OverdueNoted},
    membership::{Member, ResearcherRecognised, UndeliverableReported},
    recovery::{BillIssued, BillWaived, Reminders, ReplacementBill},
};
use serde_json::json;

use crate::{
    account::fine,
    samples::{
        acquired, catalogued, copy, held, isbn, lent, member, overdue, patron, registered,
        reminder, requested, returned, shelved,
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

/// A loan as it was stored when every loan had thirty days.
fn lent_for_thirty_days() -> Event {
    let data = json!({ "copy": "copy-1", "patron": "m-1", "branch": "north", "day": 10 });
    Event::new("BookCopy.copy-1", 3, "CopyCheckedOut", &data).expect("the data is JSON")
}

/// A hold as it was stored under its first name.
fn placed_under_its_first_name() -> Event {
    let data = json!({ "copy": "copy-1", "patron": "m-1", "branch": "north", "last_day": null });
    Event::new("BookCopy.copy-1", 2, "BookPlacedOnHold", &data).expect("the data is JSON")
}

#[test]
fn a_title_with_a_copy_that_comes_and_goes() {
    let withdrawn = CopyWithdrawn {
        isbn: isbn(),
        copy: copy(),
    };
    let events = given::<Title>((catalogued(), acquired(), withdrawn));
    assert_history!(Title, events.stored().to_vec());
}

#[test]
fn a_member_who_moves() {
    let (institution, member) = ("Trinity".to_owned(), member());
    let recognised = ResearcherRecognised {
        member: member.clone(),
        institution,
    };
    let events = (registered(), recognised, UndeliverableReported { member });
    assert_history!(Member, given::<Member>(events).stored().to_vec());
}

#[test]
fn an_account_with_a_fine_a_hold_and_a_late_book() {
    let mut events = given::<LendingAccount>(AccountOpened { patron: patron() })
        .stored()
        .to_vec();
    events.push(fine());
    let (patron, copy) = (patron(), copy());
    let later = given::<LendingAccount>((
        AccountOpened {
            patron: patron.clone(),
        },
        AccountOpened {
            patron: patron.clone(),
        },
        requested(),
        HoldEnded {
            patron: patron.clone(),
            copy: copy.clone(),
        },
        OverdueNoted { patron, copy },
    ));
    events.extend(later.stored()[2..].iter().cloned());
    for event in &mut events {
        event.actor_id = "LendingAccount.m-1".parse().expect("an id");
    }
    assert_history!(LendingAccount, events);
}

#[test]
fn a_copy_that_comes_back_late() {
    let events = (
        shelved(Circulation::Open),
        held(),
        lent(),
        overdue(),
        returned(),
    );
    assert_history!(BookCopy, given::<BookCopy>(events).stored().to_vec());
}

#[test]
fn a_loan_of_the_first_years() {
    let mut events = given::<BookCopy>(shelved(Circulation::Open))
        .stored()
        .to_vec();
    events.extend([placed_under_its_first_name(), lent_for_thirty_days()]);
    for event in &mut events {
        event.actor_id = "BookCopy.copy-1".parse().expect("an id");
    }
    assert_history!(BookCopy, events);
}

#[test]
fn three_reminders() {
    let events = given::<Reminders>((reminder(1), reminder(2), reminder(3)));
    assert_history!(Reminders, events.stored().to_vec());
}

#[test]
fn a_bill_that_is_waived() {
    let issued = BillIssued {
        copy: copy(),
        patron: patron(),
    };
    let waived = BillWaived { copy: copy() };
    let events = given::<ReplacementBill>((issued, waived));
    assert_history!(ReplacementBill, events.stored().to_vec());
}

#[test]
fn a_copy_that_is_missed_and_found() {
    let (missed, found) = (
        ShelfCheckEvent::Missed { copy: copy() },
        ShelfCheckEvent::Found { copy: copy() },
    );
    let events = given::<ShelfCheck>([missed, found]);
    assert_history!(ShelfCheck, events.stored().to_vec());
}
