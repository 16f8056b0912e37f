use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::ChildStderr,
    time::timeout,
};

use super::failure::Failure;

/// A NATS server with `JetStream`, on a port that is free, in a folder that is gone afterwards.
///
/// It is killed when this is dropped, and also when this process dies before.
pub(crate) struct Server {
    pub(crate) url: String,
    leash: Child,
    _folder: TempDir,
}

/// Starts a server, and kills it when its own input ends: when we close it, or when we die.
const LEASH: &str = r#""$@" & read -r it; kill -9 $!; wait $!"#;
const PATIENCE: Duration = Duration::from_secs(15);
/// What the server says before where it listens.
const LISTENS: &str = "Listening for client connections on ";

impl Server {
    pub(crate) async fn start(binary: &Path) -> Result<Self, Failure> {
        let found = std::fs::metadata(binary);
        found.map_err(|err| Failure::server(binary, err))?;
        let folder = tempfile::tempdir().map_err(Failure::Room)?;
        let mut leash = Command::new("sh")
            .args(["-c", LEASH, "sh"])
            .arg(binary)
            .args(["-a", "127.0.0.1", "-p", "-1", "-js", "-sd"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|err| Failure::server(binary, err))?;
        let stderr = leash.stderr.take();
        let mut server = Self {
            url: String::new(),
            leash,
            _folder: folder,
        };
        let Some(Ok(stderr)) = stderr.map(ChildStderr::from_std) else {
            return Err(Failure::Silent(String::new()));
        };
        let mut lines = BufReader::new(stderr).lines();
        let address = timeout(PATIENCE, address(&mut lines)).await;
        let address = address.map_err(|_elapsed| Failure::Late("the NATS server comes up"))??;
        // It is never kept from writing its log.
        #[expect(clippy::disallowed_methods, reason = "it ends with the server")]
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        server.url = format!("nats://{address}");
        Ok(server)
    }
}

impl Drop for Server {
    /// Its folder goes after it.
    fn drop(&mut self) {
        drop(self.leash.stdin.take());
        // If that fails, nothing is left to wait for.
        let _ended = self.leash.wait();
    }
}

/// Where it listens, once it is ready.
async fn address(lines: &mut Lines<BufReader<ChildStderr>>) -> Result<String, Failure> {
    let (mut address, mut said) = (None, Vec::new());
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some((_, told)) = line.split_once(LISTENS) {
            address = Some(told.to_owned());
        }
        if let (true, Some(address)) = (line.contains("Server is ready"), &address) {
            return Ok(address.clone());
        }
        said.push(line);
    }
    Err(Failure::Silent(said.join("\n")))
}
