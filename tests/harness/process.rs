use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

/// Starts a server, sends it the signals that are written to its own input, and kills it when that
/// ends: when we close it, or when we die.
const LEASH: &str =
    r#""$@" & exec 2>&-; while read -r it; do kill "-$it" $!; done; kill -9 $!; wait $!"#;
/// How many lines of its log a server that fails to start is quoted with.
const QUOTED: usize = 30;

/// What a server may say in its log when it is ready, after it said where it listens.
pub(super) type Signs = &'static [&'static str];

type Log = Arc<Mutex<VecDeque<String>>>;

/// A nats-server that runs.
#[derive(Debug)]
pub(super) struct Process {
    leash: Child,
    /// Where it listens for clients.
    pub(super) address: String,
}

impl Process {
    /// Starts a server, and waits until it says that it is ready, in one of these ways.
    pub(super) async fn start(binary: &Path, config: &Path, signs: Signs) -> Result<Self, String> {
        let mut leash = spawn(binary, config).map_err(|err| format!("sh does not run: {err}"))?;
        let (ready, is_ready) = oneshot::channel();
        let log = Log::default();
        if let Some(stderr) = leash.stderr.take() {
            let log = Arc::clone(&log);
            thread::spawn(move || read(stderr, &log, signs, ready));
        }
        if let Ok(Ok(address)) = timeout(Duration::from_mins(1), is_ready).await {
            return Ok(Self { leash, address });
        }
        reap(&mut leash);
        let log = log.lock().unwrap_or_else(PoisonError::into_inner);
        let log: Vec<_> = log.iter().map(String::as_str).collect();
        Err(format!("nats-server did not start:\n{}", log.join("\n")))
    }

    /// Sends it a signal, by its name without `SIG`.
    pub(super) fn signal(&mut self, name: &str) {
        let input = self.leash.stdin.as_mut();
        let sent = input.map(|input| writeln!(input, "{name}"));
        if let Some(Err(err)) = sent {
            panic!("cannot send SIG{name} to nats-server: {err}");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        reap(&mut self.leash);
    }
}

fn spawn(binary: &Path, config: &Path) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", LEASH, "sh"])
        .arg(binary)
        .arg("-c")
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
}

/// Kills a server and waits until it is gone.
fn reap(leash: &mut Child) {
    drop(leash.stdin.take());
    if let Err(err) = leash.wait() {
        panic!("cannot wait for nats-server to end: {err}");
    }
}

/// Reads the log to its end, so that the server is never kept from writing it.
fn read(stderr: impl Read, log: &Log, signs: Signs, ready: oneshot::Sender<String>) {
    let (mut ready, mut address) = (Some(ready), String::new());
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        if let Some((_, told)) = line.split_once("Listening for client connections on ") {
            told.clone_into(&mut address);
        }
        if signs.iter().any(|sign| line.contains(sign)) {
            let nobody_waits = ready.take().map(|ready| ready.send(address.clone()));
            drop(nobody_waits);
        }
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == QUOTED {
            log.pop_front();
        }
        log.push_back(line);
    }
}
