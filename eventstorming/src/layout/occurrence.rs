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
    pub(super) leads: Vec<Lead>,
}

/// An event, as it comes of one slice, that leads to a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lead {
    pub(super) event: ElementId,
    /// The slice that it comes from.
    pub(super) slice: usize,
}

impl Net {
    /// The slices from which an event leads along this net.
    pub(super) fn sources<'a>(&'a self, event: &'a ElementId) -> impl Iterator<Item = usize> + 'a {
        let leads = self.leads.iter().filter(move |lead| lead.event == *event);
        leads.map(|lead| lead.slice)
    }

    /// The events that lead along this net, each once.
    pub(super) fn events(&self) -> Vec<&ElementId> {
        let mut events: Vec<&ElementId> = Vec::new();
        for lead in &self.leads {
            if !events.contains(&&lead.event) {
                events.push(&lead.event);
            }
        }
        events
    }
}
