use std::sync::Arc;

use futures_core::Stream;
use futures_util::stream;
use tokio::{sync::watch, time::sleep};

use super::{Connection, connection::out_of_reach};
use crate::{Position, Recorded, StoreError, simulation::Faults};

/// Who follows the log, and how far they are.
struct Follower {
    connection: Connection,
    grown: watch::Receiver<()>,
    after: Position,
    is_broken: bool,
}

pub(super) fn follow(
    connection: Connection,
    after: Position,
) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
    let grown = connection.server.grown.subscribe();
    let follower = Follower {
        connection,
        grown,
        after,
        is_broken: false,
    };
    stream::unfold(Some(follower), |follower| async move {
        let mut follower = follower?;
        match follower.next().await {
            Ok(recorded) => {
                let breaks = follower.connection.server.percent(|faults| faults.broken);
                follower.after = recorded.position;
                follower.is_broken = breaks;
                Some((Ok(recorded), Some(follower)))
            }
            Err(err) => Some((Err(err), None)),
        }
    })
}

impl Follower {
    /// The next commit, after a while, as soon as there is one.
    async fn next(&mut self) -> Result<Recorded, StoreError> {
        let server = Arc::clone(&self.connection.server);
        if std::mem::take(&mut self.is_broken) {
            return Err(out_of_reach());
        }
        loop {
            // What is stored from here on is told.
            self.grown.mark_unchanged();
            let next = server.state().log.after(self.after);
            let Some(recorded) = next else {
                // The sender lives in the server, so waiting cannot fail while this runs.
                self.grown
                    .changed()
                    .await
                    .map_err(|_ended| out_of_reach())?;
                continue;
            };
            let lag = server.lag();
            if !lag.is_zero() {
                sleep(lag).await;
            }
            self.check_line().await?;
            self.connection.line.see(recorded.position);
            return Ok(recorded);
        }
    }

    /// Waits a while if nothing passes.
    async fn check_line(&self) -> Result<(), StoreError> {
        let Connection { server, line } = &self.connection;
        let is_silent = || line.is_cut() || server.is_out();
        if is_silent() {
            sleep(Faults::SILENCE).await;
        }
        if is_silent() {
            return Err(out_of_reach());
        }
        Ok(())
    }
}
