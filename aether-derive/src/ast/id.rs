use proc_macro2::Ident;
use syn::{Data, DeriveInput, Generics, Member, Type};

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
    /// Where the value is that it wraps.
    pub(crate) member: Member,
    /// The type of the value.
    pub(crate) inner: Type,
}

const STRUCT: Spec = Spec {
    attr: ID,
    keys: &[(CRATE, Form::Path)],
};

impl Id {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Self> {
        let args = Args::of(cx, &input.attrs, STRUCT);
        let Some((member, inner)) = inner(&input.data) else {
            let message = format!("an id wraps one value: `struct {}(String);`", input.ident);
            cx.error(&input.ident, message);
            return None;
        };
        Some(Self {
            krate: Krate::of(&args),
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            member,
            inner: inner.clone(),
        })
    }

    /// Whether it wraps a `String`, as far as spelling shows.
    pub(crate) fn is_text(&self) -> bool {
        spelling(&self.inner).rsplit("::").next() == Some("String")
    }
}

fn inner(data: &Data) -> Option<(Member, &Type)> {
    let Data::Struct(data) = data else {
        return None;
    };
    let fields = data.fields.members().zip(&data.fields);
    only(fields).map(|(member, field)| (member, &field.ty))
}
