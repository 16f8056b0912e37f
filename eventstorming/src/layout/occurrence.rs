use crate::model::{ElementId, Verb};

/// The part that a note plays in its slice: the column it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Trigger,
    Command,
    Handler,
    Event,
}

/// One note that events lead to, and the events.
#[derive(Debug, Clone)]
pub(super) struct Net {
    /// The policy, read model or system.
    pub(super) consumer: ElementId,
    /// What the events do to it.
    pub(super) verb: Verb,
    /// The slice in which its note stands, as a trigger.
    pub(super) slice: usize,
    pub(super) events: Vec<ElementId>,
}
