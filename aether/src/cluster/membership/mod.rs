use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc, time::Duration};

use super::{Availability, Epoch, Incarnation, Monotonic, NodeId, NodeProcess};

mod detector;

pub use self::detector::{FailureDetector, FixedTimeout};

/// What a process says of itself, several times a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// Who says it.
    pub process: NodeProcess,
    /// The messaging server that it is connected to.
    pub server: Arc<str>,
    /// The version of the program.
    pub version: Arc<str>,
    /// How much it has to do, in units of the program's own.
    pub load: u64,
    /// Its share of the shards, in proportion to those of the others.
    pub weight: NonZeroU32,
    /// What may be done with it.
    pub availability: Availability,
    /// The shard table that it goes by.
    pub epoch: Epoch,
}

/// How long the steps of a membership take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembershipTiming {
    /// How often a process sends a heartbeat.
    pub heartbeat: Duration,
    /// How long the answer to a ping is waited for.
    pub ping: Duration,
    /// How long the clients of a server that has gone have to connect to another.
    pub reconnect_grace: Duration,
    /// For how long it is remembered that a process is gone.
    pub remember: Duration,
}

impl Default for MembershipTiming {
    /// A heartbeat every 250 ms, 150 ms for a ping and for a new connection, ten minutes of memory.
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_millis(250),
            ping: Duration::from_millis(150),
            reconnect_grace: Duration::from_millis(150),
            remember: Duration::from_mins(10),
        }
    }
}

/// What became of a ping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PingAnswer {
    /// The process answered, connected to this server.
    Alive(Arc<str>),
    /// The messaging servers know of nobody who would answer.
    NoResponders,
}

/// What happens to a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MembershipInput {
    /// Time passes.
    Tick,
    /// A heartbeat came.
    Heard(Heartbeat),
    /// A request to the process, of this node or another, found no responders.
    NoResponders(NodeProcess),
    /// A request to the process, of this node or another, was not answered in time.
    TimedOut(NodeProcess),
    /// The answer to [`MembershipOutput::Ping`].
    Answered {
        /// The number of the ping.
        ping: u64,
        /// What became of it.
        answer: PingAnswer,
    },
    /// The messaging server of [`MembershipOutput::AskServer`] has answered.
    ServerAnswered {
        /// The number of the question.
        question: u64,
    },
    /// The process said that it is leaving, and has.
    Leaves(NodeProcess),
    /// The leader has given away what the process had without its release, which it does with
    /// whoever it takes for dead. Of one that is draining it says nothing: it has to give that away.
    Bereft(NodeProcess),
    /// This node's own connection is gone: that nothing is heard says nothing now.
    Disconnected,
    /// This node is connected again.
    Connected,
}

/// What follows for the members.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MembershipOutput {
    /// Ping the process, and tell what becomes of it.
    Ping {
        /// To be named in the answer.
        ping: u64,
        /// Whom to ping.
        process: NodeProcess,
    },
    /// Ask the messaging server itself whether it lives, and tell if it does.
    AskServer {
        /// To be named in the answer.
        question: u64,
        /// Which server.
        server: Arc<str>,
    },
    /// The process is a member from now on.
    Joined(NodeProcess),
    /// There is a doubt whether the process lives. It is a member still.
    Suspected(NodeProcess),
    /// The process lives after all.
    Trusted(NodeProcess),
    /// The process is a member no more, and never will be again.
    Died(NodeProcess, DeathCause),
    /// The process left.
    Left(NodeProcess),
    /// Tell the process, which lives, that it is taken for dead: it has to give up what it had, and
    /// come back as a later incarnation.
    Dismiss(NodeProcess),
}

/// Why a process is taken for dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeathCause {
    /// Its connection is gone, while its server is not: that of another process to it is there, or it
    /// answers itself.
    Disconnected,
    /// It left two pings unanswered.
    Unanswered,
    /// Nothing was heard of it for too long.
    Silent,
    /// A later incarnation of its node has come.
    Replaced,
    /// The leader has given away what it had.
    Bereft,
}

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

#[derive(Debug)]
struct Member<D> {
    heartbeat: Heartbeat,
    detector: D,
    ping: Option<Ping>,
    doubt: Doubt,
    /// From which server it answered a ping last, and when that was sent.
    answered: Option<(Arc<str>, Monotonic)>,
    /// Its server was asked whether it lives, by this number, since nobody answers for the process.
    question: Option<u64>,
}

#[derive(Debug)]
struct Ping {
    number: u64,
    sent: Monotonic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    None,
    /// A request timed out, and so many pings did.
    Unanswered(u8),
    /// Nobody was there to answer a request; it is pinged since then.
    Unreachable(Monotonic),
    /// Nor a ping; the others on its server are asked, since then.
    Confirmed(Monotonic),
    /// It may connect anew until then.
    Grace(Monotonic),
    /// It is pinged once more.
    LastPing,
    /// Whether it is silent will show.
    Waiting,
}

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

    /// Begins to doubt that a process lives, unless that is done already.
    fn doubt(
        &mut self,
        now: Monotonic,
        process: &NodeProcess,
        doubt: Doubt,
        outputs: &mut Outputs,
    ) {
        let Some(member) = self.member_mut(process) else {
            return;
        };
        // That nobody is there says more than that nobody answered.
        let sooner = matches!(
            (member.doubt, doubt),
            (Doubt::Unanswered(_), Doubt::Unreachable(_))
        );
        if member.doubt != Doubt::None && !sooner {
            return;
        }
        let fresh = member.doubt == Doubt::None;
        member.doubt = doubt;
        if fresh {
            outputs.push(MembershipOutput::Suspected(process.clone()));
        }
        self.ping(now, process, outputs);
        if matches!(doubt, Doubt::Unreachable(_)) {
            self.ask_around(now, process, outputs);
        }
    }

    /// Pings the others on the server of a process, of whom it is not known how they are.
    fn ask_around(&mut self, now: Monotonic, process: &NodeProcess, outputs: &mut Outputs) {
        let Some(member) = self.member(process) else {
            return;
        };
        let server = Arc::clone(&member.heartbeat.server);
        let open = self.others(process, &server);
        let open = open.filter(|it| matches!(it.doubt, Doubt::None | Doubt::Unanswered(_)));
        let open: Vec<_> = open.map(|it| it.heartbeat.process.clone()).collect();
        for other in open {
            self.ping(now, &other, outputs);
        }
    }

    fn answered(&mut self, now: Monotonic, ping: u64, answer: PingAnswer, outputs: &mut Outputs) {
        let mut members = self.members.values_mut();
        let asked = |it: &&mut Member<D>| it.ping.as_ref().is_some_and(|it| it.number == ping);
        let Some(member) = members.find(asked) else {
            return;
        };
        let sent = member.ping.take().map_or(now, |it| it.sent);
        match answer {
            PingAnswer::Alive(server) => {
                member.detector.heard(now);
                member.heartbeat.server = Arc::clone(&server);
                member.answered = Some((server, sent));
                // It may have answered before it went.
                if matches!(member.doubt, Doubt::Unreachable(since) if sent < since) {
                    let process = member.heartbeat.process.clone();
                    self.ping(now, &process, outputs);
                } else {
                    member.trust(outputs);
                }
            }
            PingAnswer::NoResponders => {
                let process = member.heartbeat.process.clone();
                self.unreachable(now, &process, outputs);
            }
        }
    }

    /// Asks the server of a process that nobody answers for, and that was alone there.
    fn ask_server(&mut self, process: &NodeProcess, server: Arc<str>, outputs: &mut Outputs) {
        let question = self.pings + 1;
        if let Some(member) = self.member_mut(process) {
            member.question = Some(question);
            self.pings = question;
            outputs.push(MembershipOutput::AskServer { question, server });
        }
    }

    /// A server lives: so it is not why nobody answers for the process that was alone there.
    fn server_answered(&mut self, now: Monotonic, question: u64, outputs: &mut Outputs) {
        let mut members = self.members.values();
        let Some(member) = members.find(|it| it.question == Some(question)) else {
            return;
        };
        let Heartbeat {
            process, server, ..
        } = &member.heartbeat;
        let is_gone = matches!(
            member.doubt,
            Doubt::Grace(_) | Doubt::LastPing | Doubt::Waiting
        );
        let is_alone = self.others(process, server).next().is_none();
        if is_gone && is_alone {
            let process = process.clone();
            self.die(now, process, DeathCause::Disconnected, outputs);
        }
    }

    /// A ping found no responders.
    fn unreachable(&mut self, now: Monotonic, process: &NodeProcess, outputs: &mut Outputs) {
        let Some(member) = self.member_mut(process) else {
            return;
        };
        match member.doubt {
            Doubt::LastPing => member.doubt = Doubt::Waiting,
            Doubt::Unreachable(since) => member.doubt = Doubt::Confirmed(since),
            Doubt::None | Doubt::Unanswered(_) => {
                // It was pinged for another's sake, or hung and then went.
                if member.doubt == Doubt::None {
                    outputs.push(MembershipOutput::Suspected(process.clone()));
                }
                member.doubt = Doubt::Confirmed(now);
                self.ask_around(now, process, outputs);
            }
            Doubt::Confirmed(_) | Doubt::Grace(_) | Doubt::Waiting => {}
        }
    }

    /// Does what time has brought.
    fn watch(&mut self, now: Monotonic, outputs: &mut Outputs) {
        for process in self.processes() {
            self.watch_one(now, process, outputs);
        }
        for process in self.processes() {
            self.judge(now, process, outputs);
        }
    }

    fn watch_one(&mut self, now: Monotonic, process: NodeProcess, outputs: &mut Outputs) {
        let patience = self.timing.ping;
        let Some(member) = self.member_mut(&process) else {
            return;
        };
        if member.detector.fails_at() <= now {
            self.die(now, process, DeathCause::Silent, outputs);
            return;
        }
        let late = member
            .ping
            .take_if(|it| it.sent + patience <= now)
            .is_some();
        match member.doubt {
            Doubt::Unanswered(1) if late => {
                self.die(now, process, DeathCause::Unanswered, outputs);
            }
            Doubt::None if late => self.doubt(now, &process, Doubt::Unanswered(1), outputs),
            Doubt::Unanswered(_) | Doubt::Unreachable(_) if late => {
                member.doubt = Doubt::Unanswered(1);
                self.ping(now, &process, outputs);
            }
            Doubt::LastPing if late => member.doubt = Doubt::Waiting,
            Doubt::Grace(until) if until <= now => {
                member.doubt = Doubt::LastPing;
                self.ping(now, &process, outputs);
            }
            Doubt::None
            | Doubt::Unanswered(_)
            | Doubt::Unreachable(_)
            | Doubt::Confirmed(_)
            | Doubt::Grace(_)
            | Doubt::LastPing
            | Doubt::Waiting => {}
        }
    }

    /// Whether a process that nobody answers for is dead, or its server.
    fn judge(&mut self, now: Monotonic, process: NodeProcess, outputs: &mut Outputs) {
        let Some(member) = self.member(&process) else {
            return;
        };
        let Doubt::Confirmed(since) = member.doubt else {
            return;
        };
        let server = Arc::clone(&member.heartbeat.server);
        let others = || self.others(&process, &server);
        if others().any(|it| it.ping.is_some() && it.doubt != Doubt::LastPing) {
            return;
        }
        let alone = others().all(|it| matches!(it.doubt, Doubt::None | Doubt::Unanswered(_)));
        let witness = |it: &Member<D>| {
            let answered = it.answered.as_ref();
            answered.is_some_and(|(from, at)| *from == server && *at >= since)
        };
        if alone && others().any(witness) {
            self.die(now, process, DeathCause::Disconnected, outputs);
            return;
        }
        if others().next().is_none() {
            self.ask_server(&process, Arc::clone(&server), outputs);
        }
        let until = now + self.timing.reconnect_grace;
        for process in self.on(&server) {
            if let Some(member) = self.member_mut(&process)
                && matches!(member.doubt, Doubt::Confirmed(_))
            {
                member.doubt = Doubt::Grace(until);
            }
        }
    }

    /// Nothing that was not heard until now counts, for this node could not have heard it.
    fn excuse(&mut self, now: Monotonic, outputs: &mut Outputs) {
        self.stepped = Some(now);
        for process in self.processes() {
            if let Some(member) = self.member_mut(&process) {
                member.detector.heard(now);
                if member.ping.take().is_some() {
                    self.ping(now, &process, outputs);
                }
            }
        }
    }

    fn ping(&mut self, now: Monotonic, process: &NodeProcess, outputs: &mut Outputs) {
        let number = self.pings + 1;
        let member = self.member_mut(process).filter(|it| it.ping.is_none());
        if let Some(member) = member {
            member.ping = Some(Ping { number, sent: now });
            self.pings = number;
            let process = process.clone();
            outputs.push(MembershipOutput::Ping {
                ping: number,
                process,
            });
        }
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

type Outputs = Vec<MembershipOutput>;

impl<D: FailureDetector> Member<D> {
    fn trust(&mut self, outputs: &mut Outputs) {
        if self.doubt != Doubt::None {
            self.doubt = Doubt::None;
            self.question = None;
            let process = self.heartbeat.process.clone();
            outputs.push(MembershipOutput::Trusted(process));
        }
    }

    fn next_turn(&self, timing: &MembershipTiming) -> Monotonic {
        let turn = self.detector.fails_at();
        let ping = self.ping.as_ref().map(|it| it.sent + timing.ping);
        let turn = ping.map_or(turn, |it| it.min(turn));
        if let Doubt::Grace(until) = self.doubt {
            return turn.min(until);
        }
        turn
    }
}

#[cfg(test)]
mod tests;
