use std::{pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;

use super::command_error::CommandError;
use crate::SessionMark;

/// Says where actors are, if they are spread over many processes, and has commands carried out
/// there.
pub(crate) trait Placement: Send + Sync + 'static {
    /// Since when the actor is here, if it is: another number each time that it comes.
    fn here(&self, actor_type: &str, key: &str) -> Option<u64>;

    /// The next place in the session of this process; none, if it has no session that lasts.
    fn mark(&self) -> Option<Arc<SessionMark>>;

    /// Has the process that has the actor [carry out](super::Aether::carry_out) what was written,
    /// within so much time, if it is limited, and gives what that says.
    fn ask<'a>(
        &'a self,
        actor: (&'a str, &'a str),
        written: Bytes,
        within: Option<Duration>,
    ) -> Asking<'a>;
}

/// An answer that is waited for.
pub(crate) type Asking<'a> = Pin<Box<dyn Future<Output = Result<Bytes, CommandError>> + Send + 'a>>;
