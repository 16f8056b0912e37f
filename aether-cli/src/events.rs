use std::pin::pin;

use aether::{
    DynEventStore, EventStore as _, EventStoreExt as _, Position, Recorded,
    store::{Entry, Filter, Span},
};
use futures_util::StreamExt as _;

use super::{
    args::{SearchArgs, ShowArgs, TailArgs},
    failure::Failure,
    interrupt::Interrupt,
    outcome::Outcome,
    place::Use,
    screen::Screen,
    table::Table,
};

/// Shows the last events, and those to come.
pub(crate) async fn tail(args: TailArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let store = args.store.open(Use::Read).await?;
    let (filter, table, head) = (
        args.filter.filter(),
        Table::new(screen),
        store.head().await?,
    );
    let last = last(&store, &filter, Span::ALL.until(head), args.lines);
    let Some(last) = interrupt.or(last).await else {
        return Ok(Outcome::BrokenOff);
    };
    let mut findings = Outcome::Well;
    for entry in last?.into_iter().rev() {
        findings = shown(entry, &filter, &table, findings)?;
    }
    if !args.follow {
        return Ok(findings);
    }
    let mut log = pin!(store.follow_only(head, filter.clone()));
    while let Some(Some(recorded)) = interrupt.or(log.next()).await {
        show_commit(&recorded?, &filter, &table)?;
    }
    Ok(Outcome::Well)
}

/// Entries from the end of a part of the log, newest first, that hold so many wanted events.
async fn last(
    store: &DynEventStore,
    filter: &Filter,
    span: Span,
    wanted: usize,
) -> Result<Vec<Entry>, Failure> {
    let (mut last, mut events) = (Vec::new(), 0);
    let mut entries = pin!(store.entries(span.backwards()));
    while events < wanted {
        let Some(entry) = entries.next().await else {
            break;
        };
        let entry = entry?;
        let count = match &entry {
            Entry::Commit(recorded) => filter.of(recorded).count(),
            Entry::Unreadable(_) => 1,
        };
        if count > 0 {
            last.push(entry);
            events += count;
        }
    }
    Ok(last)
}

/// Finds events.
pub(crate) async fn search(args: SearchArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let store = args.store.open(Use::Read).await?;
    let (filter, table) = (args.filter.filter(), Table::new(screen));
    let mut span = args.span.resolve(&store).await?;
    if args.backwards {
        span = span.backwards();
    }
    let (mut left, mut outcome) = (args.limit.unwrap_or(usize::MAX), Outcome::Well);
    let mut entries = pin!(store.entries(span));
    while left > 0 {
        let entry = match interrupt.or(entries.next()).await {
            Some(Some(entry)) => entry?,
            Some(None) => break,
            None => return Ok(Outcome::BrokenOff),
        };
        let Entry::Commit(recorded) = entry else {
            outcome = shown(entry, &filter, &table, outcome)?;
            continue;
        };
        let text = args.containing.as_deref().unwrap_or_default();
        let events = filter.of(&recorded);
        let events = events.filter(|event| event.data.as_str().contains(text));
        for event in events.take(left) {
            table.event((recorded.position, recorded.commit.id()), event)?;
            left -= 1;
        }
    }
    Ok(outcome)
}

/// Shows what lies at a position.
pub(crate) async fn show(args: ShowArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let store = args.store.open(Use::Read).await?;
    let (position, table) = (args.position, Table::new(screen));
    let before = Position::new(position.as_u64().saturating_sub(1));
    let mut entries = pin!(store.entries(Span::after(before).until(position)));
    let mut outcome = None;
    while let Some(entry) = entries.next().await {
        let well = outcome.unwrap_or(Outcome::Well);
        outcome = Some(shown(entry?, &Filter::new(), &table, well)?);
    }
    if outcome.is_none() {
        Screen::say(&format!("nothing lies at position {position}"));
    }
    Ok(outcome.unwrap_or(Outcome::Findings))
}

fn shown(
    entry: Entry,
    filter: &Filter,
    table: &Table,
    outcome: Outcome,
) -> Result<Outcome, Failure> {
    match entry {
        Entry::Commit(recorded) => {
            show_commit(&recorded, filter, table)?;
            Ok(outcome)
        }
        Entry::Unreadable(unreadable) => {
            table.unreadable(unreadable.position, unreadable.error.to_string())?;
            Ok(Outcome::Findings)
        }
    }
}

fn show_commit(recorded: &Recorded, filter: &Filter, table: &Table) -> Result<(), Failure> {
    for event in filter.of(recorded) {
        table.event((recorded.position, recorded.commit.id()), event)?;
    }
    Ok(())
}
