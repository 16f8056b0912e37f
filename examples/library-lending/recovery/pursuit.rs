use aether::prelude::*;

use super::{IssueBill, ReminderSent, SendReminder, WaiveBill};
use crate::library_lending::{
    catalogue::CopyId,
    lending::{CopyReturned, LoanBecameOverdue, PatronId},
};

/// Loan overdue: remind every two weeks, three times, then bill. Returned: stop.
///
/// Allow ES404: the first letter goes out at once, and each further one weeks later.
///
/// Note: a bill that was sent is torn up when the copy comes back.
#[derive(ProcessManager, Debug, Default, Clone, PartialEq, Eq)]
#[process_manager(key = CopyId)]
pub struct Pursuit {
    /// Whom it is after; nobody, if the copy is back.
    after: Option<PatronId>,
}

/// What a patron who does not answer gets next: another letter, or a bill.
type NextStep = (
    Option<After<SendReminder, Days<14>>>,
    Option<After<IssueBill, Days<14>>>,
);

impl Pursuit {
    /// How many letters a patron gets.
    pub const REMINDERS: u8 = 3;
}

#[handlers]
impl Pursuit {
    #[apply(key = copy)]
    fn begins(&mut self, event: &LoanBecameOverdue) {
        self.after = Some(event.patron.clone());
    }

    #[react]
    fn overdue(&self, event: &LoanBecameOverdue) -> SendReminder {
        SendReminder {
            copy: event.copy.clone(),
            patron: event.patron.clone(),
            number: 1,
        }
    }

    #[react(key = copy)]
    fn reminded(&self, event: &ReminderSent) -> NextStep {
        let ReminderSent {
            copy,
            patron,
            number,
        } = event.clone();
        if self.after.as_ref() != Some(&patron) {
            return (None, None);
        }
        if number < Self::REMINDERS {
            let number = number + 1;
            (
                Some(After::fixed(SendReminder {
                    copy,
                    patron,
                    number,
                })),
                None,
            )
        } else {
            (None, Some(After::fixed(IssueBill { copy, patron })))
        }
    }

    #[apply(key = copy)]
    fn ends(&mut self, _: &CopyReturned) {
        self.after = None;
    }

    #[react]
    fn returned(
        &self,
        event: &CopyReturned,
    ) -> (WaiveBill, Cancel<SendReminder>, Cancel<IssueBill>) {
        let copy = event.copy.clone();
        let cancels = (Cancel::of(&copy), Cancel::of(&copy));
        (WaiveBill { copy }, cancels.0, cancels.1)
    }
}
