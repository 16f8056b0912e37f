use syn::DeriveInput;

use super::{
    Noun,
    args::{Form, Spec},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CONTEXT, CRATE, NAME, POLICY},
};

/// What `#[derive(Policy)]` stands on.
pub(crate) struct Policy(pub(crate) Noun);

const STRUCT: Spec = Spec {
    attr: POLICY,
    keys: &[
        (NAME, Form::Text),
        (CONTEXT, Form::Type),
        (CRATE, Form::Path),
    ],
};

impl Policy {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        let (noun, _) = Noun::read(cx, input, STRUCT);
        Self(noun)
    }
}
