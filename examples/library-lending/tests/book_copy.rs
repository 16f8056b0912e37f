//! A copy of a book: promised to one patron at a time.

use aether::testing::given;
use aether_examples::{
    calendar::Day,
    library_lending::{
        catalogue::Circulation,
        lending::{
            BookCopy, CancelHold, CheckOut, CopyDiscarded, CopyRefusal, DeclareOverdue, Denial,
            DiscardCopy, ExpireHold, HoldCancelled, HoldDenied, HoldExpired, HoldPlaced, HoldTerm,
            PatronId, PutAside, Rank, ReturnCopy, ShelveCopy, Whereabouts,
        },
    },
};

use crate::samples::{
    copy, denied, held, isbn, lent, north, overdue, patron, returned, shelved, somebody_else, south,
};

fn on_shelf() -> aether_examples::library_lending::lending::CopyShelved {
    shelved(Circulation::Open)
}

fn shelve() -> ShelveCopy {
    ShelveCopy {
        copy: copy(),
        isbn: isbn(),
        branch: north(),
        circulation: Circulation::Open,
    }
}

fn put_aside(patron: PatronId, rank: Rank, term: HoldTerm) -> PutAside {
    PutAside {
        copy: copy(),
        patron,
        rank,
        term,
    }
}

fn for_three_days(patron: PatronId) -> PutAside {
    put_aside(patron, Rank::Regular, HoldTerm::Days(3))
}

fn check_out(patron: PatronId) -> CheckOut {
    CheckOut {
        copy: copy(),
        patron,
    }
}

fn bring_back() -> ReturnCopy {
    ReturnCopy {
        copy: copy(),
        branch: south(),
    }
}

fn cancelled() -> HoldCancelled {
    HoldCancelled {
        copy: copy(),
        patron: patron(),
    }
}

fn not_on_hold(patron: PatronId) -> CopyRefusal {
    CopyRefusal::NotOnHold {
        copy: copy(),
        patron,
    }
}

#[test]
fn a_copy_is_shelved_once() {
    given::<BookCopy>(())
        .when(shelve())
        .then(on_shelf())
        .when(shelve())
        .then_nothing();
}

#[test]
fn a_free_copy_is_put_aside_for_some_days() {
    given::<BookCopy>(on_shelf())
        .when(for_three_days(patron()))
        .then(held());
}

#[test]
fn a_hold_without_an_end_has_no_last_day() {
    given::<BookCopy>(on_shelf())
        .when(put_aside(patron(), Rank::Researcher, HoldTerm::OpenEnded))
        .then(HoldPlaced {
            last_day: None,
            ..held()
        });
}

#[test]
fn whoever_asks_first_has_the_copy() {
    given::<BookCopy>((on_shelf(), held()))
        .when(for_three_days(somebody_else()))
        .then(HoldDenied {
            patron: somebody_else(),
            ..denied()
        })
        .when(for_three_days(patron()))
        .then_nothing();
    given::<BookCopy>((on_shelf(), held(), lent()))
        .when(for_three_days(patron()))
        .then(denied());
}

#[test]
fn a_restricted_copy_is_for_researchers() {
    given::<BookCopy>(shelved(Circulation::Restricted))
        .when(for_three_days(patron()))
        .then(HoldDenied {
            reason: Denial::ForResearchers,
            ..denied()
        })
        .when(put_aside(patron(), Rank::Researcher, HoldTerm::Days(3)))
        .then(held());
}

#[test]
fn a_copy_that_is_not_in_circulation_is_not_to_be_had() {
    let not_there = || HoldDenied {
        reason: Denial::NotInCirculation,
        ..denied()
    };
    given::<BookCopy>(())
        .when(for_three_days(patron()))
        .then(not_there());
    given::<BookCopy>((on_shelf(), CopyDiscarded { copy: copy() }))
        .when(for_three_days(patron()))
        .then(not_there());
}

#[test]
fn a_patron_gives_up_their_own_hold_and_no_other() {
    let cancel = |patron| CancelHold {
        copy: copy(),
        patron,
    };
    given::<BookCopy>((on_shelf(), held()))
        .when(cancel(somebody_else()))
        .then_refused(not_on_hold(somebody_else()))
        .when(cancel(patron()))
        .then(cancelled())
        .when(cancel(patron()))
        .then_refused(not_on_hold(patron()));
}

#[test]
fn a_hold_expires_if_it_is_still_there() {
    let expire = || ExpireHold {
        copy: copy(),
        patron: patron(),
    };
    given::<BookCopy>((on_shelf(), held()))
        .when(expire())
        .then(HoldExpired {
            copy: copy(),
            patron: patron(),
        })
        .when(expire())
        .then_nothing();
    given::<BookCopy>((on_shelf(), held(), lent()))
        .when(expire())
        .then_nothing();
}

#[test]
fn a_copy_is_handed_only_to_whom_it_waits_for() {
    given::<BookCopy>(on_shelf())
        .when(check_out(patron()))
        .then_refused(not_on_hold(patron()));
    given::<BookCopy>((on_shelf(), held()))
        .when(check_out(somebody_else()))
        .then_refused(not_on_hold(somebody_else()))
        .when(check_out(patron()))
        .then(lent());
}

#[test]
fn a_copy_stands_where_it_was_brought_back() {
    given::<BookCopy>((on_shelf(), held(), lent()))
        .when(bring_back())
        .then(returned())
        .when(for_three_days(patron()))
        .then(HoldPlaced {
            branch: south(),
            ..held()
        });
}

#[test]
fn what_nobody_has_cannot_be_brought_back() {
    let not_on_loan = || CopyRefusal::NotOnLoan { copy: copy() };
    given::<BookCopy>(on_shelf())
        .when(bring_back())
        .then_refused(not_on_loan());
    given::<BookCopy>((on_shelf(), held()))
        .when(bring_back())
        .then_refused(not_on_loan());
}

#[test]
fn a_loan_is_declared_overdue_once_and_only_while_the_patron_has_it() {
    let declare = |patron| DeclareOverdue {
        copy: copy(),
        patron,
    };
    given::<BookCopy>((on_shelf(), held(), lent()))
        .when(declare(somebody_else()))
        .then_nothing()
        .when(declare(patron()))
        .then(overdue())
        .when(declare(patron()))
        .then_nothing();
    given::<BookCopy>((on_shelf(), held(), lent(), returned()))
        .when(declare(patron()))
        .then_nothing();
}

#[test]
fn a_copy_that_is_withdrawn_leaves_the_shelf() {
    let discard = || DiscardCopy { copy: copy() };
    let discarded = || CopyDiscarded { copy: copy() };
    given::<BookCopy>(on_shelf())
        .when(discard())
        .then(discarded())
        .when(discard())
        .then_nothing();
    given::<BookCopy>((on_shelf(), held()))
        .when(discard())
        .then((cancelled(), discarded()))
        .then_state(|copy| assert_eq!(*copy.whereabouts(), Whereabouts::Nowhere));
}

#[test]
fn a_copy_that_is_withdrawn_while_it_is_out_does_not_come_back_to_the_shelf() {
    given::<BookCopy>((on_shelf(), held(), lent()))
        .when(DiscardCopy { copy: copy() })
        .then(CopyDiscarded { copy: copy() })
        .then_state(|copy| {
            let (patron, due, overdue) = (patron(), Day::new(60), false);
            assert_eq!(
                *copy.whereabouts(),
                Whereabouts::OnLoan {
                    patron,
                    due,
                    overdue
                }
            );
        })
        .when(bring_back())
        .then(returned())
        .then_state(|copy| assert_eq!(*copy.whereabouts(), Whereabouts::Nowhere));
}
