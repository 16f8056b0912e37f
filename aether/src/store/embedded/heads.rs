use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::{Namespace, Position};

/// Where the logs end that someone has asked for; what waits for more of them waits here.
#[derive(Debug, Default)]
pub(super) struct Heads(Mutex<HashMap<Namespace, watch::Sender<Position>>>);

impl Heads {
    /// The head of a log, which never goes back.
    pub(super) fn of(&self, namespace: &Namespace) -> watch::Sender<Position> {
        self.lock().entry(namespace.clone()).or_default().clone()
    }

    /// Wakes those who wait, if the log has grown.
    pub(super) fn raise(&self, namespace: &Namespace, position: Position) {
        if let Some(head) = self.lock().get(namespace) {
            head.send_if_modified(|head| {
                let grown = position > *head;
                *head = position.max(*head);
                grown
            });
        }
    }

    // The map is never left half changed.
    fn lock(&self) -> MutexGuard<'_, HashMap<Namespace, watch::Sender<Position>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
