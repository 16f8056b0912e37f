use syn::DeriveInput;

use super::{
    Noun,
    args::{Form, Spec},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CRATE, NAME, PERSONA},
};

/// What `#[derive(Persona)]` stands on.
pub(crate) struct Persona(pub(crate) Noun);

const STRUCT: Spec = Spec {
    attr: PERSONA,
    keys: &[(NAME, Form::Text), (CRATE, Form::Path)],
};

impl Persona {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        let (noun, _) = Noun::read(cx, input, STRUCT);
        Self(noun)
    }
}
