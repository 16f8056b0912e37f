use std::{error::Error, marker::PhantomData, sync::Arc};

use tracing::Span;

use super::{
    instance::Instance,
    received::{Received, event_type, is_received},
};
use crate::{
    ActorId, CommandId, Commit, Event, Metadata, OutgoingCommand, Position, Recorded,
    domain::{Instances, Origin, Outgoing, ProcessManager, Stored, Timing},
    runtime::{
        engine::Engine,
        envelope::Envelope,
        follower::{Consumer, Done, Failure, chain},
        timers::{failed, timer_change},
        trace,
    },
};

/// Follows the log and hands each event to the instance of a process manager that it concerns.
pub(in crate::runtime) struct Inbox<P> {
    engine: Arc<Engine>,
    of: PhantomData<fn() -> P>,
}

impl<P: ProcessManager + Instances> Inbox<P> {
    pub(in crate::runtime) const fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            of: PhantomData,
        }
    }

    async fn receive(&self, event: &Event, position: Position) -> Result<(), Failure> {
        let cannot = |err: &(dyn Error + 'static)| {
            let (version, actor, reason) = (event.version, &event.actor_id, chain(err));
            Failure::Halt(format!(
                "event {version} of `{actor}` at position {position}: {reason}"
            ))
        };
        let concerned = P::concerned(Stored::from(event)).map_err(|err| cannot(&err))?;
        let Some(key) = concerned else {
            return Ok(());
        };
        let name = P::META.name.as_str();
        let actor_id = ActorId::of(name, &key).map_err(|err| cannot(&err))?;
        let receipt = CommandId::derived(event.id.as_uuid(), &format!("process/{name}"));
        let store = &self.engine.store;
        // An event that is seen again has been received before, and so has what follows from it.
        let Some(mut instance) = Instance::<P>::load(store, &actor_id, receipt).await? else {
            return Ok(());
        };
        let origin = Origin::of(event, position);
        let asked = instance
            .state
            .take_stored(Stored::from(event), &origin)
            .map_err(|err| cannot(&err))?;
        let data = Received::record(event, position).map_err(|err| cannot(&err))?;
        let kept = Event::recorded(actor_id, instance.version.next(), event_type(), data)
            .with_metadata(metadata(event, receipt))
            .at(self.engine.clock.now());
        let commit = Commit::new([kept]).map_err(|err| cannot(&err))?;
        let commit = asking(commit, asked, event, name);
        // If somebody else was faster, the next attempt sees what they have stored.
        let stored = self.engine.append(commit).await;
        stored.map(drop).map_err(|err| failed(&err))
    }
}

impl<P: ProcessManager + Instances> Consumer for Inbox<P> {
    async fn take(&mut self, recorded: &Recorded) -> Result<Done, Failure> {
        let events = recorded.commit.events();
        for event in events.iter().filter(|event| !is_received(event)) {
            self.receive(event, recorded.position).await?;
        }
        Ok(Done::default())
    }
}

/// The commit with what the instance asks for. The same event gives the same ids.
fn asking(commit: Commit, asked: Vec<Outgoing>, event: &Event, name: &str) -> Commit {
    let asked = asked.into_iter().enumerate();
    asked.fold(commit, |commit, (number, outgoing)| {
        let id = Envelope::id_of(event, name, number);
        if outgoing.timing == Timing::Now {
            let Outgoing {
                command, key, data, ..
            } = outgoing;
            return commit.asking(OutgoingCommand {
                id,
                command: command.into(),
                key,
                data,
            });
        }
        match timer_change(event.timestamp, id, outgoing) {
            Some(change) => commit.changing(change),
            None => commit,
        }
    })
}

/// What is known of why the instance received the event.
fn metadata(event: &Event, receipt: CommandId) -> Metadata {
    let mut metadata = Metadata::new();
    let correlation_id = event.metadata.correlation_id.clone();
    metadata.correlation_id = correlation_id.or_else(|| Some(event.id.to_string()));
    metadata.causation_id = Some(event.id.to_string());
    metadata.command_id = Some(receipt);
    metadata.traceparent = trace::traceparent(&Span::current());
    if metadata.traceparent.is_none() {
        metadata.traceparent.clone_from(&event.metadata.traceparent);
    }
    metadata
}
