#![cfg(feature = "macros")]

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::*;
use crate::{
    Clock as _, InMemoryEventStore, Position, Sequence, SessionMark, SystemClock,
    domain::Outgoing,
    prelude::*,
    runtime::{CommandError, RemoteRefusal, Sent, envelope::Envelope, placement::Asking},
};

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TurnedOn {
    lamp: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TurnedOff {
    lamp: String,
}

#[derive(Command, Debug, Serialize, Deserialize)]
struct TurnOn {
    #[command(id)]
    lamp: String,
}

#[derive(Command, Debug, Serialize, Deserialize)]
struct TurnOff {
    #[command(id)]
    lamp: String,
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("it is so already")]
struct SoAlready;

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(TurnedOn, TurnedOff))]
struct Lamp {
    is_on: bool,
}

#[handlers]
impl Lamp {
    #[handle]
    fn on(&self, command: TurnOn) -> Result<TurnedOn, SoAlready> {
        if self.is_on {
            return Err(SoAlready);
        }
        Ok(TurnedOn { lamp: command.lamp })
    }

    #[handle]
    fn off(&self, command: TurnOff) -> Result<TurnedOff, SoAlready> {
        if !self.is_on {
            return Err(SoAlready);
        }
        Ok(TurnedOff { lamp: command.lamp })
    }

    #[apply]
    fn turned_on(&mut self, _event: &TurnedOn) {
        self.is_on = true;
    }

    #[apply]
    fn turned_off(&mut self, _event: &TurnedOff) {
        self.is_on = false;
    }
}

bounded_context! {
    /// Lamps.
    Lighting { aggregates: [Lamp] }
}

async fn runtime(store: &InMemoryEventStore) -> Aether {
    let builder = Aether::builder().store(store.clone());
    builder.context::<Lighting>().start().await.unwrap()
}

fn lamp() -> String {
    "l".to_owned()
}

/// A command of another process, the so-manieth of it.
fn asked(command: &impl Command, number: u32) -> Envelope {
    let mark = SessionMark {
        session: Arc::from("node/n"),
        sequence: Sequence {
            position: Position::new(7),
            event: 0,
            number,
        },
    };
    let mut envelope = Envelope::new(Outgoing::of(command).unwrap());
    envelope.begin(SystemClock.now());
    envelope.asked(Some(Arc::new(mark)))
}

async fn carry(aether: &Aether, envelope: &Envelope) -> Result<Sent, CommandError> {
    let written = carried::write(envelope).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    let answer = aether.carry_out(&written, deadline).await.unwrap();
    carried::read_answer(&answer, envelope, "Lamp")
}

#[tokio::test]
async fn a_command_that_comes_again_is_known_by_its_mark_wherever_it_comes() {
    let store = InMemoryEventStore::new();
    let on = asked(&TurnOn { lamp: lamp() }, 1);
    let first = carry(&runtime(&store).await, &on).await.unwrap();
    assert_eq!((first.version.as_u64(), first.repeated), (1, false));
    // Nobody kept anything of the lamp there.
    let again = carry(&runtime(&store).await, &on).await.unwrap();
    assert_eq!((again.version.as_u64(), again.repeated), (1, true));
    assert_eq!(again.events(), first.events());
    let late = asked(&TurnOff { lamp: lamp() }, 0);
    let late = carry(&runtime(&store).await, &late).await.unwrap();
    assert_eq!((late.version.as_u64(), late.repeated), (2, false));
}

#[tokio::test]
async fn a_refusal_of_another_process_comes_as_what_it_said() {
    let aether = runtime(&InMemoryEventStore::new()).await;
    let refused = carry(&aether, &asked(&TurnOff { lamp: lamp() }, 1)).await;
    let refused = refused.unwrap_err();
    let refusal = refused.refusal::<RemoteRefusal>().unwrap();
    assert_eq!(refusal.to_string(), "it is so already");
}

/// All actors are here, since a moment that changes.
struct Here(Arc<AtomicU64>);

impl Placement for Here {
    fn here(&self, _actor_type: &str, _key: &str) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed))
    }

    fn mark(&self) -> Option<Arc<SessionMark>> {
        None
    }

    fn ask<'a>(
        &'a self,
        _actor: (&'a str, &'a str),
        _written: Bytes,
        _within: Option<Duration>,
    ) -> Asking<'a> {
        Box::pin(std::future::ready(Err(CommandError::Stopped)))
    }
}

#[tokio::test]
async fn what_was_kept_of_an_actor_is_void_when_it_has_been_elsewhere() {
    let store = InMemoryEventStore::new();
    let (aether, other) = (runtime(&store).await, runtime(&store).await);
    let since = Arc::new(AtomicU64::new(1));
    assert!(aether.place(Arc::new(Here(Arc::clone(&since)))));
    aether.send(TurnOn { lamp: lamp() }).await.unwrap();
    other.send(TurnOff { lamp: lamp() }).await.unwrap();
    since.store(3, Ordering::Relaxed);
    aether.send(TurnOn { lamp: lamp() }).await.unwrap();
}
