use std::{collections::HashMap, pin::pin};

use aether::{
    ActorId, EventStore as _, EventStoreExt as _, Recorded, Version,
    store::{Entry, Span},
};
use futures_util::StreamExt as _;
use serde::Serialize;

use super::{
    args::VerifyArgs, failure::Failure, interrupt::Interrupt, outcome::Outcome, place::Use,
    screen::Screen, table::Table,
};

/// What was found, as programs are told it.
#[derive(Default, Serialize)]
struct Verified {
    actors: usize,
    commits: u64,
    events: u64,
    findings: u64,
}

/// Reads a whole log, and tells what is wrong with it.
pub(crate) async fn run(args: VerifyArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let store = args.store.open(Use::Read).await?;
    let (table, head) = (Table::new(screen), store.head().await?);
    let bar = Screen::progress("verified", head.as_u64());
    let (mut verified, mut versions) = (Verified::default(), HashMap::new());
    let mut entries = pin!(store.entries(Span::ALL.until(head)));
    loop {
        let Some(next) = interrupt.or(entries.next()).await else {
            return Ok(Outcome::BrokenOff);
        };
        let Some(entry) = next.transpose()? else {
            break;
        };
        bar.set_position(entry.position().as_u64());
        let (position, wrong) = match &entry {
            Entry::Commit(recorded) => {
                verified.commits += 1;
                verified.events += recorded.commit.events().len() as u64;
                (recorded.position, check(recorded, &mut versions))
            }
            Entry::Unreadable(it) => (it.position, Some(it.error.to_string())),
        };
        if let Some(wrong) = wrong {
            verified.findings += 1;
            bar.suspend(|| table.unreadable(position, wrong))?;
        }
    }
    bar.finish_and_clear();
    verified.actors = versions.len();
    let Verified {
        actors,
        commits,
        events,
        findings,
    } = &verified;
    let text =
        format!("{events} events in {commits} commits of {actors} actors: {findings} findings");
    screen.sum_up(&text, &verified)?;
    Ok(if verified.findings == 0 {
        Outcome::Well
    } else {
        Outcome::Findings
    })
}

/// What is wrong with a commit after those that came before it.
fn check(recorded: &Recorded, versions: &mut HashMap<ActorId, Version>) -> Option<String> {
    let commit = &recorded.commit;
    let last = versions.entry(commit.actor_id().clone()).or_default();
    let (wanted, found) = (*last, commit.expected());
    *last = commit.version();
    let actor = commit.actor_id();
    (wanted != found)
        .then(|| format!("`{actor}` was at version {wanted}, and goes on after {found}"))
}
