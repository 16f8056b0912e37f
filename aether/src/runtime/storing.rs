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
    send::Sent,
};
use crate::{Commit, Receipt, Recorded, StoreError, store::Appending};

/// What was decided on, on its way into the store and from there into the state of its turn.
///
/// It is carried through once it was begun: if whoever waits for it stops waiting, a task takes it
/// over, and shutdown waits for that.
pub(super) struct Storing(Option<Begun>);

struct Begun {
    append: Appending,
    at: Instant,
    engine: Arc<Engine>,
    turn: Turn,
    /// Until it is known what became of the commit, there is no state to go on from.
    live: Option<Box<Live>>,
    commit: Commit,
}

impl Storing {
    pub(super) fn new(engine: Arc<Engine>, mut turn: Turn, commit: Commit) -> Self {
        Self(Some(Begun {
            append: engine.store.appending(commit.clone()),
            at: Instant::now(),
            engine,
            live: turn.live.take(),
            turn,
            commit,
        }))
    }
}

impl Begun {
    /// The turn with the state as it is now, and what came of the command.
    fn ended(self, answer: Result<Receipt, StoreError>) -> (Turn, Result<Sent, StoreError>) {
        self.engine.meters.appended(self.at.elapsed(), &answer);
        let Self {
            engine,
            mut turn,
            live,
            commit,
            ..
        } = self;
        match answer {
            Ok(Receipt { position, .. }) => {
                let recorded = Recorded { position, commit };
                turn.live = live.and_then(|live| engine.grown(live, &recorded));
                (turn, Ok(Sent::stored(recorded)))
            }
            Err(err) => {
                turn.live = live.and_then(|live| live.unless(err.kind()));
                (turn, Err(err))
            }
        }
    }
}

impl Future for Storing {
    type Output = (Turn, Result<Sent, StoreError>);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(begun) = &mut self.0 else {
            // It has given what it had to give.
            return Poll::Pending;
        };
        let Poll::Ready(answer) = begun.append.as_mut().poll(context) else {
            return Poll::Pending;
        };
        let begun = self.0.take();
        begun.map_or(Poll::Pending, |begun| Poll::Ready(begun.ended(answer)))
    }
}

impl Drop for Storing {
    fn drop(&mut self) {
        if let Some(mut begun) = self.0.take() {
            let engine = Arc::clone(&begun.engine);
            engine.meters.carried_through.increment(1);
            engine.spawner.spawn(async move {
                let answer = begun.append.as_mut().await;
                drop(begun.ended(answer));
            });
        }
    }
}
