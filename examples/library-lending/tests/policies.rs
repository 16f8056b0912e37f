//! What happens by itself.

use aether::{
    prelude::{After, Cancel},
    testing::policy,
};
use aether_examples::{
    calendar::Day,
    library_lending::{
        catalogue::{Circulation, CopyWithdrawn},
        lending::{
            ClearOverdue, DeclareOverdue, DeclareOverdueAfterLoan, DiscardCopy, EndHold,
            ExpireHold, ExpireHoldAfterTerm, FollowTheCollection, FollowTheMembers,
            FreeHoldWhenSettled, HoldCancelled, HoldExpired, HoldPlaced, HoldTerm,
            KeepStandingWhenLoanTurns, NoteOverdue, OpenAccount, PromoteToResearcher, PutAside,
            PutAsideWhenRequested, Rank, ShelveCopy,
        },
        membership::ResearcherRecognised,
    },
};

use crate::samples::{
    acquired, copy, denied, held, isbn, lent, member, north, overdue, patron, registered,
    requested, returned,
};

fn cancelled() -> HoldCancelled {
    HoldCancelled {
        copy: copy(),
        patron: patron(),
    }
}

#[test]
fn circulation_follows_the_collection() {
    policy::<FollowTheCollection>()
        .when(acquired())
        .then_issues(ShelveCopy {
            copy: copy(),
            isbn: isbn(),
            branch: north(),
            circulation: Circulation::Open,
        })
        .when(CopyWithdrawn {
            isbn: isbn(),
            copy: copy(),
        })
        .then_issues(DiscardCopy { copy: copy() });
}

#[test]
fn what_the_front_desk_calls_a_member_is_a_patron_with_an_account() {
    let recognised = ResearcherRecognised {
        member: member(),
        institution: "Trinity".to_owned(),
    };
    policy::<FollowTheMembers>()
        .when(registered())
        .then_issues(OpenAccount { patron: patron() })
        .when(recognised)
        .then_issues(PromoteToResearcher { patron: patron() });
}

#[test]
fn whenever_a_hold_is_requested_the_copy_is_asked_for() {
    policy::<PutAsideWhenRequested>()
        .when(requested())
        .then_issues(PutAside {
            copy: copy(),
            patron: patron(),
            rank: Rank::Regular,
            term: HoldTerm::Days(3),
        });
}

#[test]
fn however_a_hold_ends_it_counts_no_longer() {
    let end = || EndHold {
        patron: patron(),
        copy: copy(),
    };
    policy::<FreeHoldWhenSettled>()
        .when(held())
        .then_nothing()
        .when(denied())
        .then_issues(end())
        .when(cancelled())
        .then_issues(end())
        .when(HoldExpired {
            copy: copy(),
            patron: patron(),
        })
        .then_issues(end())
        .when(lent())
        .then_issues(end());
}

#[test]
fn a_hold_expires_when_its_last_day_is_over() {
    let expire = ExpireHold {
        copy: copy(),
        patron: patron(),
    };
    policy::<ExpireHoldAfterTerm>()
        .when(held())
        .then_issues(After::at(Day::new(4).begins(), expire))
        .when(HoldPlaced {
            last_day: None,
            ..held()
        })
        .then_nothing()
        .when(cancelled())
        .then_issues(Cancel::<ExpireHold>::of(copy()))
        .when(lent())
        .then_issues(Cancel::<ExpireHold>::of(copy()));
}

#[test]
fn a_loan_is_overdue_when_its_last_day_is_over() {
    let declare = DeclareOverdue {
        copy: copy(),
        patron: patron(),
    };
    policy::<DeclareOverdueAfterLoan>()
        .when(lent())
        .then_issues(After::at(Day::new(61).begins(), declare))
        .when(returned())
        .then_issues(Cancel::<DeclareOverdue>::of(copy()));
}

#[test]
fn a_patrons_standing_follows_their_loans() {
    policy::<KeepStandingWhenLoanTurns>()
        .when(overdue())
        .then_issues(NoteOverdue {
            patron: patron(),
            copy: copy(),
        })
        .when(returned())
        .then_issues(ClearOverdue {
            patron: patron(),
            copy: copy(),
        });
}
