//! What the program says, and where.

#![expect(
    clippy::print_stderr,
    reason = "this is where the program talks to people"
)]

use std::{
    error::Error,
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use eventstorming::files::unified;

use crate::{args::OutArgs, failure::Failure, task::Outcome};

/// Results go to the standard output or to a file, all else to the standard error.
pub(crate) struct Out {
    colours: bool,
}

impl Out {
    pub(crate) fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none();
        Self {
            colours: wanted && io::stderr().is_terminal(),
        }
    }

    /// Says what takes long.
    pub(crate) fn progress(&self, doing: &str, what: &str) {
        if self.colours {
            eprintln!("\u{1b}[1;32m{doing:>12}\u{1b}[0m {what}");
        } else {
            eprintln!("{doing:>12} {what}");
        }
    }

    /// Says why nothing was done, with all that is behind it.
    pub(crate) fn fail(&self, failure: &Failure) {
        let error = if self.colours {
            "\u{1b}[1;31merror\u{1b}[0m"
        } else {
            "error"
        };
        eprintln!("{error}: {failure}");
        let mut source = failure.source();
        while let Some(err) = source {
            eprintln!("  because: {err}");
            source = err.source();
        }
    }

    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        self.print_bytes(text.as_bytes())
    }

    #[expect(
        clippy::unused_self,
        reason = "whoever prints has been handed where to"
    )]
    fn print_bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(err) if err.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(Failure::Print),
        }
    }

    /// Writes a result where it was asked for, or shows how what is there differs.
    pub(crate) fn deliver(&self, text: &str, args: &OutArgs) -> Result<Outcome, Failure> {
        match &args.out {
            Some(path) if args.check => self.compare(text, path),
            _ => self.put(text.as_bytes(), args),
        }
    }

    /// The same for what is not text.
    pub(crate) fn deliver_bytes(&self, bytes: &[u8], args: &OutArgs) -> Result<Outcome, Failure> {
        if args.check {
            return Err(Failure::Pixels);
        }
        self.put(bytes, args)
    }

    fn put(&self, bytes: &[u8], args: &OutArgs) -> Result<Outcome, Failure> {
        let Some(path) = &args.out else {
            self.print_bytes(bytes)?;
            return Ok(Outcome::Clean);
        };
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder).map_err(write(folder))?;
        }
        fs::write(path, bytes).map_err(write(path))?;
        self.progress("Wrote", &path.display().to_string());
        Ok(Outcome::Clean)
    }

    fn compare(&self, text: &str, path: &Path) -> Result<Outcome, Failure> {
        let kept = match fs::read_to_string(path) {
            Ok(kept) => Some(kept),
            Err(err) if err.kind() == io::ErrorKind::NotFound => None,
            Err(source) => {
                return Err(Failure::Read {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let name = path.display().to_string();
        let difference = unified(&name, kept.as_deref(), Some(text));
        self.stale(&difference, &name)
    }

    /// What differs, and the command that mends it: the same without `--check`.
    pub(crate) fn stale(&self, difference: &str, name: &str) -> Result<Outcome, Failure> {
        if difference.is_empty() {
            return Ok(Outcome::Clean);
        }
        self.print(difference)?;
        let command: Vec<String> = std::env::args()
            .skip(1)
            .filter(|arg| arg != "--check")
            .collect();
        eprintln!(
            "error[ES303]: {name} is stale; write it anew with: cargo {}",
            command.join(" ")
        );
        Ok(Outcome::Found)
    }
}

fn write(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    let path = path.to_owned();
    move |source| Failure::Write { path, source }
}
