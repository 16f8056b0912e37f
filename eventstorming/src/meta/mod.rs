//! Model metadata as constants: what a derive leaves behind in the user's crate.
//!
//! Each type here describes one kind of EventStorming element. They are plain data, built in
//! `const` context by generated code (or by hand), and they know nothing of layout, of JSON, or of
//! the runtime. The checks in [`check`] run while the user's crate compiles.

mod aggregate;
pub mod check;
mod command;
mod context;
mod docs;
mod event;
mod external_system;
mod flow;
mod initiator;
mod location;
mod marks;
mod name;
mod persona;
mod personal;
mod policy;
mod process_manager;
mod projection;
mod query;
mod rejection;
mod schema_of;

pub use self::{
    aggregate::{Aggregate, Handler},
    command::Command,
    context::{BoundedContext, Context, Contexts},
    docs::Docs,
    event::Event,
    external_system::ExternalSystem,
    flow::{Flow, Set},
    initiator::Initiator,
    location::Location,
    marks::{Deprecated, Marks, Visibility},
    name::Name,
    persona::Persona,
    personal::{Personal, Subject},
    policy::{Policy, Reaction},
    process_manager::ProcessManager,
    projection::Projection,
    query::{Answer, Query},
    rejection::Rejection,
    schema_of::SchemaOf,
};
