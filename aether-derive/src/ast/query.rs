use syn::DeriveInput;

use super::{
    Noun,
    args::{Form, Spec},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CRATE, NAME, QUERY},
};

/// What `#[derive(Query)]` stands on.
pub(crate) struct Query(pub(crate) Noun);

const STRUCT: Spec = Spec {
    attr: QUERY,
    keys: &[(NAME, Form::Text), (CRATE, Form::Path)],
};

impl Query {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        let (noun, _) = Noun::read(cx, input, STRUCT);
        Self(noun)
    }
}
