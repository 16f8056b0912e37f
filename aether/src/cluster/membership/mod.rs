//! Who is there: what is heard of a process (`member`), what is done with the time (`watching`), and
//! what is asked when someone doubts that it lives (`inquiry`).

mod detector;
mod inquiry;
mod member;
mod watching;
mod words;

use std::collections::BTreeMap;

use self::member::{Doubt, Member};
pub use self::{
    detector::{FailureDetector, FixedTimeout},
    words::{
        DeathCause, Heartbeat, MembershipInput, MembershipOutput, MembershipTiming, PingAnswer,
    },
};
use super::{Availability, Incarnation, Monotonic, NodeId, NodeProcess};

/// Tells which processes are there, and which are gone.
///
/// A process joins with its first heartbeat. It is dead when one of three things has happened:
/// - **Nobody answers for it** on the messaging servers, which tell so at once
///   ([`MembershipInput::NoResponders`]). It is pinged, and so are the other processes on its
///   server. If it alone has no responders, and another has answered from that very server, it is
///   dead. If several have none, or it was the only one there, the server may be what has gone: all
///   of them are given time to connect to another, are pinged once more, and are left to the third
///   way if that fails. If it was the only one there, the server is asked as well: if it answers, it
///   is not what has gone, and the process is dead.
/// - **It does not answer**: a request timed out, and so did two pings.
/// - **It is silent** for as long as its [`FailureDetector`] bears, one second with
///   [`FixedTimeout`].
///
/// It may be a wrong guess; what is reassigned after it has to be fenced. A process that was taken
/// for dead does not come back: it is told so, and joins as a later incarnation.
///
/// If this node itself was paused or cut off, it hears nothing of anyone; that is held against
/// nobody. It notices a pause if it is called at [`next_wake`](Self::next_wake) otherwise. Whoever
/// reassigns what a silent process had should moreover have been a leader for longer than silence
/// is borne.
///
/// There is at most one ping to a process at a time, whoever asks for it.
#[derive(Debug)]
pub struct Membership<D> {
    timing: MembershipTiming,
    detector: D,
    members: BTreeMap<NodeId, Member<D>>,
    /// The last process of each node that is gone, and since when.
    gone: BTreeMap<NodeId, (Incarnation, Monotonic)>,
    pings: u64,
    connected: bool,
    stepped: Option<Monotonic>,
}

type Outputs = Vec<MembershipOutput>;

impl<D: FailureDetector + Clone> Membership<D> {
    /// A membership of which nobody has been heard yet. Each member gets a clone of the detector.
    pub fn new(timing: MembershipTiming, detector: D) -> Self {
        Self {
            timing,
            detector,
            members: BTreeMap::new(),
            gone: BTreeMap::new(),
            pings: 0,
            connected: true,
            stepped: None,
        }
    }

    /// The last heartbeat of each member, in order of the nodes.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &Heartbeat> {
        self.members.values().map(|it| &it.heartbeat)
    }

    /// Whether this process was a member, and is gone; or an earlier one of its node, of a later one
    /// that was.
    pub fn is_gone(&self, process: &NodeProcess) -> bool {
        let gone = self.gone.get(&process.node);
        gone.is_some_and(|(gone, _)| process.incarnation <= *gone)
    }

    /// Whether there is a doubt that this member lives.
    pub fn is_suspect(&self, process: &NodeProcess) -> bool {
        let member = self.member(process);
        member.is_some_and(|it| it.doubt != Doubt::None)
    }

    /// Takes in what happened, and says what follows.
    pub fn step(&mut self, now: Monotonic, input: MembershipInput) -> Vec<MembershipOutput> {
        let mut outputs = Vec::new();
        let paused = |last| now.since(last) > self.timing.heartbeat.saturating_mul(2);
        if self.stepped.replace(now).is_some_and(paused) && self.connected {
            self.excuse(now, &mut outputs);
        }
        self.take(now, input, &mut outputs);
        if self.connected {
            self.watch(now, &mut outputs);
        }
        let remember = self.timing.remember;
        self.gone
            .retain(|_, (_, since)| now.since(*since) < remember);
        outputs
    }

    /// When [`step`](Self::step) has to be called again, if nothing happens before.
    pub fn next_wake(&self) -> Monotonic {
        let turn = self.stepped.unwrap_or_default() + self.timing.heartbeat;
        if !self.connected {
            return turn;
        }
        let members = self.members.values().map(|it| it.next_turn(&self.timing));
        members.fold(turn, Monotonic::min)
    }

    fn take(&mut self, now: Monotonic, input: MembershipInput, outputs: &mut Outputs) {
        match input {
            MembershipInput::Tick => {}
            MembershipInput::Heard(heartbeat) => self.hear(now, heartbeat, outputs),
            MembershipInput::NoResponders(process) => {
                self.doubt(now, &process, Doubt::Unreachable(now), outputs);
            }
            MembershipInput::TimedOut(process) => {
                self.doubt(now, &process, Doubt::Unanswered(0), outputs);
            }
            MembershipInput::Answered { ping, answer } => {
                self.answered(now, ping, answer, outputs);
            }
            MembershipInput::ServerAnswered { question } => {
                self.server_answered(now, question, outputs);
            }
            MembershipInput::Leaves(process) => {
                if self.remove(now, &process) {
                    outputs.push(MembershipOutput::Left(process));
                }
            }
            MembershipInput::Bereft(process) => self.bereave(now, process, outputs),
            MembershipInput::Disconnected => self.connected = false,
            MembershipInput::Connected => {
                self.connected = true;
                self.excuse(now, outputs);
            }
        }
    }

    fn hear(&mut self, now: Monotonic, heartbeat: Heartbeat, outputs: &mut Outputs) {
        let NodeProcess { node, incarnation } = &heartbeat.process;
        if self
            .gone
            .get(node)
            .is_some_and(|(gone, _)| incarnation <= gone)
        {
            outputs.push(MembershipOutput::Dismiss(heartbeat.process));
            return;
        }
        let known = self.members.get_mut(node);
        let known = known.map(|it| (it.heartbeat.process.clone(), it));
        match known {
            Some((process, _)) if process.incarnation > *incarnation => {
                outputs.push(MembershipOutput::Dismiss(heartbeat.process));
                return;
            }
            Some((process, member)) if process.incarnation == *incarnation => {
                member.heartbeat = heartbeat;
                member.detector.heard(now);
                if matches!(
                    member.doubt,
                    Doubt::Grace(_) | Doubt::LastPing | Doubt::Waiting
                ) {
                    member.trust(outputs);
                }
                return;
            }
            Some((process, _)) => self.die(now, process, DeathCause::Replaced, outputs),
            None => {}
        }
        let mut detector = self.detector.clone();
        detector.heard(now);
        let process = heartbeat.process.clone();
        let member = Member {
            heartbeat,
            detector,
            ping: None,
            doubt: Doubt::None,
            answered: None,
            question: None,
        };
        self.members.insert(process.node.clone(), member);
        outputs.push(MembershipOutput::Joined(process));
    }

    fn die(
        &mut self,
        now: Monotonic,
        process: NodeProcess,
        cause: DeathCause,
        outputs: &mut Outputs,
    ) {
        if self.remove(now, &process) {
            outputs.push(MembershipOutput::Died(process, cause));
        }
    }

    /// It counts as dead, even if it was never heard here.
    fn bereave(&mut self, now: Monotonic, process: NodeProcess, outputs: &mut Outputs) {
        let is_draining = |it: &Member<D>| it.heartbeat.availability == Availability::Draining;
        if self.member(&process).is_some_and(is_draining) || self.is_gone(&process) {
            return;
        }
        let gone = (process.incarnation, now);
        self.gone.insert(process.node.clone(), gone);
        self.die(now, process, DeathCause::Bereft, outputs);
    }

    /// Says whether it was there.
    fn remove(&mut self, now: Monotonic, process: &NodeProcess) -> bool {
        let there = self.member(process).is_some();
        if there {
            self.members.remove(&process.node);
            let gone = (process.incarnation, now);
            self.gone.insert(process.node.clone(), gone);
        }
        there
    }

    fn processes(&self) -> Vec<NodeProcess> {
        let members = self.members.values();
        members.map(|it| it.heartbeat.process.clone()).collect()
    }

    fn on(&self, server: &str) -> Vec<NodeProcess> {
        let members = self.members.values().map(|it| &it.heartbeat);
        let there = members.filter(|it| &*it.server == server);
        there.map(|it| it.process.clone()).collect()
    }

    fn others<'a>(
        &'a self,
        process: &'a NodeProcess,
        server: &'a str,
    ) -> impl Iterator<Item = &'a Member<D>> {
        let there = move |it: &&Member<D>| &*it.heartbeat.server == server;
        let others = self.members.values().filter(there);
        others.filter(move |it| it.heartbeat.process != *process)
    }

    fn member(&self, process: &NodeProcess) -> Option<&Member<D>> {
        let member = self.members.get(&process.node);
        member.filter(|it| it.heartbeat.process == *process)
    }

    fn member_mut(&mut self, process: &NodeProcess) -> Option<&mut Member<D>> {
        let member = self.members.get_mut(&process.node);
        member.filter(|it| it.heartbeat.process == *process)
    }
}

#[cfg(test)]
mod tests;
