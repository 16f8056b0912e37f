use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::sleep};

use crate::{
    Failure, Outcome, Settings, figures,
    fleet::Fleet,
    load::{Answer, Load},
    raw::{Letter, Raw},
};

/// What the raw client takes under the same load as the cluster, when nothing happens: a request and,
/// when that is answered, a guarded publish, for each command.
pub(crate) struct Calm {
    /// The middle one.
    pub(crate) middle: Duration,
    /// The middle one of the slowest of each second.
    pub(crate) worst: Duration,
}

/// The raw client's load, one after the other for each actor.
struct RawLoad {
    raw: Raw,
    letter: Letter,
    pace: Duration,
    times: Mutex<Vec<Duration>>,
}

/// How long it is looked for the slowest: about as long as a node takes to leave.
const WINDOW: Duration = Duration::from_secs(1);

impl RawLoad {
    async fn run(self: Arc<Self>, actor: usize) -> Outcome {
        let (subject, mut last) = (format!("rawlog.calm.{actor}"), 0);
        // Not all at once.
        let part = u32::try_from(actor % 64)?;
        sleep(self.pace * part / 64).await;
        loop {
            let began = Instant::now();
            self.raw.request().await?;
            self.raw
                .publish(&self.letter, subject.clone(), &mut last)
                .await?;
            self.note(began.elapsed());
            sleep(self.pace).await;
        }
    }

    fn note(&self, took: Duration) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.push(took);
    }

    fn take(&self) -> Vec<Duration> {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *times)
    }
}

impl Calm {
    /// Measures it, on servers that do nothing else.
    pub(crate) async fn measure(
        settings: &Settings,
        fleet: &Fleet,
        servers: usize,
    ) -> Result<Self, Failure> {
        let raw = Raw::connect(fleet).await?;
        let letter = raw.letter(fleet).await?;
        let load = Arc::new(RawLoad {
            raw,
            letter,
            pace: settings.pace,
            times: Mutex::default(),
        });
        let mut tasks = JoinSet::new();
        for actor in 0..settings.actors {
            tasks.spawn(Arc::clone(&load).run(actor));
        }
        sleep(WINDOW).await;
        drop(load.take());
        let (mut all, mut worst) = (Vec::new(), Vec::new());
        for _ in 0..settings.trials {
            sleep(WINDOW).await;
            let times = load.take();
            worst.extend(times.iter().max());
            all.extend(times);
        }
        if let Some(ended) = tasks.try_join_next() {
            ended??;
        }
        println!(
            "calm, {servers} servers: raw request and guarded publish {}",
            figures(&all)
        );
        println!(
            "calm, {servers} servers: the slowest of a second {}",
            figures(&worst)
        );
        Ok(Self {
            middle: middle(all),
            worst: middle(worst),
        })
    }

    /// So many times as long as the raw client's request and guarded publish.
    pub(crate) fn times(&self, took: &[Duration]) -> f64 {
        ratio(took, self.middle)
    }

    /// So many times as long as the raw client's slowest of a second.
    pub(crate) fn times_worst(&self, took: &[Duration]) -> f64 {
        ratio(took, self.worst)
    }
}

/// Says how long the slowest command of a second takes when nothing happens.
pub(crate) async fn ours(settings: &Settings, load: &Load, (calm, servers): (&Calm, usize)) {
    let mut worst = Vec::new();
    for _ in 0..settings.trials {
        sleep(WINDOW).await;
        let answers = load.take();
        worst.extend(answers.iter().map(Answer::took).max());
    }
    println!(
        "calm, {servers} servers: the slowest command of a second {}: {:.1} times the raw client's",
        figures(&worst),
        calm.times_worst(&worst)
    );
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn ratio(took: &[Duration], plain: Duration) -> f64 {
    middle(took.to_vec()).as_secs_f64() / plain.as_secs_f64()
}
