use super::snapshots::Fold;
use crate::{
    ActorId, Payload,
    domain::{Aggregate, Context, HandleError, Handlers, NewEvent, OnCommand, Replayed},
};

/// The way from a command's name to the aggregate that handles it, with the types forgotten.
pub(super) trait Route: Send + Sync {
    /// The aggregate's name.
    fn actor_type(&self) -> &'static str;

    /// An actor without events.
    fn begin(&self, actor_id: ActorId) -> Box<dyn Actor>;
}

/// An actor whose history is being folded, and that then decides.
pub(super) trait Actor: Send {
    fn folded(&self) -> &dyn Fold;
    fn folding(&mut self) -> &mut dyn Fold;
    fn into_folded(self: Box<Self>) -> Box<dyn Fold>;
    fn decide(&self, command: &Payload, context: &Context) -> Result<Vec<NewEvent>, HandleError>;
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

    fn begin(&self, actor_id: ActorId) -> Box<dyn Actor> {
        Box::new(Typed {
            row: self.row,
            replayed: Replayed::<A>::new(actor_id),
        })
    }
}

struct Typed<A: 'static> {
    row: &'static OnCommand<A>,
    replayed: Replayed<A>,
}

impl<A: Aggregate + Handlers> Actor for Typed<A> {
    fn folded(&self) -> &dyn Fold {
        &self.replayed
    }

    fn folding(&mut self) -> &mut dyn Fold {
        &mut self.replayed
    }

    fn into_folded(self: Box<Self>) -> Box<dyn Fold> {
        Box::new(self.replayed)
    }

    fn decide(&self, command: &Payload, context: &Context) -> Result<Vec<NewEvent>, HandleError> {
        self.row.run(self.replayed.state(), command, context)
    }
}
