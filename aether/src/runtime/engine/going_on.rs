use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::time::timeout_at;
use tracing::Instrument as _;

use super::{
    Engine,
    deciding::Decided,
    is_conflict, pause,
    stage::{At, Stage},
};
use crate::{
    StoreError,
    domain::Given,
    runtime::{
        actors::Turn, backoff::Backoff, command_error::CommandError, envelope::Envelope,
        route::Order, send::Sent, storing::Storing, trace,
    },
};

impl Engine {
    /// Carries out the rest of a command that had to wait. What is given to it is used up.
    pub(in crate::runtime) async fn go_on(
        self: &Arc<Self>,
        envelope: &Envelope,
        given: &mut Option<Given>,
        stage: &mut Stage,
    ) -> Result<Sent, CommandError> {
        // Whoever has sent it from another process looks to the time itself.
        if (envelope.deadline.is_none() || !stage.is_own)
            && let Some((_, At::Storing(storing))) = &mut stage.here
        {
            // It is in no span, and no projections wait for it.
            let (turn, answer) = (&mut *storing).await;
            if !answer.as_ref().is_err_and(is_conflict) {
                drop(turn);
                let answer = answer.map_err(CommandError::Store);
                if let Some(routed) = self.routes.get(envelope.outgoing.command) {
                    routed.meters.ended(stage.begun.elapsed(), &answer);
                }
                return answer;
            }
            *storing = Storing::ended(turn, answer);
        }
        // Rare, or slow anyway: in a box, it does not make every command large.
        let rest = Stage {
            here: stage.here.take(),
            ..*stage
        };
        Box::pin(self.go_on_anywhere(envelope, given, rest)).await
    }

    /// Carries out the rest of a command, wherever it is.
    async fn go_on_anywhere(
        self: &Arc<Self>,
        envelope: &Envelope,
        given: &mut Option<Given>,
        stage: Stage,
    ) -> Result<Sent, CommandError> {
        let command = envelope.outgoing.command;
        let routed = self.routes.get(command);
        let routed = routed.ok_or(CommandError::Unhandled { command })?;
        let Stage {
            begun,
            here,
            is_own,
        } = stage;
        let (span, at) = if let Some(here) = here {
            here
        } else {
            let elsewhere = self.elsewhere(envelope, routed.route.actor_type());
            match Box::pin(elsewhere).await {
                Some(answer) => return answer,
                None => self.here(envelope)?,
            }
        };
        trace::join(&span, envelope.traceparent.as_deref());
        // What follows from the command names its span.
        let traced = trace::traceparent(&span).map(|traceparent| envelope.in_trace(traceparent));
        let order = Order {
            routed,
            envelope: traced.as_ref().unwrap_or(envelope),
            given,
            begun,
        };
        let answer = if span.is_disabled() {
            self.in_time(order, at).await
        } else {
            Box::pin(self.in_time(order, at)).instrument(span).await
        };
        if is_own && matches!(answer, Err(CommandError::Moved)) {
            return Box::pin(self.asked(envelope, routed.route.actor_type())).await;
        }
        if let Ok(sent) = &answer {
            for inline in &self.inline {
                inline.project(sent).await;
            }
        }
        routed.meters.ended(begun.elapsed(), &answer);
        answer
    }

    /// Carries it out, or gives up when its time has run out.
    async fn in_time(self: &Arc<Self>, order: Order<'_>, at: At) -> Result<Sent, CommandError> {
        let (id, is_storing) = (order.envelope.id, AtomicBool::new(false));
        let Some(deadline) = order.envelope.deadline else {
            return self.run(order, at, &is_storing).await;
        };
        let run = Box::pin(self.run(order, at, &is_storing));
        match timeout_at(deadline, run).await {
            Ok(answer) => answer,
            Err(_elapsed) if is_storing.load(Ordering::Relaxed) => {
                Err(CommandError::Overdue { id })
            }
            Err(_elapsed) => Err(CommandError::Expired),
        }
    }

    async fn run(
        self: &Arc<Self>,
        mut order: Order<'_>,
        at: At,
        is_storing: &AtomicBool,
    ) -> Result<Sent, CommandError> {
        let envelope = order.envelope;
        let mut backoff = Backoff::of_conflicts(envelope.id.as_uuid().as_u64_pair().1);
        let (mut turn, mut stored) = self.arrived(&order, at, is_storing).await?;
        // What is said once a fence is stored.
        let mut behind = None;
        loop {
            match stored.take() {
                None => {
                    let decided = self.decided(&mut order, &mut turn).await;
                    let commit = match decided.inspect_err(|err| self.note(envelope, Err(err)))? {
                        Decided::Done(sent) => {
                            self.note(envelope, Ok(&sent));
                            return Ok(sent);
                        }
                        Decided::Again => continue,
                        Decided::Store(commit) => commit,
                        Decided::Fence(commit, answer) => {
                            behind = Some(answer);
                            commit
                        }
                    };
                    if envelope.is_expired() {
                        return Err(CommandError::Expired);
                    }
                    let answer;
                    (turn, answer) = flagged(
                        Storing::new(self, (turn, commit), envelope.is_asked()),
                        is_storing,
                    )
                    .await;
                    stored = Some(answer);
                }
                Some(Err(source)) if is_conflict(&source) => {
                    self.meters.conflicts.increment(1);
                    behind = None;
                    let wait = backoff.next();
                    if backoff.attempts() >= self.attempts {
                        let attempts = backoff.attempts();
                        return Err(CommandError::Conflict { attempts, source });
                    }
                    if backoff.attempts() > 1 {
                        // To read what came in between was not enough.
                        turn.live = None;
                    }
                    pause(wait).await;
                }
                Some(Ok(stored)) => {
                    let answer = behind.map_or(Ok(stored), |answer| answer);
                    self.note(envelope, answer.as_ref());
                    return answer;
                }
                Some(Err(err)) => return Err(CommandError::Store(err)),
            }
        }
    }

    /// Waits for its turn, or for what the store says if it has decided before.
    async fn arrived(
        self: &Arc<Self>,
        order: &Order<'_>,
        at: At,
        is_storing: &AtomicBool,
    ) -> Result<(Turn, Option<Result<Sent, StoreError>>), CommandError> {
        let mut turn = match at {
            At::Line(actor_id) => {
                let (full, came) = (order.envelope.full, order.begun);
                let turn = self.actors.enter(actor_id.clone(), full, came).await;
                turn.map_err(|waiting| CommandError::Busy { actor_id, waiting })?
            }
            At::Turn(turn) => turn,
            At::Storing(storing) => {
                let (turn, answer) = flagged(storing, is_storing).await;
                return Ok((turn, Some(answer)));
            }
        };
        turn.keeps = order.routed.keeps;
        self.settle(order, &mut turn)?;
        Ok((turn, None))
    }
}

/// Says, as long as it is so, that something is being stored.
async fn flagged(storing: Storing, is_storing: &AtomicBool) -> (Turn, Result<Sent, StoreError>) {
    is_storing.store(true, Ordering::Relaxed);
    let ended = storing.await;
    is_storing.store(false, Ordering::Relaxed);
    ended
}
