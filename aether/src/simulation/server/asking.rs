//! A request, on its way to the server and back.

use std::{future::Future, sync::Arc};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep, sleep_until},
};

use super::{Shared, line::Line, trip::Trip};

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nobody is there: the request was not taken.
    Refused,
    /// None came in time: whether the request was taken is not known.
    Unanswered,
}

impl Shared {
    /// Sends a request once, and waits for its answer.
    ///
    /// What the server does for it goes on if whoever asks goes, and may begin later than that. It
    /// gives nothing if the server is gone before it is done.
    pub(super) async fn ask<T, W>(
        self: &Arc<Self>,
        line: &Arc<Line>,
        work: impl Fn(Arc<Self>, Option<Trip>) -> W + Send + Sync + 'static,
    ) -> Result<T, Silence>
    where
        T: Send + 'static,
        W: Future<Output = Option<T>> + Send + 'static,
    {
        let (trip, attempt) = (self.trip(), self.weather().faults.attempt);
        let Some(trip) = trip else {
            if line.is_cut() {
                sleep(attempt).await;
                return Err(Silence::Unanswered);
            }
            let answer = work(Arc::clone(self), None).await;
            return answer.ok_or(Silence::Unanswered);
        };
        if trip.is_refused {
            return Err(Silence::Refused);
        }
        let (tell, answer) = oneshot::channel();
        let until = Instant::now() + attempt;
        Self::spawn(deliver(
            Arc::clone(self),
            Arc::clone(line),
            trip,
            work,
            tell,
        ));
        tokio::select! {
            biased;
            Ok(answer) = answer => answer,
            () = sleep_until(until) => Err(Silence::Unanswered),
        }
    }
}

/// Carries a request to the server, perhaps twice, and the first answer back.
async fn deliver<T, W>(
    server: Arc<Shared>,
    line: Arc<Line>,
    trip: Trip,
    work: impl Fn(Arc<Shared>, Option<Trip>) -> W + Send + Sync + 'static,
    tell: oneshot::Sender<Result<T, Silence>>,
) where
    T: Send + 'static,
    W: Future<Output = Option<T>> + Send + 'static,
{
    if line.is_cut() {
        return;
    }
    if let Some(there) = trip.there {
        sleep(there).await;
        let is_refused = server.is_out();
        let answer = if is_refused {
            Some(Err(Silence::Refused))
        } else {
            work(Arc::clone(&server), Some(trip)).await.map(Ok)
        };
        if let Some(answer) = answer
            && let Some(back) = trip.back
        {
            sleep(back).await;
            if !line.is_cut() {
                // Whoever asked may have gone.
                let _unheard = tell.send(answer).is_err();
            }
        }
        if is_refused {
            // What was refused is not taken later.
            return;
        }
    }
    if let Some(again) = trip.again {
        sleep(again).await;
        if !server.is_out() {
            // Nobody waits for it.
            let _unheard = work(server, Some(trip)).await.is_some();
        }
    }
}
