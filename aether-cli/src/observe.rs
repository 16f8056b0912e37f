use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use aether::{eventstorming::Board, observe::observe};

use super::{
    args::ObserveArgs, domain::Domain, failure::Failure, outcome::Outcome, screen::Screen,
};

/// Compares a model with what a log holds.
pub(crate) async fn run(
    args: ObserveArgs,
    domain: &Domain,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let (model, store) = args.of.open(domain).await?;
    let span = args.span.resolve(&store).await?;
    let seen = observe(&store, span, &model).await?;
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
