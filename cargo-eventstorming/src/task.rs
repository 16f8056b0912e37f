//! What each task does.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use clap::CommandFactory as _;
use eventstorming::{
    Board, Model,
    check::{Code, Finding, Report, Severity},
    contract::{Lock, kept},
    files::Files,
    model::Kind,
    reality::Observations,
};

use crate::{
    args::{
        Args, BoardArgs, BoardFormat, Cargo, CheckArgs, CheckFormat, ContractTask, DiffArgs,
        DiffFormat, DocsArgs, LookArgs, SourceArgs, Task,
    },
    failure::Failure,
    out::Out,
    released::released,
    source::{Source, earlier},
};

/// How a task that could be done turned out.
pub(crate) enum Outcome {
    Clean,
    Found,
}

pub(crate) fn run(args: &Args, out: &Out) -> Result<Outcome, Failure> {
    let load = || Source::load(&args.source, out);
    match &args.task {
        Task::Board(wish) => board(&load()?, wish, out),
        Task::Docs(wish) => docs(&load()?, wish, out),
        Task::Model {
            schema: true,
            out: wish,
        } => out.deliver(Model::json_schema(), wish),
        Task::Model {
            schema: false,
            out: wish,
        } => out.deliver(&load()?.model.to_json(), wish),
        Task::Check(wish) => {
            let source = load()?;
            let mut findings = source.model.check();
            if let Some((project, _)) = &source.crate_of {
                let untested = project.test_names()?.untested(&source.model);
                findings = findings.with(&source.model, untested);
            }
            report(&findings, &source, wish, out)
        }
        Task::Contract(task) => contract(&load()?, task, out),
        Task::Diff(wish) => diff(&load()?, wish, &args.source, out),
        Task::Observed { observations, json } => observed(&load()?.model, observations, *json, out),
        Task::Impact { element } => impact(&load()?.model, element, out),
        Task::Explain { code } => explain(code.as_deref(), out),
        Task::Completions { shell } => {
            let mut script = Vec::new();
            let mut command = Cargo::command();
            clap_complete::generate(*shell, &mut command, "cargo-eventstorming", &mut script);
            out.print(&String::from_utf8_lossy(&script))?;
            Ok(Outcome::Clean)
        }
    }
}

fn look(mut board: Board, look: &LookArgs) -> Board {
    if let Some(title) = &look.title {
        board = board.title(title);
    }
    if let Some(opening) = &look.opening {
        board = board.opening(opening);
    }
    if let Some(columns) = look.columns {
        board = board.columns(columns);
    }
    match &look.source_base {
        Some(base) => board.source_base(base),
        None => board,
    }
}

fn board(source: &Source, wish: &BoardArgs, out: &Out) -> Result<Outcome, Failure> {
    let model = part(&source.model, &wish.contexts)?;
    let mut board = look(model.board(), &wish.look)
        .level(wish.level.into())
        .theme(wish.theme.into());
    if wish.findings {
        board = board.findings(&source.model.check());
    }
    if let Some(file) = &wish.observed {
        board = board.observed(&model.observed(&observations(file)?));
    }
    let text = match wish.format {
        BoardFormat::Png => return out.deliver_bytes(&png(&board, wish)?, &wish.out),
        BoardFormat::Svg => board.svg(),
        BoardFormat::Html => board.html(),
        BoardFormat::Dot => model.dot(),
        BoardFormat::Mermaid => model.mermaid(),
        BoardFormat::EventModel => model.event_model(),
    };
    out.deliver(&text, &wish.out)
}

#[cfg(feature = "png")]
fn png(board: &Board, wish: &BoardArgs) -> Result<Vec<u8>, Failure> {
    let mut pixels = eventstorming::render::Pixels::default();
    if let Some(width) = wish.width {
        pixels = pixels.width(width);
    }
    let pixels = wish
        .fonts
        .iter()
        .fold(pixels, eventstorming::render::Pixels::font);
    board.png(&pixels).map_err(Failure::Png)
}

#[cfg(not(feature = "png"))]
fn png(_: &Board, _: &BoardArgs) -> Result<Vec<u8>, Failure> {
    Err(Failure::WithoutPng)
}

fn observations(file: &Path) -> Result<Observations, Failure> {
    let text = fs::read_to_string(file).map_err(|source| Failure::Read {
        path: file.to_owned(),
        source,
    })?;
    Ok(Observations::from_json(&text)?)
}

fn observed(model: &Model, file: &Path, json: bool, out: &Out) -> Result<Outcome, Failure> {
    let reality = model.observed(&observations(file)?);
    let text = if json { reality.json() } else { reality.text() };
    out.print(&text)?;
    Ok(outcome(reality.is_at_odds()))
}

/// The contexts that are asked for; all of them if none is.
fn part(model: &Model, contexts: &[String]) -> Result<Model, Failure> {
    let known: Vec<&str> = model
        .of_kind(Kind::Context)
        .map(|one| one.id.name())
        .collect();
    if let Some(strange) = contexts.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Failure::NoContext(strange.clone(), known.join(", ")));
    }
    if contexts.is_empty() {
        return Ok(model.clone());
    }
    let names: Vec<&str> = contexts.iter().map(String::as_str).collect();
    Ok(model.part(&names))
}

fn docs(source: &Source, wish: &DocsArgs, out: &Out) -> Result<Outcome, Failure> {
    let mut documents = source.model.documents();
    if let Some(title) = &wish.look.title {
        documents = documents.title(title);
    }
    if let Some(opening) = &wish.look.opening {
        documents = documents.opening(opening);
    }
    if let Some(columns) = wish.look.columns {
        documents = documents.columns(columns);
    }
    if let Some(base) = &wish.look.source_base {
        documents = documents.source_base(base);
    }
    if let Ok(folder) = folder(source, wish.contracts.as_ref()) {
        documents = documents.released(lock_in(&folder)?);
    }
    let files = documents.files();
    let place = wish.out.display().to_string();
    if wish.check {
        let findings = files.stale(&wish.out)?;
        let report = Report::default().with(&source.model, findings);
        let Some(text) = for_programs(&report, wish.format) else {
            return out.stale(&files.difference(&wish.out)?, &place);
        };
        out.print(&text)?;
        return Ok(outcome(report.reaches(Severity::Error)));
    }
    files.write(&wish.out)?;
    out.progress("Wrote", &format!("{} files in {place}", files.map().len()));
    Ok(Outcome::Clean)
}

fn report(
    report: &Report,
    source: &Source,
    wish: &CheckArgs,
    out: &Out,
) -> Result<Outcome, Failure> {
    let for_people = || report.text(wish.show.into(), &|file| source.text_of(file));
    out.print(&for_programs(report, wish.format).unwrap_or_else(for_people))?;
    Ok(outcome(report.reaches(wish.fail_on.into())))
}

/// A report in a format that programs read; nothing if it is for people.
fn for_programs(report: &Report, format: CheckFormat) -> Option<String> {
    match format {
        CheckFormat::Human => None,
        CheckFormat::Json => Some(report.json()),
        CheckFormat::Sarif => Some(report.sarif()),
        CheckFormat::Github => Some(report.github()),
    }
}

const fn outcome(found: bool) -> Outcome {
    if found {
        Outcome::Found
    } else {
        Outcome::Clean
    }
}

/// The folder of the lock.
fn folder(source: &Source, wish: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    let beside = source
        .crate_of
        .as_ref()
        .map(|(project, _)| project.package.folder().join("contracts"));
    wish.cloned().or(beside).ok_or(Failure::NoFolder)
}

fn lock_in(folder: &Path) -> Result<Lock, Failure> {
    Ok(Lock::from_files(Files::read(folder)?.map())?)
}

fn contract(source: &Source, task: &ContractTask, out: &Out) -> Result<Outcome, Failure> {
    match task {
        ContractTask::Lock { folder: wish } => {
            let folder = folder(source, wish.folder.as_ref())?;
            let (_, runner) = source.crate_of.as_ref().ok_or(Failure::NoTypes)?;
            let written = runner.ask(&["lock"], Some(&folder))?;
            out.progress(
                "Locked",
                &format!("{} files in {}", written.lines().count(), folder.display()),
            );
            out.print(&written)?;
            Ok(Outcome::Clean)
        }
        ContractTask::Check {
            against,
            folder: wish,
            check,
        } => {
            let folder = folder(source, wish.folder.as_ref())?;
            let findings = broken(source, &folder, against.as_deref(), out)?;
            let findings = Report::default().with(&source.model, findings);
            report(&findings, source, check, out)
        }
        ContractTask::Retire {
            context,
            event,
            reason,
            folder: wish,
        } => {
            let folder = folder(source, wish.folder.as_ref())?;
            let mut lock = lock_in(&folder)?;
            lock.retire(context, event, reason);
            for file in Files::from(lock.files()).write_new(&folder)? {
                out.progress("Wrote", &file);
            }
            Ok(Outcome::Clean)
        }
    }
}

/// What of a lock is broken: by the schemas, by the samples, and in the lock itself.
fn broken(
    source: &Source,
    folder: &Path,
    against: Option<&str>,
    out: &Out,
) -> Result<Vec<Finding>, Failure> {
    let files = Files::read(folder)?;
    let mut findings = Vec::new();
    if let Some(against) = against {
        findings.extend(kept(&released(against, folder)?, files.map()));
    }
    findings.extend(Lock::from_files(files.map())?.check(&source.model));
    if let Some((_, runner)) = &source.crate_of {
        let read = runner.ask(&["read"], Some(folder))?;
        findings.extend(read.lines().map(unreadable));
    } else {
        out.progress(
            "Passed over",
            "the samples: a model in a file has no types to read them",
        );
    }
    Ok(findings)
}

/// A line of the program that reads samples.
fn unreadable(line: &str) -> Finding {
    let (message, help) = line.split_once('\t').unwrap_or((line, ""));
    Finding::new(Code::ContractBreak, message).help(help)
}

fn diff(
    source: &Source,
    wish: &DiffArgs,
    args: &SourceArgs,
    out: &Out,
) -> Result<Outcome, Failure> {
    let before = earlier(&wish.against, source, args, out)?;
    let difference = before.diff(&source.model);
    let text = match wish.format {
        DiffFormat::Md => difference.markdown(),
        DiffFormat::Svg => look(difference.board(), &wish.look).svg(),
        DiffFormat::Json => difference.json(),
    };
    out.deliver(&text, &wish.out)
}

fn impact(model: &Model, element: &str, out: &Out) -> Result<Outcome, Failure> {
    let found = model.named(element);
    let id = match found.as_slice() {
        [] => return Err(Failure::NoElement(element.to_owned())),
        [id] => id,
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            return Err(Failure::Ambiguous(element.to_owned(), ids.join(", ")));
        }
    };
    if let Some(impact) = model.impact(id) {
        out.print(&impact.text(model))?;
    }
    Ok(Outcome::Clean)
}

fn explain(code: Option<&str>, out: &Out) -> Result<Outcome, Failure> {
    let Some(code) = code else {
        let list = Code::ALL.iter().fold(String::new(), |mut list, code| {
            let weight = code.severity().as_str();
            writeln!(list, "{code}  {weight:<8} {}", code.title()).ok();
            list
        });
        out.print(&list)?;
        return Ok(Outcome::Clean);
    };
    let known: Code = code
        .parse()
        .map_err(|unknown: eventstorming::check::UnknownCode| {
            Failure::NoCode(unknown.to_string())
        })?;
    out.print(known.explanation())?;
    Ok(Outcome::Clean)
}
