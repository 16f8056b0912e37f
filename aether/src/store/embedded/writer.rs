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
    beside,
    engine::Engine,
    failure::Failure,
    heads::Heads,
    ledger::{Ledger, Unit},
    reading,
    tables::{CHECKPOINTS, SNAPSHOTS, Tables},
};
use crate::{
    ActorSnapshot, Checkpoint, Clock as _, Namespace, Position, StoreError, StoreErrorKind,
    SystemClock, store::not_expected,
};

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
    Append(Unit),
    Checkpoint {
        reader: String,
        position: Position,
        bytes: Vec<u8>,
    },
    /// A checkpoint in the place of another one.
    Replacement {
        reader: String,
        expected: Checkpoint,
        checkpoint: Checkpoint,
    },
    Snapshot {
        snapshot: ActorSnapshot,
        bytes: Vec<u8>,
    },
}

impl Work {
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Append(unit) => unit.size(),
            Self::Checkpoint { reader, bytes, .. } => reader.len() + bytes.len(),
            Self::Replacement {
                reader, checkpoint, ..
            } => {
                let state = checkpoint.state.as_ref();
                reader.len() + state.map_or(0, |state| state.data.as_bytes().len())
            }
            Self::Snapshot { snapshot, bytes } => snapshot.state.as_bytes().len() + bytes.len(),
        }
    }
}

/// Where the commits lie, one position for each; none of what is kept beside the log.
pub(super) type Answer = Result<Vec<Position>, StoreError>;

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
    let now = SystemClock.now();
    let mut ledgers: HashMap<&Namespace, Ledger<'_>> = HashMap::new();
    let mut answers = Vec::with_capacity(group.len());
    for Job {
        namespace, work, ..
    } in group
    {
        let answer = match work {
            Work::Append(unit) => match ledgers.entry(namespace) {
                Occupied(ledger) => ledger.into_mut().append(unit),
                Vacant(place) => {
                    let ledger = Ledger::open(tx, &Tables::of(namespace), now)?;
                    place.insert(ledger).append(unit)
                }
            },
            Work::Checkpoint {
                reader,
                position,
                bytes,
            } => advance(tx, namespace, (reader, *position), bytes).map(|()| Vec::new()),
            Work::Replacement {
                reader,
                expected,
                checkpoint,
            } => exchange(tx, namespace, reader, (expected, checkpoint)).map(|()| Vec::new()),
            Work::Snapshot { snapshot, bytes } => {
                replace(tx, namespace, snapshot, bytes).map(|()| Vec::new())
            }
        };
        answers.push(match answer {
            Ok(positions) => Ok(positions),
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
    (reader, position): (&str, Position),
    bytes: &[u8],
) -> Result<(), Failure> {
    let mut checkpoints = tx.open_table(CHECKPOINTS)?;
    let key = (namespace.as_str(), reader);
    let kept = match checkpoints.get(key)? {
        Some(kept) => beside::read_checkpoint(namespace, reader, kept.value())?.position,
        None => Position::START,
    };
    if kept <= position {
        checkpoints.insert(key, bytes)?;
    }
    Ok(())
}

/// Keeps a checkpoint in the place of the one that is expected.
fn exchange(
    tx: &WriteTransaction,
    namespace: &Namespace,
    reader: &str,
    (expected, checkpoint): (&Checkpoint, &Checkpoint),
) -> Result<(), Failure> {
    let mut checkpoints = tx.open_table(CHECKPOINTS)?;
    let key = (namespace.as_str(), reader);
    let kept = match checkpoints.get(key)? {
        Some(kept) => beside::read_checkpoint(namespace, reader, kept.value())?,
        None => Checkpoint::default(),
    };
    if kept != *expected && kept != *checkpoint {
        return Err(not_expected(reader).into());
    }
    let bytes = beside::checkpoint(namespace, reader, checkpoint);
    checkpoints.insert(key, bytes.as_slice())?;
    Ok(())
}

/// Keeps a snapshot, unless the one that is kept is as good.
///
/// One that is damaged is not: it is of no use to anyone, and the log can tell its state again.
fn replace(
    tx: &WriteTransaction,
    namespace: &Namespace,
    snapshot: &ActorSnapshot,
    bytes: &[u8],
) -> Result<(), Failure> {
    let mut snapshots = tx.open_table(SNAPSHOTS)?;
    let actor = &snapshot.actor_id;
    let key = (namespace.as_str(), actor.as_str());
    let kept = snapshots
        .get(key)?
        .map(|kept| beside::read_snapshot(namespace, actor, kept.value()));
    let is_better = match kept {
        None => true,
        Some(Ok(kept)) => snapshot.replaces(&kept),
        Some(Err(err)) => {
            tracing::warn!(error = %err, "a snapshot that cannot be read is replaced");
            true
        }
    };
    if is_better {
        snapshots.insert(key, bytes)?;
    }
    Ok(())
}

/// Finds out what became of jobs whose transaction failed.
///
/// The engine was opened anew since, so what it finds is what lies in the file.
fn resolve(engine: &Engine, group: &[Job], err: StoreError) -> Vec<Answer> {
    let (kind, cause) = (err.kind(), Arc::new(err));
    let answer = |job: &Job| {
        let (kind, message) = match &job.work {
            Work::Checkpoint { .. } | Work::Replacement { .. } => {
                (kind, "the checkpoint may be the old one or the new one")
            }
            Work::Snapshot { .. } => (kind, "the snapshot may be the old one or the new one"),
            Work::Append(unit) => {
                let tables = Tables::of(&job.namespace);
                match engine.read(|database| reading::find(database, &tables, unit)) {
                    Ok(Some(positions)) => return Ok(positions),
                    Ok(None) => (kind, "nothing was stored"),
                    Err(_) => (StoreErrorKind::InDoubt, in_doubt(unit)),
                }
            }
        };
        Err(StoreError::new(kind, message).because(Arc::clone(&cause)))
    };
    group.iter().map(answer).collect()
}

const fn in_doubt(unit: &Unit) -> &'static str {
    match unit.entries.as_slice() {
        [_] => "the commit may or may not be stored",
        _ => "the transaction may or may not be stored",
    }
}

/// Wakes the followers first, so that the head is never behind what was answered.
fn tell(group: Vec<Job>, answers: Vec<Answer>, heads: &Heads) {
    for (job, answer) in group.iter().zip(&answers) {
        if let Some(last) = answer.iter().flatten().max() {
            heads.raise(&job.namespace, *last);
        }
    }
    for (job, answer) in group.into_iter().zip(answers) {
        // Who asked may have gone; the work is done nevertheless.
        let _nobody_listens = job.answer.send(answer);
    }
}
