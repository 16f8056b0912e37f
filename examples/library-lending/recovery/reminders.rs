//! The reminders about a copy that is overdue.

use std::convert::Infallible;

use aether::prelude::*;

use crate::library_lending::{catalogue::CopyId, lending::PatronId};

/// Write to a patron about an overdue copy.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SendReminder {
    /// About which copy.
    #[command(id)]
    pub copy: CopyId,
    /// To whom.
    pub patron: PatronId,
    /// Which one it is, from 1.
    pub number: u8,
}

/// A letter is on its way to a patron.
///
/// Allow ES405: after the third reminder the bill is next.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReminderSent {
    /// About which copy.
    pub copy: CopyId,
    /// To whom.
    pub patron: PatronId,
    /// Which one it is, from 1.
    pub number: u8,
}

/// The reminders about a copy, of all of its loans.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(ReminderSent))]
pub struct Reminders {
    last: Option<(PatronId, u8)>,
}

#[handlers]
impl Reminders {
    /// Nobody gets the same letter twice in a row.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn send(&self, command: SendReminder) -> Result<Option<ReminderSent>, Infallible> {
        let SendReminder {
            copy,
            patron,
            number,
        } = command;
        let sent = self
            .last
            .as_ref()
            .is_some_and(|(to, last)| *to == patron && *last == number);
        Ok((!sent).then_some(ReminderSent {
            copy,
            patron,
            number,
        }))
    }

    #[apply]
    fn was_sent(&mut self, event: ReminderSent) {
        self.last = Some((event.patron, event.number));
    }
}
