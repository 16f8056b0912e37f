use proc_macro2::Ident;
use syn::{Data, DeriveInput, Generics, ext::IdentExt as _};

use super::{
    Args, Krate,
    args::{Form, Spec},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CRATE, REJECTION},
};

/// What `#[derive(Rejection)]` stands on.
pub(crate) struct Rejection {
    pub(crate) krate: Krate,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Its variants, if it is an enum.
    pub(crate) variants: Vec<String>,
}

const ITEM: Spec = Spec {
    attr: REJECTION,
    keys: &[(CRATE, Form::Path)],
};

impl Rejection {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        let args = Args::of(cx, &input.attrs, ITEM);
        let variants: Vec<&Ident> = match &input.data {
            Data::Enum(data) => data.variants.iter().map(|variant| &variant.ident).collect(),
            Data::Struct(_) | Data::Union(_) => Vec::new(),
        };
        let names = variants.into_iter().map(|name| name.unraw().to_string());
        Self {
            krate: Krate::of(&args),
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            variants: names.collect(),
        }
    }
}
