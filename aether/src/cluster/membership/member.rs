use std::sync::Arc;

use super::{FailureDetector, Heartbeat, MembershipOutput, MembershipTiming, Outputs};
use crate::cluster::Monotonic;

/// A process that is there, as far as is known.
#[derive(Debug)]
pub(super) struct Member<D> {
    pub(super) heartbeat: Heartbeat,
    pub(super) detector: D,
    pub(super) ping: Option<Ping>,
    pub(super) doubt: Doubt,
    /// From which server it answered a ping last, and when that was sent.
    pub(super) answered: Option<(Arc<str>, Monotonic)>,
    /// Its server was asked whether it lives, by this number, since nobody answers for the process.
    pub(super) question: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Ping {
    pub(super) number: u64,
    pub(super) sent: Monotonic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
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

impl<D: FailureDetector> Member<D> {
    pub(super) fn trust(&mut self, outputs: &mut Outputs) {
        if self.doubt != Doubt::None {
            self.doubt = Doubt::None;
            self.question = None;
            let process = self.heartbeat.process.clone();
            outputs.push(MembershipOutput::Trusted(process));
        }
    }

    pub(super) fn next_turn(&self, timing: &MembershipTiming) -> Monotonic {
        let turn = self.detector.fails_at();
        let ping = self.ping.as_ref().map(|it| it.sent + timing.ping);
        let turn = ping.map_or(turn, |it| it.min(turn));
        if let Doubt::Grace(until) = self.doubt {
            return turn.min(until);
        }
        turn
    }
}
