use std::{fmt, str::FromStr, sync::Arc};

#[cfg(feature = "runtime")]
use bytes::Bytes;
use serde::{Deserialize, Serialize};

#[cfg(feature = "runtime")]
use crate::{
    ActorId, Commit, CommitId, Event, EventId, InvalidCommit, Metadata, Payload, Timestamp, Version,
};

/// Says in which epoch of which cluster the writer of a commit got the actor's shard.
///
/// A commit has one if it is the first that a node stores for an actor whose shard was taken from
/// another node without a release. That node may not know it; but the version that it expects is
/// no more, and when it reads why, it finds the fence and knows that the actor is another's.
///
/// A fence counts in the cluster that made it alone: epochs of another one, or of one whose bucket
/// was lost and made anew, say nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Fence {
    pub(crate) epoch: u64,
    pub(crate) cluster: Arc<str>,
}

/// Says that a text is no fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fence is an epoch and the name of a cluster: `7 shop`")]
pub(crate) struct InvalidFence;

impl Fence {
    /// The type of an event that is there for its fence alone. Whoever folds a state passes it over.
    pub(crate) const EVENT_TYPE: &str = "aether.fenced";
    /// The attribute of a commit's first event that holds the fence.
    pub(crate) const ATTRIBUTE: &str = "aetherfence";

    /// A commit that is there for the fence alone, after this version of the actor.
    #[cfg(feature = "runtime")]
    pub(crate) fn commit(
        &self,
        actor_id: ActorId,
        after: Version,
        now: Timestamp,
    ) -> Result<Commit, InvalidCommit> {
        let event = Event {
            id: EventId::new_at(now),
            event_type: Self::EVENT_TYPE.into(),
            actor_id,
            version: after.next(),
            schema_version: 1,
            data: Payload::from_checked(Bytes::from_static(b"null")),
            metadata: Metadata::new(),
            timestamp: now,
        };
        let commit = Commit::identified(CommitId::new_at(now), vec![event].into())?;
        Ok(commit.fenced(self))
    }

    /// The one to go by, of one that was known and one that was stored later.
    pub(crate) fn later(self, known: Option<Self>) -> Self {
        match known {
            Some(known) if known.cluster == self.cluster && known.epoch > self.epoch => known,
            _ => self,
        }
    }

    /// Its epoch, if it is of this cluster; that of no fence is the first one.
    #[cfg(feature = "runtime")]
    pub(crate) fn epoch_in(fence: Option<&Self>, cluster: &str) -> u64 {
        let fence = fence.filter(|it| *it.cluster == *cluster);
        fence.map_or(0, |it| it.epoch)
    }
}

impl fmt::Display for Fence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.epoch, self.cluster)
    }
}

impl FromStr for Fence {
    type Err = InvalidFence;

    fn from_str(text: &str) -> Result<Self, InvalidFence> {
        let (epoch, cluster) = text.split_once(' ').ok_or(InvalidFence)?;
        let epoch = epoch.parse().map_err(|_no_number| InvalidFence)?;
        let cluster = Arc::from(cluster);
        Ok(Self { epoch, cluster })
    }
}

impl TryFrom<String> for Fence {
    type Error = InvalidFence;

    fn try_from(text: String) -> Result<Self, InvalidFence> {
        text.parse()
    }
}

impl From<Fence> for String {
    fn from(fence: Fence) -> Self {
        fence.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fence(epoch: u64, cluster: &str) -> Fence {
        let cluster = Arc::from(cluster);
        Fence { epoch, cluster }
    }

    #[test]
    fn a_fence_is_read_as_it_is_written() {
        let one = fence(7, "a b/12");
        assert_eq!(one.to_string(), "7 a b/12");
        assert_eq!(one.to_string().parse(), Ok(one));
        for bad in ["", "7", "x a", "-1 a"] {
            assert_eq!(bad.parse::<Fence>(), Err(InvalidFence), "{bad}");
        }
    }

    #[test]
    fn the_later_epoch_counts_and_that_of_another_cluster_does_not() {
        let (three, seven) = (fence(3, "a"), fence(7, "a"));
        assert_eq!(three.clone().later(Some(seven.clone())), seven);
        assert_eq!(seven.clone().later(Some(three.clone())), seven);
        assert_eq!(three.clone().later(Some(fence(9, "b"))), three);
        assert_eq!(three.clone().later(None), three);
    }
}
