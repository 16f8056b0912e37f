//! What is told at the end: how long anyone waited, and what the log says.

use std::time::Duration;

use tokio::time::Instant;

use super::{failure::Failure, judge::Verdict, load::Acknowledged, say};

/// A stretch of the demonstration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phase {
    pub(crate) name: &'static str,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

impl Phase {
    /// Whether somebody waited for the command in it.
    fn had(&self, it: &Acknowledged) -> bool {
        it.ended > self.from && it.began < self.until
    }
}

/// How long was waited, of so many commands.
#[derive(Debug, PartialEq, Eq)]
struct Waits {
    count: usize,
    median: Duration,
    p99: Duration,
    worst: Duration,
}

impl Waits {
    fn of<'a>(commands: impl Iterator<Item = &'a Acknowledged>) -> Self {
        let mut waits: Vec<_> = commands.map(|it| it.ended - it.began).collect();
        waits.sort_unstable();
        let at = |percent: usize| {
            let last = waits.len().saturating_sub(1);
            waits.get(last * percent / 100).copied().unwrap_or_default()
        };
        Self {
            count: waits.len(),
            median: at(50),
            p99: at(99),
            worst: at(100),
        }
    }

    fn line(&self, name: &str) -> String {
        let Self {
            count,
            median,
            p99,
            worst,
        } = self;
        let [median, p99, worst] = [median, p99, worst].map(|it| millis(*it));
        format!("  {name:<36}{count:>9}{median:>12}{p99:>12}{worst:>12}")
    }
}

/// A time as people read it.
pub(crate) fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

/// How long anyone waited in each of the phases, and in what is between them.
pub(crate) fn waits(phases: &[Phase], commands: &[Acknowledged]) -> Result<(), Failure> {
    say("\n  How long anyone waited               commands         p50         p99       worst")?;
    let is_calm = |it: &&Acknowledged| !phases.iter().any(|phase| phase.had(it));
    let calm = commands.iter().filter(is_calm);
    say(&Waits::of(calm).line("while nothing happened"))?;
    for phase in phases {
        let within = commands.iter().filter(|it| phase.had(it));
        say(&Waits::of(within).line(phase.name))?;
    }
    say(&Waits::of(commands.iter()).line("all"))
}

pub(crate) fn verdict(verdict: &Verdict) -> Result<(), Failure> {
    let Verdict {
        acknowledged,
        commits,
        actors,
        commands,
        placed,
        confirmed,
        charged,
    } = verdict;
    say("\n  What the log says")?;
    say(&format!(
        "  {acknowledged} commands were acknowledged: each is in the log, at the version that was \
         answered"
    ))?;
    say(&format!(
        "  {commands} commands of customers and of policies took effect, none of them twice"
    ))?;
    say(&format!(
        "  {commits} commits of {actors} actors, and no version is missing"
    ))?;
    say(&format!(
        "  {placed} orders were placed, {confirmed} confirmed, {charged} charged, none twice\n"
    ))
}

#[cfg(test)]
mod tests {
    use aether::{ActorId, CommandId};

    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_waits() {
        let now = Instant::now();
        let waited = |millis: u64| Acknowledged {
            command: CommandId::new(),
            actor: ActorId::of("Order", "7").unwrap(),
            version: 1.into(),
            began: now,
            ended: now + Duration::from_millis(millis),
        };
        let commands: Vec<_> = (0..=200).rev().map(waited).collect();
        let waits = Waits::of(commands.iter());
        assert_eq!(waits.median, Duration::from_millis(100));
        assert_eq!(waits.p99, Duration::from_millis(198));
        assert_eq!(waits.worst, Duration::from_millis(200));
        assert_eq!(Waits::of([].iter()).worst, Duration::ZERO);
    }
}
