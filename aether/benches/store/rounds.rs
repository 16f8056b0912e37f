use std::{env::Args, fs, time::Instant};

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

/// Seconds the rounds of one side took, and seconds the process computed in them.
#[derive(Default)]
struct Side {
    times: Vec<f64>,
    computing: Vec<f64>,
}

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

    /// The same comparisons, each side run less often: what is large takes long.
    pub(crate) fn few(&self) -> Self {
        Self {
            count: self.count.min(5),
            measuring: self.measuring,
            only: self.only.clone(),
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
        let (ours, raw) = (median(&our_times.times), median(&raw_times.times));
        println!(
            "{}: {:.2} of raw (bar {:.2}); fastest rounds {:.2}; {:.2} us against {:.2} us each; \
             of the processor {:.2} us against {:.2} us",
            bar.what,
            raw / ours,
            bar.ratio,
            fastest(&raw_times.times) / fastest(&our_times.times),
            each(ours),
            each(raw),
            each(median(&our_times.computing)),
            each(median(&raw_times.computing)),
        );
        Ok(())
    }

    /// Prints a figure that is compared with nothing.
    #[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
    pub(crate) fn state(&self, what: &str, figure: &str) {
        if self.measuring {
            println!("{what}: {figure}");
        }
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
            let each = median(&times) * 1e9 / count(operations);
            println!("{what}: {each:.0} ns each (bar {bar:.0} ns)");
        }
    }
}

impl Side {
    async fn run<I>(&mut self, input: I, work: &mut impl AsyncFnMut(I) -> Outcome) -> Outcome {
        let (start, computed) = (now(), computed());
        work(input).await?;
        self.times.push(start.elapsed().as_secs_f64());
        self.computing.push(self::computed() - computed);
        Ok(())
    }
}

/// Bytes of memory that the process has now; where the system does not say so, 0.
pub(crate) fn resident() -> u64 {
    const PAGE: u64 = 4_096;
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|it| it.parse::<u64>().ok());
    pages.unwrap_or_default() * PAGE
}

fn fastest(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Seconds that the threads of this process have run, the server's not among them; where the
/// system does not say so, 0.
fn computed() -> f64 {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e9
}

fn count(operations: u64) -> f64 {
    u32::try_from(operations).map_or(f64::INFINITY, f64::from)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn now() -> Instant {
    Instant::now()
}
