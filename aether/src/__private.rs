//! All that generated code may name. Not part of the public API.

pub use std::{
    borrow::Cow,
    boxed::Box,
    convert::{From, Into},
    option::Option::{self, None, Some},
    result::Result::{self, Err, Ok},
    string::{String, ToString},
    vec::Vec,
};

pub use eventstorming::meta;
pub use serde;

pub use crate::{
    InvalidPayload,
    domain::{
        Aggregate, Apply, BoundedContext, Command, Context, DecodeError, DomainEvent, Emits,
        EventSet, EventTypes, ExternalSystem, FoldInto, Handle, Handlers, Includes, Initiator,
        Issues, OnApply, OnCommand, OnReact, Origin, Outcome, Outgoing, Persona, Policy,
        Projection, RawEvent, React, Register, Stored, VisitEvent, decode_variant, encode_variant,
        fold, from_json, unknown_type, unreadable_version,
    },
};
