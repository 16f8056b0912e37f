use std::io::{self, Write as _};

use aether::{EventStore as _, Position, Timestamp, runtime::projections::KeptProjection};
use serde::Serialize;

use super::{Failure, Outcome, ProjectionsArgs, Screen, Use, kept, none, plain, schema};

/// A projection as programs are shown it.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    schema: String,
    generation: u64,
    position: Position,
    /// How many positions lie between there and the end of the log.
    lag: u64,
    bytes: usize,
    since: Timestamp,
    rebuild: Option<Rebuild>,
}

/// A rebuild that is not done.
#[derive(Serialize)]
struct Rebuild {
    generation: u64,
    position: Position,
    /// Why it could not be done.
    failure: Option<String>,
}

/// Shows what is kept of projections.
pub(crate) async fn list(args: ProjectionsArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let store = args.store.open(Use::Read).await?;
    let (all, head) = (kept(&store, &args).await?, store.head().await?);
    for it in &all {
        show(it, head, screen)?;
    }
    none(&all, screen);
    Ok(Outcome::Well)
}

fn show(kept: &KeptProjection, head: Position, screen: &Screen) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let lag = head.as_u64().saturating_sub(kept.position.as_u64());
    let KeptProjection {
        name,
        generation,
        position,
        bytes,
        since,
        rebuild,
        ..
    } = kept;
    if screen.json {
        let row = Row {
            name,
            schema: schema(kept),
            generation: *generation,
            position: *position,
            lag,
            bytes: *bytes,
            since: *since,
            rebuild: rebuild.as_ref().map(|it| Rebuild {
                generation: it.generation,
                position: it.position,
                failure: it.failure.clone(),
            }),
        };
        return Ok(writeln!(out, "{}", serde_json::to_string(&row)?)?);
    }
    let rebuild = rebuild
        .as_ref()
        .map_or_else(String::new, |it| match &it.failure {
            None => format!("  being built anew, at position {}", it.position),
            Some(reason) => format!("  could not be built anew: {reason}"),
        });
    let schema = schema(kept);
    let line = format!(
        "{position:>8}  {lag:>8} behind  {bytes:>10} bytes  {since:.19}  {name} {schema}/{generation}\
         {rebuild}"
    );
    Ok(writeln!(out, "{}", plain(&line))?)
}
