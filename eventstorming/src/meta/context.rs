use super::{
    Aggregate, Docs, ExternalSystem, Location, Name, Policy, ProcessManager, Projection, Set, check,
};

/// A part of the domain with a language and members of its own.
#[derive(Debug)]
pub struct Context {
    /// Its name.
    pub name: Name,
    /// Who looks after it, where that was said.
    pub owner: Option<&'static str>,
    /// Its aggregates.
    pub aggregates: Set<Aggregate>,
    /// Its policies.
    pub policies: Set<Policy>,
    /// Its policies with a memory.
    pub process_managers: Set<ProcessManager>,
    /// Its read models.
    pub projections: Set<Projection>,
    /// The systems it talks to.
    pub external_systems: Set<ExternalSystem>,
    /// The names of the contexts whose events it uses or whose commands it issues. Names only,
    /// so that two contexts may be upstream of each other.
    pub upstream: &'static [Name],
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

/// A type that stands for a bounded context.
///
/// `bounded_context!` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a bounded context",
    label = "not a bounded context",
    note = "declare one with `bounded_context! {{ pub {Self} {{ aggregates: [..] }} }}`"
)]
pub trait BoundedContext: 'static {
    /// Its name.
    const NAME: Name;
    /// The context and its members.
    const META: &'static Context;
    /// Whether it is certain that no two of its aggregates share a name, an event or a command: a
    /// check on each of them asks nothing more then.
    #[doc(hidden)]
    const APART: bool = check::are_apart(Self::META);
}

/// A bounded context, or a tuple of them.
pub trait Contexts {
    /// The contexts, in the order written.
    const CONTEXTS: &'static [&'static Context];
}

impl<C: BoundedContext> Contexts for C {
    const CONTEXTS: &'static [&'static Context] = &[C::META];
}

macro_rules! tuples {
    ($($($context:ident)+;)+) => {$(
        impl<$($context: BoundedContext),+> Contexts for ($($context,)+) {
            const CONTEXTS: &'static [&'static Context] = &[$($context::META),+];
        }
    )+};
}

tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}
