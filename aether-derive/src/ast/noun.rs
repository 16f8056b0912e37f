use proc_macro2::Ident;
use syn::{Data, DeriveInput, Generics, Type, ext::IdentExt as _};

use super::{Args, Docs, Krate, args::Spec};
use crate::{
    ctxt::Ctxt,
    symbol::{CONTEXT, NAME},
};

/// What every element of a model has.
pub(crate) struct Noun {
    pub(crate) krate: Krate,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Its name in the model.
    pub(crate) name: String,
    /// The context that it says it belongs to.
    pub(crate) context: Option<Type>,
    pub(crate) docs: Docs,
}

impl Noun {
    /// Reads an item, and the keys that are left to whoever asks.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput, spec: Spec) -> (Self, Args) {
        let args = Args::of(cx, &input.attrs, spec);
        let noun = Self {
            krate: Krate::of(&args),
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            name: name(cx, &args, &input.ident, ""),
            context: args.ty(CONTEXT).cloned(),
            docs: match &input.data {
                Data::Struct(data) => Docs::with_fields(&input.attrs, &data.fields),
                Data::Enum(_) | Data::Union(_) => Docs::of(&input.attrs),
            },
        };
        (noun, args)
    }
}

/// The `name = ".."` that was given, or the identifier behind the prefix.
pub(crate) fn name(cx: &Ctxt, args: &Args, ident: &Ident, prefix: &str) -> String {
    let given = args.text(NAME);
    if let Some(text) = given.filter(|text| text.value().trim().is_empty()) {
        cx.error(text, "a name cannot be empty");
    }
    given.map_or_else(|| format!("{prefix}{}", ident.unraw()), syn::LitStr::value)
}
