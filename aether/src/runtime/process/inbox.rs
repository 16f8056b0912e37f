use std::{error::Error, sync::Arc};

use tracing::Span;

use super::{
    awake::{Awake, Most},
    instance::Instance,
    received::{Received, event_type, is_received},
};
use crate::{
    ActorId, CommandId, Commit, Event, EventStore as _, Metadata, OutgoingCommand, Recorded,
    Sequence, SessionMark,
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
    session: Arc<str>,
    awake: Awake<P>,
}

impl<P: ProcessManager + Instances> Inbox<P> {
    pub(in crate::runtime) fn new(engine: Arc<Engine>) -> Self {
        // What is forgotten must not be remembered here, and any event may tell of a person.
        let most = if engine.store.capabilities().seals_personal_data {
            Most::NONE
        } else {
            engine.actors.options().instances()
        };
        Self {
            engine,
            session: format!("inbox/{}", P::META.name.as_str()).into(),
            awake: Awake::new(most),
        }
    }

    async fn receive(&mut self, event: &Event, sequence: Sequence) -> Result<(), Failure> {
        let position = sequence.position;
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
        let mark = SessionMark {
            session: Arc::clone(&self.session),
            sequence,
        };
        let store = &self.engine.store;
        let mut instance = match self.awake.take(&actor_id) {
            Some(instance) => instance,
            None => Box::new(Instance::load(store, actor_id.clone()).await?),
        };
        // An event that is seen again has been received before, and so has what follows from it.
        if instance.has_received(store, receipt, &mark).await? {
            self.awake.put(instance);
            return Ok(());
        }
        let origin = Origin::of(event, position);
        let asked = instance
            .state
            .take_stored(Stored::from(event), &origin)
            .map_err(|err| cannot(&err))?;
        let data = Received::record(event, position).map_err(|err| cannot(&err))?;
        let kept = Event::recorded(actor_id, instance.version.next(), event_type(), data)
            .with_metadata(metadata(event, receipt, mark))
            .at(self.engine.clock.now());
        let commit = Commit::new([kept]).map_err(|err| cannot(&err))?;
        let commit = asking(commit, asked, event, name);
        // If somebody else was faster, the next attempt sees what they have stored.
        let stored = self.engine.append(commit.clone()).await;
        let position = stored.map_err(|err| failed(&err))?.position;
        instance.note(&Recorded { position, commit });
        self.awake.put(instance);
        Ok(())
    }
}

impl<P: ProcessManager + Instances> Consumer for Inbox<P> {
    async fn take(&mut self, recorded: &Recorded) -> Result<Done, Failure> {
        let position = recorded.position;
        let events = (0..).zip(recorded.commit.events());
        for (number, event) in events.filter(|(_, event)| !is_received(event)) {
            let sequence = Sequence {
                position,
                event: number,
                number: 0,
            };
            self.receive(event, sequence).await?;
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
fn metadata(event: &Event, receipt: CommandId, mark: SessionMark) -> Metadata {
    let mut metadata = Metadata::new();
    let correlation_id = event.metadata.correlation_id.clone();
    metadata.correlation_id = correlation_id.or_else(|| Some(event.id.to_string()));
    metadata.causation_id = Some(event.id.to_string());
    metadata.command_id = Some(receipt);
    metadata.session = Some(Arc::new(mark));
    metadata.traceparent = trace::traceparent(&Span::current());
    if metadata.traceparent.is_none() {
        metadata.traceparent.clone_from(&event.metadata.traceparent);
    }
    metadata
}
