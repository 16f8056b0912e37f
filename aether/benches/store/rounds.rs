use std::{
    env::Args,
    time::{Duration, Instant},
};

use crate::Outcome;

/// How often each side of a comparison runs, on how much, and which comparisons do.
pub(crate) struct Rounds {
    count: usize,
    measuring: bool,
    only: Option<String>,
}

/// How fast the store is to be.
pub(crate) struct Bar {
    pub(crate) what: &'static str,
    /// The least of the raw speed.
    pub(crate) ratio: f64,
}

/// Seconds a round of one side took.
#[derive(Default)]
struct Side(Vec<f64>);

impl Rounds {
    /// Many if `--bench` is among the arguments, as under `cargo bench`.
    pub(crate) fn from_arguments(arguments: Args) -> Self {
        let arguments: Vec<String> = arguments.skip(1).collect();
        let measuring = arguments.iter().any(|argument| argument == "--bench");
        let only = arguments.into_iter().find(|it| !it.starts_with('-'));
        let count = if measuring { 11 } else { 1 };
        Self {
            count,
            measuring,
            only,
        }
    }

    /// So many if it is a measurement, else very few.
    pub(crate) const fn scaled(&self, count: u64) -> u64 {
        if self.measuring || count < 20 {
            count
        } else {
            20
        }
    }

    pub(crate) fn wants(&self, what: &str) -> bool {
        self.only.as_ref().is_none_or(|only| what.contains(only))
    }

    /// Runs both sides in turns, each on fresh input, and prints how their speeds compare. A
    /// round does so many operations.
    #[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
    pub(crate) async fn compare<I, J>(
        &self,
        bar: &Bar,
        operations: u64,
        (our_input, mut ours): (impl Fn() -> I, impl AsyncFnMut(I) -> Outcome),
        (raw_input, mut raw): (impl Fn() -> J, impl AsyncFnMut(J) -> Outcome),
    ) -> Outcome {
        if !self.wants(bar.what) {
            return Ok(());
        }
        let (mut our_times, mut raw_times) = (Side::default(), Side::default());
        for round in 0..self.count {
            // Neither side is always the one that finds the caches warm.
            if round % 2 == 0 {
                our_times.run(our_input(), &mut ours).await?;
                raw_times.run(raw_input(), &mut raw).await?;
            } else {
                raw_times.run(raw_input(), &mut raw).await?;
                our_times.run(our_input(), &mut ours).await?;
            }
        }
        if !self.measuring {
            return Ok(());
        }
        let each = |seconds: f64| seconds * 1e6 / count(operations);
        let (ours, raw) = (our_times.median(), raw_times.median());
        println!(
            "{}: {:.2} of raw (bar {:.2}); fastest rounds {:.2}; {:.2} us against {:.2} us each",
            bar.what,
            raw / ours,
            bar.ratio,
            raw_times.fastest() / our_times.fastest(),
            each(ours),
            each(raw),
        );
        Ok(())
    }

    /// Runs one side alone, and prints what an operation takes against an absolute bar in
    /// nanoseconds.
    #[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
    pub(crate) fn alone(&self, what: &str, bar: f64, operations: u64, mut work: impl FnMut()) {
        if !self.wants(what) {
            return;
        }
        let mut times = Vec::new();
        for _ in 0..self.count {
            let start = now();
            work();
            times.push(start.elapsed().as_secs_f64());
        }
        if self.measuring {
            let each = Side(times).median() * 1e9 / count(operations);
            println!("{what}: {each:.0} ns each (bar {bar:.0} ns)");
        }
    }
}

impl Side {
    async fn run<I>(&mut self, input: I, work: &mut impl AsyncFnMut(I) -> Outcome) -> Outcome {
        let start = now();
        work(input).await?;
        let elapsed: Duration = start.elapsed();
        self.0.push(elapsed.as_secs_f64());
        Ok(())
    }

    fn fastest(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

fn count(operations: u64) -> f64 {
    u32::try_from(operations).map_or(f64::INFINITY, f64::from)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn now() -> Instant {
    Instant::now()
}
