use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

use crate::Failure;

/// A NATS server with `JetStream`, on a port and in a folder of its own.
pub(crate) struct Server {
    pub(crate) url: String,
    /// Read no more, but open: a server that cannot write its log ends.
    _log: Lines<BufReader<ChildStderr>>,
    _process: Child,
    _folder: TempDir,
}

impl Server {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let mut process = Command::new(binary())
            .args(["-a", "127.0.0.1", "-p", "-1", "-js", "-sd"])
            .arg(folder.path())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let log = process.stderr.take().ok_or("the server has no log")?;
        let (mut lines, mut url) = (BufReader::new(log).lines(), String::new());
        while let Some(line) = lines.next_line().await? {
            if let Some((_, address)) = line.split_once("Listening for client connections on ") {
                url = format!("nats://{address}");
            }
            if line.contains("Server is ready") {
                return Ok(Self {
                    url,
                    _log: lines,
                    _process: process,
                    _folder: folder,
                });
            }
        }
        Err("the server did not start".into())
    }
}

fn binary() -> PathBuf {
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/nats-server");
    env::var_os("NATS_SERVER").map_or(fetched, PathBuf::from)
}
