use aether::prelude::*;

use super::ReminderSent;
use crate::library_lending::membership::MemberRegistered;

/// Keeps the addresses that members gave, carries letters to them, and brings some of them back.
#[derive(ExternalSystem, Debug)]
#[external_system(notified_of(MemberRegistered, ReminderSent))]
pub struct PostOffice;

/// What the post office is told.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum PostOfficeNotice {
    /// This is where a member lives.
    Address(MemberRegistered),
    /// This is to be written.
    Remind(ReminderSent),
}
