#![expect(
    clippy::panic,
    reason = "what the process should not have said fails the test"
)]

use std::{ffi::OsStr, path::Path, process::Stdio};

use aether::{ActorId, CommitId, Position, Recorded, Version};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStdout, Command},
};

/// A process that appends to a store.
#[derive(Debug)]
pub struct Writer {
    process: Child,
    lines: BufReader<ChildStdout>,
}

/// What the process says of a commit that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whose events they are.
    pub actor: ActorId,
    /// The version after them.
    pub version: Version,
    /// Where the commit lies.
    pub position: Position,
    /// Its id.
    pub commit_id: CommitId,
}

impl From<&Recorded> for Told {
    fn from(recorded: &Recorded) -> Self {
        Self {
            actor: recorded.commit.actor_id().clone(),
            version: recorded.commit.version(),
            position: recorded.position,
            commit_id: recorded.commit.id(),
        }
    }
}

impl Writer {
    /// Starts a process with this many writers.
    pub fn start(program: &Path, folder: &Path, writers: u64) -> Self {
        Self::run(
            program,
            [folder.as_os_str(), OsStr::new(&writers.to_string())],
        )
    }

    /// Starts a process that works on the store at this place.
    pub fn start_at(program: &Path, place: &str) -> Self {
        Self::run(program, [OsStr::new(place)])
    }

    /// Starts a process with these arguments.
    pub fn start_with<'a>(program: &Path, arguments: impl IntoIterator<Item = &'a OsStr>) -> Self {
        Self::run(program, arguments)
    }

    /// Starts a process that cannot make a file larger than this.
    pub fn start_with_room(program: &Path, folder: &Path, writers: u64, kib: u64) -> Self {
        let limited = r#"trap "" XFSZ; ulimit -f "$1"; shift; exec "$@""#;
        // The unit of the shell's limit is half a kibibyte.
        let (room, writers) = ((kib * 2).to_string(), writers.to_string());
        let arguments = [
            OsStr::new("-c"),
            OsStr::new(limited),
            OsStr::new("sh"),
            OsStr::new(&room),
            program.as_os_str(),
            folder.as_os_str(),
            OsStr::new(&writers),
        ];
        Self::run(Path::new("sh"), arguments)
    }

    fn run<'a>(program: &Path, arguments: impl IntoIterator<Item = &'a OsStr>) -> Self {
        let process = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut process = match process {
            Ok(process) => process,
            Err(err) => panic!("`{}` does not run: {err}", program.display()),
        };
        let Some(lines) = process.stdout.take() else {
            panic!("a pipe was asked for");
        };
        let lines = BufReader::new(lines);
        Self { process, lines }
    }

    /// The process's own id.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Waits until it has opened the store.
    pub async fn opened(&mut self) -> bool {
        match self.line().await.as_deref() {
            Some("open") => true,
            other => panic!("the writer said {other:?} instead of `open`"),
        }
    }

    /// The next commit that was answered.
    pub async fn told(&mut self) -> Told {
        match self.line().await {
            Some(line) => parse(&line),
            None => panic!("the writer ended by itself"),
        }
    }

    /// The next whole line; none when there are no more.
    pub async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.lines.read_line(&mut line).await {
            Ok(_) => line.strip_suffix('\n').map(str::to_owned),
            Err(err) => panic!("the writer cannot be heard: {err}"),
        }
    }

    /// Writes to its input.
    pub async fn say(&mut self, what: &str) {
        let Some(input) = self.process.stdin.as_mut() else {
            panic!("a pipe was asked for");
        };
        if let Err(err) = input.write_all(what.as_bytes()).await {
            panic!("the process does not listen: {err}");
        }
    }

    /// Waits until it has ended by itself, without a fault.
    pub async fn ended(mut self) {
        match self.process.wait().await {
            Ok(status) if status.success() => {}
            other => panic!("the process ended with {other:?}"),
        }
    }

    /// Kills it; what it had still said.
    pub async fn kill_and_hear(&mut self) -> Vec<String> {
        if let Err(err) = self.process.kill().await {
            panic!("the process cannot be killed: {err}");
        }
        let mut lines = Vec::new();
        while let Some(line) = self.line().await {
            lines.push(line);
        }
        lines
    }

    /// Kills it, whatever it may have said.
    pub async fn kill_unheard(mut self) {
        if let Err(err) = self.process.kill().await {
            panic!("the process cannot be killed: {err}");
        }
    }

    /// Kills it; what it had still said, and whether that it had opened was among it.
    pub async fn kill(mut self) -> (Vec<Told>, bool) {
        if let Err(err) = self.process.kill().await {
            panic!("the writer cannot be killed: {err}");
        }
        let (mut told, mut opened) = (Vec::new(), false);
        while let Some(line) = self.line().await {
            if line == "open" {
                opened = true;
            } else {
                told.push(parse(&line));
            }
        }
        (told, opened)
    }
}

fn parse(line: &str) -> Told {
    let told = || {
        let rest = line.strip_prefix("stored ")?;
        let mut words = rest.split(' ');
        let told = Told {
            actor: ActorId::new(words.next()?).ok()?,
            version: Version::new(words.next()?.parse().ok()?),
            position: Position::new(words.next()?.parse().ok()?),
            commit_id: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(told)
    };
    told().unwrap_or_else(|| panic!("the writer said: {line}"))
}
