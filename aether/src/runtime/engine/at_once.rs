use std::{
    future::Future as _,
    ops::ControlFlow,
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
};

use tokio::time::Instant;

use super::{
    Engine,
    deciding::Decided,
    is_conflict,
    stage::{At, Attempt, Stage},
};
use crate::{
    Timestamp,
    domain::Given,
    runtime::{
        actors::{Entered, Live, Turn},
        command_error::CommandError,
        envelope::Envelope,
        placement::Stay,
        route::{Order, Routed},
        send::Sent,
        storing::Storing,
        trace,
    },
};

impl Engine {
    /// Carries out a command, which comes at this moment, as far as nothing has to be waited for.
    ///
    /// If the actor is in memory, nobody else's turn, and the store answers at once, that is all.
    /// It goes on from where it waits by [`Engine::go_on`].
    pub(in crate::runtime) fn attempt(
        self: &Arc<Self>,
        envelope: &Envelope,
        given: &mut Option<Given>,
        now: Timestamp,
        context: &mut task::Context<'_>,
    ) -> Attempt {
        let begun = Instant::now();
        if self.is_elsewhere(envelope) {
            return Attempt::Waits(Stage::anywhere(begun));
        }
        let (routed, entered) = match self.addressed(envelope, begun) {
            Ok(addressed) => addressed,
            Err(err) => return Attempt::Ended(Err(err)),
        };
        self.attempt_here((envelope, given), (routed, entered), (begun, now), context)
    }

    /// The same for a command whose actor is in this process, as far as is known.
    pub(super) fn attempt_here(
        self: &Arc<Self>,
        (envelope, given): (&Envelope, &mut Option<Given>),
        (routed, entered): (&Routed, Entered),
        (begun, now): (Instant, Timestamp),
        context: &mut task::Context<'_>,
    ) -> Attempt {
        let span = trace::command(envelope, entered.actor_id());
        // What is in a span, or waits for projections, is so from its beginning.
        if !span.is_disabled() || !self.inline.is_empty() {
            return Attempt::Waits(Stage::new(begun, span, At::from(entered)));
        }
        let turn = match entered {
            Entered::Turn(turn) => turn,
            Entered::Busy(_) => return Attempt::Waits(Stage::new(begun, span, At::from(entered))),
        };
        let mut order = Order {
            routed,
            envelope,
            given,
            begun,
        };
        match self.first(&mut order, turn, now, context) {
            ControlFlow::Continue(at) => Attempt::Waits(Stage::new(begun, span, at)),
            ControlFlow::Break(answer) => {
                routed.meters.ended(begun.elapsed(), &answer);
                Attempt::Ended(answer)
            }
        }
    }

    /// What comes of the command, or where it has to wait.
    fn first(
        self: &Arc<Self>,
        order: &mut Order<'_>,
        mut turn: Turn,
        now: Timestamp,
        context: &mut task::Context<'_>,
    ) -> ControlFlow<Result<Sent, CommandError>, At> {
        turn.keeps = order.routed.keeps;
        if self.settle(order, &mut turn).is_err() {
            return ControlFlow::Continue(At::Turn(turn));
        }
        let live = turn.live.as_mut().filter(|live| !live.start.is_stale);
        let is_ready = |live: &&mut Box<Live>| {
            let fence = live.start.sessions().fence();
            let may_stay = |stay: &Stay| !stay.is_over(fence) && stay.due(fence).is_none();
            self.is_new(live, order.envelope) && turn.stay.as_ref().is_none_or(may_stay)
        };
        let Some(live) = live.filter(is_ready) else {
            return ControlFlow::Continue(At::Turn(turn));
        };
        self.meters.hits.increment(1);
        let commit = match self.decide_on(order, (&turn.actor_id, live, true), now) {
            Ok(Decided::Store(commit)) => commit,
            Ok(Decided::Again | Decided::Fence(..)) => {
                return ControlFlow::Continue(At::Turn(turn));
            }
            Ok(Decided::Done(sent)) => return ControlFlow::Break(Ok(sent)),
            Err(err) => return ControlFlow::Break(Err(err)),
        };
        if order.envelope.is_expired() {
            return ControlFlow::Break(Err(CommandError::Expired));
        }
        let mut storing = Storing::new(self, (turn, commit), order.envelope.is_asked());
        match Pin::new(&mut storing).poll(context) {
            Poll::Pending => ControlFlow::Continue(At::Storing(storing)),
            Poll::Ready((turn, Err(err))) if is_conflict(&err) => {
                ControlFlow::Continue(At::Storing(Storing::ended(turn, Err(err))))
            }
            Poll::Ready((_turn, answer)) => ControlFlow::Break(answer.map_err(CommandError::Store)),
        }
    }
}
