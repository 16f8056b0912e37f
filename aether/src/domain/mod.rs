//! What a domain is made of: the traits that the macros write impls of.
//!
//! Four verbs carry everything: [`Handle`] (a command becomes events), [`Apply`] (an event
//! becomes state), [`React`] (an event becomes commands) and [`Answer`] (a question becomes an
//! answer). An aggregate handles and applies, a projection applies and answers, a policy reacts, a
//! process manager applies and reacts.
//!
//! All of it is pure: nothing here waits, stores, or knows of a runtime.
//!
//! # Which of it is for you
//! - In signatures: [`Context`], [`Origin`], [`RawEvent`], [`After`] and [`Cancel`], and the delays
//!   [`Seconds`] to [`Days`].
//! - Derived: [`Aggregate`], [`Command`], [`DomainEvent`] and [`EventSet`] (`#[derive(Event)]`),
//!   [`ExternalSystem`], [`Persona`], [`Policy`], [`ProcessManager`], [`Projection`], [`Query`].
//! - Written by `#[handlers]`, and by hand where a signature cannot say it: [`Handle`], [`Apply`],
//!   [`React`], [`Answer`].
//! - Without the runtime: [`Replayed`], [`Stored`], [`NewEvent`], [`Outgoing`], and what is wrong
//!   with them: [`DecodeError`], [`HandleError`], [`ReplayError`].
//! - In bounds and in messages of rustc: [`Emits`] and [`Issues`], what a method may return;
//!   [`Rejection`] and [`Outcome`], what it may refuse with.
//! - Everything else is what the macros write beside, or ask for: tables, dispatch, what is in a
//!   set, and which block a type has. Its docs say so. It can be implemented by hand as well, and
//!   nobody should have to.

mod after;
mod aggregate;
mod any_event;
mod asked;
mod bounded_context;
mod command;
mod context;
#[cfg(feature = "schema")]
mod contract;
mod decode_error;
mod delay;
mod emits;
mod event;
mod event_types;
mod external_system;
mod folded;
mod handlers;
mod inline;
mod joined;
mod member;
mod origin;
mod outcome;
mod part;
mod persona;
mod policy;
mod process_manager;
mod projection;
mod query;
mod raw_event;
mod readers;
mod replay;
#[cfg(feature = "schema")]
mod schema;
mod schema_probe;
mod shape;
mod snapshots;
mod stored;

#[cfg(feature = "schema")]
pub use self::schema::{Schemas, event_schemas};
pub use self::{
    after::{After, Cancel},
    aggregate::{Aggregate, Apply, FoldInto, Handle},
    bounded_context::{BoundedContext, Register},
    command::{Command, Issues, Outgoing, Timing},
    context::Context,
    decode_error::DecodeError,
    delay::{Computed, Days, Delay, Hours, Minutes, Seconds, Span},
    emits::{Emission, Emits, EventSink, Includes, StillEmitted},
    event::{DomainEvent, EventSet},
    event_types::{EventTypes, HistoryTypes, VisitEvent, VisitInline},
    external_system::ExternalSystem,
    handlers::{HandleError, Handlers, NewEvent, OnApply, OnCommand, OnReact},
    origin::Origin,
    outcome::{Outcome, Rejection},
    part::{Lists, Part, Tables},
    persona::{Initiator, Persona},
    policy::{Policy, React},
    process_manager::{Instances, IntoKey, Keyed, OnKey, ProcessManager},
    projection::{Projection, ProjectionSnapshots},
    query::{Answer, Answered, Query},
    raw_event::RawEvent,
    readers::{Readers, RewriteError},
    replay::{ReplayError, Replayed, UnfitSnapshot},
    schema_probe::{SchemaProbe, Schemaless},
    shape::Shape,
    snapshots::{SnapshotCodec, SnapshotSchema, Snapshots},
    stored::Stored,
};
#[doc(hidden)]
pub use self::{
    aggregate::{Fold, FoldBy, FoldMany, fold},
    any_event::AnyEvent,
    asked::{Asked, AskedInVain, history},
    command::issue,
    decode_error::{unknown_type, unreadable_version},
    emits::Emittable,
    event::from_json,
    inline::{decode_variant, encode_variant},
    joined::{Joined, count},
    member::{
        AggregateMember, ExternalSystemMember, PolicyMember, ProcessManagerMember, ProjectionMember,
    },
    outcome::PlainRejection,
    part::{Whole, WholeTables},
    process_manager::{AnyKey, call, key_of},
    query::query_meta,
};
#[cfg(feature = "runtime")]
pub(crate) use self::{folded::Folded, handlers::Given};
