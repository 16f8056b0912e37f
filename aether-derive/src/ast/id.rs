use proc_macro2::Ident;
use syn::{Data, DeriveInput, Fields, Generics, Type};

use super::{
    Args, Krate,
    args::{Form, Spec},
    set::only,
    spelling,
};
use crate::{
    ctxt::Ctxt,
    symbol::{CRATE, ID},
};

/// What `#[derive(Id)]` stands on.
pub(crate) struct Id {
    pub(crate) krate: Krate,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The type it wraps.
    pub(crate) inner: Type,
}

const STRUCT: Spec = Spec {
    attr: ID,
    keys: &[(CRATE, Form::Path)],
};

impl Id {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Self> {
        let args = Args::of(cx, &input.attrs, STRUCT);
        let Some(inner) = inner(&input.data) else {
            let message = format!("an id wraps one value: `struct {}(String);`", input.ident);
            cx.error(&input.ident, message);
            return None;
        };
        Some(Self {
            krate: Krate::of(&args),
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            inner: inner.clone(),
        })
    }

    /// Whether it wraps a `String`, as far as spelling shows.
    pub(crate) fn is_text(&self) -> bool {
        spelling(&self.inner).rsplit("::").next() == Some("String")
    }
}

fn inner(data: &Data) -> Option<&Type> {
    let Data::Struct(data) = data else {
        return None;
    };
    let Fields::Unnamed(fields) = &data.fields else {
        return None;
    };
    only(fields.unnamed.iter()).map(|field| &field.ty)
}
