use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use crate::cluster::{
    Epoch, HostLimits, Incarnation, Monotonic, NodeId, NodeProcess, Shard, ShardHost, Tenure,
};

/// A process: the number of its node, and which of that node's it is.
pub(super) type Name = (usize, u64);

/// A command, by its number.
pub(super) type Message = u64;

/// A process of a node, and what it knows of the actors of its shards.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: Name,
    pub(super) host: ShardHost<Message>,
    pub(super) frozen_until: Option<Monotonic>,
    /// Shards that have begun, and whose actor has decided nothing since.
    pub(super) begun: BTreeMap<Shard, (Epoch, Epoch)>,
    /// The version of a shard's actor.
    pub(super) versions: BTreeMap<Shard, u64>,
    /// Shards whose actor was refused a write: another has them.
    pub(super) doubtful: BTreeSet<Shard>,
    pub(super) busy: BTreeSet<Shard>,
    pub(super) waiting: BTreeMap<Shard, VecDeque<(Tenure, Message)>>,
}

impl Member {
    pub(super) fn new(name: Name) -> Self {
        let limits = HostLimits {
            held: 2,
            early: Duration::from_millis(600),
            ..HostLimits::default()
        };
        Self {
            name,
            host: ShardHost::new(process(name), limits),
            frozen_until: None,
            begun: BTreeMap::new(),
            versions: BTreeMap::new(),
            doubtful: BTreeSet::new(),
            busy: BTreeSet::new(),
            waiting: BTreeMap::new(),
        }
    }

    pub(super) fn begin(&mut self, shard: Shard, epochs: (Epoch, Epoch)) {
        self.begun.insert(shard, epochs);
        self.versions.remove(&shard);
        self.doubtful.remove(&shard);
    }

    pub(super) fn lose(&mut self, shard: Shard) {
        self.begun.remove(&shard);
        self.versions.remove(&shard);
        self.waiting.remove(&shard);
    }
}

pub(super) fn process((number, incarnation): Name) -> NodeProcess {
    let node = NodeId::new(format!("node-{number}")).unwrap();
    node.process(Incarnation(incarnation))
}

pub(super) fn name(process: &NodeProcess) -> Name {
    let number = process.node.as_str().trim_start_matches("node-");
    (number.parse().unwrap(), process.incarnation.0)
}
