use std::collections::BTreeMap;

use aether::cluster::{
    Availability,
    nats::{ClusterView, ObservedNode},
};
use serde::Serialize;

/// What a cluster looks like, as programs are shown it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Facts {
    pub(crate) cluster: String,
    pub(crate) leader: Option<Leader>,
    pub(crate) epoch: u64,
    pub(crate) shards: Shards,
    pub(crate) nodes: Vec<Node>,
    /// How many nodes run which version.
    pub(crate) versions: BTreeMap<String, usize>,
    /// What is not as it should be.
    pub(crate) findings: Vec<String>,
    #[serde(skip)]
    pub(crate) table: Vec<Shard>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Leader {
    pub(crate) process: String,
    pub(crate) token: Option<u64>,
    /// Whether a heartbeat of it was heard just now.
    pub(crate) heard: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Shards {
    pub(crate) all: usize,
    pub(crate) unowned: usize,
    pub(crate) moving: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Node {
    #[serde(rename = "node")]
    pub(crate) name: String,
    pub(crate) incarnation: u64,
    /// `active`, `cordoned`, `draining`, or `silent` if it is not heard.
    pub(crate) state: &'static str,
    pub(crate) leads: bool,
    pub(crate) version: Option<String>,
    pub(crate) weight: Option<u32>,
    pub(crate) shards: usize,
    pub(crate) coming: usize,
    pub(crate) leaving: usize,
    /// How many commands it carries out at the moment.
    pub(crate) load: Option<u64>,
    pub(crate) server: Option<String>,
}

/// A shard, and who has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Shard {
    #[serde(rename = "shard")]
    pub(crate) number: u16,
    pub(crate) owner: Option<String>,
    /// The epoch since which its owner has it.
    pub(crate) since: u64,
    /// The last epoch in which it was taken without a release; 0 if it never was.
    pub(crate) seized: u64,
    pub(crate) moving_to: Option<String>,
    #[serde(skip)]
    pub(crate) of: [Option<String>; 2],
}

impl Facts {
    pub(crate) fn of(cluster: &str, view: &ClusterView) -> Self {
        let table = view.table.as_ref();
        let leader = view.leader.as_ref().map(|(process, token)| Leader {
            process: process.to_string(),
            token: token.map(|it| it.0),
            heard: view.is_leader_heard,
        });
        let mut facts = Self {
            cluster: cluster.to_owned(),
            epoch: view.epoch().0,
            shards: Shards {
                all: table.map_or(0, |it| it.owners().count()),
                unowned: view.unowned(),
                moving: table.map_or(0, |it| it.moving().len()),
            },
            nodes: view.nodes.iter().map(|it| node(it, view)).collect(),
            versions: versions(view),
            findings: Vec::new(),
            table: shards(view),
            leader,
        };
        facts.findings = facts.findings();
        facts
    }

    fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        match &self.leader {
            None => findings.push("nobody leads".to_owned()),
            Some(it) if !it.heard => {
                let process = &it.process;
                findings.push(format!("{process} leads, and is not heard"));
            }
            Some(_) => {}
        }
        if self.shards.unowned > 0 {
            let Shards { all, unowned, .. } = self.shards;
            findings.push(format!("{unowned} of {all} shards have no owner"));
        }
        let silent = self.nodes.iter();
        let silent = silent.filter(|it| it.state == SILENT && it.shards > 0);
        findings.extend(silent.map(|it| {
            let (node, incarnation, shards) = (&it.name, it.incarnation, it.shards);
            format!("{node}/{incarnation} has {shards} shards, and is not heard")
        }));
        findings
    }
}

const SILENT: &str = "silent";

fn node(it: &ObservedNode, view: &ClusterView) -> Node {
    let heard = it.heartbeat.as_ref();
    let state = heard.map_or(SILENT, |heard| match heard.availability {
        Availability::Active => "active",
        Availability::Cordoned => "cordoned",
        Availability::Draining => "draining",
    });
    let leader = view.leader.as_ref().map(|(process, _)| process);
    Node {
        name: it.process.node.to_string(),
        incarnation: it.process.incarnation.0,
        state,
        leads: leader == Some(&it.process),
        version: heard.map(|it| it.version.to_string()),
        weight: heard.map(|it| it.weight.get()),
        shards: it.shards,
        coming: it.coming,
        leaving: it.leaving,
        load: heard.map(|it| it.load),
        server: heard.map(|it| it.server.to_string()),
    }
}

fn versions(view: &ClusterView) -> BTreeMap<String, usize> {
    let heard = view.nodes.iter().filter_map(|it| it.heartbeat.as_ref());
    let mut versions = BTreeMap::new();
    for heartbeat in heard {
        *versions.entry(heartbeat.version.to_string()).or_default() += 1;
    }
    versions
}

fn shards(view: &ClusterView) -> Vec<Shard> {
    let Some(table) = &view.table else {
        return Vec::new();
    };
    let shards = table.owners().map(|(shard, owner)| {
        let to = table.moving_to(shard);
        Shard {
            number: shard.number(),
            owner: owner.map(ToString::to_string),
            since: table.owned_since(shard).0,
            seized: table.seized_in(shard).0,
            moving_to: to.map(ToString::to_string),
            of: [owner, to].map(|it| it.map(|it| it.node.to_string())),
        }
    });
    shards.collect()
}
