//! What is kept beside the log: how far readers have come, and snapshots of actors.

use std::str;

use bytes::Bytes;
use uuid::Uuid;

use super::seal::{self, Broken};
use crate::{
    ActorId, ActorSnapshot, Checkpoint, CommitRef, InvalidSessions, InvalidTimestamp, Namespace,
    Payload, Position, ReaderState, Sessions, StoreError, StoreErrorKind, Version,
};

/// How both are laid out under their seal, numbers little-endian.
///
/// A checkpoint: the position, 1 if there is a state or 0, the hash of its schema, the state.
const LAYOUT: u8 = 1;
/// A snapshot: the version, the last commit (its id, big-endian, the version before it, its
/// position), the hash of the schema, the time as a text after its length, what is known of
/// sessions as a text after its length, which is a number, the state.
const SNAPSHOT_LAYOUT: u8 = 3;
/// The same, with nothing known of sessions.
const SNAPSHOT_WITHOUT_SESSIONS: u8 = 2;

/// Says why some bytes are not what they should be.
#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error(transparent)]
    Seal(#[from] Broken),
    #[error("it says neither that there is a state nor that there is none")]
    HasState,
    #[error("its time is no text")]
    NoText(#[from] str::Utf8Error),
    #[error("its time is none")]
    NoTime(#[from] InvalidTimestamp),
    #[error("it does not say what is known of sessions")]
    NoSessions(#[from] InvalidSessions),
}

/// A checkpoint as it lies in the file.
pub(super) fn checkpoint(namespace: &Namespace, reader: &str, checkpoint: &Checkpoint) -> Vec<u8> {
    let state = checkpoint.state.as_ref();
    let room = state.map_or(0, |state| 8 + state.data.as_bytes().len());
    let mut bytes = seal::begin(LAYOUT, 9 + room);
    bytes.extend_from_slice(&checkpoint.position.as_u64().to_le_bytes());
    bytes.push(state.is_some().into());
    if let Some(state) = state {
        bytes.extend_from_slice(&state.schema_hash.to_le_bytes());
        bytes.extend_from_slice(state.data.as_bytes());
    }
    seal::close(&mut bytes, &place(namespace, reader));
    bytes
}

/// Reads what [`checkpoint`] wrote.
pub(super) fn read_checkpoint(
    namespace: &Namespace,
    reader: &str,
    bytes: &[u8],
) -> Result<Checkpoint, StoreError> {
    parse_checkpoint(&place(namespace, reader), bytes)
        .map_err(|reason| damaged(format!("the checkpoint of `{reader}` is damaged"), reason))
}

fn parse_checkpoint(place: &[u8], bytes: &[u8]) -> Result<Checkpoint, Reason> {
    let mut unsealed = seal::open(bytes, place, LAYOUT)?;
    let position = Position::new(unsealed.number()?);
    let state = match unsealed.take()? {
        [0] => None,
        [1] => Some(ReaderState {
            schema_hash: unsealed.number()?,
            data: payload(unsealed.rest()),
        }),
        [_] => return Err(Reason::HasState),
    };
    Ok(Checkpoint { position, state })
}

/// A snapshot as it lies in the file.
pub(super) fn snapshot(namespace: &Namespace, snapshot: &ActorSnapshot) -> Vec<u8> {
    let (state, time) = (snapshot.state.as_bytes(), snapshot.timestamp.to_string());
    let sessions = snapshot.sessions.to_string();
    let room = 57 + time.len() + sessions.len() + state.len();
    let mut bytes = seal::begin(SNAPSHOT_LAYOUT, room);
    let CommitRef {
        id,
        expected,
        position,
    } = snapshot.last_commit;
    bytes.extend_from_slice(&snapshot.version.as_u64().to_le_bytes());
    bytes.extend_from_slice(id.as_uuid().as_bytes());
    bytes.extend_from_slice(&expected.as_u64().to_le_bytes());
    bytes.extend_from_slice(&position.as_u64().to_le_bytes());
    bytes.extend_from_slice(&snapshot.schema_hash.to_le_bytes());
    // A moment in RFC 3339 has at most 36 bytes.
    bytes.push(u8::try_from(time.len()).unwrap_or(u8::MAX));
    bytes.extend_from_slice(time.as_bytes());
    bytes.extend_from_slice(&(sessions.len() as u64).to_le_bytes());
    bytes.extend_from_slice(sessions.as_bytes());
    bytes.extend_from_slice(state);
    seal::close(&mut bytes, &place(namespace, snapshot.actor_id.as_str()));
    bytes
}

/// Reads what [`snapshot`] wrote.
pub(super) fn read_snapshot(
    namespace: &Namespace,
    actor: &ActorId,
    bytes: &[u8],
) -> Result<ActorSnapshot, StoreError> {
    parse_snapshot(&place(namespace, actor.as_str()), actor, bytes)
        .map_err(|reason| damaged(format!("the snapshot of `{actor}` is damaged"), reason))
}

fn parse_snapshot(place: &[u8], actor: &ActorId, bytes: &[u8]) -> Result<ActorSnapshot, Reason> {
    let (mut unsealed, has_sessions) = match seal::open(bytes, place, SNAPSHOT_LAYOUT) {
        Err(Broken::Layout(SNAPSHOT_WITHOUT_SESSIONS)) => {
            (seal::open(bytes, place, SNAPSHOT_WITHOUT_SESSIONS)?, false)
        }
        opened => (opened?, true),
    };
    let version = Version::new(unsealed.number()?);
    let last_commit = CommitRef {
        id: Uuid::from_bytes(unsealed.take()?).into(),
        expected: Version::new(unsealed.number()?),
        position: Position::new(unsealed.number()?),
    };
    Ok(ActorSnapshot {
        actor_id: actor.clone(),
        version,
        last_commit,
        schema_hash: unsealed.number()?,
        timestamp: str::from_utf8(unsealed.slice()?)?.parse()?,
        sessions: if has_sessions {
            str::from_utf8(unsealed.long_slice()?)?.parse()?
        } else {
            Sessions::unknown_until(last_commit.position)
        },
        state: payload(unsealed.rest()),
    })
}

/// What the checksum is over besides the bytes. The length keeps the two names apart.
pub(super) fn place(namespace: &Namespace, name: &str) -> Vec<u8> {
    let namespace = namespace.as_str().as_bytes();
    let length = namespace.len().to_le_bytes();
    [&length, namespace, name.as_bytes()].concat()
}

/// Only JSON is ever kept, and the checksum says that it is still the same.
fn payload(json: &[u8]) -> Payload {
    Payload::from_checked(Bytes::copy_from_slice(json))
}

fn damaged(what: String, reason: Reason) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, what).because(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor() -> ActorId {
        ActorId::new("Order.7").unwrap()
    }

    fn good_snapshot() -> ActorSnapshot {
        ActorSnapshot {
            actor_id: actor(),
            version: Version::new(9),
            last_commit: CommitRef {
                id: Uuid::from_u128(5 << 64).into(),
                expected: Version::NONE,
                position: Position::new(1),
            },
            sessions: r#"{"last":{"policy/A":{"position":3,"event":0,"number":1}}}"#
                .parse()
                .unwrap(),
            state: Payload::of(&("packed", 3)).unwrap(),
            schema_hash: u64::MAX - 1,
            timestamp: "2026-02-03T04:05:06.789012345Z".parse().unwrap(),
        }
    }

    fn good_checkpoint() -> Checkpoint {
        let state = ReaderState {
            schema_hash: 5,
            data: Payload::of(&["a"]).unwrap(),
        };
        Checkpoint {
            position: Position::new(u64::MAX),
            state: Some(state),
        }
    }

    /// The text of an error that says that something is damaged, and why.
    fn told<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> (String, String) {
        let err = answer.unwrap_err();
        assert_eq!(err.kind(), StoreErrorKind::Corrupt);
        let source = std::error::Error::source(&err).unwrap();
        (err.to_string(), source.to_string())
    }

    #[test]
    fn both_are_read_as_they_are_written() {
        let namespace = Namespace::default();
        for checkpoint in [good_checkpoint(), Position::new(3).into()] {
            let bytes = super::checkpoint(&namespace, "reader", &checkpoint);
            let read = read_checkpoint(&namespace, "reader", &bytes);
            assert_eq!(read.unwrap(), checkpoint);
        }
        let first = "-009999-01-02T03:04:05.123456789Z".parse().unwrap();
        for timestamp in [good_snapshot().timestamp, first] {
            let snapshot = ActorSnapshot {
                timestamp,
                ..good_snapshot()
            };
            let bytes = super::snapshot(&namespace, &snapshot);
            let read = read_snapshot(&namespace, &actor(), &bytes);
            assert_eq!(read.unwrap(), snapshot);
        }
    }

    #[test]
    fn a_snapshot_of_a_build_without_sessions_is_read_and_knows_nothing_of_them() {
        let (namespace, snapshot) = (Namespace::default(), good_snapshot());
        let mut bytes = super::snapshot(&namespace, &snapshot);
        let sessions = snapshot.sessions.to_string();
        let end = bytes.len() - snapshot.state.as_bytes().len();
        drop(bytes.drain(end - sessions.len() - 8..end));
        bytes[4] = SNAPSHOT_WITHOUT_SESSIONS;
        seal::close(&mut bytes, &place(&namespace, actor().as_str()));
        let sessions = Sessions::unknown_until(snapshot.last_commit.position);
        let read = read_snapshot(&namespace, &actor(), &bytes);
        assert_eq!(
            read.unwrap(),
            ActorSnapshot {
                sessions,
                ..snapshot
            }
        );
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed_and_named() {
        let namespace = Namespace::default();
        let checkpoint = checkpoint(&namespace, "reader", &good_checkpoint());
        let snapshot = snapshot(&namespace, &good_snapshot());
        let check = |bytes: &[u8], of_checkpoint: bool| {
            let (what, why) = if of_checkpoint {
                told(read_checkpoint(&namespace, "reader", bytes))
            } else {
                told(read_snapshot(&namespace, &actor(), bytes))
            };
            let named = ["the snapshot of `Order.7`", "the checkpoint of `reader`"];
            assert_eq!(
                what,
                format!("{} is damaged", named[usize::from(of_checkpoint)])
            );
            assert!(
                why.starts_with("its checksum is ") || bytes.len() < 4,
                "{why}"
            );
        };
        for (good, of_checkpoint) in [(checkpoint, true), (snapshot, false)] {
            for bit in 0..good.len() * 8 {
                let mut bad = good.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                check(&bad, of_checkpoint);
            }
            for length in 0..good.len() {
                check(&good[..length], of_checkpoint);
            }
        }
    }

    #[test]
    fn what_is_of_another_reader_actor_or_namespace_is_noticed() {
        let [a, ab] = ["a", "ab"].map(|name| Namespace::new(name).unwrap());
        let bytes = checkpoint(&a, "bc", &good_checkpoint());
        told(read_checkpoint(&a, "bd", &bytes));
        told(read_checkpoint(&ab, "c", &bytes));
        let bytes = snapshot(&a, &good_snapshot());
        told(read_snapshot(&a, &ActorId::new("Order.8").unwrap(), &bytes));
        told(read_snapshot(&ab, &actor(), &bytes));
    }
}
