//! Reading and writing as the store does, without a file. What is read gets a good seal first:
//! without one nothing is read any further.

use super::{beside, record, seal};
use crate::{
    ActorId, ActorSnapshot, Checkpoint, Commit, Namespace, Position, Recorded, StoreError, wire,
};

const POSITION: Position = Position::new(7);

/// Reads what lies in the log.
///
/// # Errors
/// If it is no commit.
pub fn read_record(mut bytes: Vec<u8>) -> Result<Recorded, StoreError> {
    seal::close(&mut bytes, &POSITION.as_u64().to_le_bytes());
    record::Heading::read(POSITION, &bytes)?;
    record::read(POSITION, &bytes)
}

/// What lies in the log.
pub fn write_record(commit: &Commit) -> Vec<u8> {
    let body = wire::encode(commit, &Namespace::default());
    record::Record::new(commit, &body).sealed(POSITION, crate::Timestamp::UNIX_EPOCH)
}

/// Reads a checkpoint, and the one that is written of it.
///
/// # Errors
/// If it is none.
pub fn read_checkpoint(mut bytes: Vec<u8>) -> Result<[Checkpoint; 2], StoreError> {
    let (namespace, reader) = (Namespace::default(), "reader");
    seal::close(&mut bytes, &beside::place(&namespace, reader));
    let read = beside::read_checkpoint(&namespace, reader, &bytes)?;
    let again = beside::checkpoint(&namespace, reader, &read);
    let again = beside::read_checkpoint(&namespace, reader, &again)?;
    Ok([read, again])
}

/// Reads a snapshot, and the one that is written of it.
///
/// # Errors
/// If it is none.
pub fn read_snapshot(
    actor: &ActorId,
    mut bytes: Vec<u8>,
) -> Result<[ActorSnapshot; 2], StoreError> {
    let namespace = Namespace::default();
    seal::close(&mut bytes, &beside::place(&namespace, actor.as_str()));
    let read = beside::read_snapshot(&namespace, actor, &bytes)?;
    let again = beside::snapshot(&namespace, &read);
    let again = beside::read_snapshot(&namespace, actor, &again)?;
    Ok([read, again])
}
