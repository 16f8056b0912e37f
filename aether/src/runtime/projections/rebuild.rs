use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
};

use tokio::sync::watch;

use super::{
    Control, RebuildProgress,
    control::{Order, Phase, Report},
    ledger::Ledger,
};
use crate::{DynEventStore, StoreError};

/// A projection that is being built anew: see [`Aether::rebuild`](crate::runtime::Aether::rebuild).
///
/// Await it to know that it is done. If it is dropped, the rebuild goes on.
#[derive(Debug, Clone)]
pub struct Rebuild {
    control: Arc<Control>,
    target: u64,
    /// Where the order is kept, if others heed it too.
    store: Option<DynEventStore>,
}

/// Says why a projection was not built anew. What was read before is read on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// It belongs to none of the running contexts.
    #[error("the projection `{projection}` belongs to no running context")]
    Unknown {
        /// The name of the projection.
        projection: &'static str,
    },
    /// Nothing is kept of it, so that there is nothing to be made anew without a runtime.
    #[error("nothing is kept of the projection `{projection}`")]
    Unkept {
        /// The name of the projection.
        projection: &'static str,
    },
    /// The order could not be given.
    #[error("the order to build the projection anew could not be kept")]
    Store(#[from] StoreError),
    /// There is something in the log that it cannot get past.
    #[error("`{projection}` cannot be built anew: {reason}")]
    Failed {
        /// The name of the projection.
        projection: &'static str,
        /// What it is.
        reason: String,
    },
    /// The order was taken back.
    #[error("the rebuild of `{projection}` was cancelled")]
    Cancelled {
        /// The name of the projection.
        projection: &'static str,
    },
    /// The runtime is shut down. What was ordered of a projection that is kept stays ordered.
    #[error("the runtime is shut down")]
    Stopped,
}

impl Rebuild {
    /// Orders a rebuild: of whoever runs the projection, if it is kept in a store.
    pub(in crate::runtime) async fn order(
        control: &Arc<Control>,
        store: Option<DynEventStore>,
    ) -> Result<Self, StoreError> {
        let target = match &store {
            Some(store) => {
                let order = Ledger::order(store, control.name, true).await?;
                control.hear(order);
                order.wanted
            }
            None => control.order(true),
        };
        Ok(Self {
            control: Arc::clone(control),
            target,
            store,
        })
    }

    /// How far it has come. At the beginning that is nothing yet, and at the end all there was.
    pub fn progress(&self) -> RebuildProgress {
        let report = self.control.report.borrow();
        if report.target < self.target {
            return RebuildProgress::default();
        }
        report.progress
    }

    /// Waits until it has come further, or is at its end; says whether it goes on.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn advanced(&self) -> bool {
        let mut news = News::of(&self.control);
        let before = self.progress();
        while self.outcome().is_none() {
            if self.progress() != before {
                return true;
            }
            news.come().await;
        }
        false
    }

    /// Takes the order back, wherever it is being carried out: what was read before is read on.
    /// Nothing happens if it is done.
    ///
    /// # Errors
    /// If the store does not answer.
    ///
    /// # Cancel safety
    /// If the future is dropped, it may be taken back or not.
    pub async fn cancel(&self) -> Result<(), StoreError> {
        if self.outcome().is_some() {
            return Ok(());
        }
        match &self.store {
            Some(store) => {
                let order = Ledger::order(store, self.control.name, false).await?;
                self.control.hear(order);
            }
            None => _ = self.control.order(false),
        }
        Ok(())
    }

    /// What became of it; none as long as it is under way.
    fn outcome(&self) -> Option<Result<RebuildProgress, RebuildError>> {
        let projection = self.control.name;
        if *self.control.current.borrow() >= Some(self.target) {
            return Some(Ok(self.progress()));
        }
        let Order { number, wanted } = *self.control.order.borrow();
        let is_taken_back = number > self.target && wanted == 0;
        let report = self.control.report.borrow();
        match &report.phase {
            Phase::Stopped => Some(Err(RebuildError::Stopped)),
            Phase::Failed(reason) if report.target >= self.target => {
                let reason = reason.clone();
                Some(Err(RebuildError::Failed { projection, reason }))
            }
            _ if is_taken_back => Some(Err(RebuildError::Cancelled { projection })),
            Phase::Idle | Phase::Running | Phase::Done | Phase::Cancelled | Phase::Failed(_) => {
                None
            }
        }
    }

    async fn finished(self) -> Result<RebuildProgress, RebuildError> {
        let mut news = News::of(&self.control);
        loop {
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            news.come().await;
        }
    }
}

/// Whatever may change what is known of a rebuild.
struct News {
    report: watch::Receiver<Report>,
    order: watch::Receiver<Order>,
    current: watch::Receiver<Option<u64>>,
}

impl News {
    fn of(control: &Control) -> Self {
        Self {
            report: control.report.subscribe(),
            order: control.order.subscribe(),
            current: control.current.subscribe(),
        }
    }

    async fn come(&mut self) {
        // None can fail: whoever waits has their other ends.
        tokio::select! {
            biased;
            _ = self.report.changed() => {}
            _ = self.order.changed() => {}
            _ = self.current.changed() => {}
        }
    }
}

impl IntoFuture for Rebuild {
    type Output = Result<RebuildProgress, RebuildError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    /// Waits until it is done.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.finished())
    }
}
