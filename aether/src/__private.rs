//! All that generated code may name. Not part of the public API.

pub use std::{
    borrow::Cow,
    boxed::Box,
    clone::Clone,
    cmp::PartialEq,
    convert::{From, Into},
    default::Default,
    fmt::{self, Debug},
    marker::{Copy, Send, Sync},
    option::Option::{self, None, Some},
    primitive::{bool, u32},
    result::Result::{self, Err, Ok},
    str::FromStr,
    string::{String, ToString},
    vec::Vec,
};

pub use eventstorming::meta;
pub use serde;

pub use crate::{
    InvalidPayload,
    domain::{
        Aggregate, AggregateMember, Answer, Answered, AnyEvent, AnyKey, Apply, Asked, AskedInVain,
        BoundedContext, Command, Context, DecodeError, DomainEvent, Emission, Emits, Emittable,
        EventSet, EventSink, EventTypes, ExternalSystem, ExternalSystemMember, FoldBy, FoldInto,
        FoldMany, Handle, Handlers, HistoryTypes, Includes, Initiator, Instances, Issues, Joined,
        Keyed, Lists, OnApply, OnCommand, OnKey, OnReact, Origin, Outcome, Outgoing, Part, Persona,
        PlainRejection, Policy, PolicyMember, ProcessManager, ProcessManagerMember, Projection,
        ProjectionMember, ProjectionSnapshots, Query, RawEvent, React, Register, SchemaProbe,
        Schemaless, Shape, SnapshotCodec, Snapshots, StillEmitted, Stored, Tables, VisitEvent,
        VisitInline, Whole, WholeTables, call, count, decode_variant, encode_variant, fold,
        from_json, history, issue, key_of, query_meta, unknown_type, unreadable_version,
    },
    personal::PersonalField,
};
