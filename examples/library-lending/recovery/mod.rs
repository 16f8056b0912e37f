//! Recovery: how the library gets back what is overdue.

mod bill;
mod open_bills;
mod post_office;
mod pursuit;
mod reminders;

use aether::bounded_context;

pub use self::{
    bill::{
        BillIssued, BillPaid, BillRefusal, BillWaived, IssueBill, PayBill, ReplacementBill,
        ReplacementBillEvent, WaiveBill,
    },
    open_bills::OpenBills,
    post_office::{PostOffice, PostOfficeNotice},
    pursuit::Pursuit,
    reminders::{ReminderSent, Reminders, RemindersEvent, SendReminder},
};
use super::{Lending, Membership};

bounded_context! {
    /// Writes three times, and then sends a bill.
    pub Recovery {
        owner: "Front Desk",
        aggregates: [Reminders, ReplacementBill],
        process_managers: [Pursuit],
        projections: [OpenBills],
        external_systems: [PostOffice],
        upstream: [Lending, Membership],
    }
}
