use eventstorming::meta;

use super::{Aggregate, ExternalSystem, Handlers, Instances, Policy, ProcessManager, Projection};

/// A bounded context that can be run: `bounded_context!` implements it.
///
/// The runtime is handed exactly the members that the model shows: both come from one list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a bounded context",
    label = "not a bounded context",
    note = "declare one with `bounded_context! {{ pub {Self} {{ aggregates: [..] }} }}`"
)]
pub trait BoundedContext: meta::BoundedContext {
    /// Hands each member to a runtime.
    fn register<R: Register>(runtime: &mut R);
}

/// What takes the members of a bounded context: a runtime.
pub trait Register {
    /// Takes an aggregate.
    fn aggregate<A: Aggregate + Handlers>(&mut self);
    /// Takes a policy.
    fn policy<P: Policy + Handlers>(&mut self);
    /// Takes a process manager.
    fn process_manager<P: ProcessManager + Instances>(&mut self);
    /// Takes a projection.
    fn projection<P: Projection + Handlers>(&mut self);
    /// Takes an external system.
    fn external_system<S: ExternalSystem>(&mut self);
}
