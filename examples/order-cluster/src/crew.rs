use std::{env, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use super::failure::Failure;

/// A process that is a node. It is killed when this is dropped.
pub(crate) struct Member {
    pub(crate) name: String,
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// The node ends when this does.
    _input: Option<ChildStdin>,
}

const PATIENCE: Duration = Duration::from_secs(30);

impl Member {
    pub(crate) fn start(name: &str, server: &str, shards: u32) -> Result<Self, Failure> {
        let failed = |source| Failure::Process {
            name: name.to_owned(),
            source,
        };
        let program = env::current_exe().map_err(failed)?;
        let mut process = Command::new(program)
            .args(["node", "--name", name, "--server", server, "--shards"])
            .arg(shards.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let input = process.stdin.take();
        let Some(output) = process.stdout.take() else {
            return Err(Failure::Ended(name.to_owned()));
        };
        Ok(Self {
            name: name.to_owned(),
            process,
            lines: BufReader::new(output).lines(),
            _input: input,
        })
    }

    pub(crate) fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Waits until it knows where every actor is.
    pub(crate) async fn ready(&mut self) -> Result<(), Failure> {
        self.says("ready", "a node comes up").await
    }

    /// Kills it (-9).
    pub(crate) async fn kill(mut self) -> Result<(), Failure> {
        let killed = self.process.kill().await;
        killed.map_err(|source| Failure::Process {
            name: self.name,
            source,
        })
    }

    /// Tells it to leave (SIGTERM), and waits until it has.
    pub(crate) async fn leave(mut self) -> Result<(), Failure> {
        let Some(id) = self.id() else {
            return Err(Failure::Ended(self.name));
        };
        let mut kill = Command::new("kill");
        let told = kill.args(["-s", "TERM", &id.to_string()]).status().await;
        told.map_err(|source| Failure::Process {
            name: self.name.clone(),
            source,
        })?;
        self.says("left", "a node leaves").await
    }

    async fn says(&mut self, word: &str, what: &'static str) -> Result<(), Failure> {
        let line = timeout(PATIENCE, self.lines.next_line()).await;
        match line.map_err(|_elapsed| Failure::Late(what))? {
            Ok(Some(line)) if line == word => Ok(()),
            Ok(_) | Err(_) => Err(Failure::Ended(self.name.clone())),
        }
    }
}
