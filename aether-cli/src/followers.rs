use std::io::{self, Write as _};

use aether::{
    CheckpointStore as _, DynEventStore, EventStore as _, Position, StoreError, runtime::parking,
};
use serde::Serialize;

use super::{
    args::ModelledArgs,
    domain::Domain,
    failure::Failure,
    outcome::Outcome,
    roster::{self, Member},
    screen::Screen,
    table::plain,
};

/// A follower as programs are shown it.
#[derive(Serialize)]
struct Row<'a> {
    kind: &'static str,
    name: &'a str,
    /// How far it had come when it last kept that.
    position: Position,
    /// How many positions lie between there and the end of the log.
    lag: u64,
    /// Of how many actors something is parked.
    parked: usize,
}

/// Shows how far those have come who follow the log.
pub(crate) async fn run(
    args: ModelledArgs,
    domain: &Domain,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let (model, store) = args.open(domain).await?;
    let head = store.head().await?;
    let mut outcome = Outcome::Well;
    for member in roster::members(&model) {
        let Some(row) = row(&store, &member, head).await? else {
            continue;
        };
        if row.parked > 0 {
            outcome = Outcome::Findings;
        }
        show(&row, screen)?;
    }
    screen.note(&format!(
        "the log ends at position {head}; a runtime keeps how far it has come now and then, and is \
         further than this tells"
    ));
    Ok(outcome)
}

/// How far it has come; nothing if it has never run here.
async fn row<'a>(
    store: &DynEventStore,
    member: &'a Member,
    head: Position,
) -> Result<Option<Row<'a>>, StoreError> {
    let checkpoint = store.checkpoint(&member.reader).await?;
    let parked = parking::parked(store, &member.reader).await?.len();
    let position = checkpoint.position;
    let row = Row {
        kind: member.kind,
        name: &member.name,
        position,
        lag: head.as_u64().saturating_sub(position.as_u64()),
        parked,
    };
    Ok((position > Position::START || parked > 0).then_some(row))
}

fn show(row: &Row<'_>, screen: &Screen) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if screen.json {
        return Ok(writeln!(out, "{}", serde_json::to_string(row)?)?);
    }
    let Row {
        kind,
        name,
        position,
        lag,
        parked,
    } = row;
    let parked = match parked {
        0 => String::new(),
        actors => format!("  parked of {actors} actors"),
    };
    let line = format!("{kind:<8}  {position:>8}  {lag:>8} behind  {name}{parked}");
    Ok(writeln!(out, "{}", plain(&line))?)
}
