//! The bill for a copy that is given up.

use std::convert::Infallible;

use aether::prelude::*;

use super::OpenBills;
use crate::library_lending::{Librarian, catalogue::CopyId, lending::PatronId};

/// Charge a patron for a copy.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IssueBill {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
    /// Who has it.
    pub patron: PatronId,
}

/// Take the money for a copy.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayBill {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
}

/// Tear a bill up.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaiveBill {
    /// For which copy.
    #[command(id)]
    pub copy: CopyId,
}

/// A patron is to pay for a copy.
///
/// Note: the price of a new one, whatever the old one was worth.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BillIssued {
    /// For which copy.
    pub copy: CopyId,
    /// Who is to pay.
    pub patron: PatronId,
}

/// The patron has paid, and may keep the copy.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(alias("BillSettled"))]
pub struct BillPaid {
    /// For which copy.
    pub copy: CopyId,
}

/// The copy came back after all, and nobody pays.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BillWaived {
    /// For which copy.
    pub copy: CopyId,
}

/// Why a bill cannot be paid.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BillRefusal {
    /// There is none, or no longer.
    #[error("there is no open bill for copy {copy}")]
    NothingToPay {
        /// Which copy.
        copy: CopyId,
    },
}

/// The bill for a copy that did not come back.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(BillIssued, BillPaid, BillWaived))]
pub struct ReplacementBill {
    open: bool,
}

#[handlers]
impl ReplacementBill {
    /// One bill at a time.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn issue(&self, command: IssueBill) -> Result<Option<BillIssued>, Infallible> {
        let IssueBill { copy, patron } = command;
        Ok((!self.open).then_some(BillIssued { copy, patron }))
    }

    /// # Errors
    /// If there is nothing to pay.
    #[handle(by(Librarian), informed_by(OpenBills))]
    pub fn pay(&self, command: PayBill) -> Result<BillPaid, BillRefusal> {
        let copy = command.copy;
        if !self.open {
            return Err(BillRefusal::NothingToPay { copy });
        }
        Ok(BillPaid { copy })
    }

    /// A bill that is paid stays paid.
    ///
    /// Hotspot: does a patron who paid and finds the book get the money back?
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn waive(&self, command: WaiveBill) -> Result<Option<BillWaived>, Infallible> {
        let waived = BillWaived { copy: command.copy };
        Ok(self.open.then_some(waived))
    }

    #[apply]
    fn was_issued(&mut self, _: &BillIssued) {
        self.open = true;
    }

    #[apply]
    fn was_paid(&mut self, _: &BillPaid) {
        self.open = false;
    }

    #[apply]
    fn was_waived(&mut self, _: &BillWaived) {
        self.open = false;
    }
}
