use std::{future::Future, sync::Arc};

use super::{
    carry_out::carry_out,
    engine::Engine,
    envelope::Envelope,
    follower::{Consumer, Done, Failure, chain},
    process::is_received,
};
use crate::{
    Event, Position, Recorded, Sequence, SessionMark,
    domain::{Handlers, Origin, Outgoing, Policy, Stored, Timing},
};

/// Turns events into commands: what a policy and an adapter have in common.
pub(super) trait Source: Send + Sync + 'static {
    /// The commands that an event gives rise to.
    fn commands(
        &self,
        event: &Event,
        position: Position,
    ) -> impl Future<Output = Result<Vec<Outgoing>, Failure>> + Send;
}

/// Follows the log and carries out the commands that its source asks for.
pub(super) struct Reactor<S> {
    pub(super) name: &'static str,
    pub(super) session: Arc<str>,
    pub(super) source: S,
    pub(super) engine: Arc<Engine>,
}

impl<S: Source> Consumer for Reactor<S> {
    async fn take(&mut self, recorded: &Recorded) -> Result<Done, Failure> {
        let mut done = Done::default();
        let events = recorded.commit.events();
        let events = (0..).zip(events).filter(|(_, event)| !is_received(event));
        for (index, event) in events {
            let commands = self.source.commands(event, recorded.position).await?;
            for (number, command) in (0..).zip(commands) {
                // What is for later is the work of the timers.
                if command.timing != Timing::Now {
                    continue;
                }
                let sequence = Sequence {
                    position: recorded.position,
                    event: index,
                    number,
                };
                let mark = SessionMark {
                    session: Arc::clone(&self.session),
                    sequence,
                };
                let number = number as usize;
                let envelope = Envelope::caused_by(event, self.name, number, command, mark);
                done.add(carry_out(&self.engine, self.name, &envelope).await?);
            }
        }
        Ok(done)
    }
}

/// A policy as a source of commands.
#[derive(Default)]
pub(super) struct PolicySource<P>(P);

impl<P: Policy + Handlers> Source for PolicySource<P> {
    async fn commands(&self, event: &Event, position: Position) -> Result<Vec<Outgoing>, Failure> {
        let origin = Origin::of(event, position);
        self.0
            .react_stored(Stored::from(event), &origin)
            .map_err(|err| {
                let reason = chain(&err);
                let (version, actor) = (event.version, &event.actor_id);
                Failure::Halt(format!(
                    "event {version} of `{actor}` at position {position}: {reason}"
                ))
            })
    }
}
