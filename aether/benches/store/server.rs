use std::{
    env, io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
};

use futures_util::future::try_join_all;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    task::JoinSet,
};

use crate::Failure;

/// NATS servers with `JetStream`, on ports and in folders of their own.
pub(crate) struct Servers {
    /// Where the first of them listens.
    pub(crate) url: String,
    /// Where all of them listen, separated by commas.
    pub(crate) urls: String,
    all: Vec<Server>,
}

struct Server {
    url: String,
    options: Vec<String>,
    /// Reads its log: a server that cannot write it ends.
    _log: JoinSet<()>,
    process: Child,
    folder: TempDir,
}

impl Servers {
    pub(crate) async fn one() -> Result<Self, Failure> {
        let server = Server::start(Vec::new(), &["Server is ready"]).await?;
        Ok(Self {
            url: server.url.clone(),
            urls: server.url.clone(),
            all: vec![server],
        })
    }

    /// Three that have come together.
    pub(crate) async fn cluster() -> Result<Self, Failure> {
        // All are held until the last is known, so that no two are the same.
        let listeners = (0..3).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listeners = listeners.collect::<io::Result<Vec<_>>>()?;
        let addresses = listeners.iter().map(TcpListener::local_addr);
        let addresses = addresses.collect::<io::Result<Vec<_>>>()?;
        drop(listeners);
        let routes = addresses.iter().map(|it| format!("nats-route://{it}"));
        let routes = routes.collect::<Vec<_>>().join(",");
        let all = addresses.iter().zip(0..).map(async |(address, number)| {
            let name = format!("node{number}");
            let listen = format!("nats://{address}");
            let options = ["-n", &name, "--cluster_name", "bench", "--cluster", &listen];
            let options = [&options[..], &["--routes", &routes]].concat();
            let options = options.into_iter().map(str::to_owned).collect();
            Server::start(options, &["new", "metadata leader"]).await
        });
        let all = try_join_all(all).await?;
        let urls: Vec<_> = all.iter().map(|it| it.url.clone()).collect();
        Ok(Self {
            url: urls.first().cloned().unwrap_or_default(),
            urls: urls.join(","),
            all,
        })
    }

    /// Kills one of them (-9), and waits until it is dead.
    pub(crate) async fn kill(&mut self, name: &str) -> Result<(), Failure> {
        Ok(self.named(name)?.process.kill().await?)
    }

    /// Has one that was killed come back where it was, with all that it had.
    pub(crate) async fn revive(&mut self, name: &str) -> Result<(), Failure> {
        self.named(name)?.revive().await
    }

    fn named(&mut self, name: &str) -> Result<&mut Server, Failure> {
        let mut all = self.all.iter_mut();
        let named = all.find(|it| it.options.iter().any(|option| option == name));
        named.ok_or_else(|| format!("there is no server `{name}`").into())
    }
}

impl Server {
    /// Starts a server, and waits until it says that it is ready, in a line with these words.
    async fn start(options: Vec<String>, words: &[&str]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        Self::start_in(folder, options, "-1", words).await
    }

    async fn revive(&mut self) -> Result<(), Failure> {
        let (_, port) = self.url.rsplit_once(':').ok_or("a server has no port")?;
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir()?);
        let options = self.options.clone();
        *self = Self::start_in(folder, options, port, &["Server is ready"]).await?;
        Ok(())
    }

    async fn start_in(
        folder: TempDir,
        options: Vec<String>,
        port: &str,
        words: &[&str],
    ) -> Result<Self, Failure> {
        let mut process = Command::new(binary())
            .args(["-a", "127.0.0.1", "-p", port, "-js", "-sd"])
            .arg(folder.path())
            .args(&options)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let log = process.stderr.take().ok_or("the server has no log")?;
        let (mut lines, mut url) = (BufReader::new(log).lines(), String::new());
        while let Some(line) = lines.next_line().await? {
            if let Some((_, address)) = line.split_once("Listening for client connections on ") {
                url = format!("nats://{address}");
            }
            if words.iter().all(|word| line.contains(word)) {
                let mut log = JoinSet::new();
                log.spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Self {
                    url,
                    options,
                    _log: log,
                    process,
                    folder,
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
