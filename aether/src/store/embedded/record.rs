use bytes::Bytes;
use uuid::Uuid;

use crate::{
    Commit, CommitId, InvalidCommit, Position, Recorded, StoreError, StoreErrorKind, Version,
    wire::{self, DecodeError},
};

/// How a record is laid out: its checksum, this number, the commit's id, the version before its
/// events and the one of the last, each little-endian, and then its events in their wire form.
const LAYOUT: u8 = 1;
const HEADING: usize = 4 + 1 + 16 + 8 + 8;

/// A commit as it is to be stored, without the place it will have.
#[derive(Debug)]
pub(super) struct Record(Vec<u8>);

/// What stands before the events of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) commit_id: CommitId,
    /// The version before the first event.
    pub(super) expected: Version,
    /// The version of the last event.
    pub(super) last: Version,
}

/// Says why some bytes are not a commit.
#[derive(Debug, thiserror::Error)]
enum NotACommit {
    #[error("it is {0} bytes long, which is too short")]
    Short(usize),
    #[error("its checksum is {found:08x} and should be {wanted:08x}")]
    Checksum { found: u32, wanted: u32 },
    #[error("it is laid out in way {0}, which is not known")]
    Layout(u8),
    #[error("its events are not what they should be")]
    Body(#[from] DecodeError),
    #[error("its events do not belong together")]
    Events(#[from] InvalidCommit),
    #[error("its events have other versions than it says")]
    Versions,
}

impl Record {
    pub(super) fn new(commit: &Commit, body: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEADING + body.len());
        bytes.extend_from_slice(&[0; 4]);
        bytes.push(LAYOUT);
        bytes.extend_from_slice(commit.id().as_uuid().as_bytes());
        bytes.extend_from_slice(&commit.expected().as_u64().to_le_bytes());
        bytes.extend_from_slice(&commit.version().as_u64().to_le_bytes());
        bytes.extend_from_slice(body);
        Self(bytes)
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The bytes as they lie at a position.
    pub(super) fn sealed(&self, position: Position) -> Vec<u8> {
        let mut bytes = self.0.clone();
        if let Some((checksum, rest)) = bytes.split_first_chunk_mut::<4>() {
            *checksum = digest(position, rest).to_le_bytes();
        }
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

/// Nothing lies at a position where something should.
pub(super) fn missing(position: Position) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "a commit is missing in the log").at(position)
}

fn damaged(position: Position, reason: NotACommit) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "a record in the log is damaged")
        .at(position)
        .because(reason)
}

fn digest(position: Position, rest: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&position.as_u64().to_le_bytes());
    hasher.update(rest);
    hasher.finalize()
}

fn parse(position: Position, bytes: &[u8]) -> Result<(Heading, &[u8]), NotACommit> {
    let short = || NotACommit::Short(bytes.len());
    let (checksum, rest) = bytes.split_first_chunk::<4>().ok_or_else(short)?;
    let (found, wanted) = (digest(position, rest), u32::from_le_bytes(*checksum));
    if found != wanted {
        return Err(NotACommit::Checksum { found, wanted });
    }
    let (layout, rest) = rest.split_first().ok_or_else(short)?;
    if *layout != LAYOUT {
        return Err(NotACommit::Layout(*layout));
    }
    let (id, rest) = rest.split_first_chunk::<16>().ok_or_else(short)?;
    let (expected, rest) = rest.split_first_chunk::<8>().ok_or_else(short)?;
    let (last, body) = rest.split_first_chunk::<8>().ok_or_else(short)?;
    let heading = Heading {
        commit_id: Uuid::from_bytes(*id).into(),
        expected: Version::new(u64::from_le_bytes(*expected)),
        last: Version::new(u64::from_le_bytes(*last)),
    };
    Ok((heading, body))
}

fn decode(position: Position, bytes: &[u8]) -> Result<Recorded, NotACommit> {
    let (heading, body) = parse(position, bytes)?;
    let events = wire::decode(&Bytes::copy_from_slice(body))?;
    let commit = Commit::new(events)?.with_id(heading.commit_id);
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
        let body = wire::encode(commit.events(), &Namespace::default());
        Record::new(commit, &body).sealed(Position::new(position))
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
