//! A patron's account: what the patron may ask for.

use std::{collections::BTreeSet, convert::Infallible};

use aether::prelude::*;

use super::{BookFinder, HoldTerm, PatronId, Rank};
use crate::library_lending::{Reader, catalogue::CopyId};

// ------------------------------------------------------------------------------------- commands

/// Let someone borrow books.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenAccount {
    /// Whom.
    #[command(id)]
    pub patron: PatronId,
}

/// Give a patron the freedom that research needs.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromoteToResearcher {
    /// Which patron.
    #[command(id)]
    pub patron: PatronId,
}

/// Ask for a copy to be put aside.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequestHold {
    /// Who asks.
    #[command(id)]
    pub patron: PatronId,
    /// For which copy.
    pub copy: CopyId,
    /// For how long.
    pub term: HoldTerm,
}

/// Count a hold no longer: it was denied, given up, has run out, or became a loan.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndHold {
    /// Whose.
    #[command(id)]
    pub patron: PatronId,
    /// Of which copy.
    pub copy: CopyId,
}

/// Hold a late book against a patron.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoteOverdue {
    /// Which patron.
    #[command(id)]
    pub patron: PatronId,
    /// Which copy is late.
    pub copy: CopyId,
}

/// Forgive a late book that came back.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClearOverdue {
    /// Which patron.
    #[command(id)]
    pub patron: PatronId,
    /// Which copy came back.
    pub copy: CopyId,
}

// --------------------------------------------------------------------------------------- events

/// Someone may borrow books.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct AccountOpened {
    /// Who.
    pub patron: PatronId,
}

/// A patron has the freedom that research needs.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct PromotedToResearcher {
    /// Which patron.
    pub patron: PatronId,
}

/// A patron who may have it asks for a copy.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldRequested {
    /// Who asks.
    pub patron: PatronId,
    /// For which copy.
    pub copy: CopyId,
    /// What kind of patron it is.
    pub rank: Rank,
    /// For how long.
    pub term: HoldTerm,
}

/// A hold counts no longer.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct HoldEnded {
    /// Whose.
    pub patron: PatronId,
    /// Of which copy.
    pub copy: CopyId,
}

/// A patron has a book that is late.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct OverdueNoted {
    /// Which patron.
    pub patron: PatronId,
    /// Which copy.
    pub copy: CopyId,
}

/// A late book is forgiven.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct OverdueCleared {
    /// Which patron.
    pub patron: PatronId,
    /// Which copy.
    pub copy: CopyId,
}

/// A patron paid for each day that a book was late, as long as the library took fines.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private, retired)]
pub struct FineCharged {
    /// Which patron.
    pub patron: PatronId,
    /// For which copy.
    pub copy: CopyId,
    /// How much.
    pub cents: u32,
}

/// Why a patron may not have a hold.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// There is no such patron.
    #[error("there is no account under this number")]
    NoAccount,
    /// The patron has asked for it already.
    #[error("the copy is asked for already")]
    AskedAlready,
    /// The patron has books that are late.
    #[error("{late} books are late; bring one back first")]
    BooksLate {
        /// How many.
        late: usize,
    },
    /// The patron has as many holds as a regular patron may have.
    #[error("a patron has {limit} holds at most; give one up first")]
    LimitReached {
        /// How many.
        limit: usize,
    },
    /// Only researchers hold a copy without an end.
    #[error("a hold without an end is for researchers")]
    OpenEndedForResearchers,
    /// A hold has some days, and not many.
    #[error("a hold has from 1 to {} days", HoldTerm::LONGEST)]
    UnreasonableTerm,
}

// ----------------------------------------------------------------------------------- the account

/// A patron's account with the library.
///
/// Invariant: a regular patron has five holds at most, requests included.
///
/// Invariant: whoever has two books that are late gets no hold.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(
    events(
        AccountOpened,
        PromotedToResearcher,
        HoldRequested,
        HoldEnded,
        OverdueNoted,
        OverdueCleared,
        FineCharged
    ),
    snapshot
)]
pub struct LendingAccount {
    rank: Option<Rank>,
    holds: BTreeSet<CopyId>,
    late: BTreeSet<CopyId>,
    fines: u32,
}

impl LendingAccount {
    /// How many holds a regular patron may have.
    pub const HOLDS: usize = 5;

    /// How many late books are too many.
    pub const LATE: usize = 2;

    /// How many holds the patron has, and has asked for.
    pub fn holds(&self) -> usize {
        self.holds.len()
    }

    /// How many of the patron's books are late.
    pub fn late(&self) -> usize {
        self.late.len()
    }

    /// What the patron paid in fines, in cents, while there were any.
    pub const fn fines(&self) -> u32 {
        self.fines
    }

    /// What a patron of this rank may not have.
    fn permits(&self, rank: Rank, copy: &CopyId, term: HoldTerm) -> Result<(), AccountRefusal> {
        let late = self.late.len();
        if self.holds.contains(copy) {
            return Err(AccountRefusal::AskedAlready);
        }
        if late >= Self::LATE {
            return Err(AccountRefusal::BooksLate { late });
        }
        if !term.is_reasonable() {
            return Err(AccountRefusal::UnreasonableTerm);
        }
        match rank {
            Rank::Regular if term == HoldTerm::OpenEnded => {
                Err(AccountRefusal::OpenEndedForResearchers)
            }
            Rank::Regular if self.holds.len() >= Self::HOLDS => {
                Err(AccountRefusal::LimitReached { limit: Self::HOLDS })
            }
            Rank::Regular | Rank::Researcher => Ok(()),
        }
    }
}

#[handlers]
impl LendingAccount {
    /// An account is opened once.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn open(&self, command: OpenAccount) -> Result<Option<AccountOpened>, Infallible> {
        let patron = command.patron;
        Ok(self.rank.is_none().then_some(AccountOpened { patron }))
    }

    /// # Errors
    /// If there is no account.
    #[handle]
    pub fn promote(
        &self,
        command: PromoteToResearcher,
    ) -> Result<Option<PromotedToResearcher>, AccountRefusal> {
        let patron = command.patron;
        match self.rank.ok_or(AccountRefusal::NoAccount)? {
            Rank::Researcher => Ok(None),
            Rank::Regular => Ok(Some(PromotedToResearcher { patron })),
        }
    }

    /// The account answers for the patron; whether the copy is free, and whether it may leave the
    /// house, is the copy's to say.
    ///
    /// Hotspot: may a patron hold two copies of one title?
    ///
    /// # Errors
    /// If there is no account, or it does not permit the hold.
    #[handle(by(Reader), informed_by(BookFinder))]
    pub fn request(&self, command: RequestHold) -> Result<HoldRequested, AccountRefusal> {
        let RequestHold { patron, copy, term } = command;
        let rank = self.rank.ok_or(AccountRefusal::NoAccount)?;
        self.permits(rank, &copy, term)?;
        Ok(HoldRequested {
            patron,
            copy,
            rank,
            term,
        })
    }

    /// # Errors
    /// Never.
    #[handle]
    pub fn end_hold(&self, command: EndHold) -> Result<Option<HoldEnded>, Infallible> {
        let EndHold { patron, copy } = command;
        let counts = self.holds.contains(&copy);
        Ok(counts.then_some(HoldEnded { patron, copy }))
    }

    /// # Errors
    /// Never.
    #[handle]
    pub fn note_overdue(&self, command: NoteOverdue) -> Result<Option<OverdueNoted>, Infallible> {
        let NoteOverdue { patron, copy } = command;
        let known = self.late.contains(&copy);
        Ok((!known).then_some(OverdueNoted { patron, copy }))
    }

    /// # Errors
    /// Never.
    #[handle]
    pub fn clear_overdue(
        &self,
        command: ClearOverdue,
    ) -> Result<Option<OverdueCleared>, Infallible> {
        let ClearOverdue { patron, copy } = command;
        let known = self.late.contains(&copy);
        Ok(known.then_some(OverdueCleared { patron, copy }))
    }

    #[apply]
    fn was_opened(&mut self, _: &AccountOpened) {
        self.rank = Some(Rank::Regular);
    }

    #[apply]
    fn was_promoted(&mut self, _: &PromotedToResearcher) {
        self.rank = Some(Rank::Researcher);
    }

    #[apply]
    fn hold_requested(&mut self, event: HoldRequested) {
        self.holds.insert(event.copy);
    }

    #[apply]
    fn hold_ended(&mut self, event: &HoldEnded) {
        self.holds.remove(&event.copy);
    }

    #[apply]
    fn overdue_noted(&mut self, event: OverdueNoted) {
        self.late.insert(event.copy);
    }

    #[apply]
    fn overdue_cleared(&mut self, event: &OverdueCleared) {
        self.late.remove(&event.copy);
    }

    #[apply]
    fn fine_charged(&mut self, event: &FineCharged) {
        self.fines = self.fines.saturating_add(event.cents);
    }
}
