use syn::{DeriveInput, Type};

use super::{
    Noun,
    args::{Form, Spec},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CONTEXT, CRATE, NAME, PROJECTION, READ_BY},
};

/// What `#[derive(Projection)]` stands on.
pub(crate) struct Projection {
    pub(crate) noun: Noun,
    /// The personas that read it.
    pub(crate) read_by: Vec<Type>,
}

const STRUCT: Spec = Spec {
    attr: PROJECTION,
    keys: &[
        (NAME, Form::Text),
        (READ_BY, Form::Types),
        (CONTEXT, Form::Type),
        (CRATE, Form::Path),
    ],
};

impl Projection {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        let (noun, args) = Noun::read(cx, input, STRUCT);
        let read_by = args.types(READ_BY).to_vec();
        Self { noun, read_by }
    }
}
