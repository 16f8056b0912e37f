use syn::{DeriveInput, Type};

use super::{
    Noun, Snapshot,
    args::{Form, Spec},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CONTEXT, CRATE, INLINE, NAME, PROJECTION, READ_BY, SNAPSHOT},
};

/// What `#[derive(Projection)]` stands on.
pub(crate) struct Projection {
    pub(crate) noun: Noun,
    /// The personas that read it.
    pub(crate) read_by: Vec<Type>,
    pub(crate) snapshot: Option<Snapshot>,
    /// `inline`: a command is answered when its events are in it.
    pub(crate) is_inline: bool,
}

const STRUCT: Spec = Spec {
    attr: PROJECTION,
    keys: &[
        (NAME, Form::Text),
        (READ_BY, Form::Types),
        (SNAPSHOT, Form::FlagOrKeys),
        (INLINE, Form::Flag),
        (CONTEXT, Form::Type),
        (CRATE, Form::Path),
    ],
};

const KEPT: Spec = Spec {
    attr: "projection(snapshot)",
    keys: Snapshot::KEYS,
};

impl Projection {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        let (noun, args) = Noun::read(cx, input, STRUCT);
        let read_by = args.types(READ_BY).to_vec();
        Self {
            noun,
            read_by,
            snapshot: Snapshot::read(cx, &args, KEPT),
            is_inline: args.key(INLINE).is_some(),
        }
    }
}
