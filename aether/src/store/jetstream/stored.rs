use std::str::FromStr;

use async_nats::{HeaderMap, HeaderName, Message, Subject, jetstream};
use bytes::Bytes;

use super::{block::Block, memo::Place, names::Names};
use crate::{
    ActorId, Commit, CommitId, InvalidCommit, Position, Receipt, Recorded, StoreError,
    StoreErrorKind, Version,
    wire::{self, DecodeError},
};

/// The header with a commit's id, by which the server too knows a repetition.
pub(super) const COMMIT_ID: &str = "Nats-Msg-Id";
/// The header with the sequence of the actor's commit before, 0 for none: the guard.
pub(super) const GUARD: &str = "Nats-Expected-Last-Subject-Sequence";
/// The header with the subject that a guard is about, if that is not the message's own.
pub(super) const GUARDED: &str = "Nats-Expected-Last-Subject-Sequence-Subject";
/// The header with a commit's first and last version, `3-5`.
pub(super) const VERSIONS: &str = "Aether-Versions";
/// The header with the types of a commit's events, in order, each once; left out if it would be
/// very long.
pub(super) const EVENT_TYPES: &str = "Aether-Event-Types";
/// The header with the id of the command that caused a commit.
pub(super) const COMMAND_ID: &str = "Aether-Command-Id";
/// The header with the media type.
pub(super) const CONTENT_TYPE: &str = "Content-Type";

/// From how many bytes on a body is kept as it was read.
const COPIED: usize = 16 << 10;

const SUBJECT: &str = "Nats-Subject";
const SEQUENCE: &str = "Nats-Sequence";

/// A message as it lies in the stream.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) sequence: u64,
    pub(super) subject: Subject,
    pub(super) headers: HeaderMap,
    payload: Bytes,
}

/// What the headers say of a commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heading {
    pub(super) commit_id: CommitId,
    pub(super) first: Version,
    pub(super) last: Version,
    pub(super) sequence: u64,
    /// The sequence of the actor's commit before, 0 for none.
    pub(super) previous: u64,
}

/// Says why a message is not a commit.
#[derive(Debug, thiserror::Error)]
enum NotACommit {
    #[error("the header `{0}` is missing")]
    Missing(&'static str),
    #[error("the header `{name}` is `{value}`")]
    Header { name: &'static str, value: String },
    #[error("its body is not what it should be")]
    Body(#[from] DecodeError),
    #[error("its events do not belong together")]
    Events(#[from] InvalidCommit),
    #[error("its events have versions {found}, its header says {wanted}")]
    Versions { found: String, wanted: String },
    #[error("its subject is `{subject}`, but its events are those of `{actor}`")]
    Subject { subject: String, actor: ActorId },
}

impl Heading {
    pub(super) const fn place(&self) -> Place {
        Place {
            version: self.last,
            sequence: self.sequence,
        }
    }

    pub(super) const fn receipt(&self) -> Receipt {
        Receipt {
            position: Position::new(self.sequence),
            version: self.last,
        }
    }
}

impl From<jetstream::message::StreamMessage> for Stored {
    fn from(message: jetstream::message::StreamMessage) -> Self {
        Self {
            sequence: message.sequence,
            subject: message.subject,
            headers: message.headers,
            payload: message.payload,
        }
    }
}

impl Stored {
    /// A message that has these parts.
    #[cfg(feature = "fuzzing")]
    pub(super) const fn of(
        sequence: u64,
        subject: Subject,
        headers: HeaderMap,
        payload: Bytes,
    ) -> Self {
        Self {
            sequence,
            subject,
            headers,
            payload,
        }
    }

    /// A message as a consumer delivers it.
    pub(super) fn delivered(sequence: u64, message: Message) -> Self {
        Self {
            sequence,
            subject: message.subject,
            headers: message.headers.unwrap_or_default(),
            payload: message.payload,
        }
    }

    /// A message as a direct get answers it; none if the server's headers are not there.
    pub(super) fn fetched(message: Message) -> Option<Self> {
        let headers = message.headers?;
        let sequence = headers.get_last(SEQUENCE)?.as_str().parse().ok()?;
        let subject = Subject::from(headers.get_last(SUBJECT)?.as_str());
        Some(Self {
            sequence,
            subject,
            headers,
            payload: message.payload,
        })
    }

    /// How many bytes its body takes.
    pub(super) const fn len(&self) -> usize {
        self.payload.len()
    }

    /// Its body, to be kept.
    ///
    /// What is small is copied: its bytes are a part of what was read from the connection at one
    /// time, and whoever keeps an event would keep all of that, headers and all.
    pub(super) fn body(&self) -> Bytes {
        match self.len() {
            0..COPIED => Bytes::copy_from_slice(&self.payload),
            COPIED.. => self.payload.clone(),
        }
    }

    /// What the headers say.
    pub(super) fn heading(&self) -> Result<Heading, StoreError> {
        self.read_heading().map_err(|reason| self.corrupt(reason))
    }

    /// The commit, which is probably one of the actor that is guessed. What is small in it is kept
    /// in the block.
    pub(super) fn recorded(
        &self,
        names: &Names,
        guess: Option<&ActorId>,
        block: &mut Block,
    ) -> Result<Recorded, StoreError> {
        self.read_commit(names, guess, block)
            .map_err(|reason| self.corrupt(reason))
    }

    /// A header that the server adds to its answer.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.headers.get_last(name)?.as_str().parse().ok()
    }

    fn corrupt(&self, reason: NotACommit) -> StoreError {
        StoreError::new(
            StoreErrorKind::Corrupt,
            "a message in the stream is not a commit",
        )
        .at(Position::new(self.sequence))
        .because(reason)
    }

    fn value(&self, name: &'static str) -> Result<&str, NotACommit> {
        let value = self.headers.get_last(HeaderName::from_static(name));
        let value = value.ok_or(NotACommit::Missing(name))?;
        Ok(value.as_str())
    }

    fn read_heading(&self) -> Result<Heading, NotACommit> {
        let (versions, id) = (self.value(VERSIONS)?, self.value(COMMIT_ID)?);
        let guard = self.value(GUARD)?;
        let (first, last) = parse_versions(versions).ok_or_else(|| bad(VERSIONS, versions))?;
        Ok(Heading {
            commit_id: parsed(COMMIT_ID, id)?,
            first,
            last,
            sequence: self.sequence,
            previous: parsed(GUARD, guard)?,
        })
    }

    /// The commit with this id that the body holds. Of one event alone, only the data is kept.
    fn commit(
        &self,
        id: CommitId,
        guess: Option<&ActorId>,
        block: &mut Block,
    ) -> Result<Commit, NotACommit> {
        let is_batch = self.payload.first() != Some(&b'{');
        let events = if is_batch {
            let body = self.body();
            wire::own_events(&body, guess, |data| body.slice_ref(data.as_bytes()))
        } else {
            wire::own_events(&self.payload, guess, |data| match data.len() {
                0..COPIED => block.keep(data.as_bytes()),
                COPIED.. => self.payload.slice_ref(data.as_bytes()),
            })
        };
        match events {
            Some(events) => Ok(Commit::identified(id, events)?),
            None => Ok(wire::decode_any(&self.body())?.into_commit(id)?),
        }
    }

    fn read_commit(
        &self,
        names: &Names,
        guess: Option<&ActorId>,
        block: &mut Block,
    ) -> Result<Recorded, NotACommit> {
        let versions = self.value(VERSIONS)?;
        let wanted = parse_versions(versions).ok_or_else(|| bad(VERSIONS, versions))?;
        let id = parsed(COMMIT_ID, self.value(COMMIT_ID)?)?;
        let commit = self.commit(id, guess, block)?;
        let found = (commit.expected().next(), commit.version());
        if found != wanted {
            let found = write_versions(found.0, found.1);
            let wanted = versions.to_owned();
            return Err(NotACommit::Versions { found, wanted });
        }
        if !names.is_subject_of(&self.subject, commit.actor_id()) {
            let (subject, actor) = (self.subject.to_string(), commit.actor_id().clone());
            return Err(NotACommit::Subject { subject, actor });
        }
        let position = Position::new(self.sequence);
        Ok(Recorded { position, commit })
    }
}

fn parsed<T: FromStr>(name: &'static str, value: &str) -> Result<T, NotACommit> {
    value.parse().map_err(|_the_value_says_it| bad(name, value))
}

fn bad(name: &'static str, value: &str) -> NotACommit {
    let value = value.to_owned();
    NotACommit::Header { name, value }
}

pub(super) fn write_versions(first: Version, last: Version) -> String {
    format!("{first}-{last}")
}

fn parse_versions(text: &str) -> Option<(Version, Version)> {
    let (first, last) = text.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    (0 < first && first <= last).then_some((Version::new(first), Version::new(last)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Namespace};

    #[test]
    fn whoever_keeps_a_small_event_keeps_nothing_of_what_it_was_read_from() {
        for count in [1, 3] {
            let event = |version| Event::new("a", version, "Counted", &version).unwrap();
            let commit = Commit::new((1_u64..=count).map(event)).unwrap();
            let body = Bytes::from(wire::encode(&commit, &Namespace::default()));
            let stored = Stored {
                sequence: 1,
                subject: Subject::from_static("a"),
                headers: HeaderMap::new(),
                payload: body.clone(),
            };
            let found = stored.commit(commit.id(), None, &mut Block::default());
            let found = found.unwrap();
            assert_eq!(found, commit);
            let read = body.as_ptr_range();
            let kept = |event: &Event| read.contains(&event.data.as_bytes().as_ptr());
            assert!(!found.events().iter().any(kept), "{count}");
        }
    }

    #[test]
    fn versions_in_a_header_are_read_as_they_are_written() {
        let versions = (Version::new(3), Version::new(5));
        assert_eq!(write_versions(versions.0, versions.1), "3-5");
        assert_eq!(parse_versions("3-5"), Some(versions));
        for bad in ["", "3", "0-1", "5-3", "-", "3-", "-3", "a-b", "3-5-7"] {
            assert_eq!(parse_versions(bad), None, "{bad}");
        }
    }
}
