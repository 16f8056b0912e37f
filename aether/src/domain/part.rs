use std::fmt;

use eventstorming::meta;

use super::{OnApply, OnCommand, OnReact};

/// A part of what a type does, in an impl block of its own: `#[handlers(part = name)]`.
///
/// The block that is no part lists it, `#[handlers(parts(name))]`, and takes over its tables: so
/// [`Handlers`](super::Handlers) is complete, and a part that is not listed does not compile.
/// `NAME` is the hash of the name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no part of this name",
    label = "no block `#[handlers(part = ..)] impl {Self} {{ .. }}` has this name"
)]
pub trait Part<const NAME: u64>: Sized + 'static {
    /// What the block has.
    const TABLES: Tables<Self>;
}

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
