//! What `bounded_context!` asks of each type in its lists: a trait a list, for the model and for
//! the runtime at once, so that a type that does not belong there is one error and not several.

use eventstorming::meta;

use super::{
    Aggregate, ExternalSystem, Handlers, Instances, Policy, ProcessManager, Projection, Register,
};

macro_rules! members {
    ($($(#[$doc:meta])* $member:ident: $($bound:ident)+, $meta:ident, $register:ident;)+) => {$(
        $(#[$doc])*
        pub trait $member {
            /// What the model says about it.
            const META: &'static meta::$meta;

            /// Hands it to a runtime.
            fn register<R: Register>(runtime: &mut R);
        }

        impl<M: $($bound +)+> $member for M {
            const META: &'static meta::$meta = <M as $meta>::META;

            fn register<R: Register>(runtime: &mut R) {
                runtime.$register::<M>();
            }
        }
    )+};
}

members! {
    /// What may be listed under `aggregates`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be listed under `aggregates`",
        label = "not an aggregate, or without a `#[handlers]` block"
    )]
    AggregateMember: Aggregate Handlers, Aggregate, aggregate;
    /// What may be listed under `policies`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be listed under `policies`",
        label = "not a policy, or without a `#[handlers]` block"
    )]
    PolicyMember: Policy Handlers, Policy, policy;
    /// What may be listed under `process_managers`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be listed under `process_managers`",
        label = "not a process manager, or without a `#[handlers]` block that says `key = ..`"
    )]
    ProcessManagerMember: ProcessManager Instances, ProcessManager, process_manager;
    /// What may be listed under `projections`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be listed under `projections`",
        label = "not a projection, or without a `#[handlers]` block"
    )]
    ProjectionMember: Projection Handlers, Projection, projection;
    /// What may be listed under `external_systems`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be listed under `external_systems`",
        label = "not an external system"
    )]
    ExternalSystemMember: ExternalSystem, ExternalSystem, external_system;
}
