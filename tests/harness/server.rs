use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Weak},
};

use tempfile::TempDir;
use tokio::sync::Mutex;

use super::{
    binary,
    process::{Process, Signs},
};

/// A nats-server with `JetStream`.
#[derive(Debug)]
pub struct NatsServer {
    binary: PathBuf,
    folder: TempDir,
    settings: String,
    signs: Signs,
    address: String,
    process: Option<Process>,
}

impl NatsServer {
    /// What a server says when it is ready.
    pub(super) const READY: Signs = &["Server is ready"];

    /// Starts a server with an empty `JetStream`.
    pub async fn start() -> Self {
        Self::with(r#"jetstream { store_dir: "STORE" }"#).await
    }

    /// Starts a server with these settings, in which `STORE` is a folder of its own.
    pub async fn with(settings: &str) -> Self {
        Self::ready(Self::try_with(settings, Self::READY).await)
    }

    /// Starts a server that is older than any that a store takes.
    pub async fn old() -> Self {
        let (binary, settings) = (
            binary::old_nats_server(),
            r#"jetstream { store_dir: "STORE" }"#,
        );
        Self::ready(Self::try_of(binary, settings, Self::READY).await)
    }

    fn ready(started: Result<Self, String>) -> Self {
        match started {
            Ok(server) => server,
            Err(reason) => panic!("{reason}"),
        }
    }

    pub(super) async fn try_with(settings: &str, signs: Signs) -> Result<Self, String> {
        Self::try_of(binary::nats_server().to_owned(), settings, signs).await
    }

    async fn try_of(binary: PathBuf, settings: &str, signs: Signs) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|err| format!("no temporary folder: {err}"))?;
        let store = folder.path().join("store");
        let mut server = Self {
            binary,
            settings: settings.replace("STORE", &store.display().to_string()),
            folder,
            signs,
            address: "127.0.0.1:-1".to_owned(),
            process: None,
        };
        server.run().await?;
        Ok(server)
    }

    /// A server that the tests of a process share, as long as one of them uses it.
    pub async fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<NatsServer>> = Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        if let Some(server) = shared.upgrade() {
            return server;
        }
        let server = Arc::new(Self::start().await);
        *shared = Arc::downgrade(&server);
        server
    }

    /// Where it listens for clients.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Kills it (-9). What it has stored stays.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Stops it where it is (SIGSTOP): its connections stay, and it says nothing.
    pub fn freeze(&mut self) {
        self.signal("STOP");
    }

    /// Lets it go on after it was frozen (SIGCONT).
    pub fn thaw(&mut self) {
        self.signal("CONT");
    }

    /// Starts it again where it was, with what it has stored.
    pub async fn restart(&mut self) {
        self.kill();
        if let Err(reason) = self.run().await {
            panic!("{reason}");
        }
    }

    fn signal(&mut self, name: &str) {
        match &mut self.process {
            Some(process) => process.signal(name),
            None => panic!("a server that does not run takes no signal"),
        }
    }

    async fn run(&mut self) -> Result<(), String> {
        let config = self.write_config()?;
        let process = Process::start(&self.binary, &config, self.signs).await?;
        self.address.clone_from(&process.address);
        self.process = Some(process);
        Ok(())
    }

    fn write_config(&self) -> Result<PathBuf, String> {
        let path = self.folder.path().join("nats.conf");
        let config = format!("listen: \"{}\"\n{}\n", self.address, self.settings);
        match fs::write(&path, config) {
            Ok(()) => Ok(path),
            Err(err) => Err(format!("cannot write {}: {err}", path.display())),
        }
    }
}
