use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock, Weak},
};

use tokio::sync::{RwLock, watch};

use super::{Control, ReadModel, fold::Fold};
use crate::{
    Position,
    domain::{Handlers, Projection},
    runtime::{
        send::Sent,
        status::{FollowerState, FollowerStatus},
    },
};

pub(in crate::runtime) type Status = watch::Sender<FollowerStatus>;

/// The state of a projection that is read, wherever it is changed from.
#[derive(Debug)]
pub(in crate::runtime) struct Live<P> {
    pub(super) fold: Arc<RwLock<Fold<P>>>,
    pub(super) control: Arc<Control>,
    /// Of the task that follows the log, as long as it runs.
    status: OnceLock<Weak<Status>>,
}

/// A projection that has the events of a command before it is answered.
pub(in crate::runtime) trait Inline: Send + Sync {
    /// Applies what a command has stored if nothing can lie between that and what is applied;
    /// otherwise waits until that is done, or will not be.
    fn project<'a>(&'a self, sent: &'a Sent) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
}

impl<P: Projection + Handlers> Live<P> {
    pub(in crate::runtime) fn new(control: Arc<Control>) -> Self {
        let fold = Fold::beginning(0, Position::START);
        Self {
            fold: Arc::new(RwLock::new(fold)),
            control,
            status: OnceLock::new(),
        }
    }

    pub(super) fn follows(&self, status: &Arc<Status>) {
        // It is launched once.
        self.status.set(Arc::downgrade(status)).ok();
    }

    /// Tells that it has come so far, at the least.
    pub(super) fn tell(&self, position: Position) {
        if let Some(status) = self.status.get().and_then(Weak::upgrade) {
            reach(&status, position);
        }
    }

    async fn apply_next(&self, position: Position, sent: &Sent) {
        let is_open = self.control.current.borrow().is_some();
        if sent.repeated || !is_open {
            return;
        }
        let mut fold = self.fold.write().await;
        let is_next = position.previous() == fold.position;
        // What cannot be applied is the follower's to tell.
        let is_applied = is_next && fold.apply_events(position, sent.events()).is_ok();
        drop(fold);
        if is_applied {
            self.tell(position);
        }
    }

    async fn wait_for(&self, position: Position) {
        let status = self.status.get().and_then(Weak::upgrade);
        let Some(mut status) = status.map(|status| status.subscribe()) else {
            return;
        };
        let is_over = |status: &FollowerStatus| {
            status.position >= position || matches!(status.state, FollowerState::Halted { .. })
        };
        // An error says that the runtime is shut down.
        drop(status.wait_for(is_over).await);
    }
}

impl<P: Send + Sync> Live<P> {
    /// The state; why it has none that can be read, if that is so.
    pub(in crate::runtime) async fn read(&self) -> Result<ReadModel<P>, String> {
        let fold = Arc::clone(&self.fold).read_owned().await;
        match fold.broken() {
            Some(reason) => Err(reason.to_owned()),
            None => Ok(ReadModel::new(fold)),
        }
    }
}

impl<P: Projection + Handlers> Inline for Live<P> {
    fn project<'a>(&'a self, sent: &'a Sent) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            if let Some(position) = sent.position {
                self.apply_next(position, sent).await;
                self.wait_for(position).await;
            }
        })
    }
}

/// Tells that a follower has come so far, at the least, and works.
pub(super) fn reach(status: &Status, position: Position) {
    status.send_if_modified(|status| {
        let is_further = position > status.position;
        status.position = status.position.max(position);
        is_further
    });
}
