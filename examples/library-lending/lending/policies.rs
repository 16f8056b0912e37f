use aether::prelude::*;

use super::{
    ClearOverdue, CopyCheckedOut, CopyReturned, DeclareOverdue, DiscardCopy, EndHold, ExpireHold,
    HoldCancelled, HoldDenied, HoldExpired, HoldPlaced, HoldRequested, LoanBecameOverdue,
    NoteOverdue, OpenAccount, PatronId, PromoteToResearcher, PutAside, ShelveCopy,
};
use crate::library_lending::{
    catalogue::{CopyAcquired, CopyId, CopyWithdrawn},
    membership::{MemberRegistered, ResearcherRecognised},
};

/// Copy acquired: shelve it. Withdrawn: discard it.
#[derive(Policy, Debug, Default)]
pub struct FollowTheCollection;

#[handlers]
impl FollowTheCollection {
    #[react]
    fn acquired(&self, event: &CopyAcquired) -> ShelveCopy {
        ShelveCopy {
            copy: event.copy.clone(),
            isbn: event.isbn.clone(),
            branch: event.branch.clone(),
            circulation: event.circulation,
        }
    }

    #[react]
    fn withdrawn(&self, event: &CopyWithdrawn) -> DiscardCopy {
        let copy = event.copy.clone();
        DiscardCopy { copy }
    }
}

/// Member registered: open an account. Researcher: promote it.
#[derive(Policy, Debug, Default)]
pub struct FollowTheMembers;

#[handlers]
impl FollowTheMembers {
    #[react]
    fn registered(&self, event: &MemberRegistered) -> OpenAccount {
        let patron = PatronId::from(&event.member);
        OpenAccount { patron }
    }

    #[react]
    fn recognised(&self, event: &ResearcherRecognised) -> PromoteToResearcher {
        let patron = PatronId::from(&event.member);
        PromoteToResearcher { patron }
    }
}

/// Whenever a hold is requested, put the copy aside.
#[derive(Policy, Debug, Default)]
pub struct PutAsideWhenRequested;

#[handlers]
impl PutAsideWhenRequested {
    #[react]
    fn requested(&self, event: &HoldRequested) -> PutAside {
        PutAside {
            copy: event.copy.clone(),
            patron: event.patron.clone(),
            rank: event.rank,
            term: event.term,
        }
    }
}

/// Hold denied, given up, run out or collected: count it no longer.
#[derive(Policy, Debug, Default)]
pub struct FreeHoldWhenSettled;

impl FreeHoldWhenSettled {
    fn end(patron: &PatronId, copy: &CopyId) -> EndHold {
        let (patron, copy) = (patron.clone(), copy.clone());
        EndHold { patron, copy }
    }
}

#[handlers]
impl FreeHoldWhenSettled {
    #[react]
    fn denied(&self, event: &HoldDenied) -> EndHold {
        Self::end(&event.patron, &event.copy)
    }

    #[react]
    fn cancelled(&self, event: &HoldCancelled) -> EndHold {
        Self::end(&event.patron, &event.copy)
    }

    #[react]
    fn expired(&self, event: &HoldExpired) -> EndHold {
        Self::end(&event.patron, &event.copy)
    }

    #[react]
    fn collected(&self, event: &CopyCheckedOut) -> EndHold {
        Self::end(&event.patron, &event.copy)
    }
}

/// Not collected by the last day: expire the hold.
#[derive(Policy, Debug, Default)]
pub struct ExpireHoldAfterTerm;

#[handlers]
impl ExpireHoldAfterTerm {
    #[react]
    fn placed(&self, event: &HoldPlaced) -> Option<After<ExpireHold>> {
        let (copy, patron) = (event.copy.clone(), event.patron.clone());
        let over = event.last_day?.is_over();
        Some(After::at(over, ExpireHold { copy, patron }))
    }

    #[react]
    fn cancelled(&self, event: &HoldCancelled) -> Cancel<ExpireHold> {
        Cancel::of(&event.copy)
    }

    #[react]
    fn collected(&self, event: &CopyCheckedOut) -> Cancel<ExpireHold> {
        Cancel::of(&event.copy)
    }
}

/// Not returned by the last day: declare the loan overdue.
#[derive(Policy, Debug, Default)]
pub struct DeclareOverdueAfterLoan;

#[handlers]
impl DeclareOverdueAfterLoan {
    #[react]
    fn lent(&self, event: &CopyCheckedOut) -> After<DeclareOverdue> {
        let (copy, patron) = (event.copy.clone(), event.patron.clone());
        After::at(event.due.is_over(), DeclareOverdue { copy, patron })
    }

    #[react]
    fn returned(&self, event: &CopyReturned) -> Cancel<DeclareOverdue> {
        Cancel::of(&event.copy)
    }
}

/// Loan overdue: note it on the account. Returned: clear it.
#[derive(Policy, Debug, Default)]
pub struct KeepStandingWhenLoanTurns;

#[handlers]
impl KeepStandingWhenLoanTurns {
    #[react]
    fn overdue(&self, event: &LoanBecameOverdue) -> NoteOverdue {
        let (patron, copy) = (event.patron.clone(), event.copy.clone());
        NoteOverdue { patron, copy }
    }

    #[react]
    fn returned(&self, event: &CopyReturned) -> ClearOverdue {
        let (patron, copy) = (event.patron.clone(), event.copy.clone());
        ClearOverdue { patron, copy }
    }
}
