use std::time::Duration;

use super::{ClusterEvent, ClusterNode, NodeOutput, Outputs, Stage};
use crate::cluster::{
    ElectionInput, Heartbeat, HostInput, MembershipInput, MembershipOutput, Monotonic, NodeProcess,
    hash::stable_hash,
};

impl<M> ClusterNode<M> {
    /// How long the node may not hear itself.
    pub(super) fn patience(&self) -> Duration {
        self.settings.silence * 3 / 4
    }

    pub(super) fn beat(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        let every = self.settings.membership.heartbeat;
        // A tenth more or less, so that not all nodes beat at once.
        let jitter = stable_hash(self.beats, self.me.process.node.as_str().as_bytes()) % 21;
        let jitter = u32::try_from(jitter).unwrap_or_default();
        self.beats += 1;
        self.beat_at = now + every * (90 + jitter) / 100;
        outputs.push(NodeOutput::Beat(self.me.clone()));
    }

    pub(super) fn cut_off(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        self.heard_me = None;
        self.member(now, MembershipInput::Disconnected, outputs);
    }

    pub(super) fn hear(&mut self, now: Monotonic, heartbeat: Heartbeat, outputs: &mut Outputs<M>) {
        if heartbeat.process == self.me.process && self.heard_me.replace(now).is_none() {
            self.member(now, MembershipInput::Connected, outputs);
        }
        let process = heartbeat.process.clone();
        self.overhear(now, heartbeat.epoch);
        self.member(now, MembershipInput::Heard(heartbeat), outputs);
        self.succeed(now, &process, outputs);
    }

    pub(super) fn member(
        &mut self,
        now: Monotonic,
        input: MembershipInput,
        outputs: &mut Outputs<M>,
    ) {
        for output in self.membership.step(now, input) {
            let event = match output {
                MembershipOutput::Ping { ping, process } => {
                    outputs.push(NodeOutput::Ping { ping, process });
                    continue;
                }
                MembershipOutput::AskServer { question, server } => {
                    outputs.push(NodeOutput::AskServer { question, server });
                    continue;
                }
                MembershipOutput::Dismiss(process) => {
                    if self.leads() {
                        outputs.push(NodeOutput::Dismiss(process));
                    }
                    continue;
                }
                MembershipOutput::Joined(process) => ClusterEvent::Joined(process),
                MembershipOutput::Suspected(process) => ClusterEvent::Suspected(process),
                MembershipOutput::Trusted(process) => ClusterEvent::Trusted(process),
                MembershipOutput::Died(process, cause) => {
                    self.mourn(now, &process, outputs);
                    ClusterEvent::Died(process, cause)
                }
                MembershipOutput::Left(process) => {
                    self.mourn(now, &process, outputs);
                    ClusterEvent::Left(process)
                }
            };
            outputs.push(NodeOutput::Event(event));
        }
    }

    fn mourn(&mut self, now: Monotonic, process: &NodeProcess, outputs: &mut Outputs<M>) {
        if *process == self.me.process {
            self.expel(now, outputs);
        } else {
            if let Some(leading) = &mut self.leading {
                leading.forget(process);
            }
            self.elect(now, ElectionInput::Died(process.clone()), outputs);
        }
    }

    pub(super) fn expel(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        if self.stage != Stage::Gone {
            self.host(now, HostInput::Dismissed, outputs);
            self.step_down(outputs);
            self.stage = Stage::Gone;
            outputs.push(NodeOutput::Expelled);
        }
    }
}
