use std::sync::Arc;

use super::{
    DeathCause, FailureDetector, Heartbeat, Membership, MembershipOutput, Outputs, PingAnswer,
    member::{Doubt, Member, Ping},
};
use crate::cluster::{Monotonic, NodeProcess};

impl<D: FailureDetector + Clone> Membership<D> {
    /// Begins to doubt that a process lives, unless that is done already.
    pub(super) fn doubt(
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

    pub(super) fn answered(
        &mut self,
        now: Monotonic,
        ping: u64,
        answer: PingAnswer,
        outputs: &mut Outputs,
    ) {
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
    pub(super) fn ask_server(
        &mut self,
        process: &NodeProcess,
        server: Arc<str>,
        outputs: &mut Outputs,
    ) {
        let question = self.pings + 1;
        if let Some(member) = self.member_mut(process) {
            member.question = Some(question);
            self.pings = question;
            outputs.push(MembershipOutput::AskServer { question, server });
        }
    }

    /// A server lives: so it is not why nobody answers for the process that was alone there.
    pub(super) fn server_answered(&mut self, now: Monotonic, question: u64, outputs: &mut Outputs) {
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

    pub(super) fn ping(&mut self, now: Monotonic, process: &NodeProcess, outputs: &mut Outputs) {
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
}
