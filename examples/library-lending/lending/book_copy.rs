//! A copy of a book: on the shelf, on hold for a patron, or out on loan.

use std::convert::Infallible;

use aether::prelude::*;

use super::{DailySheet, HoldTerm, PatronBooks, PatronId, Rank};
use crate::{
    calendar::Day,
    library_lending::{
        Librarian, Reader,
        catalogue::{BranchId, Circulation, CopyId, Isbn},
    },
};

// ------------------------------------------------------------------------------------- commands

/// Put a new copy on the shelf.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShelveCopy {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
    /// Of which title.
    pub isbn: Isbn,
    /// In which branch.
    pub branch: BranchId,
    /// Who may take it home.
    pub circulation: Circulation,
}

/// Take a copy that is withdrawn out of circulation.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiscardCopy {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
}

/// Put a copy aside for a patron, if it is free.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PutAside {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
    /// For whom.
    pub patron: PatronId,
    /// What kind of patron it is.
    pub rank: Rank,
    /// For how long.
    pub term: HoldTerm,
}

/// Give a hold up.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelHold {
    /// Of which copy.
    #[command(id)]
    pub copy: CopyId,
    /// Whose.
    pub patron: PatronId,
}

/// Put a copy back that nobody has collected.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpireHold {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
    /// Who should have collected it.
    pub patron: PatronId,
}

/// Hand a copy over the desk.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckOut {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
    /// To whom.
    pub patron: PatronId,
}

/// Take a copy in again.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReturnCopy {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
    /// In which branch.
    pub branch: BranchId,
}

/// Say that a copy should be back by now.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeclareOverdue {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
    /// Who has it.
    pub patron: PatronId,
}

// --------------------------------------------------------------------------------------- events

/// A copy is on the shelf for the first time.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CopyShelved {
    /// Which copy.
    pub copy: CopyId,
    /// Of which title.
    pub isbn: Isbn,
    /// In which branch.
    pub branch: BranchId,
    /// Who may take it home.
    pub circulation: Circulation,
}

/// A copy is in circulation no longer.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CopyDiscarded {
    /// Which copy.
    pub copy: CopyId,
}

/// A copy lies behind the desk for a patron.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(alias("BookPlacedOnHold"), pivotal = "Collect and read")]
pub struct HoldPlaced {
    /// Which copy.
    pub copy: CopyId,
    /// For whom.
    pub patron: PatronId,
    /// In which branch.
    pub branch: BranchId,
    /// The last day on which it can be collected, if there is one.
    pub last_day: Option<Day>,
}

/// A copy is not to be had.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldDenied {
    /// Which copy.
    pub copy: CopyId,
    /// By whom.
    pub patron: PatronId,
    /// Why not.
    pub reason: Denial,
}

/// A patron gave a hold up, or the copy was withdrawn.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldCancelled {
    /// Of which copy.
    pub copy: CopyId,
    /// Whose.
    pub patron: PatronId,
}

/// Nobody came to collect a copy.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldExpired {
    /// Which copy.
    pub copy: CopyId,
    /// Who should have come.
    pub patron: PatronId,
}

/// A patron has a copy.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(version = 2, upcast(CopyCheckedOutV1), public)]
pub struct CopyCheckedOut {
    /// Which copy.
    pub copy: CopyId,
    /// Who has it.
    pub patron: PatronId,
    /// Where it was handed over.
    pub branch: BranchId,
    /// The last day on which it can be brought back in time.
    pub due: Day,
}

/// A loan as it was written down when every loan had thirty days.
#[derive(Debug, Clone, Deserialize)]
pub struct CopyCheckedOutV1 {
    copy: CopyId,
    patron: PatronId,
    branch: BranchId,
    day: Day,
}

impl From<CopyCheckedOutV1> for CopyCheckedOut {
    fn from(v1: CopyCheckedOutV1) -> Self {
        let CopyCheckedOutV1 {
            copy,
            patron,
            branch,
            day,
        } = v1;
        let due = day.plus(30);
        Self {
            copy,
            patron,
            branch,
            due,
        }
    }
}

/// A copy is back on the shelf.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct CopyReturned {
    /// Which copy.
    pub copy: CopyId,
    /// Who had it.
    pub patron: PatronId,
    /// Where it stands now.
    pub branch: BranchId,
}

/// A copy should be back, and is not.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public, pivotal = "Get it back")]
pub struct LoanBecameOverdue {
    /// Which copy.
    pub copy: CopyId,
    /// Who has it.
    pub patron: PatronId,
    /// When it was due.
    pub due: Day,
}

/// How a request for a copy ends.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum HoldDecision {
    /// It is put aside.
    Placed(HoldPlaced),
    /// It is not to be had.
    Denied(HoldDenied),
}

/// Why a copy is not to be had.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Denial {
    /// Someone else was quicker, or has it.
    NotAvailable,
    /// It stays in the house, but for researchers.
    ForResearchers,
    /// The library does not have it.
    NotInCirculation,
}

/// Why something cannot be done to a copy at the desk.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyRefusal {
    /// The patron has no hold on it.
    #[error("copy {copy} is not on hold for patron {patron}")]
    NotOnHold {
        /// Which copy.
        copy: CopyId,
        /// Which patron.
        patron: PatronId,
    },
    /// Nobody has it.
    #[error("copy {copy} is not on loan")]
    NotOnLoan {
        /// Which copy.
        copy: CopyId,
    },
}

// -------------------------------------------------------------------------------------- the copy

/// A copy of a book, in circulation.
///
/// Invariant: a copy is promised to one patron at a time.
///
/// Invariant: only a copy that is on hold for a patron is handed to them.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(
    CopyShelved,
    CopyDiscarded,
    HoldPlaced,
    HoldDenied,
    HoldCancelled,
    HoldExpired,
    CopyCheckedOut,
    CopyReturned,
    LoanBecameOverdue
))]
pub struct BookCopy {
    whereabouts: Whereabouts,
    circulation: Circulation,
    branch: Option<BranchId>,
    /// It was withdrawn while a patron had it.
    withdrawn: bool,
}

/// Where a copy is.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whereabouts {
    /// Not in circulation: not yet, or no longer.
    #[default]
    Nowhere,
    /// On the shelf, for whoever asks first.
    OnShelf,
    /// Behind the desk.
    OnHold {
        /// For whom.
        patron: PatronId,
    },
    /// In a patron's bag.
    OnLoan {
        /// Whose.
        patron: PatronId,
        /// Until when.
        due: Day,
        /// Whether it was said to be late.
        overdue: bool,
    },
}

impl BookCopy {
    /// How long a loan is, in days.
    pub const LOAN: u32 = 60;

    /// Where the copy is.
    pub const fn whereabouts(&self) -> &Whereabouts {
        &self.whereabouts
    }

    fn holder(&self) -> Option<&PatronId> {
        match &self.whereabouts {
            Whereabouts::OnHold { patron } => Some(patron),
            Whereabouts::Nowhere | Whereabouts::OnShelf | Whereabouts::OnLoan { .. } => None,
        }
    }

    fn held_for(&self, copy: &CopyId, patron: &PatronId) -> Result<&BranchId, CopyRefusal> {
        let held = self.holder() == Some(patron);
        let branch = self.branch.as_ref().filter(|_| held);
        branch.ok_or_else(|| CopyRefusal::NotOnHold {
            copy: copy.clone(),
            patron: patron.clone(),
        })
    }

    /// The branch in which a patron of this rank may have it put aside.
    fn available(&self, rank: Rank) -> Result<BranchId, Denial> {
        let branch = match (&self.whereabouts, &self.branch) {
            (Whereabouts::OnShelf, Some(branch)) => branch.clone(),
            (Whereabouts::OnHold { .. } | Whereabouts::OnLoan { .. }, _) => {
                return Err(Denial::NotAvailable);
            }
            (Whereabouts::Nowhere | Whereabouts::OnShelf, _) => {
                return Err(Denial::NotInCirculation);
            }
        };
        match (self.circulation, rank) {
            (Circulation::Restricted, Rank::Regular) => Err(Denial::ForResearchers),
            (Circulation::Open, _) | (Circulation::Restricted, Rank::Researcher) => Ok(branch),
        }
    }
}

#[handlers]
impl BookCopy {
    /// A copy is new once.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn shelve(&self, command: ShelveCopy) -> Result<Option<CopyShelved>, Infallible> {
        let ShelveCopy {
            copy,
            isbn,
            branch,
            circulation,
        } = command;
        let new = self.branch.is_none();
        Ok(new.then_some(CopyShelved {
            copy,
            isbn,
            branch,
            circulation,
        }))
    }

    /// A hold on it ends. A copy that is out on loan goes when it comes back.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn discard(
        &self,
        command: DiscardCopy,
    ) -> Result<(Option<HoldCancelled>, Option<CopyDiscarded>), Infallible> {
        let copy = command.copy;
        let discarded = match &self.whereabouts {
            Whereabouts::OnShelf | Whereabouts::OnHold { .. } | Whereabouts::OnLoan { .. }
                if !self.withdrawn =>
            {
                Some(CopyDiscarded { copy: copy.clone() })
            }
            Whereabouts::Nowhere
            | Whereabouts::OnShelf
            | Whereabouts::OnHold { .. }
            | Whereabouts::OnLoan { .. } => None,
        };
        let patron = self.holder().cloned();
        let cancelled = patron.map(|patron| HoldCancelled { copy, patron });
        Ok((cancelled, discarded))
    }

    /// Whoever asks first has it. Asking again is harmless.
    ///
    /// # Errors
    /// Never: a copy that is not to be had is an answer.
    #[handle]
    pub fn put_aside(
        &self,
        command: PutAside,
        context: &Context,
    ) -> Result<Option<HoldDecision>, Infallible> {
        let PutAside {
            copy,
            patron,
            rank,
            term,
        } = command;
        if self.holder() == Some(&patron) {
            return Ok(None);
        }
        let today = Day::of(context.now());
        Ok(Some(match self.available(rank) {
            Err(reason) => HoldDenied {
                copy,
                patron,
                reason,
            }
            .into(),
            Ok(branch) => {
                let last_day = match term {
                    HoldTerm::Days(days) => Some(today.plus(u32::from(days))),
                    HoldTerm::OpenEnded => None,
                };
                HoldPlaced {
                    copy,
                    patron,
                    branch,
                    last_day,
                }
                .into()
            }
        }))
    }

    /// # Errors
    /// If the patron has no hold on the copy.
    #[handle(by(Reader), informed_by(PatronBooks))]
    pub fn cancel_hold(&self, command: CancelHold) -> Result<HoldCancelled, CopyRefusal> {
        let CancelHold { copy, patron } = command;
        self.held_for(&copy, &patron)?;
        Ok(HoldCancelled { copy, patron })
    }

    /// Only if the patron still has the hold.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn expire_hold(&self, command: ExpireHold) -> Result<Option<HoldExpired>, Infallible> {
        let ExpireHold { copy, patron } = command;
        let held = self.holder() == Some(&patron);
        Ok(held.then_some(HoldExpired { copy, patron }))
    }

    /// A copy is handed to whom it is put aside for. It is due after [`BookCopy::LOAN`] days.
    ///
    /// # Errors
    /// If the patron has no hold on the copy.
    #[handle(by(Librarian), informed_by(DailySheet))]
    pub fn check_out(
        &self,
        command: CheckOut,
        context: &Context,
    ) -> Result<CopyCheckedOut, CopyRefusal> {
        let CheckOut { copy, patron } = command;
        let branch = self.held_for(&copy, &patron)?.clone();
        let due = Day::of(context.now()).plus(Self::LOAN);
        Ok(CopyCheckedOut {
            copy,
            patron,
            branch,
            due,
        })
    }

    /// In any branch; there it stands from now on. One that was withdrawn meanwhile is not put on
    /// the shelf again.
    ///
    /// # Errors
    /// If nobody has the copy.
    #[handle(by(Librarian), informed_by(DailySheet))]
    pub fn take_in(&self, command: ReturnCopy) -> Result<CopyReturned, CopyRefusal> {
        let ReturnCopy { copy, branch } = command;
        match &self.whereabouts {
            Whereabouts::OnLoan { patron, .. } => {
                let patron = patron.clone();
                Ok(CopyReturned {
                    copy,
                    patron,
                    branch,
                })
            }
            Whereabouts::Nowhere | Whereabouts::OnShelf | Whereabouts::OnHold { .. } => {
                Err(CopyRefusal::NotOnLoan { copy })
            }
        }
    }

    /// Only if the patron still has the copy, and once.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn declare_overdue(
        &self,
        command: DeclareOverdue,
    ) -> Result<Option<LoanBecameOverdue>, Infallible> {
        let DeclareOverdue { copy, patron } = command;
        let due = match &self.whereabouts {
            Whereabouts::OnLoan {
                patron: by,
                due,
                overdue: false,
            } if *by == patron => *due,
            Whereabouts::Nowhere
            | Whereabouts::OnShelf
            | Whereabouts::OnHold { .. }
            | Whereabouts::OnLoan { .. } => return Ok(None),
        };
        Ok(Some(LoanBecameOverdue { copy, patron, due }))
    }

    #[apply]
    fn was_shelved(&mut self, event: CopyShelved) {
        self.whereabouts = Whereabouts::OnShelf;
        self.circulation = event.circulation;
        self.branch = Some(event.branch);
    }

    #[apply]
    fn was_discarded(&mut self, _: &CopyDiscarded) {
        self.withdrawn = true;
        if !matches!(self.whereabouts, Whereabouts::OnLoan { .. }) {
            self.whereabouts = Whereabouts::Nowhere;
        }
    }

    #[apply]
    fn hold_placed(&mut self, event: HoldPlaced) {
        let patron = event.patron;
        self.whereabouts = Whereabouts::OnHold { patron };
    }

    #[apply]
    fn hold_denied(&mut self, _: &HoldDenied) {}

    #[apply]
    fn hold_cancelled(&mut self, _: &HoldCancelled) {
        self.whereabouts = Whereabouts::OnShelf;
    }

    #[apply]
    fn hold_expired(&mut self, _: &HoldExpired) {
        self.whereabouts = Whereabouts::OnShelf;
    }

    #[apply]
    fn was_checked_out(&mut self, event: CopyCheckedOut) {
        let CopyCheckedOut { patron, due, .. } = event;
        let overdue = false;
        self.whereabouts = Whereabouts::OnLoan {
            patron,
            due,
            overdue,
        };
    }

    #[apply]
    fn was_returned(&mut self, event: CopyReturned) {
        self.branch = Some(event.branch);
        self.whereabouts = if self.withdrawn {
            Whereabouts::Nowhere
        } else {
            Whereabouts::OnShelf
        };
    }

    #[apply]
    fn became_overdue(&mut self, _: &LoanBecameOverdue) {
        if let Whereabouts::OnLoan { overdue, .. } = &mut self.whereabouts {
            *overdue = true;
        }
    }
}
