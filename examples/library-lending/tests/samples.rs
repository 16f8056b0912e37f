//! What the tests of this folder talk about: one title, two copies, two members.

use aether::Personal;
use aether_examples::{
    calendar::Day,
    library_lending::{
        catalogue::{BranchId, Circulation, CopyAcquired, CopyId, Isbn, TitleCatalogued},
        lending::{
            CopyCheckedOut, CopyReturned, CopyShelved, HoldDenied, HoldPlaced, HoldRequested,
            HoldTerm, LoanBecameOverdue, PatronId, Rank,
        },
        membership::{MemberId, MemberRegistered},
        recovery::ReminderSent,
    },
};

/// A number that the check digit of a well-known book makes valid.
pub(crate) fn isbn() -> Isbn {
    Isbn::from("9780141439518")
}

pub(crate) fn copy() -> CopyId {
    CopyId::from("copy-1")
}

pub(crate) fn patron() -> PatronId {
    PatronId::from("m-1")
}

pub(crate) fn somebody_else() -> PatronId {
    PatronId::from("m-2")
}

pub(crate) fn member() -> MemberId {
    MemberId::from("m-1")
}

pub(crate) fn north() -> BranchId {
    BranchId::from("north")
}

pub(crate) fn south() -> BranchId {
    BranchId::from("south")
}

pub(crate) fn catalogued() -> TitleCatalogued {
    TitleCatalogued {
        isbn: isbn(),
        title: "Pride and Prejudice".to_owned(),
        author: "Jane Austen".to_owned(),
    }
}

pub(crate) fn acquired() -> CopyAcquired {
    CopyAcquired {
        isbn: isbn(),
        copy: copy(),
        branch: north(),
        circulation: Circulation::Open,
    }
}

pub(crate) fn registered() -> MemberRegistered {
    MemberRegistered {
        member: member(),
        name: Personal::Known("Ada".to_owned()),
        address: Personal::Known("7 Analytical Row".to_owned()),
    }
}

pub(crate) fn requested() -> HoldRequested {
    HoldRequested {
        patron: patron(),
        copy: copy(),
        rank: Rank::Regular,
        term: HoldTerm::Days(3),
    }
}

pub(crate) fn shelved(circulation: Circulation) -> CopyShelved {
    CopyShelved {
        copy: copy(),
        isbn: isbn(),
        branch: north(),
        circulation,
    }
}

/// Time stands at the beginning of 1970, so three days end on the fourth.
pub(crate) fn held() -> HoldPlaced {
    HoldPlaced {
        copy: copy(),
        patron: patron(),
        branch: north(),
        last_day: Some(Day::new(3)),
    }
}

pub(crate) fn denied() -> HoldDenied {
    HoldDenied {
        copy: copy(),
        patron: patron(),
        reason: aether_examples::library_lending::lending::Denial::NotAvailable,
    }
}

pub(crate) fn lent() -> CopyCheckedOut {
    CopyCheckedOut {
        copy: copy(),
        patron: patron(),
        branch: north(),
        due: Day::new(60),
    }
}

pub(crate) fn returned() -> CopyReturned {
    CopyReturned {
        copy: copy(),
        patron: patron(),
        branch: south(),
    }
}

pub(crate) fn overdue() -> LoanBecameOverdue {
    LoanBecameOverdue {
        copy: copy(),
        patron: patron(),
        due: Day::new(60),
    }
}

pub(crate) fn reminder(number: u8) -> ReminderSent {
    ReminderSent {
        copy: copy(),
        patron: patron(),
        number,
    }
}
