use std::{
    env,
    num::NonZero,
    ops::Range,
    sync::{Mutex, PoisonError},
    thread,
};

use super::{
    failure::Failure,
    report::{Replay, Report},
};

/// The seeds that a test runs: the first `count`, or as many as the environment variable
/// `AETHER_SEEDS` says, or the one that `AETHER_SEED` names.
pub fn seeds(count: u64) -> Range<u64> {
    let said = |name| {
        env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    match (said("AETHER_SEED"), said("AETHER_SEEDS")) {
        (Some(seed), _) => seed..seed.saturating_add(1),
        (None, count_said) => 0..count_said.unwrap_or(count),
    }
}

/// What is known of the seeds that were run so far.
#[derive(Default)]
struct Sofar {
    report: Report,
    failure: Option<Box<Failure>>,
}

impl Sofar {
    fn take(&mut self, outcome: Result<Report, Box<Failure>>) {
        match outcome {
            Ok(report) => self.report.add(&report),
            Err(failure) => {
                let kept = self.failure.as_ref().map(|kept| kept.seed);
                if kept.is_none_or(|seed| failure.seed < seed) {
                    self.failure = Some(failure);
                }
            }
        }
    }
}

/// Runs seeds on all cores until one fails; seeds are begun in order, so the failure is that of the
/// first one that fails.
pub(super) fn each(
    seeds: impl IntoIterator<Item = u64>,
    run: impl Fn(u64) -> Replay + Sync,
) -> Result<Report, Box<Failure>> {
    let seeds: Vec<u64> = seeds.into_iter().collect();
    let (left, so_far) = (Mutex::new(seeds.into_iter()), Mutex::new(Sofar::default()));
    let work = || {
        while lock(&so_far).failure.is_none() {
            let Some(seed) = lock(&left).next() else {
                break;
            };
            let outcome = run(seed).outcome;
            lock(&so_far).take(outcome);
        }
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    let Sofar { report, failure } = so_far.into_inner().unwrap_or_else(PoisonError::into_inner);
    failure.map_or(Ok(report), Err)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
