use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::time::Instant;

use super::{
    actors::{Live, Turn},
    engine::Engine,
    lately::Outcome,
    send::Sent,
};
use crate::{Commit, EventStore as _, Receipt, Recorded, StoreError, store::Appending};

/// What was decided on, on its way into the store and from there into the state of its turn.
///
/// It is carried through once it was begun: if whoever waits for it stops waiting, a task takes it
/// over, and shutdown waits for that.
pub(super) struct Storing(State);

enum State {
    Begun(Begun),
    Ended(Turn, Result<Sent, StoreError>),
    /// It has given what it had to give.
    Over,
}

struct Begun {
    append: Appending,
    at: Instant,
    engine: Arc<Engine>,
    turn: Turn,
    /// Until it is known what became of the commit, there is no state to go on from.
    live: Option<Box<Live>>,
    commit: Commit,
    /// Whether another process asks for it, perhaps more than once.
    is_asked: bool,
}

impl Storing {
    pub(super) fn new(
        engine: &Arc<Engine>,
        (mut turn, commit): (Turn, Commit),
        is_asked: bool,
    ) -> Self {
        let (at, live) = (Instant::now(), turn.live.take());
        match engine.store.append_at_once(commit.clone()) {
            Ok(answer) => {
                let (turn, answer) = ended(engine, at, (turn, live), (commit, is_asked), answer);
                Self::ended(turn, answer)
            }
            Err(same) => Self(State::Begun(Begun {
                append: engine.store.appending(same),
                at,
                engine: Arc::clone(engine),
                live,
                turn,
                commit,
                is_asked,
            })),
        }
    }

    /// One that is known to have come to this end.
    pub(super) const fn ended(turn: Turn, answer: Result<Sent, StoreError>) -> Self {
        Self(State::Ended(turn, answer))
    }
}

/// The turn with the state as it is now, and what came of the command.
fn ended(
    engine: &Engine,
    began: Instant,
    (mut turn, live): (Turn, Option<Box<Live>>),
    (commit, is_asked): (Commit, bool),
    answer: Result<Receipt, StoreError>,
) -> (Turn, Result<Sent, StoreError>) {
    let took = began.elapsed();
    tracing::trace!(actor = %commit.actor_id(), ?took, is_stored = answer.is_ok(), "an append");
    engine.meters.appended(took, &answer);
    match answer {
        Ok(Receipt { position, .. }) => {
            let recorded = Recorded { position, commit };
            if is_asked && let Some(id) = recorded.commit.command_id() {
                engine.lately.note(id, Outcome::Stored(recorded.clone()));
            }
            turn.live = live.and_then(|live| engine.grown(live, &recorded));
            (turn, Ok(Sent::stored(recorded)))
        }
        Err(err) => {
            turn.live = live.and_then(|live| live.unless(err.kind()));
            (turn, Err(err))
        }
    }
}

impl Begun {
    fn ended(self, answer: Result<Receipt, StoreError>) -> (Turn, Result<Sent, StoreError>) {
        let of = (self.turn, self.live);
        let commit = (self.commit, self.is_asked);
        ended(&self.engine, self.at, of, commit, answer)
    }
}

impl Future for Storing {
    type Output = (Turn, Result<Sent, StoreError>);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = match &mut self.0 {
            State::Begun(begun) => match begun.append.as_mut().poll(context) {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => return Poll::Pending,
            },
            State::Ended(..) | State::Over => None,
        };
        match (std::mem::replace(&mut self.0, State::Over), answer) {
            (State::Begun(begun), Some(answer)) => Poll::Ready(begun.ended(answer)),
            (State::Ended(turn, answer), _) => Poll::Ready((turn, answer)),
            (State::Begun(_) | State::Over, _) => Poll::Pending,
        }
    }
}

impl Drop for Storing {
    fn drop(&mut self) {
        if let State::Begun(mut begun) = std::mem::replace(&mut self.0, State::Over) {
            let engine = Arc::clone(&begun.engine);
            engine.meters.carried_through.increment(1);
            engine.spawner.spawn(async move {
                let answer = begun.append.as_mut().await;
                drop(begun.ended(answer));
            });
        }
    }
}
