use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use aether::{eventstorming::Board, observe::observe};

use super::{
    args::ObserveArgs, domain::Domain, failure::Failure, interrupt::Interrupt, outcome::Outcome,
    place::Use, screen::Screen,
};

/// Compares a model with what a log holds.
pub(crate) async fn run(
    args: ObserveArgs,
    domain: &Domain,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let model = domain.model(args.model.as_deref())?;
    let store = args.store.open(Use::Read).await?;
    let span = args.span.resolve(&store).await?;
    let Some(seen) = interrupt.or(observe(&store, span, &model)).await else {
        return Ok(Outcome::BrokenOff);
    };
    let seen = seen?;
    let reality = model.observed(&seen);
    if let Some(path) = &args.keep {
        write(path, &seen.to_json())?;
    }
    if let Some(path) = &args.board {
        write(path, &drawn(&model.board().observed(&reality), path))?;
    }
    let text = if screen.json {
        reality.json()
    } else {
        reality.text()
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(if reality.is_at_odds() {
        Outcome::Findings
    } else {
        Outcome::Well
    })
}

fn drawn(board: &Board, path: &Path) -> String {
    if path.extension().is_some_and(|end| end == "html") {
        board.html()
    } else {
        board.svg()
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|err| Failure::file(path, "written", err))
}
