use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use aether::{cluster::nats::ClusterClient, runtime::Aether};
use tokio::task::JoinSet;

use crate::{Count, Failure, Settings};

/// What became of a command.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) actor: usize,
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    /// Who had the actor when the answer came, as far as was known.
    pub(crate) node: String,
    pub(crate) failed: Option<String>,
}

impl Answer {
    pub(crate) fn took(&self) -> Duration {
        self.ended - self.began
    }
}

/// Actors that are sent commands, one after the other each.
pub(crate) struct Load {
    answers: Arc<Mutex<Vec<Answer>>>,
    tasks: JoinSet<()>,
    stop: Arc<AtomicBool>,
}

pub(crate) fn name(actor: usize) -> String {
    format!("c{actor}")
}

pub(crate) fn owner(client: &ClusterClient, actor: usize) -> String {
    let table = client.table();
    let owner = table
        .as_ref()
        .and_then(|it| it.owner_of("Counter", &name(actor)));
    owner.map(ToString::to_string).unwrap_or_default()
}

impl Load {
    pub(crate) fn start(aether: &Aether, client: &ClusterClient, settings: &Settings) -> Self {
        let (answers, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let mut tasks = JoinSet::new();
        for actor in 0..settings.actors {
            let sending = Sending {
                aether: aether.clone(),
                client: client.clone(),
                answers: Arc::clone(&answers),
                stop: Arc::clone(&stop),
                pace: settings.pace,
                // Not all at once.
                rest: settings.pace.mul_f64(part(actor, settings.actors)),
            };
            tasks.spawn(sending.run(actor));
        }
        Self {
            answers,
            tasks,
            stop,
        }
    }

    /// All answers since it was asked last.
    pub(crate) fn take(&self) -> Vec<Answer> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *answers)
    }

    /// Waits until what is under way is over, and gives all answers since it was asked last.
    pub(crate) async fn end(mut self) -> Vec<Answer> {
        self.stop.store(true, Ordering::Relaxed);
        std::mem::take(&mut self.tasks).join_all().await;
        self.take()
    }
}

struct Sending {
    aether: Aether,
    client: ClusterClient,
    answers: Arc<Mutex<Vec<Answer>>>,
    stop: Arc<AtomicBool>,
    pace: Duration,
    rest: Duration,
}

#[expect(clippy::cast_precision_loss, reason = "a few actors")]
fn part(of: usize, all: usize) -> f64 {
    of as f64 / all.max(1) as f64
}

impl Sending {
    async fn run(self, actor: usize) {
        tokio::time::sleep(self.rest).await;
        while !self.stop.load(Ordering::Relaxed) {
            let began = Instant::now();
            let counter = name(actor);
            let sent = self.aether.send(Count { counter, by: 1 }).await;
            let answer = Answer {
                actor,
                began,
                ended: Instant::now(),
                node: owner(&self.client, actor),
                failed: sent.err().map(|err| err.to_string()),
            };
            self.note(answer);
            if !self.pace.is_zero() {
                tokio::time::sleep(self.pace).await;
            }
        }
    }

    fn note(&self, answer: Answer) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push(answer);
    }
}

/// How often a second something can be done for so many counters side by side, each again as soon
/// as it is done.
#[expect(
    clippy::cast_precision_loss,
    clippy::future_not_send,
    reason = "figures to look at, of what runs where it is"
)]
pub(crate) async fn rate<F, E>(
    counters: usize,
    time: Duration,
    work: impl Fn(usize) -> F,
) -> Result<f64, Failure>
where
    F: Future<Output = Result<(), E>>,
    E: Into<Failure>,
{
    let (done, began) = (AtomicU64::new(0), Instant::now());
    let (work, counted) = (&work, &done);
    let all = (0..counters).map(|counter| async move {
        while began.elapsed() < time {
            work(counter).await.map_err(Into::into)?;
            counted.fetch_add(1, Ordering::Relaxed);
        }
        Ok::<_, Failure>(())
    });
    futures_util::future::try_join_all(all).await?;
    Ok(done.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64())
}
