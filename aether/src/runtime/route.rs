use std::any::Any;

use super::snapshots::Fold;
use crate::{
    ActorId, Payload,
    domain::{Aggregate, Context, HandleError, Handlers, NewEvent, OnCommand, Replayed},
};

/// The way from a command's name to the aggregate that handles it, with the types forgotten.
pub(super) trait Route: Send + Sync {
    /// The aggregate's name.
    fn actor_type(&self) -> &'static str;

    /// Whether its state may hold what is personal.
    fn is_personal(&self) -> bool;

    /// An actor without events.
    fn begin(&self, actor_id: ActorId) -> Box<dyn Fold>;

    /// Lets the actor decide; none if it is of another aggregate.
    fn decide(
        &self,
        actor: &dyn Fold,
        command: &Payload,
        context: &Context,
    ) -> Option<Result<Vec<NewEvent>, HandleError>>;
}

/// The route to one `#[handle]` method.
pub(super) struct HandlerRoute<A: 'static> {
    row: &'static OnCommand<A>,
}

impl<A: Aggregate + Handlers> HandlerRoute<A> {
    pub(super) const fn new(row: &'static OnCommand<A>) -> Self {
        Self { row }
    }
}

impl<A: Aggregate + Handlers> Route for HandlerRoute<A> {
    fn actor_type(&self) -> &'static str {
        A::META.name.as_str()
    }

    fn is_personal(&self) -> bool {
        let mut events = A::META.events.iter();
        events.any(|event| !event.personal.is_empty())
    }

    fn begin(&self, actor_id: ActorId) -> Box<dyn Fold> {
        Box::new(Replayed::<A>::new(actor_id))
    }

    fn decide(
        &self,
        actor: &dyn Fold,
        command: &Payload,
        context: &Context,
    ) -> Option<Result<Vec<NewEvent>, HandleError>> {
        let actor: &dyn Any = actor;
        let actor = actor.downcast_ref::<Replayed<A>>()?;
        Some(self.row.run(actor.state(), command, context))
    }
}
