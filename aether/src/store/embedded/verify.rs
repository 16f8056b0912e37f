use redb::{
    Database, ReadOnlyTable, ReadableDatabase as _, ReadableTable as _, ReadableTableMetadata as _,
};

use super::{
    failure::Failure,
    reading,
    record::{self, Heading},
    tables::{Tables, key, parse_key},
};
use crate::{Position, StoreError, StoreErrorKind, Version};

/// What was there when everything was read and found well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// How many commits.
    pub commits: u64,
    /// How many events in them.
    pub events: u64,
    /// Of how many actors.
    pub actors: u64,
}

type Log = ReadOnlyTable<u64, &'static [u8]>;
type Actors = ReadOnlyTable<&'static [u8], u64>;

/// Reads everything, as it is at one moment. Blocks.
pub(super) fn verify(database: &Database, tables: &Tables) -> Result<Verified, Failure> {
    let tx = database.begin_read()?;
    let (log, actors) = match (
        reading::table(&tx, tables.log())?,
        reading::table(&tx, tables.actors())?,
    ) {
        (Some(log), Some(actors)) => (log, actors),
        (None, None) => return Ok(Verified::default()),
        (None, Some(_)) | (Some(_), None) => {
            return Err(corrupt("half of the namespace is missing").into());
        }
    };
    let mut verified = Verified::default();
    check_log(&log, &actors, &mut verified)?;
    check_histories(&log, &actors, &mut verified)?;
    if log.len()? != verified.commits {
        return Err(corrupt("the log has commits that cannot be reached").into());
    }
    Ok(verified)
}

/// The log has no gaps, its records are whole, and each is in the history of its actor.
fn check_log(log: &Log, actors: &Actors, verified: &mut Verified) -> Result<(), Failure> {
    for stored in log.iter()? {
        let (position, bytes) = stored?;
        let next = Position::new(verified.commits + 1);
        if position.value() != next.as_u64() {
            return Err(record::missing(next).into());
        }
        let commit = record::read(next, bytes.value())?.commit;
        let there = actors.get(key(commit.actor_id(), commit.version()).as_slice())?;
        if there.map(|position| position.value()) != Some(next.as_u64()) {
            let what = "the history of its actor does not lead to a commit";
            return Err(corrupt(what).at(next).into());
        }
        verified.commits += 1;
        verified.events += commit.events().len() as u64;
    }
    Ok(())
}

/// The commits of each actor follow each other, and there are no more of them than in the log.
fn check_histories(log: &Log, actors: &Actors, verified: &mut Verified) -> Result<(), Failure> {
    let (mut before, mut indexed) = ((Vec::new(), Version::NONE), 0);
    for place in actors.iter()? {
        let (key, position) = place?;
        let position = Position::new(position.value());
        let strange = || corrupt("a history leads to a commit that does not follow").at(position);
        let (actor, last) = parse_key(key.value()).ok_or_else(strange)?;
        if before.0 != actor {
            before = (actor.to_vec(), Version::NONE);
            verified.actors += 1;
        }
        let stored = log.get(position.as_u64())?;
        let stored = stored.ok_or_else(|| record::missing(position))?;
        let heading = Heading::read(position, stored.value())?;
        if heading.expected != before.1 || heading.last != last {
            return Err(strange().into());
        }
        before.1 = last;
        indexed += 1;
    }
    if indexed != verified.commits {
        return Err(corrupt("the histories of actors have other commits than the log").into());
    }
    Ok(())
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, what)
}
