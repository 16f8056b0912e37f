use std::sync::Arc;

use super::{
    carry_out::{asked_for, carry_out},
    engine::Engine,
    envelope::Known,
    follower::{Consumer, Done, Failure},
};
use crate::{Recorded, Sequence};

/// Follows the log and carries out the commands that the commits of an aggregate ask for, in the
/// order of the log, and those of a commit in their order.
pub(super) struct Outbox {
    pub(super) aggregate: &'static str,
    /// The session of its commands, if the runtime has made their ids.
    pub(super) session: Option<Arc<str>>,
    pub(super) engine: Arc<Engine>,
}

impl Consumer for Outbox {
    async fn take(&mut self, recorded: &Recorded) -> Result<Done, Failure> {
        let (commit, mut done) = (&recorded.commit, Done::default());
        let asked = commit.outgoing();
        let Some(cause) = commit.events().last().filter(|_| !asked.is_empty()) else {
            return Ok(done);
        };
        if cause.actor_id.actor_type() != self.aggregate {
            return Ok(done);
        }
        for (number, asked) in (0..).zip(asked) {
            let sequence = Sequence {
                position: recorded.position,
                event: 0,
                number,
            };
            let known = Known::in_session(self.session.as_ref(), sequence);
            let envelope = asked_for(&self.engine, cause, asked, known)?;
            done.add(carry_out(&self.engine, self.aggregate, &envelope).await?);
        }
        Ok(done)
    }
}
