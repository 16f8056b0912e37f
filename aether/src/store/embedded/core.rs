use std::{
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
};

use redb::Database;
use tokio::{
    sync::{Semaphore, mpsc, oneshot, watch},
    task,
};

use super::{
    engine::Engine,
    failure::Failure,
    heads::Heads,
    home::Home,
    reading,
    tables::Tables,
    writer::{self, Answer, Job, Work},
};
use crate::{Namespace, Position, StoreError, StoreErrorKind};

/// How many jobs wait for the writer, at most.
pub(super) const QUEUE: usize = 4_096;
/// How much memory waits for the writer, in KiB.
const QUEUE_KIB: u32 = 128 << 10;

/// What the stores of all namespaces of a folder share: the file, and the thread that writes it.
#[derive(Debug)]
pub(super) struct Core {
    engine: Arc<Engine>,
    heads: Arc<Heads>,
    memory: Arc<Semaphore>,
    /// None while it is dropped.
    queue: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    /// Last, so that the folder is free when the file is closed.
    _home: Option<Home>,
}

impl Core {
    /// Opens the folder. Blocks.
    pub(super) fn open(folder: &Path, cache_bytes: usize) -> Result<Self, StoreError> {
        let home = Home::open(folder)?;
        let engine = home.engine(cache_bytes)?;
        Self::start(engine, Some(home))
    }

    /// Starts to write.
    pub(super) fn start(engine: Engine, home: Option<Home>) -> Result<Self, StoreError> {
        let (engine, heads) = (Arc::new(engine), Arc::new(Heads::default()));
        let (queue, jobs) = mpsc::channel(QUEUE);
        let writer = {
            let (engine, heads) = (Arc::clone(&engine), Arc::clone(&heads));
            thread::Builder::new()
                .name("aether-embedded".to_owned())
                .spawn(move || writer::run(jobs, &engine, &heads))
        };
        let writer = writer.map_err(|err| {
            let what = "the thread that writes cannot be started";
            StoreError::new(StoreErrorKind::Unavailable, what).because(err)
        })?;
        Ok(Self {
            engine,
            heads,
            memory: Arc::new(Semaphore::new(QUEUE_KIB as usize)),
            queue: Some(queue),
            writer: Some(writer),
            _home: home,
        })
    }

    /// Where the log of a namespace ends, now and from now on. Blocks.
    pub(super) fn head(
        &self,
        namespace: &Namespace,
    ) -> Result<watch::Sender<Position>, StoreError> {
        // What is written after this line is announced, what was before is read after it.
        let head = self.heads.of(namespace);
        let tables = Tables::of(namespace);
        let found = self
            .engine
            .read(|database| reading::head(database, &tables))?;
        self.heads.raise(namespace, found);
        Ok(head)
    }

    /// Has the writer do something, and waits until it is on the disk.
    pub(super) async fn write(&self, namespace: &Namespace, work: Work) -> Answer {
        let kib = u32::try_from(work.size() / 1024 + 1).unwrap_or(u32::MAX);
        let memory = Arc::clone(&self.memory);
        let memory = memory.acquire_many_owned(kib.min(QUEUE_KIB)).await;
        let (answer, answered) = oneshot::channel();
        let job = Job {
            namespace: namespace.clone(),
            work,
            answer,
            _memory: memory.map_err(|err| stopped().because(err))?,
        };
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.send(job).await.map_err(|_unsent| stopped())?;
        answered.await.map_err(|_unanswered| in_doubt())?
    }

    /// Reads the file, off the threads that run futures.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        ended(self.reading(work).await)
    }

    /// The same, begun at once.
    pub(super) fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Failure> + Send + 'static,
    ) -> task::JoinHandle<Result<T, StoreError>> {
        let engine = Arc::clone(&self.engine);
        task::spawn_blocking(move || engine.read(work))
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(Err(panic)) = self.writer.take().map(JoinHandle::join) {
            tracing::error!(?panic, "the thread that writes has panicked");
        }
        self.engine.close();
    }
}

/// Does something that blocks, where it blocks no future.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    ended(task::spawn_blocking(work).await)
}

/// What came of something that was done off the threads that run futures.
pub(super) fn ended<T>(
    ended: Result<Result<T, StoreError>, task::JoinError>,
) -> Result<T, StoreError> {
    match ended {
        Ok(answer) => answer,
        Err(err) => Err(StoreError::new(
            StoreErrorKind::Unavailable,
            "the runtime is shutting down",
        )
        .because(err)),
    }
}

fn stopped() -> StoreError {
    let what = "nothing was stored: the thread that writes has ended";
    StoreError::new(StoreErrorKind::Unavailable, what)
}

fn in_doubt() -> StoreError {
    let what = "the thread that writes ended before it answered: it may or may not be stored";
    StoreError::new(StoreErrorKind::InDoubt, what)
}
