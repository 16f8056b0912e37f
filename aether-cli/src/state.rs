use std::io::{self, Write as _};

use aether::{DynEventStore, Event, EventStore as _, Position, SnapshotStore as _, Version};
use serde::Serialize;
use serde_json::Value;

use super::{
    args::StateArgs,
    differ::{Change, changes},
    domain::{Domain, Folding},
    failure::Failure,
    outcome::Outcome,
    place::Use,
    screen::Screen,
    table::plain,
};

/// A state as programs are shown it.
#[derive(Serialize)]
struct Shown<'a> {
    actor: &'a str,
    version: Version,
    /// Where it comes from: `events` or `snapshot`.
    from: &'static str,
    state: &'a Value,
}

/// What an event did to a state, as programs are shown it.
#[derive(Serialize)]
struct Step<'a> {
    actor: &'a str,
    version: Version,
    position: Position,
    #[serde(rename = "type")]
    event_type: &'a str,
    changes: &'a [Change],
}

/// Shows the state of an actor as it was at a version.
pub(crate) async fn run(
    args: StateArgs,
    domain: &Domain,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let store = args.store.open(Use::Read).await?;
    match domain.actor(&args.actor) {
        Some(actor) => folded(&store, &args, actor, screen).await,
        None => kept(&store, &args, screen).await,
    }
}

/// Folds the events.
async fn folded(
    store: &DynEventStore,
    args: &StateArgs,
    mut actor: Box<dyn Folding>,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let mut before = state(args, &*actor)?;
    loop {
        let page = store.read(&args.actor, actor.version()).await?;
        let more = page.more;
        for recorded in page.commits {
            let version = actor.version();
            let events = recorded.commit.events().iter();
            let events = events.filter(|it| it.version > version && it.version <= args.at);
            for event in events {
                let applied = actor.apply(event, recorded.position);
                applied.map_err(|err| Failure::Fold(Box::new(err)))?;
                if args.diff {
                    let after = state(args, &*actor)?;
                    let changed = changes(&before, &after);
                    step(args, (event, recorded.position), &changed, screen)?;
                    before = after;
                }
            }
        }
        if !more || actor.version() >= args.at {
            break;
        }
    }
    let version = actor.version();
    found(args, version, ("events", &state(args, &*actor)?), screen)
}

/// Shows what the snapshot holds: what an actor of an unknown type is can be known from nothing
/// else.
async fn kept(
    store: &DynEventStore,
    args: &StateArgs,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let snapshot = store.snapshot(&args.actor).await?;
    let fits = snapshot.filter(|kept| kept.version <= args.at);
    let Some(snapshot) = fits.filter(|_| !args.diff) else {
        return Err(Failure::NoState(args.actor.clone()));
    };
    let now = store.version(&args.actor).await?.min(args.at);
    if now > snapshot.version {
        Screen::say(&format!(
            "the snapshot is of version {}: what the events up to {now} did is not in it",
            snapshot.version
        ));
    }
    let state = snapshot.state.decode();
    let state = state.map_err(Failure::State)?;
    found(args, snapshot.version, ("snapshot", &state), screen)
}

fn state(args: &StateArgs, actor: &dyn Folding) -> Result<Value, Failure> {
    let Some(state) = actor.state() else {
        return Err(Failure::NotShown(args.actor.actor_type().to_owned()));
    };
    let state = state.and_then(|state| state.decode());
    state.map_err(Failure::State)
}

fn step(
    args: &StateArgs,
    (event, position): (&Event, Position),
    changes: &[Change],
    screen: &Screen,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if screen.json {
        let row = serde_json::to_string(&Step {
            actor: args.actor.as_str(),
            version: event.version,
            position,
            event_type: &event.event_type,
            changes,
        })?;
        return Ok(writeln!(out, "{row}")?);
    }
    let (version, time, kind) = (event.version, event.timestamp, &event.event_type);
    let line = format!("{version:>6}  {time:.19}  {kind}  at position {position}");
    writeln!(out, "{}", plain(&line))?;
    for Change {
        place,
        before,
        after,
    } in changes
    {
        writeln!(
            out,
            "{}",
            plain(&format!("        {place}: {before} -> {after}"))
        )?;
    }
    Ok(())
}

fn found(
    args: &StateArgs,
    version: Version,
    (from, state): (&'static str, &Value),
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let actor = args.actor.as_str();
    if version == Version::NONE {
        Screen::say(&format!("`{actor}` has no events"));
        return Ok(Outcome::Findings);
    }
    let mut out = io::stdout().lock();
    if screen.json {
        let shown = Shown {
            actor,
            version,
            from,
            state,
        };
        writeln!(out, "{}", serde_json::to_string(&shown)?)?;
        return Ok(Outcome::Well);
    }
    let state = serde_json::to_string_pretty(state)?;
    writeln!(out, "{} at version {version}", plain(actor))?;
    for line in state.lines() {
        writeln!(out, "{}", plain(line))?;
    }
    Ok(Outcome::Well)
}
