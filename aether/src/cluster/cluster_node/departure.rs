use super::{ClusterEvent, ClusterNode, NodeOutput, Outputs, Stage};
use crate::cluster::{Availability, ElectionInput, Heartbeat, Monotonic, NodeProcess, ShardTable};

impl<M> ClusterNode<M> {
    pub(super) fn instructed(
        &mut self,
        now: Monotonic,
        availability: Availability,
        outputs: &mut Outputs<M>,
    ) {
        let may_stay = matches!(self.stage, Stage::Here | Stage::Draining | Stage::Drained);
        if !may_stay || self.me.availability == availability {
            return;
        }
        self.stage = match availability {
            Availability::Active | Availability::Cordoned => Stage::Here,
            Availability::Draining => Stage::Draining,
        };
        self.offer(now, availability, outputs);
    }

    pub(super) fn leave(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        if matches!(self.stage, Stage::Here | Stage::Draining | Stage::Drained) {
            self.stage = Stage::Leaving;
            self.offer(now, Availability::Draining, outputs);
        }
    }

    fn offer(&mut self, now: Monotonic, availability: Availability, outputs: &mut Outputs<M>) {
        if self.me.availability != availability {
            self.me.availability = availability;
            self.beat_at = now;
            let event = ClusterEvent::Instructed(availability);
            outputs.push(NodeOutput::Event(event));
        }
    }

    pub(super) fn resign(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        self.stage = Stage::Resigning;
        self.elect(now, ElectionInput::Resign, outputs);
    }

    pub(super) fn go_away(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        if matches!(self.stage, Stage::Draining | Stage::Leaving) && self.has_given() {
            if self.stage == Stage::Leaving {
                self.resign(now, outputs);
            } else {
                self.stage = Stage::Drained;
            }
            outputs.push(NodeOutput::Event(ClusterEvent::Drained));
        }
        if self.stage == Stage::Resigning && self.leader() != Some(&self.me.process) {
            self.stage = Stage::Gone;
            outputs.push(NodeOutput::Gone);
        }
    }

    /// Whether it has no shards, or there is nobody to take them.
    fn has_given(&self) -> bool {
        let table = self.table();
        let is_free = table.is_none_or(|it| it.nodes().iter().all(|it| !self.is_me(it)));
        // It has been heard that it drains, so nothing is on its way here any more.
        is_free || (self.heard_me.is_some() && !self.is_there_a_taker())
    }

    /// Whether another node takes shards, or has some and was not heard yet.
    fn is_there_a_taker(&self) -> bool {
        let mut members = self.membership.members();
        let is_taker =
            |it: &Heartbeat| !self.is_me(&it.process) && it.availability == Availability::Active;
        let nodes = self.table().into_iter().flat_map(ShardTable::nodes);
        let mut others = nodes.filter(|it| !self.is_me(it) && !self.membership.is_gone(it));
        let is_heard = |node: &NodeProcess| self.membership.members().any(|it| it.process == *node);
        members.any(is_taker) || others.any(|it| !is_heard(it))
    }
}
