use std::collections::BTreeMap;

use aether::prelude::*;

use super::{BillIssued, BillPaid, BillWaived};
use crate::library_lending::{Librarian, catalogue::CopyId, lending::PatronId};

/// Which copies are still to be paid for, and by whom.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Librarian))]
pub struct OpenBills {
    /// Who is to pay, by the copy.
    pub bills: BTreeMap<CopyId, PatronId>,
}

#[handlers]
impl OpenBills {
    #[apply]
    fn issued(&mut self, event: BillIssued) {
        self.bills.insert(event.copy, event.patron);
    }

    #[apply]
    fn paid(&mut self, event: &BillPaid) {
        self.bills.remove(&event.copy);
    }

    #[apply]
    fn waived(&mut self, event: &BillWaived) {
        self.bills.remove(&event.copy);
    }
}
