//! What the macros write: plain impls, as a person would have written them.
//!
//! The types that the user wrote keep their own tokens, each in a place where rustc blames it and
//! an editor finds one definition behind it. Everything else is named below
//! `::aether::__private` and carries no span of the user's.

mod aggregate;
mod called;
mod command;
mod command_set;
mod context;
mod event;
mod external_system;
mod handlers;
mod id;
mod import;
mod inline;
mod join;
mod keys;
mod location;
mod nested;
mod option;
mod parts;
mod persona;
mod personal;
mod policy;
mod process_manager;
mod projection;
mod query;
mod rejection;
mod schema;
mod set;
mod stop_if;
mod stored;
mod subset;

pub(crate) use self::{
    aggregate::aggregate,
    command::command,
    command_set::command_set,
    context::{checks, context},
    event::event,
    external_system::external_system,
    handlers::handlers,
    id::id,
    persona::persona,
    policy::policy,
    process_manager::process_manager,
    projection::projection,
    query::query,
    rejection::rejection,
};
