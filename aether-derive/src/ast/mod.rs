//! What the macros read: the user's items as plain values, with every mistake put into a `Ctxt`.
//!
//! Nothing here writes code, and nothing here knows what the code will look like.

mod aggregate;
mod args;
mod command;
mod command_set;
mod context;
mod docs;
mod event;
mod external_system;
mod handlers;
mod id;
mod key;
mod krate;
mod lints;
mod method;
mod noun;
mod persona;
mod personal;
mod policy;
mod process_manager;
mod projection;
mod query;
mod rejection;
mod rename;
mod set;
mod spelling;
mod stored;
mod subset;
mod suggest;

pub(crate) use self::{
    aggregate::{Aggregate, Events, Snapshot},
    args::{Args, Deprecation},
    command::Command,
    command_set::CommandSet,
    context::{Context, Section},
    docs::Docs,
    event::EventItem,
    external_system::ExternalSystem,
    handlers::{Block, HandlersArgs},
    id::Id,
    key::Key,
    krate::Krate,
    method::{Method, Passed, Verb, result},
    noun::Noun,
    persona::Persona,
    personal::{PersonalField, Subject},
    policy::Policy,
    process_manager::ProcessManager,
    projection::Projection,
    query::Query,
    rejection::Rejection,
    set::{InlineSet, InlineVariant, Set, SetMember},
    spelling::{spelling, ungrouped},
    stored::Stored,
    subset::{Subset, SubsetVariant},
};
