use std::{
    io::{self, Write as _},
    pin::pin,
    time::Duration,
};

use aether::{
    ActorId, DynEventStore, EventStore as _, EventStoreExt as _, Position, TimerChange, Timestamp,
    store::{
        Span,
        timers::{DueTimer, TimerLedger, TimerScope},
    },
};
use futures_util::StreamExt as _;
use serde::Serialize;

use super::{
    args::ModelledArgs,
    domain::Domain,
    failure::Failure,
    outcome::Outcome,
    roster::{self, Timed},
    screen::Screen,
    table::plain,
};

/// A timer as programs are shown it.
#[derive(Serialize)]
struct Row<'a> {
    due: Timestamp,
    /// The aggregate, process manager or policy whose timer it is.
    of: &'a str,
    actor: &'a ActorId,
    key: &'a str,
    /// The command that is carried out then; none if only the code of a policy says it.
    command: Option<String>,
    /// Where it was set.
    position: Position,
}

/// Whose timers they are, and the timers.
struct Pending {
    timed: Timed,
    ledger: TimerLedger,
}

/// Shows what is still to come.
pub(crate) async fn run(
    args: ModelledArgs,
    domain: &Domain,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let (model, store) = args.open(domain).await?;
    let mut all = Vec::new();
    for timed in roster::timed(&model) {
        let ledger = TimerLedger::open(&store, timed.reader.clone(), timed.scope).await?;
        all.push(Pending { timed, ledger });
    }
    read_on(&store, &mut all).await?;
    show_all(&store, all, screen).await
}

/// Takes in what lies in the log after what is kept. What follows from an event by a policy, only
/// its code can say; its timers are shown as they are kept.
async fn read_on(store: &DynEventStore, all: &mut [Pending]) -> Result<(), Failure> {
    let actors = |pending: &&mut Pending| pending.timed.scope == TimerScope::Actor;
    let mut all: Vec<_> = all.iter_mut().filter(actors).collect();
    let Some(after) = all.iter().map(|pending| pending.ledger.position()).min() else {
        return Ok(());
    };
    let head = store.head().await?;
    let bar = Screen::progress("reading", head.as_u64());
    let mut commits = pin!(store.commits(Span::after(after).until(head)));
    while let Some(recorded) = commits.next().await {
        let recorded = recorded?;
        bar.set_position(recorded.position.as_u64());
        let of = recorded.commit.actor_id().actor_type();
        for pending in &mut all {
            if pending.timed.name == of {
                pending.ledger.apply(&recorded);
            } else {
                pending.ledger.take(&recorded, []);
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

async fn show_all(
    store: &DynEventStore,
    all: Vec<Pending>,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let end = Timestamp::UNIX_EPOCH.after(Duration::MAX);
    let mut pending: Vec<(DueTimer, Timed)> = Vec::new();
    for Pending { timed, mut ledger } in all {
        while let Some(timer) = ledger.next(end) {
            ledger.fired(&timer);
            pending.push((timer, timed.clone()));
        }
    }
    pending.sort_by_key(|(timer, _)| (timer.due, timer.position, timer.number));
    for (timer, timed) in &pending {
        let command = match timed.scope {
            TimerScope::Actor => command(store, timer).await?,
            TimerScope::Shared => None,
        };
        show(timer, timed, command, screen)?;
    }
    screen.note(&format!("{} timers are pending", pending.len()));
    Ok(Outcome::Well)
}

/// The command that a commit has set a timer for.
async fn command(store: &DynEventStore, timer: &DueTimer) -> Result<Option<String>, Failure> {
    let before = Position::new(timer.position.as_u64().saturating_sub(1));
    let mut commits = pin!(store.commits(Span::after(before).until(timer.position)));
    let Some(recorded) = commits.next().await.transpose()? else {
        return Ok(None);
    };
    let set = recorded
        .commit
        .timers()
        .iter()
        .find_map(|change| match change {
            TimerChange::Set(set) if set.command.id == timer.command_id => Some(&set.command),
            TimerChange::Set(_) | TimerChange::Cancel(_) => None,
        });
    Ok(set.map(|it| format!("{} {}", it.command, it.key)))
}

fn show(
    timer: &DueTimer,
    timed: &Timed,
    command: Option<String>,
    screen: &Screen,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let (due, position) = (timer.due, timer.position);
    let (of, actor, key) = (&*timed.name, &timer.actor_id, &*timer.key);
    if screen.json {
        let row = Row {
            due,
            of,
            actor,
            key,
            command,
            position,
        };
        return Ok(writeln!(out, "{}", serde_json::to_string(&row)?)?);
    }
    let command = command.unwrap_or_else(|| format!("as `{of}` decides"));
    let line = format!("{due:.19}  {actor}  {key}  {command}  set at position {position}");
    Ok(writeln!(out, "{}", plain(&line))?)
}
