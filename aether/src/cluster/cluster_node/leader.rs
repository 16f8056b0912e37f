use std::collections::BTreeSet;

use super::{
    ClusterEvent, ClusterNode, NodeOutput, Outputs, SOUGHT,
    leading::{Leading, Wish},
};
use crate::cluster::{
    Candidate, ElectionInput, ElectionOutput, Monotonic, NodeProcess, PingAnswer, ReleasedShard,
    ShardTable,
};

impl<M> ClusterNode<M> {
    /// A leader of which there is a later process is gone, also if it was never heard here.
    pub(super) fn succeed(
        &mut self,
        now: Monotonic,
        process: &NodeProcess,
        outputs: &mut Outputs<M>,
    ) {
        let is_earlier =
            |it: &&NodeProcess| it.node == process.node && it.incarnation < process.incarnation;
        if let Some(leader) = self.leader().filter(is_earlier).cloned() {
            self.elect(now, ElectionInput::Died(leader), outputs);
        }
    }

    /// Finds out whether a leader is there of which nothing was heard.
    fn seek(&mut self, leader: &NodeProcess, outputs: &mut Outputs<M>) {
        let mut members = self.membership.members();
        if !self.is_me(leader) && !members.any(|it| it.process == *leader) {
            self.sought = Some(leader.clone());
            let process = leader.clone();
            outputs.push(NodeOutput::Ping {
                ping: SOUGHT,
                process,
            });
        }
    }

    /// Nobody is there who would answer for a leader that was never heard.
    pub(super) fn sought(&mut self, now: Monotonic, answer: &PingAnswer, outputs: &mut Outputs<M>) {
        let sought = self.sought.take();
        let is_unheard = |it: &NodeProcess| {
            !self
                .membership
                .members()
                .any(|member| member.process == *it)
        };
        if *answer == PingAnswer::NoResponders
            && let Some(leader) = sought.filter(is_unheard)
        {
            self.elect(now, ElectionInput::Died(leader), outputs);
        }
    }

    /// Whether it is for this node to find out whether a process lives.
    pub(super) fn looks_after(&self, process: &NodeProcess) -> bool {
        self.leads() || self.leader().is_none_or(|leader| leader == process)
    }

    pub(super) fn elect(&mut self, now: Monotonic, input: ElectionInput, outputs: &mut Outputs<M>) {
        for output in self.election.step(now, input) {
            match output {
                ElectionOutput::Read { request } => {
                    outputs.push(NodeOutput::ReadLeader { request });
                }
                ElectionOutput::Write {
                    request,
                    expected,
                    record,
                } => outputs.push(NodeOutput::WriteLeader {
                    request,
                    expected,
                    record,
                }),
                ElectionOutput::Lead(token) => {
                    self.leading = Some(Leading::new(token, self.settings.balance));
                    self.look_at = now;
                    let leader = ClusterEvent::Leader(Some(self.me.process.clone()));
                    outputs.push(NodeOutput::Event(leader));
                }
                ElectionOutput::Stop(_) => self.step_down(outputs),
                ElectionOutput::Follow(leader) => {
                    if let Some(leader) = &leader {
                        self.seek(leader, outputs);
                    }
                    outputs.push(NodeOutput::Event(ClusterEvent::Leader(leader)));
                }
            }
        }
    }

    pub(super) fn step_down(&mut self, outputs: &mut Outputs<M>) {
        if self.leading.take().is_some() {
            outputs.push(NodeOutput::Event(ClusterEvent::SteppedDown));
        }
    }

    pub(super) fn lead_on(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        if !self.leads() {
            return;
        }
        let candidates = self.candidates();
        let versions = self.membership.members().map(|it| &it.version);
        let is_mixed = versions.collect::<BTreeSet<_>>().len() > 1;
        let leading = self.leading.as_mut();
        let wish = leading.and_then(|it| it.members(now, candidates, is_mixed));
        self.fulfil(now, wish, outputs);
        let wish = self.leading.as_mut().and_then(|it| it.tick(now));
        self.fulfil(now, wish, outputs);
    }

    /// Who may have shards. Who is not in the table may have been, and may not know yet that all
    /// was taken from it.
    fn candidates(&self) -> Vec<Candidate> {
        let table = self.table();
        let seizure = table.map(ShardTable::last_seizure).unwrap_or_default();
        let is_in = |it: &NodeProcess| table.is_some_and(|table| table.nodes().contains(it));
        let heard = self.membership.members();
        let heard = heard.filter(|it| it.epoch >= seizure || is_in(&it.process));
        let candidates = heard.map(|it| Candidate {
            node: it.process.clone(),
            weight: it.weight,
            availability: it.availability,
        });
        candidates.collect()
    }

    pub(super) fn fulfil(&mut self, now: Monotonic, wish: Option<Wish>, outputs: &mut Outputs<M>) {
        match wish {
            None => {}
            Some(Wish::Stop) => self.step_down(outputs),
            // The lease may have lapsed just now.
            Some(Wish::Write(_)) if self.election.token(now).is_none() => self.step_down(outputs),
            Some(Wish::Write(table)) => {
                let expected = self.stored.as_ref().map_or(0, |it| it.revision);
                self.writes += 1;
                let request = self.writes;
                if let Some(leading) = &mut self.leading {
                    leading.writes(request, table.clone());
                }
                outputs.push(NodeOutput::WriteTable {
                    request,
                    expected,
                    table,
                });
            }
        }
    }

    pub(super) fn released(
        &mut self,
        now: Monotonic,
        all: &[ReleasedShard],
        outputs: &mut Outputs<M>,
    ) {
        let leading = self.leading.as_mut();
        let wish = leading.and_then(|it| it.released(now, all));
        self.fulfil(now, wish, outputs);
    }
}
