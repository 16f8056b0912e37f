use redb::{ReadableTable, Table, WriteTransaction};

use super::{
    failure::Failure,
    record::{self, Heading, Record},
    tables::{Tables, key, parse_key},
};
use crate::{ActorId, CommitId, Position, StoreError, Timestamp, Version, VersionConflict};

/// A commit that is to be stored.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) actor: ActorId,
    pub(super) commit_id: CommitId,
    pub(super) expected: Version,
    pub(super) last: Version,
    pub(super) record: Record,
}

/// Commits that are stored all together or not at all, as long as some other actors stand where
/// they stood.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) entries: Vec<Entry>,
    pub(super) guards: Vec<(ActorId, Version)>,
}

impl Unit {
    /// How many bytes there are to write.
    pub(super) fn size(&self) -> usize {
        self.entries.iter().map(|entry| entry.record.len()).sum()
    }
}

/// The log of a namespace, in a transaction that writes.
pub(super) struct Ledger<'tx> {
    log: Table<'tx, u64, &'static [u8]>,
    actors: Table<'tx, &'static [u8], u64>,
    /// When what is written now is stored: never earlier than what is there.
    now: Timestamp,
}

impl<'tx> Ledger<'tx> {
    pub(super) fn open(
        tx: &'tx WriteTransaction,
        tables: &Tables,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let log = tx.open_table(tables.log())?;
        let now = last_stored(&log)?.map_or(now, |last| now.max(last));
        Ok(Self {
            log,
            actors: tx.open_table(tables.actors())?,
            now,
        })
    }

    /// Stores all commits, if every actor is where it is expected, or finds them all stored.
    ///
    /// Everything is checked before anything is written, so that a refusal leaves no trace.
    pub(super) fn append(&mut self, unit: &Unit) -> Result<Vec<Position>, Failure> {
        let Some(conflict) = self.conflict(unit)? else {
            return unit.entries.iter().map(|it| self.store(it)).collect();
        };
        let known = find(&self.log, &self.actors, unit)?;
        known.ok_or_else(|| StoreError::from(conflict).into())
    }

    /// The first actor that is elsewhere. A commit that is stored already has moved its own.
    fn conflict(&self, unit: &Unit) -> Result<Option<VersionConflict>, Failure> {
        let written = unit.entries.iter().map(|it| (&it.actor, it.expected));
        let guarded = unit.guards.iter().map(|(actor, at)| (actor, *at));
        for (actor, expected) in written.chain(guarded) {
            let current = version(&self.actors, actor)?;
            if current != expected {
                return Ok(Some(VersionConflict {
                    actor_id: actor.clone(),
                    attempted: expected.next(),
                    current,
                }));
            }
        }
        Ok(None)
    }

    fn store(&mut self, entry: &Entry) -> Result<Position, Failure> {
        let position = Position::new(head(&self.log)?.as_u64() + 1);
        let bytes = entry.record.sealed(position, self.now);
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

/// When the last commit was stored. One that is damaged does not say, and keeps no other from
/// being stored.
fn last_stored(log: &impl ReadableTable<u64, &'static [u8]>) -> Result<Option<Timestamp>, Failure> {
    let last = log.last()?;
    Ok(last.and_then(|(position, bytes)| {
        record::stored(Position::new(position.value()), bytes.value()).ok()
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

/// Where the commits are stored, if they all are.
pub(super) fn find(
    log: &impl ReadableTable<u64, &'static [u8]>,
    actors: &impl ReadableTable<&'static [u8], u64>,
    unit: &Unit,
) -> Result<Option<Vec<Position>>, Failure> {
    let entries = unit.entries.iter();
    entries.map(|it| find_one(log, actors, it)).collect()
}

/// Where a commit is stored, if it is.
///
/// It can only be where its actor's events begin with the version it brings first, so no index of
/// the ids is needed to know a commit for ever.
fn find_one(
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
