use std::{error::Error, future::Future};

use serde::{Serialize, de::DeserializeOwned};

use crate::Recorded;

/// Does something with each commit of a log.
pub trait Subscriber: Send {
    /// What it makes of the log. Each partition has a state of its own, which is kept together
    /// with how far it has come.
    type State: Serialize + DeserializeOwned + Default + Send;

    /// Why a commit was not handled.
    type Error: Error + Send + Sync + 'static;

    /// Does its work for one commit, of which at least one event is wanted.
    ///
    /// It may be called again for the same commit, after an error, a crash or a change of
    /// workers; the state then is as it was before.
    ///
    /// # Errors
    /// If the work could not be done. It is tried again, later; nothing is skipped.
    fn take(
        &mut self,
        state: &mut Self::State,
        recorded: &Recorded,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
