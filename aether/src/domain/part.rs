use std::fmt;

use eventstorming::meta;

use super::{Joined, OnApply, OnCommand, OnKey, OnReact};

/// A part of what a type does, in an impl block of its own: `#[handlers(part = name)]`.
///
/// The block that is no part lists it, `#[handlers(parts(name))]`, and takes over its tables: so
/// [`Handlers`](super::Handlers) is complete, and a part that is not listed does not compile.
/// `NAME` is the hash of the name; 0 is the block that lists the others.
///
/// `#[handlers]` alone writes impls of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no part of this name",
    label = "no block `#[handlers(part = ..)] impl {Self} {{ .. }}` has this name"
)]
pub trait Part<const NAME: u64>: Lists<NAME> + Sized + 'static {
    /// What the block has.
    const TABLES: Tables<Self>;
}

/// The `#[handlers]` block of a type lists the part whose name has this hash.
///
/// `#[handlers(parts(..))]` alone writes impls of it.
#[diagnostic::on_unimplemented(
    message = "the `#[handlers]` block of `{Self}` does not list this part",
    label = "not among its `parts(..)`",
    note = "write `#[handlers(parts(..))]`, with this name, at the block of `{Self}` that is no part"
)]
pub trait Lists<const NAME: u64> {}

/// What one `#[handlers]` block has: see [`Handlers`](super::Handlers) for each.
pub struct Tables<T: 'static> {
    /// One for each `#[handle]` method.
    pub handlers: &'static [meta::Handler],
    /// One for each `#[apply]` method.
    pub applies: &'static [meta::Set<meta::Event>],
    /// One for each `#[react]` method.
    pub reactions: &'static [meta::Reaction],
    /// What the doc comments of the `#[apply]` methods say.
    pub remarks: &'static [meta::Docs],
    /// One for each `#[answer]` method.
    pub answers: &'static [meta::Answer],
    /// The `#[handle]` methods.
    pub on_command: &'static [OnCommand<T>],
    /// The `#[apply]` methods.
    pub on_apply: &'static [OnApply<T>],
    /// The `#[react]` methods.
    pub on_react: &'static [OnReact<T>],
    /// The kinds of events, or sets of them, of which `key = ..` says the instance.
    pub on_key: &'static [OnKey<T>],
    /// These events.
    pub keyed: &'static [meta::Set<meta::Event>],
}

impl<T> fmt::Debug for Tables<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables")
            .field("on_command", &self.on_command)
            .field("on_apply", &self.on_apply)
            .field("on_react", &self.on_react)
            .finish_non_exhaustive()
    }
}

/// What the parts of a generic type have together.
pub trait Whole: Sized + 'static {
    /// All of it.
    const TABLES: &'static WholeTables<Self>;
}

/// How many methods of a kind a generic type with parts may have: the length of a table may not
/// depend on a type parameter.
const ROOM: usize = 64;

/// What several `#[handlers]` blocks have together: see [`Tables`].
#[expect(
    missing_docs,
    missing_debug_implementations,
    reason = "generated code alone names it"
)]
pub struct WholeTables<T: 'static> {
    pub handlers: Joined<meta::Handler, ROOM>,
    pub applies: Joined<meta::Set<meta::Event>, ROOM>,
    pub reactions: Joined<meta::Reaction, ROOM>,
    pub remarks: Joined<meta::Docs, ROOM>,
    pub answers: Joined<meta::Answer, ROOM>,
    pub on_command: Joined<OnCommand<T>, ROOM>,
    pub on_apply: Joined<OnApply<T>, ROOM>,
    pub on_react: Joined<OnReact<T>, ROOM>,
}
