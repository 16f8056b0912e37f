use std::sync::Arc;

use tokio::sync::mpsc;

use super::{desk::Attendance, handler::ShardHandler, letter::Letter, link::Link};
use crate::cluster::{NodeInput, NodeProcess, ReleasedShard};

/// What says that a process has done with shards, when what its handler does of itself is done.
pub(super) struct Release<H> {
    pub(super) link: Arc<Link>,
    pub(super) attendance: Attendance<H>,
    pub(super) process: NodeProcess,
    /// What happens to this node, if it leads: then nobody else needs to hear of it. If it does not
    /// lead any more when it hears of it, it is said again.
    pub(super) leader: Option<mpsc::UnboundedSender<NodeInput<Letter>>>,
}

impl<H: ShardHandler> Release<H> {
    /// Waits until the handler has done with a shard, and says so.
    pub(super) async fn when_quiet(self, shard: ReleasedShard) {
        self.attendance.quiet(shard.shard).await;
        self.say(vec![shard]).await;
    }

    /// Tells those who get these shards what there is to say of them, and then the leader that they
    /// may.
    pub(super) async fn say(&self, all: Vec<ReleasedShard>) {
        self.attendance.hand_over(&self.link, &all).await;
        match &self.leader {
            None => self.link.release(&self.process, &all).await,
            // A node that has gone needs not know.
            Some(leader) => drop(leader.send(NodeInput::Released(all))),
        }
    }
}
