use std::{process::Stdio, time::Duration};

use aether::{
    cluster::{BalanceTiming, ShardTable, nats::ClusterClient},
    runtime::Aether,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

use crate::{Failure, Outcome, account::Line, node, server::Servers};

/// Servers, nodes that are processes, and a client that is none of them.
pub(crate) struct Fleet {
    pub(crate) nodes: Vec<Node>,
    pub(crate) aether: Aether,
    pub(crate) client: ClusterClient,
    pub(crate) servers: Servers,
    /// The servers that nodes connect to.
    pub(crate) nodes_at: String,
    /// The servers that clients connect to.
    pub(crate) clients_at: String,
    pub(crate) replicas: usize,
    kind: Kind,
}

/// What the nodes do, whether they note what becomes of each command, how many shards a node gives or
/// takes at a time, and whether nodes and clients each are on a server that is known, so that what
/// goes the same way can be compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) what: &'static str,
    pub(crate) is_fine: bool,
    pub(crate) moves: usize,
    pub(crate) is_pinned: bool,
}

impl Kind {
    /// Nodes that note nothing of each command.
    pub(crate) fn plain(what: &'static str) -> Self {
        Self {
            what,
            is_fine: false,
            moves: BalanceTiming::default().moves,
            is_pinned: false,
        }
    }

    /// The same, on a server that is known.
    pub(crate) fn pinned(what: &'static str) -> Self {
        Self {
            is_pinned: true,
            ..Self::plain(what)
        }
    }

    /// The servers that nodes and clients connect to: any, or nodes to the last and clients to the first.
    fn places(self, servers: &Servers) -> (String, String) {
        let urls = &servers.urls;
        if !self.is_pinned {
            return (urls.clone(), urls.clone());
        }
        let last = urls.rsplit(',').next().unwrap_or_default();
        (last.to_owned(), servers.url.clone())
    }
}

/// A process that is a node.
pub(crate) struct Node {
    pub(crate) name: String,
    process: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);

impl Fleet {
    pub(crate) async fn start(
        replicas: usize,
        names: &[&str],
        kind: Kind,
    ) -> Result<Self, Failure> {
        let servers = if replicas == 1 {
            Servers::one().await?
        } else {
            Servers::cluster().await?
        };
        let (nodes_at, clients_at) = kind.places(&servers);
        let aether = node::runtime(&clients_at, replicas, kind.what).await?;
        let mut nodes = Vec::new();
        for name in names {
            nodes.push(Node::start(&nodes_at, name, replicas, kind)?);
        }
        for node in &mut nodes {
            node.ready().await?;
        }
        let options = node::options(replicas);
        let client = options.client_with(&clients_at, &aether).await?;
        let fleet = Self {
            nodes,
            aether,
            client,
            servers,
            nodes_at,
            clients_at,
            replicas,
            kind,
        };
        fleet.shared().await?;
        Ok(fleet)
    }

    /// Starts a process of this node, and waits until it knows where every actor is.
    pub(crate) async fn add(&mut self, name: &str) -> Outcome {
        let mut node = Node::start(&self.nodes_at, name, self.replicas, self.kind)?;
        node.ready().await?;
        self.nodes.push(node);
        Ok(())
    }

    /// Takes the node that leads, or one that does not.
    pub(crate) async fn take(&mut self, leads: bool) -> Result<Node, Failure> {
        let first = self.nodes.first_mut().ok_or("there are no nodes")?;
        let leader = first.ask("leader").await?;
        let mut nodes = self.nodes.iter();
        let at = nodes.position(|it| (it.name == leader) == leads);
        Ok(self.nodes.remove(at.ok_or("there is no such node")?))
    }

    /// Waits until the nodes that are there have all shards, each its share, and nothing moves.
    pub(crate) async fn shared(&self) -> Outcome {
        let shared = self.client.wait_for(|table| self.is_shared(table));
        timeout(PATIENCE, shared).await?.ok_or("the client ends")?;
        Ok(())
    }

    fn is_shared(&self, table: &ShardTable) -> bool {
        let shares = self.nodes.iter().map(|node| owned(table, &node.name));
        let shares: Vec<_> = shares.collect();
        let most = shares.iter().max().copied().unwrap_or_default();
        let least = shares.iter().min().copied().unwrap_or_default();
        let all = shares.iter().sum::<usize>() == table.owners().count();
        all && most - least <= 1 && table.moving().len() == 0
    }

    /// Waits until the node has no shards.
    pub(crate) async fn without(&self, name: &str) -> Outcome {
        let gone = self.client.wait_for(|table| owned(table, name) == 0);
        timeout(PATIENCE, gone).await?.ok_or("the client ends")?;
        Ok(())
    }

    /// What the nodes have noted since they were asked last, with their names.
    pub(crate) async fn accounts(&mut self) -> Result<Vec<(String, Line)>, Failure> {
        let mut all = Vec::new();
        for node in &mut self.nodes {
            for line in node.account().await? {
                all.push((node.name.clone(), line));
            }
        }
        Ok(all)
    }
}

pub(crate) fn owned(table: &ShardTable, node: &str) -> usize {
    let owners = table.owners();
    let owned = owners.filter(|(_, owner)| owner.is_some_and(|it| it.node.as_str() == node));
    owned.count()
}

impl Node {
    fn start(urls: &str, name: &str, replicas: usize, kind: Kind) -> Result<Self, Failure> {
        let (replicas, is_fine) = (replicas.to_string(), kind.is_fine.to_string());
        let moves = kind.moves.to_string();
        let mut process = Command::new(std::env::current_exe()?)
            .args(["node", urls, name, &replicas, kind.what, &is_fine, &moves])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = process.stdin.take().ok_or("a node has no input")?;
        let output = process.stdout.take().ok_or("a node has no output")?;
        Ok(Self {
            name: name.to_owned(),
            process,
            input,
            lines: BufReader::new(output).lines(),
        })
    }

    async fn ready(&mut self) -> Outcome {
        let said = timeout(PATIENCE, self.line()).await??;
        if said == "ready" {
            Ok(())
        } else {
            Err(format!("{} said `{said}`", self.name).into())
        }
    }

    async fn line(&mut self) -> Result<String, Failure> {
        let line = self.lines.next_line().await?;
        line.ok_or_else(|| format!("{} ended", self.name).into())
    }

    /// Has the node do something, and gives what it says of it.
    pub(crate) async fn ask(&mut self, line: &str) -> Result<String, Failure> {
        self.input.write_all(format!("{line}\n").as_bytes()).await?;
        self.line().await
    }

    async fn account(&mut self) -> Result<Vec<Line>, Failure> {
        Ok(self.noted("account").await?.0)
    }

    /// What it has noted, which it tells when it is told this, and what it says after that.
    async fn noted(&mut self, line: &str) -> Result<(Vec<Line>, String), Failure> {
        let (mut lines, mut said) = (Vec::new(), self.ask(line).await?);
        while let Some(line) = Line::read(&said) {
            lines.push(line);
            said = self.line().await?;
        }
        Ok((lines, said))
    }

    pub(crate) fn signal(&self, name: &str) -> Outcome {
        let id = self.process.id().ok_or("the node has ended")?.to_string();
        let kill = std::process::Command::new("kill");
        let sent = { kill }.args(["-s", name, &id]).status()?;
        if sent.success() {
            Ok(())
        } else {
            Err(format!("{} cannot be told {name}", self.name).into())
        }
    }

    /// Kills it (-9), and waits until it is dead.
    pub(crate) async fn kill(&mut self) -> Outcome {
        Ok(self.process.kill().await?)
    }

    /// Has it leave, and waits until it has left and ended by itself; what it has noted.
    pub(crate) async fn leave(mut self) -> Result<Vec<Line>, Failure> {
        let (noted, said) = timeout(PATIENCE, self.noted("leave")).await??;
        if said != "left" {
            return Err(format!("{} said `{said}`", self.name).into());
        }
        self.process.wait().await?;
        Ok(noted)
    }
}
