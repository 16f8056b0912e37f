use std::{
    fmt::{self, Display},
    future::Future,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use tokio::time::{sleep, timeout};

use super::{dice::Dice, executor::Place, node::Alive, present, run::Shared, world::Acknowledged};
use crate::{
    Clock as _, CommandId, Position, StoreErrorKind, SystemClock, Timestamp,
    domain::{Aggregate, Command, Replayed},
    runtime::{CommandError, Sent},
};

pub(super) type Workload =
    Arc<dyn Fn(Client) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Someone who sends commands to whichever node is there.
pub struct Client {
    number: usize,
    dice: Dice,
    shared: Arc<Shared>,
}

impl Client {
    /// How long a client waits for an answer before it asks another node.
    const PATIENCE: Duration = Duration::from_secs(10);

    pub(super) const fn new(number: usize, dice: Dice, shared: Arc<Shared>) -> Self {
        Self {
            number,
            dice,
            shared,
        }
    }

    /// Its number, from 1: clients that are to do different things differ in it.
    pub const fn number(&self) -> usize {
        self.number
    }

    /// Its source of choices.
    pub const fn dice(&mut self) -> &mut Dice {
        &mut self.dice
    }

    /// The time of day.
    pub fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    /// Sends a command, to another node under the same id whenever there is no answer, until the
    /// domain has taken or refused it.
    ///
    /// # Errors
    /// If the domain refuses it, or it cannot be carried out at all.
    pub async fn send<C: Command + Clone>(&mut self, command: C) -> Result<Sent, CommandError> {
        let id = CommandId::new();
        let name = C::META.name.as_str();
        let since = self.shared.server.head();
        loop {
            let alive = self.any_node().await;
            let whom = format!("client {}", self.number);
            match self.try_send(&alive, command.clone(), id).await {
                Some(Ok(sent)) => {
                    let at = format!("`{}` is at version {}", sent.actor_id, sent.version);
                    self.shared
                        .trace
                        .note(whom, format!("`{name}` is done: {at}"));
                    self.acknowledge(name, (id, since), &sent);
                    return Ok(sent);
                }
                Some(Err(err)) if is_final(&err) => {
                    self.shared.trace.note(whom, format!("`{name}`: {err}"));
                    return Err(err);
                }
                Some(Err(err)) => {
                    self.shared
                        .trace
                        .note(whom, format!("`{name}` is sent again: {err}"));
                }
                None => self
                    .shared
                    .trace
                    .note(whom, format!("`{name}` has no answer")),
            }
            self.rest(Duration::from_millis(5), Duration::from_millis(200))
                .await;
        }
    }

    /// Sends a command once, to one node; none if there was no answer.
    async fn try_send<C: Command>(
        &self,
        alive: &Alive,
        command: C,
        id: CommandId,
    ) -> Option<Result<Sent, CommandError>> {
        let aether = alive.aether.clone()?;
        let place = Place::of(&self.shared.executor, alive.life);
        let sending = async move { aether.send(command).with_id(id).await };
        timeout(Self::PATIENCE, place.driven(sending)).await.ok()?
    }

    /// The present state of an actor, as some node reads it; none if that does not answer.
    pub async fn load<A: Aggregate + Send>(
        &mut self,
        key: impl Display + Send,
    ) -> Option<Replayed<A>> {
        let (alive, key) = (self.any_node().await, key.to_string());
        let aether = alive.aether?;
        let place = Place::of(&self.shared.executor, alive.life);
        let loading = async move { aether.load::<A>(key).await };
        timeout(Self::PATIENCE, place.driven(loading))
            .await
            .ok()??
            .ok()
    }

    /// Does nothing for a while.
    pub async fn rest(&mut self, least: Duration, most: Duration) {
        sleep(self.dice.time(least, most)).await;
    }

    /// Sets the clock forwards, for all.
    pub fn advance(&self, by: Duration) {
        self.shared.trace.note(
            format!("client {}", self.number),
            format!("advances by {by:?}"),
        );
        present::jump(by);
    }

    async fn any_node(&mut self) -> Alive {
        loop {
            let running = self.shared.hosts.iter().filter_map(|host| host.running());
            let running: Vec<Alive> = running.collect();
            let chosen = self.dice.index(running.len());
            if let Some(alive) = running.get(chosen) {
                return alive.clone();
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    fn acknowledge(&self, command: &'static str, (id, since): (CommandId, Position), sent: &Sent) {
        self.shared.acknowledge(Acknowledged {
            command,
            id,
            actor_id: sent.actor_id.clone(),
            version: sent.version,
            position: sent.position,
            events: sent.events().to_vec(),
            since,
        });
    }
}

/// Whether it would be the same the next time.
fn is_final(err: &CommandError) -> bool {
    match err {
        CommandError::Refused(_)
        | CommandError::Unhandled { .. }
        | CommandError::Address { .. }
        | CommandError::Shape { .. }
        | CommandError::Unreadable(_)
        | CommandError::Remote { .. }
        | CommandError::Unprojected { .. } => true,
        CommandError::Store(err) => !matches!(
            err.kind(),
            StoreErrorKind::Unavailable | StoreErrorKind::InDoubt | StoreErrorKind::Conflict
        ),
        CommandError::Conflict { .. }
        | CommandError::Busy { .. }
        | CommandError::Expired
        | CommandError::Overdue { .. }
        | CommandError::Moved
        | CommandError::Stopped => false,
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
