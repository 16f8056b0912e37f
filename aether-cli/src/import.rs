use std::path::Path;

use aether::{
    DynEventStore, Namespace,
    store::transfer::{Ending, ExportReader, Import, Imported, Item, Tally},
};
use serde::Serialize;

use super::{
    args::ImportArgs, export::counts, failure::Failure, interrupt::Interrupt, lines::Lines,
    outcome::Outcome, place::Use, screen::Screen,
};

/// What was imported.
#[derive(Serialize)]
struct Summary {
    complete: bool,
    known: u64,
    stored: u64,
    #[serde(flatten)]
    tally: Tally,
}

/// What a file holds.
#[derive(Serialize)]
struct Found {
    namespace: Namespace,
    #[serde(flatten)]
    ending: Ending,
}

pub(crate) async fn run(args: ImportArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let Some(found) = interrupt.or(async { check(&args.file) }).await else {
        return Ok(Outcome::BrokenOff);
    };
    let found = found?;
    let held = counts(&found.ending.tally);
    let (file, from) = (args.file.display(), &found.namespace);
    let holds = format!("{file} is whole and holds {held} of the namespace `{from}`");
    if args.dry_run {
        screen.sum_up(&holds, &found)?;
        return Ok(Outcome::Well);
    }
    let (place, into) = (args.store.place(), &args.store.namespace);
    Screen::say(&format!(
        "{holds}\nimporting it into the namespace `{into}` of {place}"
    ));
    let store = args.store.open(Use::Write).await?;
    let mut import = Import::new(&store);
    if !store_all(&mut import, &args.file, &mut interrupt).await? {
        return broken_off(&import, found.ending.tally, screen);
    }
    let imported = import.finish().map_err(Failure::Import)?;
    report(&imported, screen)
}

/// Reads the whole file before anything of it is stored.
fn check(path: &Path) -> Result<Found, Failure> {
    let (mut lines, mut reader) = (Lines::open(path)?, ExportReader::new());
    let bar = Screen::progress("checking", lines.len()?);
    let wrong = |source| Failure::Check {
        path: path.to_owned(),
        source,
    };
    let mut namespace = Namespace::default();
    while let Some(line) = lines.next()? {
        if let Some(Item::Opening(opening)) = reader.take(line.bytes).map_err(wrong)? {
            namespace = opening.namespace;
        }
        bar.set_position(lines.read());
    }
    bar.finish_and_clear();
    let ending = reader.finish().map_err(wrong)?;
    Ok(Found { namespace, ending })
}

/// Stores until the end or Ctrl-C, and says whether it came to the end.
async fn store_all(
    import: &mut Import<'_, DynEventStore>,
    path: &Path,
    interrupt: &mut Interrupt,
) -> Result<bool, Failure> {
    let mut lines = Lines::open(path)?;
    let bar = Screen::progress("importing", lines.len()?);
    while let Some(line) = lines.next()? {
        match interrupt.or(import.take(line.bytes)).await {
            Some(taken) => taken.map_err(Failure::Import)?,
            None => return Ok(false),
        }
        bar.set_position(lines.read());
    }
    bar.finish_and_clear();
    Ok(true)
}

fn report(imported: &Imported, screen: &Screen) -> Result<Outcome, Failure> {
    let Imported {
        known,
        stored,
        ending,
        ..
    } = imported;
    let tally = ending.tally;
    let left_out = match tally.unreadable {
        0 => String::new(),
        some => format!("\n{some} could not be read when they were exported, and were left out"),
    };
    let text =
        format!("imported: {stored} commits were stored, {known} were there already{left_out}");
    let (known, stored, complete) = (*known, *stored, true);
    let summary = Summary {
        complete,
        known,
        stored,
        tally,
    };
    screen.sum_up(&text, &summary)?;
    Ok(if tally.unreadable > 0 {
        Outcome::Findings
    } else {
        Outcome::Well
    })
}

fn broken_off(
    import: &Import<'_, DynEventStore>,
    tally: Tally,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let (known, stored) = import.so_far();
    let text = format!(
        "broken off: {stored} commits or more were stored, {known} were there already\n  to do: go \
         on by the same command"
    );
    let summary = Summary {
        complete: false,
        known,
        stored,
        tally,
    };
    screen.sum_up(&text, &summary)?;
    Ok(Outcome::BrokenOff)
}
