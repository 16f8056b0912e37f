#[cfg(feature = "runtime")]
use std::any::Any;
use std::{borrow::Cow, error::Error, fmt};

use eventstorming::meta;

use super::{
    Apply, Command, DecodeError, DomainEvent, EventSet, EventSink, Handle, Includes, Issues as _,
    Origin, Outgoing, React, Stored,
};
use crate::{
    InvalidPayload, Payload,
    domain::{Context, Emits as _},
};

/// What `#[handlers]` found in an impl block: model metadata, and dispatch from stored bytes to
/// the method.
///
/// `#[handlers]` alone writes impls of it, one for each type. Two blocks that know nothing of each
/// other are conflicting implementations to rustc (E0119): let one list the other, as
/// `#[handlers(parts(paying))]` and `#[handlers(part = paying)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `#[handlers]` block",
    label = "no `#[handlers] impl {Self} {{ .. }}`"
)]
pub trait Handlers: Sized + 'static {
    /// One for each `#[handle]` method.
    const HANDLERS: &'static [meta::Handler] = &[];
    /// One for each `#[apply]` method; none where commands are handled, for an aggregate names its
    /// events itself.
    const APPLIES: &'static [meta::Set<meta::Event>] = &[];
    /// One for each `#[react]` method.
    const REACTIONS: &'static [meta::Reaction] = &[];
    /// What the doc comments of the `#[apply]` methods say, of those that have one.
    const REMARKS: &'static [meta::Docs] = &[];
    /// One for each `#[answer]` method.
    const ANSWERS: &'static [meta::Answer] = &[];
    /// The `#[handle]` methods.
    const ON_COMMAND: &'static [OnCommand<Self>] = &[];
    /// The `#[apply]` methods.
    const ON_APPLY: &'static [OnApply<Self>] = &[];
    /// The `#[react]` methods.
    const ON_REACT: &'static [OnReact<Self>] = &[];

    /// Applies a stored event if a method is there for it. An event that no method is there for
    /// is not even decoded.
    ///
    /// # Errors
    /// If the event cannot be decoded. The state has not changed.
    fn apply_stored(
        &mut self,
        event: Stored<'_>,
        origin: &Origin<'_>,
    ) -> Result<bool, DecodeError> {
        match OnApply::of(Self::ON_APPLY, event.event_type) {
            Some(row) => (row.run)(self, event, origin).map(|()| true),
            None => Ok(false),
        }
    }

    /// Reacts to a stored event, with every method that is there for it.
    ///
    /// # Errors
    /// If the event cannot be decoded or a command cannot be written.
    fn react_stored(
        &self,
        event: Stored<'_>,
        origin: &Origin<'_>,
    ) -> Result<Vec<Outgoing>, HandleError> {
        let mut out = Vec::new();
        for row in Self::ON_REACT
            .iter()
            .filter(|row| (row.covers)(event.event_type))
        {
            (row.run)(self, event, origin, &mut out)?;
        }
        Ok(out)
    }
}

/// An event that has been decided on, not yet stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The name it is to be stored under.
    pub event_type: Cow<'static, str>,
    /// The version of the data's schema.
    pub schema_version: u32,
    /// What happened.
    pub data: Payload,
}

impl NewEvent {
    /// Forgets the type of an event.
    ///
    /// # Errors
    /// If its data cannot be written as JSON.
    pub fn of<E: EventSet>(event: &E) -> Result<Self, InvalidPayload> {
        let data = Payload::written(|room| event.encode(room))?;
        let (event_type, schema_version) = event.stored_as();
        Ok(Self {
            event_type,
            schema_version,
            data,
        })
    }
}

/// Says why handling gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandleError {
    /// The command is not what its name says.
    #[error("the command `{command}` has another shape")]
    Command {
        /// The name it travels under.
        command: &'static str,
        /// What is wrong with it.
        source: InvalidPayload,
    },
    /// The event that was reacted to cannot be read.
    #[error("the event cannot be read")]
    Event(#[from] DecodeError),
    /// What was decided on cannot be written.
    #[error("what was decided on cannot be stored")]
    Encode(#[from] InvalidPayload),
    /// The domain says no.
    #[error("the command is refused")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
}

type RunCommand<T> = fn(&T, &Payload, &Context) -> Result<Vec<NewEvent>, HandleError>;
/// Of a command that is given as it is; nothing, if it is of another type.
#[cfg(feature = "runtime")]
type RunGiven<T> = fn(&T, Given, &Context) -> Option<Result<Vec<NewEvent>, HandleError>>;
type RunApply<T> = fn(&mut T, Stored<'_>, &Origin<'_>) -> Result<(), DecodeError>;
type RunReact<T> = fn(&T, Stored<'_>, &Origin<'_>, &mut Vec<Outgoing>) -> Result<(), HandleError>;

/// A command as its sender has made it, with its type forgotten.
#[cfg(feature = "runtime")]
pub(crate) type Given = Box<dyn Any + Send + Sync>;

/// A row of a dispatch table: a command, and what to do with its bytes.
pub struct OnCommand<T> {
    meta: &'static meta::Command,
    run: RunCommand<T>,
    #[cfg(feature = "runtime")]
    run_given: RunGiven<T>,
}

impl<T> OnCommand<T> {
    /// The row of `C`.
    pub const fn new<C: Command>() -> Self
    where
        T: Handle<C>,
    {
        Self {
            meta: C::META,
            run: decide_read::<T, C>,
            #[cfg(feature = "runtime")]
            run_given: |state, given, context| {
                let command = given.downcast::<C>().ok()?;
                Some(decide(state, *command, context))
            },
        }
    }

    /// The command.
    pub const fn command(&self) -> &'static meta::Command {
        self.meta
    }

    /// Decides what the command does to the state.
    ///
    /// # Errors
    /// If the command is refused, or cannot be read.
    pub fn run(
        &self,
        state: &T,
        command: &Payload,
        context: &Context,
    ) -> Result<Vec<NewEvent>, HandleError> {
        (self.run)(state, command, context)
    }

    /// The same for a command that need not be read; nothing, if it is of another type.
    #[cfg(feature = "runtime")]
    pub(crate) fn run_given(
        &self,
        state: &T,
        command: Given,
        context: &Context,
    ) -> Option<Result<Vec<NewEvent>, HandleError>> {
        (self.run_given)(state, command, context)
    }
}

fn decide_read<A: Handle<C>, C: Command>(
    state: &A,
    command: &Payload,
    context: &Context,
) -> Result<Vec<NewEvent>, HandleError> {
    let command = command
        .decode::<C>()
        .map_err(|source| HandleError::Command {
            command: C::META.name.as_str(),
            source,
        })?;
    decide(state, command, context)
}

fn decide<A: Handle<C>, C>(
    state: &A,
    command: C,
    context: &Context,
) -> Result<Vec<NewEvent>, HandleError> {
    let emitted = state
        .handle(command, context)
        .map_err(|refusal| HandleError::Refused(Box::new(refusal)))?;
    let mut events = NewEvents(Ok(Vec::with_capacity(emitted.count_hint())));
    emitted.emit(&mut events);
    Ok(events.0?)
}

/// Writes each event as it comes, up to the first that cannot be written.
struct NewEvents(Result<Vec<NewEvent>, InvalidPayload>);

impl NewEvents {
    fn write<E: EventSet>(&mut self, event: &E) {
        let Ok(written) = &mut self.0 else { return };
        match NewEvent::of(event) {
            Ok(event) => written.push(event),
            Err(err) => self.0 = Err(err),
        }
    }
}

impl<S: EventSet> EventSink<S> for NewEvents {
    fn take(&mut self, event: S) {
        self.write(&event);
    }

    fn take_one<E: DomainEvent>(&mut self, event: E)
    where
        S: Includes<E>,
    {
        if S::STORED_AS_MEMBERS {
            self.write(&event);
        } else {
            self.write(&S::from(event));
        }
    }
}

/// A row of a dispatch table: which events, and what they do to the state.
pub struct OnApply<T> {
    events: meta::Set<meta::Event>,
    covers: fn(&str) -> bool,
    run: RunApply<T>,
}

impl<T> OnApply<T> {
    /// The row that an event belongs to. One that takes events of any type takes what is left.
    fn of<'a>(rows: &'a [Self], event_type: &str) -> Option<&'a Self> {
        let covers = |row: &&Self| (row.covers)(event_type);
        let named = rows.iter().filter(|row| !row.events.is_empty());
        let others = rows.iter().filter(|row| row.events.is_empty());
        named.chain(others).find(covers)
    }

    /// The row of `E`.
    pub const fn new<E: EventSet>() -> Self
    where
        T: Apply<E>,
    {
        Self {
            events: E::EVENTS,
            covers: E::covers,
            run: |state, stored, origin| {
                state.apply(E::decode(stored)?, origin);
                Ok(())
            },
        }
    }

    /// The events.
    pub const fn events(&self) -> meta::Set<meta::Event> {
        self.events
    }
}

/// A row of a dispatch table: which events, and what is done about them.
pub struct OnReact<T> {
    events: meta::Set<meta::Event>,
    covers: fn(&str) -> bool,
    run: RunReact<T>,
}

impl<T> OnReact<T> {
    /// The row of `E`.
    pub const fn new<E: EventSet>() -> Self
    where
        T: React<E>,
    {
        Self {
            events: E::EVENTS,
            covers: E::covers,
            run: |policy, stored, origin, out| {
                Ok(policy.react(&E::decode(stored)?, origin).issue(out)?)
            },
        }
    }

    /// The events.
    pub const fn events(&self) -> meta::Set<meta::Event> {
        self.events
    }
}

/// A row is copied whatever its type parameter is.
macro_rules! copied {
    ($row:ident) => {
        impl<T> Clone for $row<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $row<T> {}
    };
}

copied!(OnCommand);
copied!(OnApply);
copied!(OnReact);

impl<T> fmt::Debug for OnCommand<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnCommand")
            .field("command", &self.meta.name)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for OnApply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnApply").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for OnReact<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnReact").finish_non_exhaustive()
    }
}
