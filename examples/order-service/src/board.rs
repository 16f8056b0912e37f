//! The board of the shop, with how often each thing happened.

use std::{
    fmt,
    sync::{Arc, Mutex as Lock, PoisonError},
    time::Duration,
};

use aether::{
    DynEventStore, EventStore as _, Position, Recorded,
    eventstorming::{Model, reality::Observations},
    observe::Observer,
    store::Entry,
};
use aether_examples::order_fulfilment::{Shop, board};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use serde::Deserialize;
use tokio::{
    sync::{Mutex, watch},
    task::{JoinError, spawn_blocking},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{problem::Problem, service::Service};

/// How long a request waits until what it asks for is counted.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the count waits before it reads on a log that it could not read.
const PAUSE: Duration = Duration::from_secs(1);

/// Counts what is in the log, from its start and as it grows, and draws it on the board.
///
/// Some 40 bytes are kept of each event, for what comes later may be caused by it.
pub(crate) struct LiveBoard {
    model: Model,
    counted: Lock<Observer>,
    /// How far the log is counted.
    position: watch::Sender<Position>,
    /// What was drawn last. Whoever holds it draws, and the others wait for that.
    drawn: Mutex<Option<(Position, Arc<str>)>>,
}

impl LiveBoard {
    /// Has counted nothing yet.
    pub(crate) fn new() -> Self {
        let model = Model::of::<Shop>();
        Self {
            counted: Lock::new(Observer::new(&model)),
            model,
            position: watch::Sender::new(Position::START),
            drawn: Mutex::default(),
        }
    }

    /// Counts, until it is told to stop.
    pub(crate) async fn count(self: Arc<Self>, store: DynEventStore, stop: CancellationToken) {
        let counting = async {
            loop {
                let after = *self.position.borrow();
                let mut log = store.follow(after).boxed();
                while let Some(Ok(recorded)) = log.next().await {
                    self.see(recorded);
                }
                sleep(PAUSE).await;
            }
        };
        stop.run_until_cancelled(counting).await;
    }

    fn see(&self, recorded: Recorded) {
        let position = recorded.position;
        self.with(|observer| observer.see(&Entry::Commit(recorded)));
        self.position.send_replace(position);
    }

    fn with<T>(&self, look: impl FnOnce(&mut Observer) -> T) -> T {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        look(&mut counted)
    }

    /// The board with all that is counted up to a position, if it is within some time.
    ///
    /// # Errors
    /// If it cannot be drawn.
    async fn svg(self: &Arc<Self>, wanted: Position) -> Result<(Position, Arc<str>), JoinError> {
        let mut position = self.position.subscribe();
        let is_counted = async { position.wait_for(|it| *it >= wanted).await.is_ok() };
        // A board that is a little behind is better than none.
        let _waited = timeout(PATIENCE, is_counted).await;
        let mut drawn = self.drawn.lock().await;
        let now = *self.position.borrow();
        if let Some((position, svg)) = &*drawn
            && *position == now
        {
            return Ok((now, Arc::clone(svg)));
        }
        let drawing = Arc::clone(self);
        let svg: Arc<str> = spawn_blocking(move || drawing.draw()).await?.into();
        *drawn = Some((now, Arc::clone(&svg)));
        drop(drawn);
        Ok((now, svg))
    }

    fn draw(&self) -> String {
        let seen: Observations = self.with(|observer| observer.so_far().clone());
        board().observed(&self.model.observed(&seen)).svg()
    }
}

impl fmt::Debug for LiveBoard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let position = *self.position.borrow();
        f.debug_struct("LiveBoard")
            .field("position", &position)
            .finish_non_exhaustive()
    }
}

/// What is to be counted at least.
#[derive(Debug, Deserialize)]
pub(crate) struct UpTo {
    after: Option<Position>,
}

pub(crate) async fn svg(
    State(service): State<Service>,
    Query(up_to): Query<UpTo>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = up_to.after.unwrap_or(Position::START);
    let drawn = service.board.svg(wanted).await;
    let (position, svg) = drawn.map_err(|err| Problem::broken(&err))?;
    let tag = format!("\"{position}\"");
    let known = headers.get(header::IF_NONE_MATCH);
    let is_known = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let about = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_TYPE, "image/svg+xml".to_owned()),
    ];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    Ok((about, svg.to_string()).into_response())
}
