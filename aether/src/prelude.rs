//! What a domain is written with: `use aether::prelude::*;`.

#[cfg(feature = "macros")]
pub use aether_derive::{
    Aggregate, Command, Event, ExternalSystem, Id, Persona, Policy, ProcessManager, Projection,
    Query, Rejection, answer, apply, bounded_context, handle, handlers, react,
};
#[cfg(feature = "schema")]
pub use schemars::JsonSchema;
pub use serde::{Deserialize, Serialize};

pub use crate::Personal;
pub use crate::domain::{
    After, Aggregate, Apply, BoundedContext, Cancel, Command, Context, Days, DomainEvent, EventSet,
    ExternalSystem, Handle, Hours, Minutes, Origin, Persona, Policy, ProcessManager, Projection,
    Query, RawEvent, React, Replayed, Seconds,
};
