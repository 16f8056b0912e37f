//! Lending: holds and loans.
//!
//! What the catalogue calls a member is a *patron* here: someone with an account, limits and
//! books. The policies that follow the catalogue and the members' book translate.

mod account;
mod book_copy;
mod book_finder;
mod daily_sheet;
mod patron;
mod patron_books;
mod policies;

use aether::bounded_context;

pub use self::{
    account::{
        AccountOpened, AccountRefusal, ClearOverdue, EndHold, FineCharged, HoldEnded,
        HoldRequested, LendingAccount, LendingAccountEvent, NoteOverdue, OpenAccount,
        OverdueCleared, OverdueNoted, PromoteToResearcher, PromotedToResearcher, RequestHold,
    },
    book_copy::{
        BookCopy, BookCopyEvent, CancelHold, CheckOut, CopyCheckedOut, CopyCheckedOutV1,
        CopyDiscarded, CopyRefusal, CopyReturned, CopyShelved, DeclareOverdue, Denial, DiscardCopy,
        ExpireHold, HoldCancelled, HoldDecision, HoldDenied, HoldExpired, HoldPlaced,
        LoanBecameOverdue, PutAside, ReturnCopy, ShelveCopy, Whereabouts,
    },
    book_finder::{BookFinder, FindBooks, FoundBook, FoundCopy},
    daily_sheet::{DailySheet, HeldCopy, OverdueLoan},
    patron::{HoldTerm, PatronId, Rank},
    patron_books::{BooksOf, PatronBook, PatronBooks},
    policies::{
        DeclareOverdueAfterLoan, ExpireHoldAfterTerm, FollowTheCollection, FollowTheMembers,
        FreeHoldWhenSettled, KeepStandingWhenLoanTurns, PutAsideWhenRequested,
    },
};
use super::{Catalogue, Membership};

bounded_context! {
    /// Decides who may have which copy, and until when.
    pub Lending {
        owner: "Circulation",
        aggregates: [LendingAccount, BookCopy],
        policies: [
            FollowTheCollection,
            FollowTheMembers,
            PutAsideWhenRequested,
            FreeHoldWhenSettled,
            ExpireHoldAfterTerm,
            DeclareOverdueAfterLoan,
            KeepStandingWhenLoanTurns,
        ],
        projections: [BookFinder, DailySheet, PatronBooks],
        upstream: [Catalogue, Membership],
    }
}
