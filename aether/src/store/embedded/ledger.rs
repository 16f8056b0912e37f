use redb::{ReadableTable, Table, WriteTransaction};

use super::{
    failure::Failure,
    record::{self, Heading, Record},
    tables::{Tables, key, parse_key},
};
use crate::{ActorId, CommitId, Position, StoreError, Version, VersionConflict};

/// A commit that is to be stored.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) actor: ActorId,
    pub(super) commit_id: CommitId,
    pub(super) expected: Version,
    pub(super) last: Version,
    pub(super) record: Record,
}

/// The log of a namespace, in a transaction that writes.
pub(super) struct Ledger<'tx> {
    log: Table<'tx, u64, &'static [u8]>,
    actors: Table<'tx, &'static [u8], u64>,
}

impl<'tx> Ledger<'tx> {
    pub(super) fn open(tx: &'tx WriteTransaction, tables: &Tables) -> Result<Self, Failure> {
        Ok(Self {
            log: tx.open_table(tables.log())?,
            actors: tx.open_table(tables.actors())?,
        })
    }

    /// Stores a commit, if its actor is where it expects it, or finds it stored.
    pub(super) fn append(&mut self, entry: &Entry) -> Result<Position, Failure> {
        let current = version(&self.actors, &entry.actor)?;
        if current == entry.expected {
            return self.store(entry);
        }
        if current > entry.expected
            && let Some(position) = find(&self.log, &self.actors, entry)?
        {
            return Ok(position);
        }
        let conflict = VersionConflict {
            actor_id: entry.actor.clone(),
            attempted: entry.expected.next(),
            current,
        };
        Err(StoreError::from(conflict).into())
    }

    fn store(&mut self, entry: &Entry) -> Result<Position, Failure> {
        let position = Position::new(head(&self.log)?.as_u64() + 1);
        let bytes = entry.record.sealed(position);
        self.log.insert(position.as_u64(), bytes.as_slice())?;
        let key = key(&entry.actor, entry.last);
        self.actors.insert(key.as_slice(), position.as_u64())?;
        Ok(position)
    }
}

/// Where the log ends.
pub(super) fn head(log: &impl ReadableTable<u64, &'static [u8]>) -> Result<Position, Failure> {
    let last = log.last()?;
    Ok(last.map_or(Position::START, |(position, _)| {
        Position::new(position.value())
    }))
}

/// The version an actor is at.
pub(super) fn version(
    actors: &impl ReadableTable<&'static [u8], u64>,
    actor: &ActorId,
) -> Result<Version, Failure> {
    let (first, last) = (
        key(actor, Version::NONE),
        key(actor, Version::new(u64::MAX)),
    );
    let mut commits = actors.range::<&[u8]>(first.as_slice()..=last.as_slice())?;
    let Some(commit) = commits.next_back() else {
        return Ok(Version::NONE);
    };
    let (key, _) = commit?;
    Ok(parse_key(key.value()).map_or(Version::NONE, |(_, version)| version))
}

/// Where a commit is stored, if it is.
///
/// It can only be where its actor's events begin with the version it brings first, so no index of
/// the ids is needed to know a commit for ever.
pub(super) fn find(
    log: &impl ReadableTable<u64, &'static [u8]>,
    actors: &impl ReadableTable<&'static [u8], u64>,
    entry: &Entry,
) -> Result<Option<Position>, Failure> {
    let (from, to) = (
        key(&entry.actor, entry.expected.next()),
        key(&entry.actor, Version::new(u64::MAX)),
    );
    let there = actors
        .range::<&[u8]>(from.as_slice()..=to.as_slice())?
        .next();
    let Some(there) = there else {
        return Ok(None);
    };
    let position = Position::new(there?.1.value());
    let stored = log.get(position.as_u64())?;
    let stored = stored.ok_or_else(|| record::missing(position))?;
    let heading = Heading::read(position, stored.value())?;
    let is_the_same = heading.commit_id == entry.commit_id && heading.last == entry.last;
    Ok(is_the_same.then_some(position))
}
