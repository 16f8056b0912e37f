use std::{
    io::{self, Write as _},
    pin::pin,
};

use aether::{
    Clock as _, DynEventStore, EventStore as _, EventStoreExt as _, Position, Recorded,
    SystemClock, Timestamp,
    runtime::projections::KeptProjection,
    store::{Entry, Span},
};
use futures_util::StreamExt as _;
use serde::Serialize;

use super::{Failure, Outcome, ProjectionsArgs, Screen, Use, kept, none, plain, schema};

/// How far a projection is behind, as programs are shown it.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    schema: String,
    position: Position,
    /// How many places in the log lie behind the position.
    commits: u64,
    /// How many events lie in these.
    events: u64,
    /// How old the first of these is.
    seconds: f64,
}

/// What lies in the log behind the position of a projection.
struct Lag {
    kept: KeptProjection,
    events: u64,
    oldest: Option<Timestamp>,
}

/// Shows how far behind the log projections are: the log is read from the position of the last.
pub(crate) async fn lag(args: ProjectionsArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let store = args.store.open(Use::Read).await?;
    let (all, head) = (kept(&store, &args).await?, store.head().await?);
    none(&all, screen);
    let behind = |kept| Lag {
        kept,
        events: 0,
        oldest: None,
    };
    let mut all: Vec<_> = all.into_iter().map(behind).collect();
    count(&store, head, &mut all).await?;
    all.iter().try_for_each(|lag| show(lag, head, screen))?;
    screen.note(&format!(
        "the log ends at position {head}; a runtime keeps a projection now and then, and is further \
         than this tells"
    ));
    Ok(Outcome::Well)
}

/// Counts what lies behind each.
async fn count(store: &DynEventStore, head: Position, all: &mut [Lag]) -> Result<(), Failure> {
    let Some(after) = all.iter().map(|lag| lag.kept.position).min() else {
        return Ok(());
    };
    let bar = Screen::progress("counting", head.as_u64().saturating_sub(after.as_u64()));
    let mut entries = pin!(store.entries(Span::after(after).until(head)));
    while let Some(entry) = entries.next().await {
        // What cannot be read is a place in the log, of which no more is known.
        if let Entry::Commit(recorded) = entry? {
            let read = recorded.position.as_u64().saturating_sub(after.as_u64());
            bar.set_position(read);
            for lag in &mut *all {
                lag.take(&recorded);
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

impl Lag {
    fn take(&mut self, recorded: &Recorded) {
        if recorded.position <= self.kept.position {
            return;
        }
        let events = recorded.commit.events();
        self.events += events.len() as u64;
        if self.oldest.is_none() {
            self.oldest = events.first().map(|event| event.timestamp);
        }
    }
}

fn show(lag: &Lag, head: Position, screen: &Screen) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let (kept, events) = (&lag.kept, lag.events);
    let (name, position) = (&kept.name, kept.position);
    let commits = head.as_u64().saturating_sub(position.as_u64());
    let age = lag.oldest.and_then(|since| since.until(SystemClock.now()));
    let seconds = age.unwrap_or_default().as_secs_f64();
    if screen.json {
        let row = Row {
            name,
            schema: schema(kept),
            position,
            commits,
            events,
            seconds,
        };
        return Ok(writeln!(out, "{}", serde_json::to_string(&row)?)?);
    }
    let line = format!(
        "{position:>8}  {commits:>8} commits  {events:>8} events  {seconds:>8.0} s behind  {name} {}",
        schema(kept)
    );
    Ok(writeln!(out, "{}", plain(&line))?)
}
