//! Commands that are carried out in another process, and what comes of them, as JSON: a reader
//! leaves what it does not know.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::{
    actors::Full,
    command_error::{CommandError, Refusal, RemoteRefusal},
    envelope::{Envelope, Known},
    follower::chain,
    send::Sent,
};
use crate::{
    ActorId, CommandId, Commit, Namespace, Payload, Position, SessionMark, StoreError,
    StoreErrorKind, Version,
    domain::{Outgoing, Timing},
    wire,
};

/// A command on its way to the process that has its actor.
#[derive(Serialize, Deserialize)]
struct CommandForm<'a> {
    command: &'a str,
    key: String,
    #[serde(borrow)]
    data: &'a RawValue,
    id: CommandId,
    known: KnownForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<String>,
    /// Behind which place in the log the command's commit lies, if there is one.
    #[serde(default, skip_serializing_if = "Position::is_start")]
    behind: Position,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correlation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    causation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    waits: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KnownForm {
    Given,
    Asked,
    Marked,
}

/// What came of a command.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AnswerForm {
    Sent {
        version: Version,
        #[serde(default)]
        position: Option<Position>,
        repeated: bool,
        /// The events, as CloudEvents.
        #[serde(default)]
        events: Option<Box<RawValue>>,
    },
    Refused(String),
    Conflict {
        attempts: u32,
        text: String,
    },
    Store {
        kind: KindForm,
        text: String,
    },
    Busy(usize),
    Expired,
    Overdue,
    Failed(String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindForm {
    Conflict,
    Unavailable,
    InDoubt,
    Corrupt,
    Misconfigured,
    TooLarge,
    Invalid,
}

/// Writes a command for the process that has its actor.
pub(super) fn write(envelope: &Envelope) -> Result<Bytes, serde_json::Error> {
    let nowhere = Position::START;
    let (known, mark, behind) = match &envelope.known {
        Known::Fresh | Known::Given => (KnownForm::Given, None, nowhere),
        Known::Asked(mark, place) => (KnownForm::Asked, Some(mark.to_string()), *place),
        Known::Marked(mark) => (KnownForm::Marked, Some(mark.to_string()), nowhere),
    };
    let form = CommandForm {
        command: envelope.outgoing.command,
        key: envelope.outgoing.key.clone(),
        data: serde_json::from_str(envelope.outgoing.data.as_str())?,
        id: envelope.id,
        known,
        mark,
        behind,
        correlation: envelope.correlation_id.clone(),
        causation: envelope.causation_id.clone(),
        traceparent: envelope.traceparent.clone(),
        waits: envelope.full == Full::Wait,
    };
    serde_json::to_vec(&form).map(Bytes::from)
}

/// Reads a command; `known` gives its name as this process knows it. None, if it makes no sense
/// here.
pub(super) fn read(
    written: &[u8],
    deadline: Instant,
    known: impl Fn(&str) -> Option<&'static str>,
) -> Option<Envelope> {
    let form: CommandForm<'_> = serde_json::from_slice(written).ok()?;
    let mark = || -> Option<Arc<SessionMark>> {
        let mark = form.mark.as_deref()?.parse().ok()?;
        Some(Arc::new(mark))
    };
    Some(Envelope {
        id: form.id,
        known: match form.known {
            KnownForm::Given => Known::Given,
            KnownForm::Asked => Known::Asked(mark()?, form.behind),
            KnownForm::Marked => Known::Marked(mark()?),
        },
        outgoing: Outgoing {
            command: known(form.command)?,
            key: form.key,
            data: Payload::of(form.data).ok()?,
            timing: Timing::Now,
        },
        correlation_id: form.correlation,
        causation_id: form.causation,
        traceparent: form.traceparent,
        deadline: Some(deadline),
        full: if form.waits { Full::Wait } else { Full::Refuse },
    })
}

/// Writes what came of a command.
pub(super) fn write_answer(answer: Result<Sent, CommandError>) -> Bytes {
    let form = match answer {
        Ok(sent) => AnswerForm::of(sent),
        Err(err) => AnswerForm::failed(&err),
    };
    // Texts and numbers can always be written.
    Bytes::from(serde_json::to_vec(&form).unwrap_or_default())
}

/// Says that a command makes no sense here.
pub(super) fn unreadable() -> Bytes {
    let text = "it cannot be read there, or nothing handles it there".to_owned();
    Bytes::from(serde_json::to_vec(&AnswerForm::Failed(text)).unwrap_or_default())
}

/// Reads what came of a command that was sent to the actor of this type and key.
pub(super) fn read_answer(
    answer: &[u8],
    envelope: &Envelope,
    actor_type: &str,
) -> Result<Sent, CommandError> {
    let garbled = |text: String| {
        let text = format!("the node's answer to the command cannot be read: {text}");
        CommandError::Store(StoreError::new(StoreErrorKind::InDoubt, text))
    };
    let form: AnswerForm =
        serde_json::from_slice(answer).map_err(|err| garbled(err.to_string()))?;
    let command = envelope.outgoing.command;
    let actor_id = ActorId::of(actor_type, &envelope.outgoing.key)
        .map_err(|source| CommandError::Address { command, source })?;
    Err(match form {
        AnswerForm::Sent {
            version,
            position,
            repeated,
            events,
        } => {
            let events = events.map(|it| wire::decode(&Bytes::from(it.get().to_owned())));
            let contents = events.transpose().map_err(|err| garbled(err.to_string()))?;
            let commit = contents.map(|it| Commit::new(it.events)).transpose();
            let commit = commit.map_err(|err| garbled(err.to_string()))?;
            let at = (version, position);
            return Ok(Sent::answered(actor_id, at, repeated, commit));
        }
        AnswerForm::Refused(text) => CommandError::Refused(Refusal::new(RemoteRefusal(text))),
        AnswerForm::Conflict { attempts, text } => CommandError::Conflict {
            attempts,
            source: StoreError::new(StoreErrorKind::Conflict, text),
        },
        AnswerForm::Store { kind, text } => CommandError::Store(StoreError::new(kind.into(), text)),
        AnswerForm::Busy(waiting) => CommandError::Busy { actor_id, waiting },
        AnswerForm::Expired => CommandError::Expired,
        AnswerForm::Overdue => CommandError::Overdue { id: envelope.id },
        AnswerForm::Failed(reason) => CommandError::Remote { command, reason },
    })
}

impl AnswerForm {
    fn of(sent: Sent) -> Self {
        let (version, position, repeated) = (sent.version, sent.position, sent.repeated);
        let commit = Commit::new(sent.into_events()).ok();
        let written = commit.map(|it| wire::encode(&it, &Namespace::default()));
        let written = written.and_then(|it| String::from_utf8(it).ok());
        Self::Sent {
            version,
            position,
            repeated,
            events: written.and_then(|it| RawValue::from_string(it).ok()),
        }
    }

    fn failed(err: &CommandError) -> Self {
        match err {
            CommandError::Refused(refusal) => Self::Refused(refusal.to_string()),
            CommandError::Conflict { attempts, source } => Self::Conflict {
                attempts: *attempts,
                text: chain(source),
            },
            CommandError::Store(source) => Self::Store {
                kind: source.kind().into(),
                text: chain(source),
            },
            CommandError::Busy { waiting, .. } => Self::Busy(*waiting),
            CommandError::Expired => Self::Expired,
            CommandError::Overdue { .. } => Self::Overdue,
            CommandError::Unhandled { .. }
            | CommandError::Address { .. }
            | CommandError::Shape { .. }
            | CommandError::Unreadable(_)
            | CommandError::Remote { .. }
            | CommandError::Moved
            | CommandError::Stopped
            | CommandError::Unprojected { .. } => Self::Failed(chain(err)),
        }
    }
}

impl From<KindForm> for StoreErrorKind {
    fn from(kind: KindForm) -> Self {
        match kind {
            KindForm::Conflict => Self::Conflict,
            KindForm::Unavailable => Self::Unavailable,
            KindForm::InDoubt => Self::InDoubt,
            KindForm::Corrupt => Self::Corrupt,
            KindForm::Misconfigured => Self::Misconfigured,
            KindForm::TooLarge => Self::TooLarge,
            KindForm::Invalid => Self::Invalid,
        }
    }
}

impl From<StoreErrorKind> for KindForm {
    fn from(kind: StoreErrorKind) -> Self {
        match kind {
            StoreErrorKind::Conflict => Self::Conflict,
            StoreErrorKind::Unavailable => Self::Unavailable,
            StoreErrorKind::InDoubt => Self::InDoubt,
            StoreErrorKind::Corrupt => Self::Corrupt,
            StoreErrorKind::Misconfigured => Self::Misconfigured,
            StoreErrorKind::TooLarge => Self::TooLarge,
            StoreErrorKind::Invalid => Self::Invalid,
        }
    }
}
