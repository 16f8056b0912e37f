use std::any::Any;

use tokio::time::Instant;

use super::{actors::Live, envelope::Envelope, meters::CommandMeters, snapshots::Fold};
use crate::{
    Payload,
    domain::{Aggregate, Context, Folded, Given, HandleError, Handlers, NewEvent, OnCommand},
};

/// The way from a command's name to the aggregate that handles it, with the types forgotten.
pub(super) trait Route: Send + Sync {
    /// The aggregate's name.
    fn actor_type(&self) -> &'static str;

    /// Whether its state may hold what is personal.
    fn is_personal(&self) -> bool;

    /// An actor without events.
    fn begin(&self) -> Box<Live>;

    /// Lets the actor decide on a command as it was written; none if it is of another aggregate.
    fn decide(&self, actor: &dyn Fold, command: &Payload, context: &Context) -> Option<Decision>;

    /// Lets the actor decide on a command as it was given; none if one of them is of another type.
    fn decide_given(&self, actor: &dyn Fold, command: Given, context: &Context)
    -> Option<Decision>;
}

pub(super) type Decision = Result<Vec<NewEvent>, HandleError>;

/// A route, and what is measured of its commands.
pub(super) struct Routed {
    pub(super) route: Box<dyn Route>,
    pub(super) meters: CommandMeters,
    /// Whether its actors' states may outlive a command.
    pub(super) keeps: bool,
}

/// The routes of all commands, by name.
///
/// They are few, and their names come from the program alone: so they are sorted and not hashed.
pub(super) struct Routes(Vec<(&'static str, Routed)>);

impl Routes {
    pub(super) fn get(&self, command: &str) -> Option<&Routed> {
        self.at(command).map(|(_, routed)| routed)
    }

    /// The name as the route knows it.
    pub(super) fn name(&self, command: &str) -> Option<&'static str> {
        self.at(command).map(|(name, _)| *name)
    }

    /// That of any command that this type of actors handles.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(super) fn of_actors(&self, actor_type: &str) -> Option<&Routed> {
        let mut all = self.0.iter().map(|(_, routed)| routed);
        all.find(|it| it.route.actor_type() == actor_type)
    }

    fn at(&self, command: &str) -> Option<&(&'static str, Routed)> {
        let place = self.0.binary_search_by(|(name, _)| (*name).cmp(command));
        self.0.get(place.ok()?)
    }
}

impl FromIterator<(&'static str, Routed)> for Routes {
    fn from_iter<T: IntoIterator<Item = (&'static str, Routed)>>(routes: T) -> Self {
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_unstable_by_key(|(name, _)| *name);
        Self(routes)
    }
}

/// A command that is to be carried out, and by whom.
pub(super) struct Order<'a> {
    pub(super) routed: &'a Routed,
    pub(super) envelope: &'a Envelope,
    /// The command as its sender has made it, until it is decided on.
    pub(super) given: &'a mut Option<Given>,
    /// When it came.
    pub(super) begun: Instant,
}

impl Order<'_> {
    /// Lets the actor decide; none if it is of another aggregate.
    pub(super) fn decide(&mut self, actor: &dyn Fold, context: &Context) -> Option<Decision> {
        let route = &self.routed.route;
        let given = self.given.take();
        let decided = given.and_then(|given| route.decide_given(actor, given, context));
        decided.or_else(|| route.decide(actor, &self.envelope.outgoing.data, context))
    }
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

    fn begin(&self) -> Box<Live> {
        Box::new(Live::new(Folded::<A>::new()))
    }

    fn decide(&self, actor: &dyn Fold, command: &Payload, context: &Context) -> Option<Decision> {
        let actor: &dyn Any = actor;
        let actor = actor.downcast_ref::<Folded<A>>()?;
        Some(self.row.run(actor.state(), command, context))
    }

    fn decide_given(
        &self,
        actor: &dyn Fold,
        command: Given,
        context: &Context,
    ) -> Option<Decision> {
        let actor: &dyn Any = actor;
        let actor = actor.downcast_ref::<Folded<A>>()?;
        self.row.run_given(actor.state(), command, context)
    }
}
