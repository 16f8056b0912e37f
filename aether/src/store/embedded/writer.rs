use std::{
    collections::{
        HashMap,
        hash_map::Entry::{Occupied, Vacant},
    },
    sync::Arc,
};

use redb::{Database, ReadableTable as _, WriteTransaction};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::{
    engine::Engine,
    failure::Failure,
    heads::Heads,
    ledger::{Entry, Ledger},
    reading,
    tables::{CHECKPOINTS, Tables},
};
use crate::{Namespace, Position, StoreError, StoreErrorKind};

/// How many jobs are done in one transaction, at most.
const GROUP: usize = 1_024;
/// How many bytes are written in one transaction, give or take a commit.
const GROUP_BYTES: usize = 16 << 20;

/// Something to write, and who is to be told.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) namespace: Namespace,
    pub(super) work: Work,
    pub(super) answer: oneshot::Sender<Answer>,
    /// The memory that the job may take.
    pub(super) _memory: OwnedSemaphorePermit,
}

#[derive(Debug)]
pub(super) enum Work {
    Append(Entry),
    Checkpoint { reader: String, position: Position },
}

impl Work {
    pub(super) const fn size(&self) -> usize {
        match self {
            Self::Append(entry) => entry.record.len(),
            Self::Checkpoint { reader, .. } => reader.len(),
        }
    }
}

/// Where the commit lies, or how far the reader has come.
pub(super) type Answer = Result<Position, StoreError>;

/// Does jobs until nobody can send one any more. Blocks.
pub(super) fn run(mut jobs: mpsc::Receiver<Job>, engine: &Engine, heads: &Heads) {
    while let Some(first) = jobs.blocking_recv() {
        let group = gather(first, &mut jobs);
        let answers = match engine.write(|database| write(database, &group)) {
            Ok(answers) => answers,
            Err(err) => resolve(engine, &group, err),
        };
        tell(group, answers, heads);
    }
}

/// Whatever waits is done together.
fn gather(first: Job, jobs: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut bytes = first.work.size();
    let mut group = vec![first];
    while group.len() < GROUP
        && bytes < GROUP_BYTES
        && let Ok(job) = jobs.try_recv()
    {
        bytes += job.work.size();
        group.push(job);
    }
    group
}

/// Does all jobs in one transaction, which is synced to the disk when this returns.
fn write(database: &Database, group: &[Job]) -> Result<Vec<Answer>, Failure> {
    let tx = database.begin_write()?;
    let answers = apply(&tx, group)?;
    if answers.iter().any(Result::is_ok) {
        tx.commit()?;
    } else {
        tx.abort()?;
    }
    Ok(answers)
}

fn apply(tx: &WriteTransaction, group: &[Job]) -> Result<Vec<Answer>, Failure> {
    let mut ledgers: HashMap<&Namespace, Ledger<'_>> = HashMap::new();
    let mut answers = Vec::with_capacity(group.len());
    for Job {
        namespace, work, ..
    } in group
    {
        let answer = match (work, ledgers.entry(namespace)) {
            (Work::Checkpoint { reader, position }, _) => advance(tx, namespace, reader, *position),
            (Work::Append(entry), Occupied(ledger)) => ledger.into_mut().append(entry),
            (Work::Append(entry), Vacant(place)) => {
                let ledger = Ledger::open(tx, &Tables::of(namespace))?;
                place.insert(ledger).append(entry)
            }
        };
        answers.push(match answer {
            Ok(position) => Ok(position),
            Err(Failure::Store(err)) => Err(err),
            Err(failure) => return Err(failure),
        });
    }
    Ok(answers)
}

/// Keeps how far a reader has come, unless it is further already.
fn advance(
    tx: &WriteTransaction,
    namespace: &Namespace,
    reader: &str,
    position: Position,
) -> Result<Position, Failure> {
    let mut checkpoints = tx.open_table(CHECKPOINTS)?;
    let key = (namespace.as_str(), reader);
    let kept = checkpoints.get(key)?.map_or(0, |kept| kept.value());
    let furthest = position.as_u64().max(kept);
    checkpoints.insert(key, furthest)?;
    Ok(Position::new(furthest))
}

/// Finds out what became of jobs whose transaction failed.
///
/// The engine was opened anew since, so what it finds is what lies in the file.
fn resolve(engine: &Engine, group: &[Job], err: StoreError) -> Vec<Answer> {
    let (kind, cause) = (err.kind(), Arc::new(err));
    let answer = |job: &Job| {
        let (kind, message) = match &job.work {
            Work::Checkpoint { .. } => (kind, "the checkpoint may be the old one or the new one"),
            Work::Append(entry) => {
                let tables = Tables::of(&job.namespace);
                match engine.read(|database| reading::find(database, &tables, entry)) {
                    Ok(Some(position)) => return Ok(position),
                    Ok(None) => (kind, "nothing was stored"),
                    Err(_) => (
                        StoreErrorKind::InDoubt,
                        "the commit may or may not be stored",
                    ),
                }
            }
        };
        Err(StoreError::new(kind, message).because(Arc::clone(&cause)))
    };
    group.iter().map(answer).collect()
}

/// Wakes the followers first, so that the head is never behind what was answered.
fn tell(group: Vec<Job>, answers: Vec<Answer>, heads: &Heads) {
    for (job, answer) in group.iter().zip(&answers) {
        if let (Work::Append(_), Ok(position)) = (&job.work, answer) {
            heads.raise(&job.namespace, *position);
        }
    }
    for (job, answer) in group.into_iter().zip(answers) {
        // Who asked may have gone; the work is done nevertheless.
        let _nobody_listens = job.answer.send(answer);
    }
}
