//! Whether all that a store holds is as it should be.

mod history;
mod replay;

use std::pin::pin;

use aether::{
    EventStore as _, EventStoreExt as _,
    store::{Entry, Span},
};
use futures_util::StreamExt as _;
use serde::Serialize;

use self::history::Histories;
use super::{
    args::VerifyArgs, domain::Domain, failure::Failure, outcome::Outcome, place::Opened,
    screen::Screen, table::Table,
};

/// What was found, as programs are told it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Verified {
    actors: usize,
    commits: u64,
    events: u64,
    /// How many snapshots there are of these actors.
    snapshots: u64,
    /// How many actors were folded with and without their snapshots, and the states compared.
    replayed: u64,
    /// How many snapshots are of no use to the code that folds them; the next one replaces each.
    left_aside: u64,
    findings: u64,
}

/// Reads a whole log, and tells what is wrong with it and with what is kept beside it.
pub(crate) async fn run(
    args: VerifyArgs,
    domain: &Domain,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let opened = args.store.open_whole().await?;
    let mut verified = Verified::default();
    bytes(&opened, &mut verified, screen)?;
    log(&opened, &mut verified, screen).await?;
    replay::compare(&opened.store, domain, &mut verified, screen).await?;
    screen.sum_up(&text(&verified), &verified)?;
    Ok(if verified.findings == 0 {
        Outcome::Well
    } else {
        Outcome::Findings
    })
}

/// What a store that has checksums says of them.
fn bytes(opened: &Opened, verified: &mut Verified, screen: &Screen) -> Result<(), Failure> {
    if let Some(Err(err)) = &opened.checksums {
        verified.finds(&err.to_string(), screen)?;
    }
    Ok(())
}

async fn log(opened: &Opened, verified: &mut Verified, screen: &Screen) -> Result<(), Failure> {
    let store = &opened.store;
    let (table, head) = (Table::new(screen), store.head().await?);
    let bar = Screen::progress("verified", head.as_u64());
    let mut histories = Histories::default();
    let mut entries = pin!(store.entries(Span::ALL.until(head)));
    while let Some(entry) = entries.next().await {
        let entry = entry?;
        let position = entry.position();
        bar.set_position(position.as_u64());
        let wrong = match &entry {
            Entry::Commit(recorded) => {
                verified.commits += 1;
                verified.events += recorded.commit.events().len() as u64;
                histories.take(store, recorded).await?
            }
            Entry::Unreadable(it) => vec![format!("cannot be read: {}", it.error)],
        };
        for wrong in wrong {
            verified.findings += 1;
            bar.suspend(|| table.wrong(Some(position), &wrong))?;
        }
    }
    bar.finish_and_clear();
    for wrong in histories.end() {
        verified.finds(&wrong, screen)?;
    }
    (verified.actors, verified.snapshots) = (histories.actors(), histories.snapshots());
    Ok(())
}

impl Verified {
    /// Tells of something that has no place in the log.
    fn finds(&mut self, what: &str, screen: &Screen) -> Result<(), Failure> {
        self.findings += 1;
        Table::new(screen).wrong(None, what)
    }
}

fn text(verified: &Verified) -> String {
    let Verified {
        actors,
        commits,
        events,
        snapshots,
        replayed,
        left_aside,
        findings,
    } = verified;
    let mut parts = vec![format!(
        "{events} events in {commits} commits of {actors} actors"
    )];
    let more = [
        (*snapshots, "snapshots"),
        (*replayed, "actors replayed"),
        (*left_aside, "snapshots of no use"),
    ];
    let more = more.iter().filter(|(count, _)| *count > 0);
    parts.extend(more.map(|(count, what)| format!("{count} {what}")));
    format!("{}: {findings} findings", parts.join(", "))
}
