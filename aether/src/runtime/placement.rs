use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;

use super::command_error::CommandError;
use crate::{ActorId, SessionMark, fence::Fence, tenancy::Tenancy};

/// Says where actors are, if they are spread over many processes, and has commands carried out
/// there.
pub(crate) trait Placement: Send + Sync + 'static {
    /// Whether the actor is here, as far as is known.
    fn is_here(&self, actor_type: &str, key: &str) -> bool;

    /// Begins a turn of the actor, if it is here. Until it is [left](Self::leave), what has the
    /// actor is not given away.
    fn enter(&self, actor_type: &str, key: &str) -> Option<Tenancy>;

    /// A turn that has begun is this actor's.
    fn note(&self, tenancy: Tenancy, actor: &ActorId);

    /// A turn is over.
    fn leave(&self, tenancy: Tenancy);

    /// Whether a turn that has begun is one of a process that has the actor, at some moment from now
    /// on. It counts as none, if that cannot be found out.
    fn confirm(&self, tenancy: Tenancy) -> Confirmed<'_>;

    /// Tells the cluster from all others, and from one of the same name before it.
    fn cluster(&self) -> &Arc<str>;

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

/// Whether something is so that is found out.
pub(crate) type Confirmed<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

/// An answer that is waited for.
pub(crate) type Asking<'a> = Pin<Box<dyn Future<Output = Result<Bytes, CommandError>> + Send + 'a>>;

/// A turn of an actor that is here: it does not go before this is dropped, unless it is taken.
pub(crate) struct Stay {
    placement: Arc<dyn Placement>,
    tenancy: Tenancy,
}

impl Stay {
    /// None, if the actor is not here.
    pub(super) fn begin(
        placement: &Arc<dyn Placement>,
        (actor_type, key): (&str, &str),
        actor: &ActorId,
    ) -> Option<Self> {
        let tenancy = placement.enter(actor_type, key)?;
        placement.note(tenancy, actor);
        let placement = Arc::clone(placement);
        Some(Self { placement, tenancy })
    }

    /// Since when it is here: another number each time that it comes.
    pub(super) const fn number(&self) -> u64 {
        self.tenancy.number
    }

    /// Whether it is certain that no other process has had the actor up to some moment from now on.
    pub(super) fn confirm(&self) -> Confirmed<'_> {
        self.placement.confirm(self.tenancy)
    }

    /// Whether another process has the actor by now, in whose history this is the last fence.
    pub(super) fn is_over(&self, fence: Option<&Fence>) -> bool {
        Fence::epoch_in(fence, self.placement.cluster()) > self.tenancy.since
    }

    /// The fence that is to be stored with what is decided, if the last one is this: one who has
    /// lost the actor and does not know it could write otherwise.
    pub(super) fn due(&self, fence: Option<&Fence>) -> Option<Fence> {
        let cluster = self.placement.cluster();
        let is_due = Fence::epoch_in(fence, cluster) < self.tenancy.seized;
        is_due.then(|| Fence {
            epoch: self.tenancy.since,
            cluster: Arc::clone(cluster),
        })
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.placement.leave(self.tenancy);
    }
}

impl fmt::Debug for Stay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stay").field(&self.tenancy).finish()
    }
}
