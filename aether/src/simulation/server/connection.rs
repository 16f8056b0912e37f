use std::{fmt, future::Future, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{
    Shared,
    asking::Silence,
    line::Line,
    state::{Arrived, State},
    trip::Trip,
};
use crate::{
    Commit, Position, Receipt, StoreError, StoreErrorKind, Transaction, simulation::Faults,
};

/// A store on a [`Server`](super::Server). Clones share the connection.
#[derive(Clone)]
pub struct Connection {
    pub(super) server: Arc<Shared>,
    pub(super) line: Arc<Line>,
}

impl Connection {
    pub(super) fn new(server: Arc<Shared>, line: Line) -> Self {
        let line = Arc::new(line);
        Self { server, line }
    }

    /// From now on nothing passes to the server or from it, or it does again. Nobody is told.
    pub fn cut(&self, is_cut: bool) {
        self.line.set_cut(is_cut);
    }

    /// Asks until there is an answer, or patience ends. What is asked again must be harmless to
    /// ask again.
    pub(super) async fn ask<T, W>(
        &self,
        work: impl Fn(Arc<Shared>, Option<Trip>) -> W + Clone + Send + Sync + 'static,
    ) -> Result<T, Silence>
    where
        T: Send + 'static,
        W: Future<Output = Option<T>> + Send + 'static,
    {
        let until = Instant::now() + self.server.weather().faults.patience;
        let mut silence = Silence::Refused;
        loop {
            match self.server.ask(&self.line, work.clone()).await {
                Ok(answer) => return Ok(answer),
                // Of something that is on its way it is not known what becomes of it.
                Err(Silence::Refused) if silence == Silence::Refused => {}
                Err(_) => silence = Silence::Unanswered,
            }
            if Instant::now() >= until {
                return Err(silence);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asks for something that the server does at once.
    pub(super) async fn ask_for<T: Send + 'static>(
        &self,
        look: impl Fn(&mut State) -> T + Clone + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        let work = move |server: Arc<Shared>, _trip| {
            let look = look.clone();
            async move { Some(look(&mut server.state())) }
        };
        self.ask(work).await.map_err(|_silence| out_of_reach())
    }

    pub(super) async fn try_append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let sent = commit.clone();
        let work = move |server, trip: Option<Trip>| {
            let applying = trip.map_or(Duration::ZERO, |trip| trip.applying);
            take(server, sent.clone(), applying)
        };
        let answer = self
            .ask(work)
            .await
            .unwrap_or_else(|silence| Err(not_told(silence)));
        if let Ok(receipt) = &answer {
            self.line.see(receipt.position);
        }
        self.server.note(&self.line, || noted(&commit, &answer));
        answer
    }

    pub(super) async fn try_transact(
        &self,
        transaction: Transaction,
    ) -> Result<Vec<Receipt>, StoreError> {
        let work = move |server, _trip| take_all(server, transaction.clone());
        let answer = self
            .ask(work)
            .await
            .unwrap_or_else(|silence| Err(not_told(silence)));
        for receipt in answer.as_deref().unwrap_or_default() {
            self.line.see(receipt.position);
        }
        answer
    }

    /// Up to where a read of an actor sees the log.
    pub(super) fn view(&self, head: Position) -> Position {
        let is_stale = self.server.percent(|faults| faults.stale);
        let seen = self.line.seen().min(head);
        let view = if is_stale {
            self.server.between(seen, head)
        } else {
            head
        };
        self.line.see(view);
        view
    }
}

/// Stores a commit, once nothing of its actor is under way.
async fn take(
    server: Arc<Shared>,
    commit: Commit,
    applying: Duration,
) -> Option<Result<Receipt, StoreError>> {
    loop {
        let arrived = server.state().accept(&commit);
        match arrived {
            Arrived::Answered(answer) => return Some(answer),
            Arrived::Accepted => break,
            Arrived::Behind => sleep(Duration::from_millis(1)).await,
        }
    }
    if !applying.is_zero() {
        sleep(applying).await;
        // What a leader has accepted may or may not survive it.
        if server.is_out() && server.weather().dice.percent(50) {
            server.state().forget(&commit);
            return None;
        }
    }
    let receipt = server.state().apply(&commit);
    server.tell();
    Some(Ok(receipt))
}

async fn take_all(
    server: Arc<Shared>,
    transaction: Transaction,
) -> Option<Result<Vec<Receipt>, StoreError>> {
    while server.state().is_behind(&transaction) {
        sleep(Duration::from_millis(1)).await;
    }
    let receipts = server.state().transact(transaction);
    server.tell();
    Some(receipts)
}

fn noted(commit: &Commit, answer: &Result<Receipt, StoreError>) -> String {
    let (actor, first, last) = (
        commit.actor_id(),
        commit.expected().next(),
        commit.version(),
    );
    let types: Vec<_> = commit
        .events()
        .iter()
        .map(|event| &*event.event_type)
        .collect();
    let types = types.join(", ");
    let what = format!("appends {first} to {last} of `{actor}` ({types})");
    match answer {
        Ok(receipt) => format!("{what}: stored at {}", receipt.position),
        Err(err) => format!("{what}: {err}"),
    }
}

/// What nobody has answered that was to be stored.
fn not_told(silence: Silence) -> StoreError {
    match silence {
        Silence::Refused => StoreError::new(
            StoreErrorKind::Unavailable,
            "nothing was stored: nobody is there who would answer",
        ),
        Silence::Unanswered => StoreError::new(
            StoreErrorKind::InDoubt,
            "it is not known whether it is stored: no answer came in time",
        ),
    }
}

pub(super) fn out_of_reach() -> StoreError {
    let text = "the server does not answer";
    StoreError::new(StoreErrorKind::Unavailable, text)
}

impl Faults {
    /// How long a follower that is cut off waits before it says so.
    pub(super) const SILENCE: Duration = Duration::from_secs(2);
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}
