use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, Seek as _, SeekFrom, Write},
    path::Path,
};

use aether::{
    DynEventStore, Position,
    store::{
        Filter,
        transfer::{Ending, Export, ExportOptions, Partial, Resumed, Tally},
    },
};
use serde::Serialize;

use super::{
    args::{ExportArgs, FilterArgs, SpanArgs},
    failure::Failure,
    interrupt::Interrupt,
    lines::Lines,
    outcome::Outcome,
    place::Use,
    screen::Screen,
};

/// How many bytes are written at once, give or take a commit.
const BUFFER: usize = 128 << 10;

/// What was exported.
#[derive(Serialize)]
struct Summary {
    complete: bool,
    until: u64,
    #[serde(flatten)]
    tally: Tally,
}

pub(crate) async fn run(args: ExportArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let store = args.store.open(Use::Read).await?;
    let mut options = span(&store, &args.span).await?;
    if let Some(filter) = filter(&args.filter) {
        options = options.only(filter);
    }
    if args.lenient {
        options = options.lenient();
    }
    let Some(path) = &args.file else {
        let mut export = begin(&store, options).await?;
        let mut out = BufWriter::with_capacity(BUFFER, io::stdout());
        let whole = write(&mut export, &mut out, &mut interrupt, &|err| err.into()).await?;
        return Ok(end(&export, whole));
    };
    let (export, mut file) = match target(path, args.resume, &store, options).await? {
        Target::Write(export, file) => (export, file),
        Target::Complete(ending) => {
            let text = format!("{} is complete: {}", path.display(), counts(&ending.tally));
            screen.sum_up(&text, &ending)?;
            return Ok(found(&ending.tally));
        }
    };
    let mut export = *export;
    let failed = |err| Failure::file(path, "written", err);
    let whole = write(&mut export, &mut file, &mut interrupt, &failed).await?;
    file.get_ref().sync_all().map_err(failed)?;
    report(&export, whole, path, screen)?;
    Ok(end(&export, whole))
}

/// Which part is wanted.
async fn span(store: &DynEventStore, args: &SpanArgs) -> Result<ExportOptions, Failure> {
    let span = args.resolve(store).await?;
    let options = ExportOptions::new().after(span.after);
    Ok(match span.until {
        Position::END => options,
        until => options.until(until),
    })
}

fn filter(args: &FilterArgs) -> Option<Filter> {
    let wants_all = args.types.is_empty() && args.actors.is_none();
    (!wants_all).then(|| args.filter())
}

async fn begin(
    store: &DynEventStore,
    options: ExportOptions,
) -> Result<Export<'_, DynEventStore>, Failure> {
    Export::begin(store, options).await.map_err(Failure::Export)
}

/// What is to be written, and where.
enum Target<'a> {
    Complete(Ending),
    Write(Box<Export<'a, DynEventStore>>, BufWriter<File>),
}

async fn target<'a>(
    path: &Path,
    resume: bool,
    store: &'a DynEventStore,
    options: ExportOptions,
) -> Result<Target<'a>, Failure> {
    let mut file = create(path, resume)?;
    let (mut partial, failed) = (Partial::new(), |err| Failure::file(path, "written", err));
    let copy = file.try_clone().map_err(failed)?;
    let mut lines = Lines::of(path, copy);
    let bar = Screen::progress("checking", lines.len()?);
    while let Some(line) = lines.next()? {
        if line.whole {
            partial.take(line.bytes).map_err(Failure::Export)?;
        } else {
            partial.take_unfinished(line.bytes);
        }
        bar.set_position(lines.read());
    }
    bar.finish_and_clear();
    let resumed = partial.resume(store, options).await;
    match resumed.map_err(Failure::Export)? {
        Resumed::Complete(ending) => Ok(Target::Complete(ending)),
        Resumed::GoOn { keep, export } => {
            file.set_len(keep).map_err(failed)?;
            file.seek(SeekFrom::Start(keep)).map_err(failed)?;
            let file = BufWriter::with_capacity(BUFFER, file);
            Ok(Target::Write(export, file))
        }
    }
}

fn create(path: &Path, resume: bool) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let options = if resume {
        options.create(true).truncate(false)
    } else {
        options.create_new(true)
    };
    options.open(path).map_err(|err| {
        if err.kind() == io::ErrorKind::AlreadyExists {
            return Failure::Exists(path.to_owned());
        }
        Failure::file(path, "written", err)
    })
}

/// Writes until the end or Ctrl-C, and says whether it came to the end.
async fn write(
    export: &mut Export<'_, DynEventStore>,
    out: &mut (impl Write + Send),
    interrupt: &mut Interrupt,
    failed: &(impl Fn(io::Error) -> Failure + Sync),
) -> Result<bool, Failure> {
    let bar = Screen::progress("exporting", export.until().as_u64());
    let whole = loop {
        let piece = match interrupt.or(export.next()).await {
            Some(Ok(piece)) => piece,
            Some(Err(err)) => {
                out.flush().map_err(failed)?;
                return Err(Failure::Export(err));
            }
            None => break false,
        };
        let Some(piece) = piece else {
            break true;
        };
        out.write_all(&piece).map_err(failed)?;
        bar.set_position(export.position().as_u64());
    };
    out.flush().map_err(failed)?;
    bar.finish_and_clear();
    Ok(whole)
}

fn report(
    export: &Export<'_, DynEventStore>,
    complete: bool,
    path: &Path,
    screen: &Screen,
) -> Result<(), Failure> {
    let (tally, until, path) = (export.tally(), export.position().as_u64(), path.display());
    let text = if complete {
        format!("exported to {path}: {}", counts(&tally))
    } else {
        let counts = counts(&tally);
        format!(
            "broken off: {path} holds {counts}\n  to do: go on by the same command and `--resume`"
        )
    };
    let summary = Summary {
        complete,
        until,
        tally,
    };
    screen.sum_up(&text, &summary)
}

pub(crate) fn counts(tally: &Tally) -> String {
    let Tally {
        commits,
        events,
        unreadable,
        lines: _,
    } = tally;
    let text = format!("{commits} commits with {events} events");
    if *unreadable == 0 {
        return text;
    }
    format!("{text}, and {unreadable} that cannot be read")
}

fn end(export: &Export<'_, DynEventStore>, whole: bool) -> Outcome {
    if whole {
        found(&export.tally())
    } else {
        Outcome::BrokenOff
    }
}

fn found(tally: &Tally) -> Outcome {
    if tally.unreadable > 0 {
        Outcome::Findings
    } else {
        Outcome::Well
    }
}
