//! A patron's account: what a patron may ask for.

use aether::{
    Event,
    testing::{Given, given},
};
use aether_examples::library_lending::{
    catalogue::CopyId,
    lending::{
        AccountOpened, AccountRefusal, ClearOverdue, EndHold, HoldEnded, HoldRequested, HoldTerm,
        LendingAccount, LendingAccountEvent, NoteOverdue, OpenAccount, OverdueCleared,
        OverdueNoted, PromoteToResearcher, PromotedToResearcher, Rank, RequestHold,
    },
};
use serde_json::json;

use crate::samples::{copy, patron, requested};

fn opened() -> AccountOpened {
    AccountOpened { patron: patron() }
}

fn promoted() -> PromotedToResearcher {
    PromotedToResearcher { patron: patron() }
}

fn request(copy: &str, term: HoldTerm) -> RequestHold {
    RequestHold {
        patron: patron(),
        copy: CopyId::from(copy),
        term,
    }
}

fn hold(number: usize) -> LendingAccountEvent {
    let copy = CopyId::from(format!("copy-{number}"));
    HoldRequested {
        copy,
        ..requested()
    }
    .into()
}

fn late(copy: &str) -> LendingAccountEvent {
    let copy = CopyId::from(copy);
    OverdueNoted {
        patron: patron(),
        copy,
    }
    .into()
}

fn with(events: impl IntoIterator<Item = LendingAccountEvent>) -> Given<LendingAccount> {
    let events: Vec<_> = [opened().into()].into_iter().chain(events).collect();
    given(events)
}

#[test]
fn an_account_is_opened_once() {
    let open = || OpenAccount { patron: patron() };
    given::<LendingAccount>(())
        .when(open())
        .then(opened())
        .when(open())
        .then_nothing();
}

#[test]
fn without_an_account_nothing_is_to_be_had() {
    given::<LendingAccount>(())
        .when(request("copy-1", HoldTerm::Days(3)))
        .then_refused(AccountRefusal::NoAccount);
    given::<LendingAccount>(())
        .when(PromoteToResearcher { patron: patron() })
        .then_refused(AccountRefusal::NoAccount);
}

#[test]
fn a_patron_asks_for_a_copy_once() {
    with([])
        .when(request("copy-1", HoldTerm::Days(3)))
        .then(requested())
        .when(request("copy-1", HoldTerm::Days(7)))
        .then_refused(AccountRefusal::AskedAlready);
}

#[test]
fn a_regular_patron_has_five_holds_and_a_researcher_as_many_as_it_takes() {
    let sixth = || request("copy-6", HoldTerm::Days(3));
    with((1..=5).map(hold))
        .when(sixth())
        .then_refused(AccountRefusal::LimitReached { limit: 5 });
    with((1..=5).map(hold))
        .and(promoted())
        .when(sixth())
        .then(HoldRequested {
            copy: CopyId::from("copy-6"),
            rank: Rank::Researcher,
            ..requested()
        });
}

#[test]
fn a_hold_that_ended_counts_no_longer() {
    let end = || EndHold {
        patron: patron(),
        copy: copy(),
    };
    with((1..=5).map(hold))
        .when(end())
        .then(HoldEnded {
            patron: patron(),
            copy: copy(),
        })
        .when(end())
        .then_nothing()
        .then_state(|account| assert_eq!(account.holds(), 4))
        .when(request("copy-1", HoldTerm::Days(3)))
        .then(requested());
}

#[test]
fn only_a_researcher_holds_a_copy_without_an_end() {
    let request = || request("copy-1", HoldTerm::OpenEnded);
    with([])
        .when(request())
        .then_refused(AccountRefusal::OpenEndedForResearchers);
    with([promoted().into()])
        .when(request())
        .then(HoldRequested {
            rank: Rank::Researcher,
            term: HoldTerm::OpenEnded,
            ..requested()
        });
}

#[test]
fn a_hold_has_a_day_at_least_and_a_week_at_most() {
    for days in [0, 8] {
        with([])
            .when(request("copy-1", HoldTerm::Days(days)))
            .then_refused(AccountRefusal::UnreasonableTerm);
    }
    let term = HoldTerm::Days(7);
    with([]).when(request("copy-1", term)).then(HoldRequested {
        term,
        ..requested()
    });
}

#[test]
fn whoever_has_two_late_books_gets_no_hold_until_one_is_back() {
    let request = || request("copy-1", HoldTerm::Days(3));
    let clear = || ClearOverdue {
        patron: patron(),
        copy: CopyId::from("late-1"),
    };
    with([late("late-1")]).when(request()).then(requested());
    with([late("late-1"), late("late-2")])
        .when(request())
        .then_refused(AccountRefusal::BooksLate { late: 2 })
        .when(clear())
        .then(OverdueCleared {
            patron: patron(),
            copy: CopyId::from("late-1"),
        })
        .when(clear())
        .then_nothing()
        .when(request())
        .then(requested());
}

#[test]
fn a_late_book_is_noted_once() {
    let note = || NoteOverdue {
        patron: patron(),
        copy: copy(),
    };
    with([])
        .when(note())
        .then(OverdueNoted {
            patron: patron(),
            copy: copy(),
        })
        .when(note())
        .then_nothing()
        .then_state(|account| assert_eq!(account.late(), 1));
}

#[test]
fn a_patron_is_promoted_once() {
    let promote = || PromoteToResearcher { patron: patron() };
    with([])
        .when(promote())
        .then(promoted())
        .when(promote())
        .then_nothing();
}

/// A fine as it was stored while there were any.
pub(crate) fn fine() -> Event {
    let data = json!({ "patron": "m-1", "copy": "copy-1", "cents": 150 });
    Event::new("LendingAccount.m-1", 2, "FineCharged", &data).expect("the data is JSON")
}

#[test]
fn fines_of_old_are_remembered() {
    let opened = given::<LendingAccount>(opened()).stored().to_vec();
    let history = [&opened[0], &fine()];
    let actor = opened[0].actor_id.clone();
    let account = aether::prelude::Replayed::<LendingAccount>::replay(actor, history);
    assert_eq!(account.expect("it is read").fines(), 150);
}
