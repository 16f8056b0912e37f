//! The small program that depends on a crate and tells its model.

use std::{
    fmt::Write as _,
    fs,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    args::SourceArgs,
    failure::Failure,
    out::Out,
    project::{Project, cargo, quoted},
};

/// The program, built.
pub(crate) struct Runner {
    program: PathBuf,
}

impl Runner {
    /// Writes the program below the target folder, and builds it.
    pub(crate) fn build(project: &Project, args: &SourceArgs, out: &Out) -> Result<Self, Failure> {
        let folder = project
            .target
            .join("eventstorming")
            .join(&project.package.name);
        write(&folder.join("Cargo.toml"), &manifest(project, args)?)?;
        write(&folder.join("src/main.rs"), &program(project))?;
        let lock = project.root.join("Cargo.lock");
        if lock.is_file() {
            let kept =
                fs::read_to_string(&lock).map_err(|source| Failure::Read { path: lock, source })?;
            write(&folder.join("Cargo.lock"), &kept)?;
        }
        out.progress(
            "Building",
            &format!("the model of `{}`", project.package.name),
        );
        let target = project.target.join("eventstorming").join("target");
        let mut command = Command::new(cargo());
        command
            .args(["build", "--manifest-path"])
            .arg(folder.join("Cargo.toml"));
        // Whoever watches sees how far it has come.
        if !io::stderr().is_terminal() {
            command.arg("--quiet");
        }
        command
            .arg("--target-dir")
            .arg(&target)
            .stdout(Stdio::null());
        // Cargo hands its own settings on to the programs it calls.
        command
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        if args.offline {
            command.arg("--offline");
        }
        let status = command.status().map_err(|source| Failure::Run {
            program: "cargo",
            source,
        })?;
        if !status.success() {
            return Err(Failure::Build);
        }
        let program = format!("{RUNNER}{}", std::env::consts::EXE_SUFFIX);
        Ok(Self {
            program: target.join("debug").join(program),
        })
    }

    /// What it prints.
    pub(crate) fn ask(&self, words: &[&str], folder: Option<&Path>) -> Result<String, Failure> {
        let mut command = Command::new(&self.program);
        command.args(words).args(folder).stderr(Stdio::inherit());
        let output = command.output().map_err(|source| Failure::Run {
            program: RUNNER,
            source,
        })?;
        if !output.status.success() {
            return Err(Failure::Runner);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

const RUNNER: &str = "eventstorming-runner";

/// Keeps the time of a file that is as it should be, so that nothing is built again.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|kept| kept == text) {
        return Ok(());
    }
    let failed = |source| Failure::Write {
        path: path.to_owned(),
        source,
    };
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(failed)?;
    fs::write(path, text).map_err(|source| Failure::Write {
        path: path.to_owned(),
        source,
    })
}

fn manifest(project: &Project, args: &SourceArgs) -> Result<String, Failure> {
    let package = &project.package;
    let path = quoted(&package.folder().display().to_string());
    let features: Vec<String> = args.features.iter().map(|name| quoted(name)).collect();
    let mut text = format!(
        "# Written by `cargo eventstorming`.\n[package]\nname = \"{RUNNER}\"\nversion = \"0.0.0\"\n\
         edition = \"2024\"\npublish = false\n\n[workspace]\n\n[dependencies]\n\
         aether = {{ {}, features = [\"schema\"] }}\n\
         subject = {{ package = {}, path = {path}, features = [{}] }}\n\n[profile.dev]\ndebug = false\n",
        project.aether,
        quoted(&package.name),
        features.join(", "),
    );
    text.push_str(&patches(&project.root)?);
    Ok(text)
}

/// What the workspace puts in place of other crates, with whole paths.
fn patches(root: &Path) -> Result<String, Failure> {
    let path = root.join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|source| Failure::Read {
        path: path.clone(),
        source,
    })?;
    let mut manifest: toml::Table = text
        .parse()
        .map_err(|source| Failure::Manifest { path, source })?;
    let Some(toml::Value::Table(mut patch)) = manifest.remove("patch") else {
        return Ok(String::new());
    };
    let crates = patch
        .iter_mut()
        .filter_map(|(_, registry)| registry.as_table_mut());
    let specs = crates.flat_map(|registry| registry.iter_mut().map(|(_, spec)| spec));
    for spec in specs.filter_map(toml::Value::as_table_mut) {
        if let Some(toml::Value::String(path)) = spec.get_mut("path") {
            *path = root.join(&*path).display().to_string();
        }
    }
    let mut whole = toml::Table::new();
    whole.insert("patch".to_owned(), toml::Value::Table(patch));
    Ok(format!("\n{whole}"))
}

fn program(project: &Project) -> String {
    let mut metas = String::new();
    let mut schemas = String::new();
    let mut readers = String::new();
    for context in &project.contexts {
        let path = format!("subject::{context}");
        writeln!(metas, "        <{path} as BoundedContext>::META,").ok();
        writeln!(
            schemas,
            "    let model = Of::<{path}>(PhantomData).with_schemas(model);"
        )
        .ok();
        writeln!(readers, "    Of::<{path}>(PhantomData).read(&mut readers);").ok();
    }
    PROGRAM
        .replace("// METAS\n", &metas)
        .replace("// SCHEMAS\n", &schemas)
        .replace("// READERS\n", &readers)
        .replace("CRATE", &project.package.library_name())
}

const PROGRAM: &str = r#"// Written by `cargo eventstorming`: tells the model of `CRATE`.
#![allow(unused, reason = "what is used depends on the crate")]

use std::{marker::PhantomData, path::Path, process::ExitCode};

use aether::{
    domain::{EventTypes, Readers, Schemas, event_schemas},
    eventstorming::{Model, contract::Lock, files::Files, meta::{BoundedContext, Context}},
};

/// A context. Its own method is taken where every event type of it has a schema, that of the
/// trait where one has none.
struct Of<C>(PhantomData<C>);

impl<C: EventTypes<Schemas>> Of<C> {
    fn with_schemas(&self, model: Model) -> Model {
        model.with_schemas(event_schemas::<C>())
    }
}

impl<C: EventTypes<Readers>> Of<C> {
    fn read(&self, readers: &mut Readers) {
        C::visit(readers);
    }
}

trait Without {
    fn with_schemas(&self, model: Model) -> Model {
        model
    }
}

impl<C> Without for Of<C> {}

fn main() -> ExitCode {
    let contexts: &[&'static Context] = &[
// METAS
    ];
    let model = match Model::from_contexts(contexts) {
        Ok(model) => model,
        Err(err) => return fail(&err),
    };
// SCHEMAS
    let mut readers = Readers::default();
// READERS
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["lock", folder] => lock(Path::new(folder), &model, &readers),
        ["read", folder] => read(Path::new(folder), &model, &readers),
        _ => {
            print!("{}", model.to_json());
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => fail(&*err),
    }
}

fn fail(err: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {err}");
    let mut source = err.source();
    while let Some(err) = source {
        eprintln!("  because: {err}");
        source = err.source();
    }
    ExitCode::FAILURE
}

fn lock(folder: &Path, model: &Model, readers: &Readers) -> Result<(), Box<dyn std::error::Error>> {
    let mut lock = Lock::from_files(Files::read(folder)?.map())?;
    readers.lock(&mut lock, model);
    for file in Files::from(lock.files()).write_new(folder)? {
        println!("{file}");
    }
    Ok(())
}

fn read(folder: &Path, model: &Model, readers: &Readers) -> Result<(), Box<dyn std::error::Error>> {
    let lock = Lock::from_files(Files::read(folder)?.map())?;
    for finding in readers.unreadable(&lock, model) {
        let help = finding.help.unwrap_or_default();
        println!("{}\t{}", line(&finding.message), line(&help));
    }
    Ok(())
}

fn line(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
"#;
