use std::sync::Arc;

use tokio::time::Instant;
use uuid::Uuid;

use super::actors::Full;
use crate::{
    CommandId, Event, Metadata, Position, Sequence, SessionMark, Timestamp, domain::Outgoing,
};

/// Where the id of a command is known from, and so where the command may have been handled before.
#[derive(Debug, Clone)]
pub(super) enum Known {
    /// It was made for this very sending, so it is in no history.
    Fresh,
    /// Someone else made it: it may be anywhere in the history.
    Given,
    /// Another process asks for it, perhaps more than once, and it has a place among those of that
    /// process. Its commit, if there is one, lies behind this place in the log.
    Asked(Arc<SessionMark>, Position),
    /// It follows from an event, and the command has a place among those of whoever sends it.
    Marked(Arc<SessionMark>),
}

impl Known {
    /// Of a command of a session, if it is one.
    pub(super) fn in_session(session: Option<&Arc<str>>, sequence: Sequence) -> Self {
        session.map_or(Self::Given, |session| {
            let session = Arc::clone(session);
            Self::Marked(Arc::new(SessionMark { session, sequence }))
        })
    }
}

/// A command with all that is known about it.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    pub(super) id: CommandId,
    pub(super) known: Known,
    pub(super) outgoing: Outgoing,
    pub(super) correlation_id: Option<String>,
    pub(super) causation_id: Option<String>,
    pub(super) traceparent: Option<String>,
    /// When there is no use in it any more.
    pub(super) deadline: Option<Instant>,
    /// What it does if too many commands wait for its actor.
    pub(super) full: Full,
}

impl Envelope {
    /// A command that comes from outside. It has no id before it [begins](Self::begin).
    pub(super) fn new(outgoing: Outgoing) -> Self {
        Self {
            id: CommandId::from(Uuid::nil()),
            known: Known::Fresh,
            outgoing,
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            deadline: None,
            full: Full::Wait,
        }
    }

    /// It is being sent, at this moment: from here on it has an id.
    pub(super) fn begin(&mut self, now: Timestamp) {
        if matches!(self.known, Known::Fresh) {
            self.id = CommandId::new_at(now);
        }
    }

    /// A command that an event gave rise to. Seen again, the same event gives the same id and the
    /// same place in the session.
    pub(super) fn caused_by(
        event: &Event,
        who: &str,
        number: usize,
        outgoing: Outgoing,
        mark: SessionMark,
    ) -> Self {
        let id = Self::id_of(event, who, number);
        Self::asked_for_by(event, id, outgoing, Known::Marked(Arc::new(mark)))
    }

    /// The id of the nth command that an event gives rise to by someone's rule.
    pub(super) fn id_of(event: &Event, who: &str, number: usize) -> CommandId {
        CommandId::derived(event.id.as_uuid(), &format!("{who}/{number}"))
    }

    /// A command that was given its id when the event happened.
    pub(super) fn asked_for_by(
        event: &Event,
        id: CommandId,
        outgoing: Outgoing,
        known: Known,
    ) -> Self {
        let Metadata {
            correlation_id,
            traceparent,
            ..
        } = event.metadata.clone();
        Self {
            id,
            known,
            outgoing,
            correlation_id: correlation_id.or_else(|| Some(text(event.id.as_uuid()))),
            causation_id: Some(text(event.id.as_uuid())),
            traceparent,
            deadline: None,
            full: Full::Wait,
        }
    }

    /// The same, as part of a trace.
    pub(super) fn in_trace(&self, traceparent: String) -> Self {
        Self {
            traceparent: Some(traceparent),
            ..self.clone()
        }
    }

    /// The same, for another process to carry out: it may come there more than once. What is stored
    /// up to this place in the log was stored before.
    pub(super) fn asked(&self, mark: Option<Arc<SessionMark>>, place: Position) -> Self {
        let known = match (&self.known, mark) {
            (Known::Fresh, Some(mark)) => Known::Asked(mark, place),
            (Known::Fresh, None) => Known::Given,
            (known, _) => known.clone(),
        };
        Self {
            known,
            ..self.clone()
        }
    }

    /// Whether another process asks for it, perhaps more than once.
    pub(super) const fn is_asked(&self) -> bool {
        matches!(self.known, Known::Asked(..))
    }

    /// Whether there is no use in it any more.
    pub(super) fn is_expired(&self) -> bool {
        self.deadline.is_some_and(|until| until <= Instant::now())
    }

    /// The conversation that its events belong to.
    pub(super) fn conversation(&self) -> String {
        let given = self.correlation_id.clone();
        given.unwrap_or_else(|| text(self.id.as_uuid()))
    }

    /// What its events say about why they happened.
    pub(super) fn metadata(&self, conversation: Option<String>) -> Metadata {
        let mut metadata = Metadata::new();
        metadata.command_id = Some(self.id);
        metadata.correlation_id = conversation;
        metadata.causation_id.clone_from(&self.causation_id);
        metadata.traceparent.clone_from(&self.traceparent);
        if let Known::Marked(mark) | Known::Asked(mark, _) = &self.known {
            metadata.session = Some(Arc::clone(mark));
        }
        metadata
    }
}

/// The text of an id, as it shows itself, without a formatter in between.
fn text(id: &Uuid) -> String {
    let mut room = Uuid::encode_buffer();
    id.hyphenated().encode_lower(&mut room).to_owned()
}
