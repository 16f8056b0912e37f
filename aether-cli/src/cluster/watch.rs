use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use tokio::time::sleep;

use super::{Failure, Outcome, Screen, args::ViewArgs, facts::Facts, observe};

/// How often a live view is looked at.
const EVERY: Duration = Duration::from_millis(250);
/// To the upper left corner, and away with what is there.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J";

/// Shows a view of a cluster, once or whenever it has changed.
pub(crate) async fn show(
    args: &ViewArgs,
    screen: &Screen,
    view: impl Fn(&Facts, &Screen) -> Result<String, Failure>,
) -> Result<Outcome, Failure> {
    let observer = observe(&args.of).await?;
    let is_live = args.watch && !screen.json && io::stdout().is_terminal();
    let mut shown = None;
    loop {
        let looked = observer.look().await;
        let looked = looked.map_err(|source| args.of.failed(source))?;
        let facts = Facts::of(&args.of.cluster, &looked);
        let text = view(&facts, screen)?;
        if shown.as_ref() != Some(&text) {
            let clear = if is_live { CLEAR } else { "" };
            let mut out = io::stdout().lock();
            write!(out, "{clear}{text}")?;
            out.flush()?;
            shown = Some(text);
        }
        if !args.watch {
            let is_well = facts.findings.is_empty();
            return Ok(if is_well {
                Outcome::Well
            } else {
                Outcome::Findings
            });
        }
        sleep(EVERY).await;
    }
}
