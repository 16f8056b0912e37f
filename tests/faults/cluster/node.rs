use std::{ffi::OsStr, path::Path, process::Command};

use aether_tests::crash::Writer;
use tokio::time::{Duration, Instant, sleep, timeout};

/// How long a process may take to become a node, or to leave.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process that is a node.
pub(crate) struct Node {
    process: Writer,
}

impl Node {
    /// Starts a process, and waits until it knows where every actor is.
    pub(crate) async fn start(urls: &str, name: &str, replicas: usize, folder: &Path) -> Self {
        let replicas = replicas.to_string();
        let [urls, one, replicas] = [urls, name, &replicas].map(OsStr::new);
        let program = Path::new(env!("CARGO_BIN_EXE_account-node"));
        let process = Writer::start_with(program, [urls, one, replicas, folder.as_os_str()]);
        let mut node = Self { process };
        let said = timeout(PATIENCE, node.process.line()).await;
        let said = said.unwrap_or_else(|_| panic!("{name} does not come"));
        let said = said.unwrap_or_else(|| panic!("{name} ended before it came"));
        assert!(said.starts_with(name), "{said}");
        node
    }

    /// Which process of the cluster it is now.
    pub(crate) async fn who(&mut self) -> String {
        self.process.say("who\n").await;
        self.process.line().await.expect("it ended")
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Gives it little time, for so long: far less than the limits at a time.
    pub(crate) async fn slow(&self, lasting: Duration) {
        let (stopped, running) = (Duration::from_millis(40), Duration::from_millis(15));
        let until = Instant::now() + lasting;
        while Instant::now() < until {
            self.signal("STOP");
            sleep(stopped).await;
            self.signal("CONT");
            sleep(running).await;
        }
    }

    /// Waits until it has left and ended by itself.
    pub(crate) async fn left(mut self) {
        let said = timeout(PATIENCE, self.process.line()).await;
        assert_eq!(said.expect("it leaves").as_deref(), Some("left"));
        self.process.ended().await;
    }

    /// Kills it (-9).
    pub(crate) async fn kill(self) {
        self.process.kill_unheard().await;
    }
}
