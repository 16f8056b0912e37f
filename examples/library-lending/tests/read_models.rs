//! What readers and librarians see.

use std::collections::BTreeMap;

use aether::testing::projection;
use aether_examples::{
    calendar::Day,
    library_lending::{
        catalogue::{Circulation, CopyId},
        lending::{
            BookFinder, BooksOf, CopyDiscarded, DailySheet, FindBooks, HeldCopy, HoldCancelled,
            HoldExpired, OverdueLoan, PatronBook, PatronBooks,
        },
        recovery::{BillIssued, BillPaid, BillWaived, OpenBills},
    },
};

use crate::samples::{
    catalogued, copy, denied, held, lent, north, overdue, patron, requested, returned, shelved,
    somebody_else, south,
};

const COPY: &str = "BookCopy.copy-1";
const ACCOUNT: &str = "LendingAccount.m-1";

fn found(finder: &BookFinder, words: &str) -> Vec<CopyId> {
    let words = words.to_owned();
    let found = finder.find(FindBooks { words }).into_iter();
    found.map(|(copy, _)| copy).collect()
}

#[test]
fn a_reader_finds_a_book_while_a_copy_is_on_the_shelf() {
    projection::<BookFinder>()
        .given("Title.9780141439518", catalogued())
        .then_state(|finder| assert_eq!(found(finder, "austen"), []))
        .given(COPY, shelved(Circulation::Open))
        .then_state(|finder| {
            assert_eq!(found(finder, "austen pride"), [copy()]);
            assert_eq!(found(finder, "austen emma"), []);
        })
        .given(COPY, held())
        .then_state(|finder| assert_eq!(found(finder, "austen"), []))
        .given(
            COPY,
            HoldExpired {
                copy: copy(),
                patron: patron(),
            },
        )
        .then_state(|finder| assert_eq!(found(finder, "austen"), [copy()]))
        .given(COPY, held())
        .given(
            COPY,
            HoldCancelled {
                copy: copy(),
                patron: patron(),
            },
        )
        .given(COPY, lent())
        .then_state(|finder| assert_eq!(found(finder, "austen"), []))
        .given(COPY, returned())
        .then_state(|finder| {
            assert_eq!(found(finder, "AUSTEN"), [copy()]);
            assert_eq!(finder.copies[&copy()].branch, south());
        })
        .given(COPY, CopyDiscarded { copy: copy() })
        .then_state(|finder| assert_eq!(found(finder, "austen"), []));
}

#[test]
fn the_daily_sheet_shows_what_waits_and_what_is_late() {
    let waiting = HeldCopy {
        patron: patron(),
        branch: north(),
        last_day: Some(Day::new(3)),
    };
    let late = OverdueLoan {
        patron: patron(),
        due: Day::new(60),
    };
    let (nothing, one) = (DailySheet::default(), BTreeMap::from([(copy(), waiting)]));
    projection::<DailySheet>()
        .given(COPY, held())
        .then_state_is(DailySheet {
            holds: one,
            ..nothing.clone()
        })
        .given(COPY, lent())
        .then_state_is(nothing.clone())
        .given(COPY, overdue())
        .then_state(|sheet| assert_eq!(sheet.overdue[&copy()], late))
        .given(COPY, returned())
        .then_state_is(nothing.clone())
        .given(COPY, held())
        .given(
            COPY,
            HoldExpired {
                copy: copy(),
                patron: patron(),
            },
        )
        .then_state_is(nothing.clone())
        .given(COPY, held())
        .given(
            COPY,
            HoldCancelled {
                copy: copy(),
                patron: patron(),
            },
        )
        .then_state_is(nothing);
}

#[test]
fn patrons_see_their_own_books() {
    let books = |books: &PatronBooks, patron| {
        let of = books.books_of(BooksOf { patron }).into_values();
        of.collect::<Vec<_>>()
    };
    let waiting = PatronBook::Waiting {
        last_day: Some(Day::new(3)),
    };
    let at_home = PatronBook::AtHome { due: Day::new(60) };
    projection::<PatronBooks>()
        .given(ACCOUNT, requested())
        .then_state(|all| {
            assert_eq!(books(all, patron()), [PatronBook::Requested]);
            assert_eq!(books(all, somebody_else()), []);
        })
        .given(COPY, held())
        .then_state(|all| assert_eq!(books(all, patron()), [waiting]))
        .given(COPY, lent())
        .then_state(|all| assert_eq!(books(all, patron()), [at_home]))
        .given(COPY, returned())
        .then_state(|all| assert_eq!(books(all, patron()), []))
        .given(ACCOUNT, requested())
        .given(COPY, denied())
        .then_state(|all| assert_eq!(books(all, patron()), []))
        .given(COPY, held())
        .given(
            COPY,
            HoldExpired {
                copy: copy(),
                patron: patron(),
            },
        )
        .then_state(|all| assert_eq!(books(all, patron()), []));
}

#[test]
fn a_bill_is_open_until_it_is_paid_or_waived() {
    let issued = || BillIssued {
        copy: copy(),
        patron: patron(),
    };
    let open = OpenBills {
        bills: BTreeMap::from([(copy(), patron())]),
    };
    projection::<OpenBills>()
        .given("ReplacementBill.copy-1", issued())
        .then_state_is(open)
        .given("ReplacementBill.copy-1", BillPaid { copy: copy() })
        .then_state_is(OpenBills::default())
        .given("ReplacementBill.copy-1", issued())
        .given("ReplacementBill.copy-1", BillWaived { copy: copy() })
        .then_state_is(OpenBills::default());
}
