use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, Weak},
};

use futures_util::future::{join_all, try_join_all};
use tokio::sync::Mutex;

use super::{NatsServer, mesh, process::Signs};

/// Three nats-servers that are one `JetStream`.
#[derive(Debug)]
pub struct NatsCluster {
    nodes: Vec<NatsServer>,
    /// Where they listen for each other.
    routes: String,
}

impl NatsCluster {
    const SIZE: usize = 3;
    /// Servers of a cluster must know each other's ports before they run, so another process may
    /// take one of them first. Then others are tried.
    const TRIES: usize = 5;

    /// What each says when they have come together.
    const LEADER_IS_KNOWN: Signs = &[
        "JetStream cluster new metadata leader",
        "Self is new JetStream cluster metadata leader",
    ];

    /// Starts three servers, and waits until they have come together.
    pub async fn start() -> Self {
        let mut reason = String::new();
        for _ in 0..Self::TRIES {
            match Self::try_start().await {
                Ok(cluster) => return cluster,
                Err(err) if err.contains("address already in use") => reason = err,
                Err(err) => panic!("{err}"),
            }
        }
        panic!("no free ports for a cluster: {reason}");
    }

    /// A cluster that the tests of a process share, as long as one of them uses it.
    pub async fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<NatsCluster>> = Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        if let Some(cluster) = shared.upgrade() {
            return cluster;
        }
        let cluster = Arc::new(Self::start().await);
        *shared = Arc::downgrade(&cluster);
        cluster
    }

    /// Where its servers listen for clients.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(NatsServer::url).collect()
    }

    /// One of its servers, to kill it.
    pub fn node(&mut self, index: usize) -> &mut NatsServer {
        match self.nodes.get_mut(index) {
            Some(node) => node,
            None => panic!("a cluster has {} servers", Self::SIZE),
        }
    }

    /// The one of its servers with this name, as `JetStream` names a stream's leader.
    pub fn named(name: &str) -> Option<usize> {
        (0..Self::SIZE).find(|index| node_name(*index) == name)
    }

    /// Kills all of its servers (-9) at once.
    pub fn kill(&mut self) {
        self.nodes.iter_mut().for_each(NatsServer::kill);
    }

    /// Starts all of its servers again, with what they have stored.
    pub async fn restart(&mut self) {
        self.kill();
        join_all(self.nodes.iter_mut().map(NatsServer::restart)).await;
        if let Err(reason) = mesh::is_whole(&self.urls()).await {
            panic!("{reason}");
        }
    }

    /// One more server, which they have found. It stores nothing, and hands on what the others do.
    pub async fn one_more(&self) -> NatsServer {
        let routes = &self.routes;
        let settings =
            format!("cluster {{ name: tests, listen: \"127.0.0.1:-1\", routes: [{routes}] }}");
        let more = NatsServer::with(&settings).await;
        let mut urls = self.urls();
        urls.push(more.url());
        if let Err(reason) = mesh::is_whole(&urls).await {
            panic!("{reason}");
        }
        more
    }

    async fn try_start() -> Result<Self, String> {
        let ports = free_ports(Self::SIZE).map_err(|err| format!("no free ports: {err}"))?;
        let routes: Vec<_> = ports.iter().map(|port| route(*port)).collect();
        let routes = routes.join(", ");
        let settings = ports.iter().enumerate().map(|(index, port)| {
            format!(
                "server_name: {}\n\
                 jetstream {{ store_dir: \"STORE\" }}\n\
                 cluster {{ name: tests, listen: \"127.0.0.1:{port}\", routes: [{routes}] }}",
                node_name(index)
            )
        });
        let settings: Vec<_> = settings.collect();
        let nodes = settings
            .iter()
            .map(|it| NatsServer::try_with(it, Self::LEADER_IS_KNOWN));
        let cluster = Self {
            nodes: try_join_all(nodes).await?,
            routes,
        };
        // Two may know the leader, and not yet each other.
        mesh::is_whole(&cluster.urls()).await?;
        Ok(cluster)
    }
}

fn node_name(index: usize) -> String {
    format!("node{index}")
}

fn route(port: u16) -> String {
    format!("\"nats-route://127.0.0.1:{port}\"")
}

pub(super) fn free_ports(count: usize) -> io::Result<Vec<u16>> {
    let listeners = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    // All are held until the last is known, so that no two are the same.
    let listeners: Vec<_> = listeners.collect::<io::Result<_>>()?;
    let ports = listeners.iter().map(|it| Ok(it.local_addr()?.port()));
    ports.collect()
}
