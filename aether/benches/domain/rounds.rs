use std::{env::Args, hint::black_box, time::Duration};

/// How often each side of a comparison runs, and whether that is meant to be a measurement.
pub(crate) struct Rounds {
    count: usize,
    measuring: bool,
}

/// What may be slower, and by how much.
pub(crate) struct Bar {
    pub(crate) what: &'static str,
    /// The most that generated code may take, as a multiple of the time by hand.
    pub(crate) ratio: f64,
}

/// The rounds of one side, in nanoseconds an event.
struct Side(Vec<f64>);

impl Rounds {
    /// Many if `--bench` is among the arguments, as under `cargo bench`; as many as follow
    /// `--rounds`, if it is there.
    pub(crate) fn from_arguments(arguments: Args) -> Self {
        let arguments: Vec<String> = arguments.collect();
        let named = |name: &str| arguments.iter().position(|argument| argument == name);
        let measuring = named("--bench").is_some();
        let given = named("--rounds")
            .and_then(|index| arguments.get(index + 1))
            .and_then(|count| count.parse().ok());
        let count = given.unwrap_or(if measuring { 5_000 } else { 2 });
        Self { count, measuring }
    }

    /// Runs both sides in turns, and prints their ratio if it means something. A side is given fresh input, and handles
    /// that many events a round.
    #[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
    pub(crate) fn compare<I, O, P>(
        &self,
        bar: &Bar,
        events: u32,
        input: impl Fn() -> I,
        (mut generated, mut by_hand): (impl FnMut(I) -> O, impl FnMut(I) -> P),
    ) {
        let (mut ours, mut theirs) = (Side(Vec::new()), Side(Vec::new()));
        for round in 0..self.count {
            // Neither side is always the one that finds the caches warm.
            if round % 2 == 0 {
                ours.run(events, input(), &mut generated);
                theirs.run(events, input(), &mut by_hand);
            } else {
                theirs.run(events, input(), &mut by_hand);
                ours.run(events, input(), &mut generated);
            }
        }
        if !self.measuring {
            return;
        }
        let (fastest, usual) = (ours.fastest(), ours.median());
        let (fastest_by_hand, usual_by_hand) = (theirs.fastest(), theirs.median());
        println!(
            "{}: {:.2}x of hand-written (bar {:.2}x); median {:.2}x; {fastest:.1} ns against \
             {fastest_by_hand:.1} ns an event",
            bar.what,
            fastest / fastest_by_hand,
            bar.ratio,
            usual / usual_by_hand,
        );
    }
}

impl Side {
    fn run<I, O>(&mut self, events: u32, input: I, work: &mut impl FnMut(I) -> O) {
        let input = black_box(input);
        let (output, elapsed) = timed(|| work(input));
        drop(black_box(output));
        self.0.push(elapsed.as_secs_f64() * 1e9 / f64::from(events));
    }

    /// As fast as one round in a hundred. The very fastest is left out: it may be a single one
    /// that found the heap as no other does.
    fn fastest(&self) -> f64 {
        self.at(100)
    }

    fn median(&self) -> f64 {
        self.at(2)
    }

    /// The time that one round in `part` is below.
    fn at(&self, part: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / part).copied().unwrap_or(f64::NAN)
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn timed<O>(work: impl FnOnce() -> O) -> (O, Duration) {
    let start = std::time::Instant::now();
    let output = work();
    (output, start.elapsed())
}
