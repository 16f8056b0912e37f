use std::collections::BTreeMap;

use aether::prelude::*;

use super::{
    CopyCheckedOut, CopyReturned, HoldCancelled, HoldExpired, HoldPlaced, LoanBecameOverdue,
    PatronId,
};
use crate::{
    calendar::Day,
    library_lending::{
        Librarian,
        catalogue::{BranchId, CopyId},
    },
};

/// What a librarian goes through in the morning: what lies behind the desk, and what is late.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Librarian))]
pub struct DailySheet {
    /// Copies that wait for their patron.
    pub holds: BTreeMap<CopyId, HeldCopy>,
    /// Loans that are overdue.
    pub overdue: BTreeMap<CopyId, OverdueLoan>,
}

/// A copy that waits for its patron.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeldCopy {
    /// Who should come.
    pub patron: PatronId,
    /// To which branch.
    pub branch: BranchId,
    /// By which day, if there is one.
    pub last_day: Option<Day>,
}

/// A loan that is overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OverdueLoan {
    /// Who has the copy.
    pub patron: PatronId,
    /// Since when it is late.
    pub due: Day,
}

#[handlers]
impl DailySheet {
    #[apply]
    fn placed(&mut self, event: HoldPlaced) {
        let HoldPlaced {
            copy,
            patron,
            branch,
            last_day,
        } = event;
        self.holds.insert(
            copy,
            HeldCopy {
                patron,
                branch,
                last_day,
            },
        );
    }

    #[apply]
    fn cancelled(&mut self, event: &HoldCancelled) {
        self.holds.remove(&event.copy);
    }

    #[apply]
    fn expired(&mut self, event: &HoldExpired) {
        self.holds.remove(&event.copy);
    }

    #[apply]
    fn collected(&mut self, event: &CopyCheckedOut) {
        self.holds.remove(&event.copy);
    }

    #[apply]
    fn overdue(&mut self, event: LoanBecameOverdue) {
        let LoanBecameOverdue { copy, patron, due } = event;
        self.overdue.insert(copy, OverdueLoan { patron, due });
    }

    #[apply]
    fn returned(&mut self, event: &CopyReturned) {
        self.overdue.remove(&event.copy);
    }
}
