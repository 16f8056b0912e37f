use std::fmt;

use eventstorming::meta;

use super::{DecodeError, EventSet, HandleError, Handlers, Origin, Outgoing, Stored};

/// A policy with a memory: an instance for each key, which folds its events into a state and
/// asks for commands in the light of it.
///
/// An instance is there as soon as an event concerns it. What it sees when it reacts to an event
/// is the state with that event already applied.
///
/// `#[derive(ProcessManager)]` implements it.
///
/// ```
/// use aether::{prelude::*, testing::process};
/// # #[derive(Id, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
/// # pub struct OrderId(u64);
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPaid { pub order: OrderId }
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPacked { pub order: OrderId }
/// # #[derive(Command, Serialize, Deserialize)]
/// # pub struct ShipOrder { #[command(id)] pub order: OrderId }
///
/// /// Ships an order as soon as it is paid for and packed.
/// #[derive(ProcessManager, Default)]
/// #[process_manager(key = OrderId)]
/// pub struct Fulfilment { paid: bool, packed: bool }
///
/// #[handlers]
/// impl Fulfilment {
///     #[apply(key = order)]
///     fn when_paid(&mut self, _: &OrderPaid) { self.paid = true; }
///     #[apply(key = order)]
///     fn when_packed(&mut self, _: &OrderPacked) { self.packed = true; }
///     #[react]
///     fn on_paid(&self, event: &OrderPaid) -> Option<ShipOrder> { self.ship(&event.order) }
///     #[react]
///     fn on_packed(&self, event: &OrderPacked) -> Option<ShipOrder> { self.ship(&event.order) }
///
///     fn ship(&self, order: &OrderId) -> Option<ShipOrder> {
///         (self.paid && self.packed).then(|| ShipOrder { order: order.clone() })
///     }
/// }
///
/// let order = |number: u64| OrderId::from(number);
/// process::<Fulfilment>()
///     .when(OrderPaid { order: order(7) })
///     .then_nothing()
///     .when(OrderPacked { order: order(7) })
///     .then_issues(ShipOrder { order: order(7) })
///     .when(OrderPacked { order: order(8) })
///     .then_nothing();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a process manager",
    label = "not a process manager",
    note = "add `#[derive(ProcessManager)] #[process_manager(key = ..)]` to `{Self}`"
)]
pub trait ProcessManager: Default + Send + Sync + 'static {
    /// What tells its instances apart.
    type Key: fmt::Display;

    /// What the model says about it.
    const META: &'static meta::ProcessManager;
}

/// Says which instance of a process manager an event, or an event of a set, concerns.
///
/// `#[apply(key = ..)]` and `#[react(key = ..)]` become impls of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which instance `{E}` concerns",
    note = "add `key = ..` to the `#[apply]` or `#[react]` method that takes `{E}`"
)]
pub trait Keyed<E> {
    /// What tells the instances apart: [`ProcessManager::Key`].
    type Key: fmt::Display;

    /// The key of the instance; none if the event concerns no instance.
    fn key(event: &E) -> Option<Self::Key>;
}

/// What `#[handlers]` found in the impl block of a process manager: [`Handlers`], and which
/// instance each event concerns. `#[handlers]` alone writes impls of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `#[handlers]` block whose methods say which instance an event concerns",
    label = "no `#[apply(key = ..)]` or `#[react(key = ..)]` method",
    note = "write `#[handlers] impl {Self} {{ #[react(key = order)] fn ..(&self, event: &..) -> .. }}`"
)]
pub trait Instances: Handlers {
    /// One for each kind of event, or set of them, that a method takes.
    const ON_KEY: &'static [OnKey<Self>];
    /// The events that an instance keeps in mind.
    const KEPT: &'static [meta::Set<meta::Event>] = <Self as Handlers>::APPLIES;
    /// What an instance does about events.
    const REACTED: &'static [meta::Reaction] = <Self as Handlers>::REACTIONS;

    /// The key of the instance that a stored event concerns, as text; none if it concerns none.
    /// An event that no method takes is not even decoded.
    ///
    /// # Errors
    /// If the event cannot be decoded.
    fn concerned(event: Stored<'_>) -> Result<Option<String>, DecodeError> {
        let mut rows = Self::ON_KEY.iter();
        match rows.find(|row| (row.covers)(event.event_type)) {
            Some(row) => (row.run)(event),
            None => Ok(None),
        }
    }

    /// Applies an event that concerns this instance, then reacts to it.
    ///
    /// # Errors
    /// If the event cannot be decoded, in which case the state has not changed, or a command
    /// cannot be written.
    fn take_stored(
        &mut self,
        event: Stored<'_>,
        origin: &Origin<'_>,
    ) -> Result<Vec<Outgoing>, HandleError> {
        self.apply_stored(event, origin)?;
        self.react_stored(event, origin)
    }
}

/// A row of a table: which events, and which instance one of them concerns.
pub struct OnKey<T> {
    events: meta::Set<meta::Event>,
    covers: fn(&str) -> bool,
    run: fn(Stored<'_>) -> Result<Option<String>, DecodeError>,
    of: std::marker::PhantomData<fn() -> T>,
}

impl<T> OnKey<T> {
    /// The row of `E`.
    pub const fn new<E: EventSet>() -> Self
    where
        T: Keyed<E>,
    {
        Self {
            events: E::EVENTS,
            covers: E::covers,
            run: |stored| {
                let key = T::key(&E::decode(stored)?);
                Ok(key.map(|key| key.to_string()))
            },
            of: std::marker::PhantomData,
        }
    }

    /// The events.
    pub const fn events(&self) -> meta::Set<meta::Event> {
        self.events
    }
}

// A row is copied whatever its type parameter is.
impl<T> Clone for OnKey<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for OnKey<T> {}

impl<T> fmt::Debug for OnKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnKey").finish_non_exhaustive()
    }
}

/// What `key = ..` may name: a key, a reference to one, or an `Option` of either.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the key of this process manager, which is `{K}`",
    label = "neither `{K}` nor `&{K}`, nor an `Option` of either",
    note = "name what holds a `{K}`, or give a function of the event: `key = |event| ..`"
)]
pub trait IntoKey<K> {
    /// The key.
    fn into_key(self) -> Option<K>;
}

impl<K: Clone> IntoKey<K> for K {
    fn into_key(self) -> Option<K> {
        Some(self)
    }
}

impl<K: Clone> IntoKey<K> for &K {
    fn into_key(self) -> Option<K> {
        Some(self.clone())
    }
}

impl<K: Clone> IntoKey<K> for Option<K> {
    fn into_key(self) -> Self {
        self
    }
}

impl<K: Clone> IntoKey<K> for &Option<K> {
    fn into_key(self) -> Option<K> {
        self.clone()
    }
}

impl<K: Clone> IntoKey<K> for Option<&K> {
    fn into_key(self) -> Option<K> {
        self.cloned()
    }
}

/// The key of a process manager that could not be read while compiling.
///
/// Everything is one, so that the one mistake is not reported as many. A program that names it
/// does not compile.
#[derive(Debug)]
pub struct AnyKey;

impl fmt::Display for AnyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any")
    }
}

#[diagnostic::do_not_recommend]
impl<T> IntoKey<AnyKey> for T {
    fn into_key(self) -> Option<AnyKey> {
        None
    }
}

/// Reads the key off a field, or off what a function gave.
pub fn key_of<K, T: IntoKey<K>>(value: T) -> Option<K> {
    value.into_key()
}

/// Calls a function of an event.
///
/// A closure that is passed here needs no types written.
pub fn call<'a, E, T>(event: &'a E, function: impl FnOnce(&'a E) -> T) -> T {
    function(event)
}
