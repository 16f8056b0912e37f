use std::ops::Range;

use bytes::Bytes;
use uuid::Uuid;

use super::seal::{self, Broken};
use crate::{
    Commit, CommitId, InvalidCommit, Position, Recorded, StoreError, StoreErrorKind, Timestamp,
    Version,
    wire::{self, DecodeError},
};

/// How a record is laid out under its seal: the time of storing in nanoseconds since 1970, the
/// commit's id, the version before its events and the one of the last, each little-endian, and
/// then the commit in its wire form.
const LAYOUT: u8 = 2;
/// The same without the time of storing, as files of format 2 have it.
const TIMELESS: u8 = 1;
const TIME: Range<usize> = 5..13;
const HEADING: usize = 8 + 16 + 8 + 8;

/// A commit as it is to be stored, without the place it will have.
#[derive(Debug)]
pub(super) struct Record(Vec<u8>);

/// What stands before the wire form of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heading {
    /// When it was stored, if that is known.
    stored: Option<Timestamp>,
    pub(super) commit_id: CommitId,
    /// The version before the first event.
    pub(super) expected: Version,
    /// The version of the last event.
    pub(super) last: Version,
}

/// Says why some bytes are not a commit.
#[derive(Debug, thiserror::Error)]
enum NotACommit {
    #[error(transparent)]
    Seal(#[from] Broken),
    #[error("its body is not what it should be")]
    Body(#[from] DecodeError),
    #[error("its events do not belong together")]
    Events(#[from] InvalidCommit),
    #[error("its events have other versions than it says")]
    Versions,
}

impl Record {
    pub(super) fn new(commit: &Commit, body: &[u8]) -> Self {
        let mut bytes = seal::begin(LAYOUT, HEADING + body.len());
        bytes.extend_from_slice(&[0; TIME.end - TIME.start]);
        bytes.extend_from_slice(commit.id().as_uuid().as_bytes());
        bytes.extend_from_slice(&commit.expected().as_u64().to_le_bytes());
        bytes.extend_from_slice(&commit.version().as_u64().to_le_bytes());
        bytes.extend_from_slice(body);
        Self(bytes)
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The bytes as they lie at a position, stored at a moment.
    pub(super) fn sealed(&self, position: Position, stored: Timestamp) -> Vec<u8> {
        let mut bytes = self.0.clone();
        if let Some(time) = bytes.get_mut(TIME) {
            time.copy_from_slice(&stored.as_unix_nanos().to_le_bytes());
        }
        seal::close(&mut bytes, &place(position));
        bytes
    }
}

impl Heading {
    /// Reads what stands before the events, and checks that all is as it was written.
    pub(super) fn read(position: Position, bytes: &[u8]) -> Result<Self, StoreError> {
        parse(position, bytes)
            .map(|(heading, _body)| heading)
            .map_err(|reason| damaged(position, reason))
    }
}

/// Reads the commit that lies at a position.
pub(super) fn read(position: Position, bytes: &[u8]) -> Result<Recorded, StoreError> {
    decode(position, bytes).map_err(|reason| damaged(position, reason))
}

/// When the commit that lies at a position was stored. A file of format 2 does not say; what its
/// last event says is as near as can be.
pub(super) fn stored(position: Position, bytes: &[u8]) -> Result<Timestamp, StoreError> {
    let (heading, _body) = parse(position, bytes).map_err(|reason| damaged(position, reason))?;
    if let Some(stored) = heading.stored {
        return Ok(stored);
    }
    let commit = read(position, bytes)?.commit;
    let last = commit.events().last().map(|event| event.timestamp);
    Ok(last.unwrap_or(Timestamp::UNIX_EPOCH))
}

/// Nothing lies at a position where something should.
pub(super) fn missing(position: Position) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "a commit is missing in the log").at(position)
}

fn damaged(position: Position, reason: NotACommit) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "a record in the log is damaged")
        .at(position)
        .because(reason)
}

const fn place(position: Position) -> [u8; 8] {
    position.as_u64().to_le_bytes()
}

fn parse(position: Position, bytes: &[u8]) -> Result<(Heading, &[u8]), NotACommit> {
    let layout = match bytes.get(4) {
        Some(&TIMELESS) => TIMELESS,
        _ => LAYOUT,
    };
    let mut unsealed = seal::open(bytes, &place(position), layout)?;
    let stored = match layout {
        TIMELESS => None,
        _ => Timestamp::from_unix_nanos(i64::from_le_bytes(unsealed.take()?)),
    };
    let heading = Heading {
        stored,
        commit_id: Uuid::from_bytes(unsealed.take()?).into(),
        expected: Version::new(unsealed.number()?),
        last: Version::new(unsealed.number()?),
    };
    Ok((heading, unsealed.rest()))
}

fn decode(position: Position, bytes: &[u8]) -> Result<Recorded, NotACommit> {
    let (heading, body) = parse(position, bytes)?;
    let contents = wire::decode(&Bytes::copy_from_slice(body))?;
    let commit = Commit::try_from(contents)?.with_id(heading.commit_id);
    if (commit.expected(), commit.version()) != (heading.expected, heading.last) {
        return Err(NotACommit::Versions);
    }
    Ok(Recorded { position, commit })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Event, Namespace};

    fn commit() -> Commit {
        let events = [3, 4].map(|it| Event::new("a", it, "Counted", &json!({ "n": it })).unwrap());
        Commit::new(events).unwrap()
    }

    fn sealed(commit: &Commit, position: u64) -> Vec<u8> {
        let body = wire::encode(commit, &Namespace::default());
        Record::new(commit, &body).sealed(Position::new(position), Timestamp::UNIX_EPOCH)
    }

    fn reason(err: &StoreError) -> String {
        std::error::Error::source(err).unwrap().to_string()
    }

    #[test]
    fn a_record_is_read_as_it_is_written() {
        let (commit, position) = (commit(), Position::new(7));
        let bytes = sealed(&commit, 7);
        assert_eq!(
            read(position, &bytes).unwrap(),
            Recorded {
                position,
                commit: commit.clone()
            }
        );
        let heading = Heading::read(position, &bytes).unwrap();
        assert_eq!(heading.commit_id, commit.id());
        assert_eq!(
            (heading.expected, heading.last),
            (Version::new(2), Version::new(4))
        );
    }

    #[test]
    fn a_record_says_when_it_was_stored() {
        let (commit, position) = (commit(), Position::new(7));
        let record = Record::new(&commit, &wire::encode(&commit, &Namespace::default()));
        let moment = Timestamp::from_unix_nanos(1_234_567_890_123_456_789).unwrap();
        let bytes = record.sealed(position, moment);
        assert_eq!(stored(position, &bytes).unwrap(), moment);
        assert_eq!(read(position, &bytes).unwrap().commit, commit);
    }

    #[test]
    fn a_record_without_a_time_is_read_and_its_last_event_says_when() {
        let (commit, position) = (commit(), Position::new(7));
        let mut bytes = sealed(&commit, 7);
        bytes.drain(TIME);
        bytes[4] = TIMELESS;
        seal::close(&mut bytes, &place(position));
        assert_eq!(read(position, &bytes).unwrap().commit, commit);
        let last = commit.events()[1].timestamp;
        assert_eq!(stored(position, &bytes).unwrap(), last);
    }

    #[test]
    fn every_changed_bit_is_noticed_and_said_where() {
        let good = sealed(&commit(), 7);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let err = read(Position::new(7), &bad).unwrap_err();
            assert_eq!(err.kind(), StoreErrorKind::Corrupt);
            assert_eq!(err.position(), Some(Position::new(7)), "bit {bit}");
            assert!(
                reason(&err).starts_with("its checksum is "),
                "bit {bit}: {}",
                reason(&err)
            );
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let good = sealed(&commit(), 7);
        for length in 0..good.len() {
            read(Position::new(7), &good[..length]).unwrap_err();
        }
    }

    #[test]
    fn a_record_in_the_place_of_another_is_noticed() {
        let err = read(Position::new(8), &sealed(&commit(), 7)).unwrap_err();
        assert!(
            reason(&err).starts_with("its checksum is "),
            "{}",
            reason(&err)
        );
    }
}
