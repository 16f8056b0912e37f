use std::{future::Future, time::Duration};

use bytes::Bytes;
use tokio::time::Instant;
use uuid::Uuid;

use crate::cluster::{Epoch, Shard};

/// What a node does with the asks to the actors of its shards.
///
/// The node calls [`begin`](Self::begin) before the first ask to a shard, and [`end`](Self::end)
/// after the last one; neither may block. Asks to one shard are handled side by side: who wants
/// those to one actor one after the other sees to it.
///
/// An ask may come more than once: its sender does so when it cannot know what became of it. It has
/// the same session and sequence then.
pub trait ShardHandler: Send + Sync + 'static {
    /// The node has the shard from now on. What was kept of its actors is void; and if the shard
    /// was [seized](BegunShard::seized), its former owner may still write: see
    /// [`ShardHost`](crate::cluster::ShardHost), which says what has to be written before.
    fn begin(&self, begun: BegunShard);

    /// The node has the shard no more, or not for now: what is kept of its actors is void.
    fn end(&self, shard: Shard);

    /// Waits until nothing of the shard is under way that this does of itself, besides what it
    /// [handles](Self::handle): a shard that has [ended](Self::end) is not given away before.
    fn quiet(&self, _shard: Shard) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// What the node that gets the shard next may want to know of it before, as this one sees it
    /// when nothing of the shard is under way any more; nothing, unless it says so.
    ///
    /// It is sent to that node, which may get it late or never, and must not rely on it.
    fn hand_over(&self, _shard: Shard) -> Option<Bytes> {
        None
    }

    /// The shard is about to come here, and this is what the node that had it [hands
    /// over](Self::hand_over). Neither is certain: the shard may have [begun](Self::begin) already,
    /// or never come. It may not block.
    fn warm(&self, _shard: Shard, _handed_over: Bytes) {}

    /// Carries out an ask.
    ///
    /// It is run to its end, even if nobody waits for it any more: whether there is still use in
    /// it shows in its [deadline](ReceivedAsk::deadline). A shard that is to go waits for it.
    fn handle(&self, ask: ReceivedAsk) -> impl Future<Output = AskReply> + Send;
}

/// A shard that a node has from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BegunShard {
    /// Which shard.
    pub shard: Shard,
    /// The epoch since which the node has it.
    pub since: Epoch,
    /// The epoch in which it was last taken from a node that may not know it; the first one, if it
    /// never was.
    pub seized: Epoch,
}

/// An ask that has come to the node that has its shard.
#[derive(Debug, Clone)]
pub struct ReceivedAsk {
    /// The shard of the actor.
    pub shard: Shard,
    /// The epoch since when the node has the shard.
    pub since: Epoch,
    /// Who asks: another value for each client.
    pub session: Uuid,
    /// Which of the client's asks it is, counted from 1.
    pub sequence: u64,
    /// When the client waits no more.
    pub deadline: Instant,
    /// What is asked.
    pub payload: Bytes,
}

/// What becomes of an ask.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskReply {
    /// It was carried out; this is for whoever has asked.
    Ok(Bytes),
    /// Nothing was done: it turned out that another node has the shard. The client finds it.
    Moved,
    /// Nothing was done: the client asks again after so long.
    Busy(Duration),
    /// Nothing was done: its time had run out.
    Expired,
}
