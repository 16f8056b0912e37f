//! What nodes tell each other besides asks, as JSON: a reader leaves what it does not know, so a
//! later release may say more.

use std::{num::NonZeroU32, sync::Arc};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::cluster::{
    Availability, Epoch, FencingToken, Heartbeat, Incarnation, LeaderRecord, NodeId, NodeProcess,
    ReleasedShard, ShardCount,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ProcessForm {
    node: String,
    incarnation: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HeartbeatForm {
    process: ProcessForm,
    server: String,
    version: String,
    #[serde(default)]
    load: u64,
    weight: NonZeroU32,
    availability: AvailabilityForm,
    epoch: u64,
    /// Which requests the process takes: see [`PROTOCOL`].
    #[serde(default)]
    pub(super) protocol: u32,
}

/// What a process understands that is built with this: 1 is orders, 0 none.
pub(super) const PROTOCOL: u32 = 1;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AvailabilityForm {
    Active,
    Cordoned,
    Draining,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LeaderForm {
    leader: ProcessForm,
    request: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ReleasedForm {
    from: ProcessForm,
    shards: Vec<(u32, ProcessForm, u64)>,
}

/// A request to a process was in vain.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LostForm {
    pub(super) process: ProcessForm,
    pub(super) how: Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Lost {
    Unreachable,
    Unanswered,
}

/// What a node is registered by.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NodeForm {
    pub(super) version: String,
    pub(super) weight: NonZeroU32,
}

pub(super) fn to_json(form: &impl Serialize) -> Vec<u8> {
    // Names and numbers can always be written.
    serde_json::to_vec(form).unwrap_or_default()
}

pub(super) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

impl ProcessForm {
    pub(super) fn process(&self) -> Option<NodeProcess> {
        let node = NodeId::new(&self.node).ok()?;
        Some(node.process(Incarnation(self.incarnation)))
    }
}

impl From<&NodeProcess> for ProcessForm {
    fn from(process: &NodeProcess) -> Self {
        Self {
            node: process.node.to_string(),
            incarnation: process.incarnation.0,
        }
    }
}

impl From<Availability> for AvailabilityForm {
    fn from(it: Availability) -> Self {
        match it {
            Availability::Active => Self::Active,
            Availability::Cordoned => Self::Cordoned,
            Availability::Draining => Self::Draining,
        }
    }
}

impl From<AvailabilityForm> for Availability {
    fn from(it: AvailabilityForm) -> Self {
        match it {
            AvailabilityForm::Active => Self::Active,
            AvailabilityForm::Cordoned => Self::Cordoned,
            AvailabilityForm::Draining => Self::Draining,
        }
    }
}

impl From<&Heartbeat> for HeartbeatForm {
    fn from(it: &Heartbeat) -> Self {
        Self {
            process: (&it.process).into(),
            server: it.server.to_string(),
            version: it.version.to_string(),
            load: it.load,
            weight: it.weight,
            availability: it.availability.into(),
            epoch: it.epoch.0,
            protocol: PROTOCOL,
        }
    }
}

impl HeartbeatForm {
    pub(super) fn heartbeat(self) -> Option<Heartbeat> {
        Some(Heartbeat {
            process: self.process.process()?,
            server: Arc::from(self.server),
            version: Arc::from(self.version),
            load: self.load,
            weight: self.weight,
            availability: self.availability.into(),
            epoch: Epoch(self.epoch),
        })
    }
}

impl From<&LeaderRecord> for LeaderForm {
    fn from(it: &LeaderRecord) -> Self {
        Self {
            leader: (&it.leader).into(),
            request: it.request,
            token: it.token.map(|token| token.0),
        }
    }
}

impl LeaderForm {
    pub(super) fn record(self) -> Option<LeaderRecord> {
        Some(LeaderRecord {
            leader: self.leader.process()?,
            request: self.request,
            token: self.token.map(FencingToken),
        })
    }
}

impl ReleasedForm {
    pub(super) fn of(from: &NodeProcess, all: &[ReleasedShard]) -> Self {
        let shards = all.iter();
        let shards = shards.map(|it| (it.shard.number().into(), (&it.to).into(), it.epoch.0));
        Self {
            from: from.into(),
            shards: shards.collect(),
        }
    }

    pub(super) fn released(self, count: ShardCount) -> Option<Vec<ReleasedShard>> {
        let from = self.from.process()?;
        let mut shards = self.shards.into_iter();
        shards.try_fold(Vec::new(), |mut all, (shard, to, epoch)| {
            all.push(ReleasedShard {
                shard: count.shard(shard)?,
                from: from.clone(),
                to: to.process()?,
                epoch: Epoch(epoch),
            });
            Some(all)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(node: &str) -> NodeProcess {
        NodeId::new(node).unwrap().process(Incarnation(u64::MAX))
    }

    #[test]
    fn what_is_told_is_read_as_it_was_meant() {
        let heartbeat = Heartbeat {
            process: process("ü.1"),
            server: Arc::from("S"),
            version: Arc::from("1.2"),
            load: 3,
            weight: NonZeroU32::new(4).unwrap(),
            availability: Availability::Draining,
            epoch: Epoch(5),
        };
        let form: HeartbeatForm = from_json(&to_json(&HeartbeatForm::from(&heartbeat))).unwrap();
        assert_eq!(form.heartbeat(), Some(heartbeat));

        let record = LeaderRecord {
            leader: process("a"),
            request: 7,
            token: Some(FencingToken(9)),
        };
        let form: LeaderForm = from_json(&to_json(&LeaderForm::from(&record))).unwrap();
        assert_eq!(form.record(), Some(record));

        let count = ShardCount::default();
        let released = vec![ReleasedShard {
            shard: count.shard(4_095).unwrap(),
            from: process("a"),
            to: process("b"),
            epoch: Epoch(11),
        }];
        let form = ReleasedForm::of(&process("a"), &released);
        let form: ReleasedForm = from_json(&to_json(&form)).unwrap();
        assert_eq!(form.released(count), Some(released));
    }

    #[test]
    fn a_later_release_may_say_more() {
        let text = r#"{"process":{"node":"a","incarnation":1,"zone":"z"},"server":"s","version":"9",
            "weight":1,"availability":"active","epoch":2,"mood":"good"}"#;
        let form: HeartbeatForm = from_json(text.as_bytes()).unwrap();
        assert_eq!(form.heartbeat().unwrap().epoch, Epoch(2));
    }
}
