use redb::{
    Database, ReadTransaction, ReadableDatabase as _, ReadableTable, ReadableTableMetadata as _,
    TableDefinition, TableError, TableHandle as _,
};

use super::{
    beside,
    failure::Failure,
    ledger::{self, Unit},
    record,
    tables::{CHECKPOINTS, SNAPSHOTS, Tables, key, parse_key},
};
use crate::{
    ActorId, ActorSnapshot, Checkpoint, Namespace, Page, Position, Recorded, StoreError,
    StoreErrorKind, Version,
};

/// How many commits are read at once, at most.
const COMMITS: usize = 1_000;

/// Commits that follow each other in the log.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) commits: Vec<Recorded>,
    /// What is wrong with the commit that comes next.
    pub(super) trouble: Option<StoreError>,
}

/// Opens a table, if anything was ever written to it.
pub(super) fn table<K: redb::Key + 'static, V: redb::Value + 'static>(
    tx: &ReadTransaction,
    definition: TableDefinition<'_, K, V>,
) -> Result<Option<redb::ReadOnlyTable<K, V>>, Failure> {
    match tx.open_table(definition) {
        Ok(table) => Ok(Some(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(err) => Err(err.into()),
    }
}

/// The namespaces whose logs hold commits, in the order of their names.
pub(super) fn namespaces(database: &Database) -> Result<Vec<Namespace>, Failure> {
    let tx = database.begin_read()?;
    let mut namespaces = Vec::new();
    for listed in tx.list_tables()? {
        let Some(namespace) = Tables::namespace(listed.name()) else {
            continue;
        };
        let log = table(&tx, Tables::of(&namespace).log())?;
        if log.map(|log| log.is_empty()).transpose()? == Some(false) {
            namespaces.push(namespace);
        }
    }
    namespaces.sort_unstable();
    Ok(namespaces)
}

/// Where the log ends. Checks that it is as long as it should be.
pub(super) fn head(database: &Database, tables: &Tables) -> Result<Position, Failure> {
    let tx = database.begin_read()?;
    let Some(log) = table(&tx, tables.log())? else {
        return Ok(Position::START);
    };
    let (head, commits) = (ledger::head(&log)?, log.len()?);
    let indexed = match table(&tx, tables.actors())? {
        Some(actors) => actors.len()?,
        None => 0,
    };
    if head.as_u64() != commits || indexed != commits {
        let what = format!(
            "the log ends at position {head}, but has {commits} commits, {indexed} of them in the \
             histories of actors"
        );
        return Err(StoreError::new(StoreErrorKind::Corrupt, what).into());
    }
    Ok(head)
}

/// The version an actor is at.
pub(super) fn version(
    database: &Database,
    tables: &Tables,
    actor: &ActorId,
) -> Result<Version, Failure> {
    let actors = table(&database.begin_read()?, tables.actors())?;
    actors.map_or(Ok(Version::NONE), |actors| ledger::version(&actors, actor))
}

/// Where the commits are stored, if they all are.
pub(super) fn find(
    database: &Database,
    tables: &Tables,
    unit: &Unit,
) -> Result<Option<Vec<Position>>, Failure> {
    let tx = database.begin_read()?;
    match (table(&tx, tables.log())?, table(&tx, tables.actors())?) {
        (Some(log), Some(actors)) => ledger::find(&log, &actors, unit),
        (None, _) | (_, None) => Ok(None),
    }
}

/// How far a reader has come.
pub(super) fn checkpoint(
    database: &Database,
    namespace: &Namespace,
    reader: &str,
) -> Result<Checkpoint, Failure> {
    let Some(checkpoints) = table(&database.begin_read()?, CHECKPOINTS)? else {
        return Ok(Checkpoint::default());
    };
    let Some(kept) = checkpoints.get((namespace.as_str(), reader))? else {
        return Ok(Checkpoint::default());
    };
    Ok(beside::read_checkpoint(namespace, reader, kept.value())?)
}

/// The latest snapshot of an actor.
pub(super) fn snapshot(
    database: &Database,
    namespace: &Namespace,
    actor: &ActorId,
) -> Result<Option<ActorSnapshot>, Failure> {
    let Some(snapshots) = table(&database.begin_read()?, SNAPSHOTS)? else {
        return Ok(None);
    };
    let Some(kept) = snapshots.get((namespace.as_str(), actor.as_str()))? else {
        return Ok(None);
    };
    let snapshot = beside::read_snapshot(namespace, actor, kept.value())?;
    Ok(Some(snapshot))
}

/// Commits of an actor with events later than `after`.
pub(super) fn page(
    database: &Database,
    tables: &Tables,
    actor: &ActorId,
    after: Version,
    bytes: usize,
) -> Result<Page, Failure> {
    let tx = database.begin_read()?;
    let (Some(log), Some(actors)) = (table(&tx, tables.log())?, table(&tx, tables.actors())?)
    else {
        return Ok(Page::default());
    };
    let (from, to) = (key(actor, after.next()), key(actor, Version::new(u64::MAX)));
    let history = actors.range::<&[u8]>(from.as_slice()..=to.as_slice())?;
    let (mut page, mut room) = (Page::default(), bytes);
    for place in history {
        if page.commits.len() == COMMITS || (room == 0 && !page.commits.is_empty()) {
            page.more = true;
            break;
        }
        let (key, position) = place?;
        let (recorded, size) = recorded(&log, Position::new(position.value()))?;
        let last = parse_key(key.value()).map(|(_, version)| version);
        check(&recorded, actor, last, page.last_version().unwrap_or(after))?;
        page.commits.push(recorded);
        room = room.saturating_sub(size);
    }
    Ok(page)
}

/// Commits of an actor with events earlier than `before`, newest first.
pub(super) fn page_back(
    database: &Database,
    tables: &Tables,
    actor: &ActorId,
    before: Version,
    bytes: usize,
) -> Result<Page, Failure> {
    let tx = database.begin_read()?;
    let (Some(log), Some(actors), Some(wanted)) = (
        table(&tx, tables.log())?,
        table(&tx, tables.actors())?,
        before.previous(),
    ) else {
        return Ok(Page::default());
    };
    let (first, end) = (key(actor, Version::NONE), key(actor, Version::END));
    // The commit that holds the last wanted event may go on beyond it.
    let from = key(actor, wanted);
    let newest = match actors
        .range::<&[u8]>(from.as_slice()..=end.as_slice())?
        .next()
    {
        Some(newest) => newest?.0.value().to_vec(),
        None => end,
    };
    let history = actors.range::<&[u8]>(first.as_slice()..=newest.as_slice())?;
    let (mut page, mut room) = (Page::default(), bytes);
    for place in history.rev() {
        if page.commits.len() == COMMITS || (room == 0 && !page.commits.is_empty()) {
            page.more = true;
            break;
        }
        let (key, position) = place?;
        let (recorded, size) = recorded(&log, Position::new(position.value()))?;
        let last = parse_key(key.value()).map(|(_, version)| version);
        check_back(&recorded, actor, last, page.first_version())?;
        if recorded.commit.expected() < wanted {
            page.commits.push(recorded);
        }
        room = room.saturating_sub(size);
    }
    Ok(page)
}

/// Commits of the log after a position.
pub(super) fn block(
    database: &Database,
    tables: &Tables,
    after: Position,
    (commits, bytes): (usize, usize),
) -> Result<Block, Failure> {
    let mut block = Block {
        commits: Vec::new(),
        trouble: None,
    };
    let Some(log) = table(&database.begin_read()?, tables.log())? else {
        return Ok(block);
    };
    let (mut next, mut room) = (after.as_u64() + 1, bytes);
    for stored in log.range(next..)? {
        if block.commits.len() == commits || (room == 0 && !block.commits.is_empty()) {
            break;
        }
        let (position, bytes) = stored?;
        let recorded = if position.value() == next {
            record::read(Position::new(next), bytes.value())
        } else {
            Err(record::missing(Position::new(next)))
        };
        match recorded {
            Ok(recorded) => block.commits.push(recorded),
            Err(err) => {
                block.trouble = Some(err);
                break;
            }
        }
        next += 1;
        room = room.saturating_sub(bytes.value().len());
    }
    Ok(block)
}

/// A commit, and how many bytes it takes in the file.
fn recorded(
    log: &impl ReadableTable<u64, &'static [u8]>,
    position: Position,
) -> Result<(Recorded, usize), Failure> {
    let stored = log.get(position.as_u64())?;
    let stored = stored.ok_or_else(|| record::missing(position))?;
    let bytes = stored.value();
    Ok((record::read(position, bytes)?, bytes.len()))
}

/// A commit is the one that the history of its actor names, and follows the one before.
fn check(
    recorded: &Recorded,
    actor: &ActorId,
    last: Option<Version>,
    before: Version,
) -> Result<(), StoreError> {
    let commit = &recorded.commit;
    // The first commit of a page may begin before the version it is read after.
    let follows = commit.expected() <= before && commit.version() > before;
    if commit.actor_id() == actor && Some(commit.version()) == last && follows {
        return Ok(());
    }
    let what = format!("the history of `{actor}` leads to another commit after version {before}");
    Err(StoreError::new(StoreErrorKind::Corrupt, what).at(recorded.position))
}

/// A commit is the one that the history of its actor names, and the one before the next.
fn check_back(
    recorded: &Recorded,
    actor: &ActorId,
    last: Option<Version>,
    next: Option<Version>,
) -> Result<(), StoreError> {
    let commit = &recorded.commit;
    let leads_on = next.is_none_or(|next| commit.version().next() == next);
    if commit.actor_id() == actor && Some(commit.version()) == last && leads_on {
        return Ok(());
    }
    let what = format!("the history of `{actor}` leads to a commit that does not belong there");
    Err(StoreError::new(StoreErrorKind::Corrupt, what).at(recorded.position))
}
