use super::snapshots::Wanted;
use crate::{CommandId, Event, Metadata, domain::Outgoing};

/// A command with all that is known about it.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    pub(super) id: CommandId,
    /// Whether nobody but this runtime has ever known the id.
    pub(super) is_fresh: bool,
    pub(super) outgoing: Outgoing,
    pub(super) correlation_id: Option<String>,
    pub(super) causation_id: Option<String>,
    pub(super) traceparent: Option<String>,
}

impl Envelope {
    /// A command that comes from outside.
    pub(super) fn new(outgoing: Outgoing) -> Self {
        Self {
            id: CommandId::new(),
            is_fresh: true,
            outgoing,
            correlation_id: None,
            causation_id: None,
            traceparent: None,
        }
    }

    /// A command that an event gave rise to. Seen again, the same event gives the same id.
    pub(super) fn caused_by(event: &Event, who: &str, number: usize, outgoing: Outgoing) -> Self {
        Self::asked_for_by(event, Self::id_of(event, who, number), outgoing)
    }

    /// The id of the nth command that an event gives rise to by someone's rule.
    pub(super) fn id_of(event: &Event, who: &str, number: usize) -> CommandId {
        CommandId::derived(event.id.as_uuid(), &format!("{who}/{number}"))
    }

    /// A command that was given its id when the event happened.
    pub(super) fn asked_for_by(event: &Event, id: CommandId, outgoing: Outgoing) -> Self {
        let Metadata {
            correlation_id,
            traceparent,
            ..
        } = event.metadata.clone();
        Self {
            id,
            is_fresh: false,
            outgoing,
            correlation_id: correlation_id.or_else(|| Some(event.id.to_string())),
            causation_id: Some(event.id.to_string()),
            traceparent,
        }
    }

    /// What is to be looked for in the history of the actor.
    ///
    /// An id that was made for this very sending is in no history. Any other may be anywhere in
    /// it, so that all of it is looked at.
    pub(super) const fn wanted(&self) -> Wanted {
        if self.is_fresh {
            Wanted::Fresh(self.id)
        } else {
            Wanted::Anywhere(self.id)
        }
    }

    /// What its events say about why they happened.
    pub(super) fn metadata(&self) -> Metadata {
        let mut metadata = Metadata::new();
        metadata.command_id = Some(self.id);
        metadata.correlation_id = self
            .correlation_id
            .clone()
            .or_else(|| Some(self.id.to_string()));
        metadata.causation_id.clone_from(&self.causation_id);
        metadata.traceparent.clone_from(&self.traceparent);
        metadata
    }
}
