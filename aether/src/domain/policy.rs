use eventstorming::meta::{self, Flow};

use super::{Issues, Origin};

/// A rule of the business: whenever this happened, that is asked for.
///
/// `#[derive(Policy)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a policy",
    note = "add `#[derive(Policy)]` to `{Self}`"
)]
pub trait Policy: Default + Send + Sync + 'static {
    /// What the model says about it.
    const META: &'static meta::Policy;
}

/// Reacts to one kind of event, or to a set of them, with commands. Pure.
///
/// A `#[react]` method becomes an impl of it. `E` is an [`EventSet`](super::EventSet); that is
/// asked where a reaction is listed, so that rustc points at the parameter of the method.
pub trait React<E> {
    /// The commands it may issue.
    type Issues: Issues;

    /// The commands it may issue, as the model says them.
    const ISSUES: &'static Flow<meta::Command> = <Self::Issues as Issues>::ISSUES;

    /// Says what is asked for.
    fn react(&self, event: &E, origin: &Origin<'_>) -> Self::Issues;
}
