use std::sync::Arc;

use super::{
    carry_out::{asked_for, carry_out},
    engine::Engine,
    follower::{Consumer, Done, Failure},
};
use crate::Recorded;

/// Follows the log and carries out the commands that the commits of an aggregate ask for, in the
/// order of the log, and those of a commit in their order.
pub(super) struct Outbox {
    pub(super) aggregate: &'static str,
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
        for asked in asked {
            let envelope = asked_for(&self.engine, cause, asked)?;
            done.refused += carry_out(&self.engine, self.aggregate, &envelope).await?;
        }
        Ok(done)
    }
}
