use std::{future::Future, sync::Arc};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    Control,
    control::{Order, Phase},
    following::Stop,
    ledger::Ledger,
};
use crate::{
    DynEventStore,
    runtime::{backoff::Backoff, engine::pause},
};

/// Builds a projection anew beside the one that is read, and puts it in its place.
pub(super) trait Beside: Send + 'static {
    /// Does so once, from the start of the log or from where it had come to. If the future is
    /// dropped, what is read is as it was.
    fn build(&mut self, generation: u64) -> impl Future<Output = Result<(), Stop>> + Send;
}

/// A task that carries out what is ordered.
pub(super) struct Rebuilder<B> {
    pub(super) beside: B,
    pub(super) control: Arc<Control>,
    /// Where orders are kept, if others give them too.
    pub(super) store: Option<DynEventStore>,
}

impl<B: Beside> Rebuilder<B> {
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let control = Arc::clone(&self.control);
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = self.work() => {}
        }
        control.end(Phase::Stopped);
    }

    async fn work(&mut self) {
        let control = Arc::clone(&self.control);
        let mut current = control.current.subscribe();
        let mut order = control.order.subscribe();
        // Neither can fail: `control` has their other ends.
        while current.wait_for(Option::is_some).await.is_ok() {
            let is_open = |order: &Order| Some(order.wanted) > *control.current.borrow();
            let Ok(target) = order.wait_for(is_open).await.map(|order| order.wanted) else {
                return;
            };
            control.begin(target);
            tracing::info!(projection = control.name, generation = target, "rebuilding");
            let phase = tokio::select! {
                biased;
                () = another(&mut order, target) => Phase::Cancelled,
                phase = self.build(target) => phase,
            };
            tracing::info!(
                projection = control.name,
                generation = target,
                ?phase,
                "rebuilt"
            );
            if let Phase::Failed(reason) = &phase {
                if let Some(store) = &self.store {
                    note(store, control.name, target, reason).await;
                }
                control.end(phase);
                another(&mut order, target).await;
            } else {
                control.end(phase);
            }
        }
    }

    async fn build(&mut self, target: u64) -> Phase {
        let mut backoff = Backoff::of_outages(target);
        loop {
            match self.beside.build(target).await {
                Ok(()) => return Phase::Done,
                Err(Stop::Open) => backoff.reset(),
                Err(Stop::Halt(reason)) => return Phase::Failed(reason),
                Err(Stop::Retry(reason)) => {
                    let name = self.control.name;
                    tracing::warn!(projection = name, %reason, "a rebuild is tried again");
                    pause(backoff.next()).await;
                }
            }
        }
    }
}

/// Tells whoever looks that it could not be done.
async fn note(store: &DynEventStore, name: &str, target: u64, reason: &str) {
    if let Err(err) = Ledger::fail(store, name, target, reason).await {
        tracing::warn!(projection = name, error = %err, "that it failed is not noted");
    }
}

/// Waits until something else is ordered.
async fn another(order: &mut watch::Receiver<Order>, target: u64) {
    // It cannot fail: whoever waits has the other end.
    drop(order.wait_for(|order| order.wanted != target).await);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::projections::Keeping;

    /// Ends as it is told, time after time.
    struct Told {
        ends: Vec<Result<(), Stop>>,
        control: Arc<Control>,
    }

    impl Beside for Told {
        async fn build(&mut self, generation: u64) -> Result<(), Stop> {
            let end = self.ends.remove(0);
            if end.is_ok() {
                self.control.current.send_replace(Some(generation));
            }
            end
        }
    }

    /// What has become of an order, and how many ends were not needed.
    async fn after(ends: impl Into<Vec<Result<(), Stop>>>) -> (Phase, usize) {
        let control = Arc::new(Control::new("It", Keeping::Nothing));
        control.current.send_replace(Some(0));
        let target = control.order(true);
        let mut rebuilder = Rebuilder {
            beside: Told {
                ends: ends.into(),
                control: Arc::clone(&control),
            },
            control,
            store: None,
        };
        let phase = rebuilder.build(target).await;
        (phase, rebuilder.beside.ends.len())
    }

    #[tokio::test(start_paused = true)]
    async fn it_begins_anew_until_it_is_done_or_cannot_go_on() {
        let away = || Err(Stop::Retry("the store is away".to_owned()));
        let done = after([Err(Stop::Open), away(), Err(Stop::Open), Ok(())]).await;
        assert_eq!(done, (Phase::Done, 0));
        let wrong = "it cannot be read".to_owned();
        let failed = after([away(), Err(Stop::Halt(wrong.clone())), Ok(())]).await;
        assert_eq!(failed, (Phase::Failed(wrong), 1));
    }
}
