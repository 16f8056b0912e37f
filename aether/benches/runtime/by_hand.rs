//! What a command takes without a runtime: one lock around all actors, the same handler, the same
//! event with its metadata, the same store, and the state changed by the event as it was made.
//!
//! It is what a program would have that knows its one command: no line before each actor, no
//! deadline, no trace, no retry, no metrics, no passivation, no command that is ever written, and no
//! event that is read.

use std::collections::HashMap;

use aether::{CommandId, Commit, EventStore as _, InMemoryEventStore, Version};
use tokio::sync::Mutex;

use crate::{Count, Counter, Failure, count, event_of, now};

#[derive(Default)]
struct ByHand {
    store: InMemoryEventStore,
    actors: Mutex<HashMap<String, (Version, Counter)>>,
}

impl ByHand {
    async fn carry_out(&self, command: Count) -> Result<(), Failure> {
        let key = command.counter.clone();
        let mut actors = self.actors.lock().await;
        let (version, counter) = actors.entry(key.clone()).or_default();
        let counted = counter.count(command)?;
        let next = version.next();
        let id = CommandId::new();
        let mut event = event_of(&key, next, &counted)?;
        event.metadata.correlation_id = Some(id.to_string());
        let commit = Commit::new([event])?.caused_by(id);
        self.store.append(commit).await?;
        counter.counted(&counted);
        *version = next;
        drop(actors);
        Ok(())
    }
}

/// Seconds that it takes to carry out so many commands.
pub(crate) async fn counts(keys: &[String], each: u64) -> Result<f64, Failure> {
    let by_hand = ByHand::default();
    for key in keys {
        by_hand.carry_out(count(key)).await?;
    }
    let began = now();
    for (key, _) in keys.iter().cycle().zip(0..each) {
        by_hand.carry_out(count(key)).await?;
    }
    Ok(began.elapsed().as_secs_f64())
}
