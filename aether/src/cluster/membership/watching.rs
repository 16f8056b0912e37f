use std::sync::Arc;

use super::{
    DeathCause, FailureDetector, Membership, Outputs,
    member::{Doubt, Member},
};
use crate::cluster::{Monotonic, NodeProcess};

impl<D: FailureDetector + Clone> Membership<D> {
    /// Does what time has brought.
    pub(super) fn watch(&mut self, now: Monotonic, outputs: &mut Outputs) {
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
    pub(super) fn excuse(&mut self, now: Monotonic, outputs: &mut Outputs) {
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
}
