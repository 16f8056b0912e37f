use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::cluster::NodeProcess;

/// What the subjects, the bucket and the keys of a cluster are called.
///
/// Percent-encoded, so that two different texts never meet; in a subject with `=` in the place of
/// `%`, in the name of a bucket with `_`.
#[derive(Debug, Clone)]
pub(super) struct Names {
    prefix: String,
    bucket: String,
}

/// What stands for itself in the name of a bucket.
const BUCKET: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');
/// What stands for itself in a subject.
const TOKEN: &AsciiSet = &BUCKET.remove(b'_');

impl Names {
    /// The key of the leader's lease.
    pub(super) const LEADER: &str = "leader";
    /// The key of the shard table.
    pub(super) const MAP: &str = "map";
    pub(super) const HEARTBEAT: &str = "hb";
    pub(super) const LOST: &str = "lost";
    pub(super) const RELEASED: &str = "released";
    pub(super) const LEFT: &str = "left";
    pub(super) const ASK: &str = "ask";
    pub(super) const PING: &str = "ping";
    /// What a node that gives shards away has to say of them to the one that gets them.
    pub(super) const WARM: &str = "warm";
    pub(super) const DISMISS: &str = "dismiss";
    /// What someone who operates the cluster wants of its leader.
    pub(super) const ORDER: &str = "order";
    /// How a node is to offer itself, said by the leader.
    pub(super) const INSTRUCT: &str = "instruct";

    pub(super) fn of(cluster: &str) -> Self {
        let encoded = utf8_percent_encode(cluster, BUCKET).to_string();
        Self {
            prefix: format!("ae.{}", token(cluster)),
            bucket: format!("AE_{}", encoded.replace('%', "_")),
        }
    }

    pub(super) fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The stream that is the bucket.
    pub(super) fn stream(&self) -> String {
        format!("KV_{}", self.bucket)
    }

    /// The subject of everything in the bucket.
    pub(super) fn everything(&self) -> String {
        format!("$KV.{}.>", self.bucket)
    }

    pub(super) fn key(&self, key: &str) -> String {
        format!("$KV.{}.{key}", self.bucket)
    }

    /// The key that a node is registered by.
    pub(super) fn key_of_node(&self, node: &str) -> String {
        self.key(&format!("node.{}", token(node)))
    }

    /// Where what is written to the bucket is told of.
    pub(super) fn notices(&self) -> String {
        format!("{}.kv.>", self.prefix)
    }

    /// Which key a notice is of.
    pub(super) fn noticed<'a>(&self, subject: &'a str) -> Option<&'a str> {
        let rest = subject.strip_prefix(&self.prefix)?;
        rest.strip_prefix(".kv.")
    }

    /// What nodes and clients tell all nodes.
    pub(super) fn told(&self, what: &str) -> String {
        format!("{}.{what}", self.prefix)
    }

    /// All that is for one process.
    pub(super) fn all_of(&self, process: &NodeProcess) -> String {
        self.of_process(process, "*")
    }

    /// What is for one process.
    pub(super) fn of_process(&self, process: &NodeProcess, what: &str) -> String {
        let (node, incarnation) = (token(process.node.as_str()), process.incarnation.0);
        format!("{}.n.{node}.{incarnation}.{what}", self.prefix)
    }
}

fn token(text: &str) -> String {
    let encoded = utf8_percent_encode(text, TOKEN).to_string();
    encoded.replace('%', "=")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Incarnation, NodeId};

    #[test]
    fn names_of_different_clusters_and_nodes_never_meet() {
        let names = ["a", "a.b", "a_b", "a=2Eb", "a*", "ü", "a b"].map(Names::of);
        for (nth, one) in names.iter().enumerate() {
            for other in &names[nth + 1..] {
                assert_ne!(one.bucket, other.bucket);
                assert_ne!(one.prefix, other.prefix);
            }
            let told = one.told(Names::LEFT);
            assert_eq!(told.split('.').count(), 3, "{told}");
        }
        let process = |node| NodeId::new(node).unwrap().process(Incarnation(7));
        let subject = names[0].of_process(&process("a.*.>"), Names::PING);
        assert_eq!(subject, "ae.a.n.a=2E=2A=2E=3E.7.ping");
    }

    #[test]
    fn the_key_of_a_notice_is_read_off_its_subject() {
        let names = Names::of("c");
        assert_eq!(names.noticed("ae.c.kv.map"), Some("map"));
        assert_eq!(names.noticed("ae.d.kv.map"), None);
        assert_eq!(names.noticed("ae.c.hb"), None);
    }
}
