use syn::{DeriveInput, Type};

use super::{
    Noun,
    args::{Form, Spec},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CRATE, EMITS, EXTERNAL_SYSTEM, HANDLES, NAME, NOTIFIED_OF},
};

/// What `#[derive(ExternalSystem)]` stands on.
pub(crate) struct ExternalSystem {
    pub(crate) noun: Noun,
    pub(crate) notified_of: Vec<Type>,
    pub(crate) handles: Vec<Type>,
    pub(crate) emits: Vec<Type>,
}

const STRUCT: Spec = Spec {
    attr: EXTERNAL_SYSTEM,
    keys: &[
        (NAME, Form::Text),
        (NOTIFIED_OF, Form::Types),
        (HANDLES, Form::Types),
        (EMITS, Form::Types),
        (CRATE, Form::Path),
    ],
};

impl ExternalSystem {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        let (noun, args) = Noun::read(cx, input, STRUCT);
        Self {
            noun,
            notified_of: args.types(NOTIFIED_OF).to_vec(),
            handles: args.types(HANDLES).to_vec(),
            emits: args.types(EMITS).to_vec(),
        }
    }
}
