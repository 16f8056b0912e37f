use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::{DeriveInput, Fields, Type, Variant, ext::IdentExt as _};

use super::{Args, Krate, spelling};
use crate::{
    ctxt::Ctxt,
    symbol::{EVENT, PREFIX, SUBSET_OF},
};

/// An enum of some of the variants of a set whose variants are events: what a handler returns that
/// gives no others.
pub(crate) struct Subset {
    pub(crate) krate: Krate,
    pub(crate) ident: Ident,
    /// The set.
    pub(crate) of: Type,
    pub(crate) variants: Vec<SubsetVariant>,
}

/// A variant that the set has as well.
pub(crate) struct SubsetVariant {
    pub(crate) ident: Ident,
    /// Its fields; none if it is a name alone.
    pub(crate) fields: Option<Vec<Ident>>,
}

impl Subset {
    /// Reads the variants of an enum with `subset_of = ..`.
    pub(super) fn read<'a>(
        cx: &Ctxt,
        (input, args): (&DeriveInput, &Args),
        of: &Type,
        variants: impl Iterator<Item = &'a Variant>,
    ) -> Self {
        if let Some(key) = args.key(PREFIX) {
            cx.error(key, OF_THE_SET);
        }
        Self {
            krate: Krate::of(args),
            ident: input.ident.clone(),
            of: of.clone(),
            variants: variants.map(|variant| read(cx, variant)).collect(),
        }
    }

    /// The name of the set, as the metadata of its events has it.
    pub(crate) fn name_of_set(&self) -> String {
        let name = spelling(self.of.to_token_stream());
        let last = name.rsplit("::").next().unwrap_or_default();
        last.trim_start_matches("r#").to_owned()
    }

    /// How the metadata of the set names the event of a variant.
    pub(crate) fn rust_type(&self, variant: &SubsetVariant) -> String {
        format!("{}::{}", self.name_of_set(), variant.ident.unraw())
    }
}

const OF_THE_SET: &str =
    "the names are those of the set: keys go there, and `subset_of` stands alone here";

fn read(cx: &Ctxt, variant: &Variant) -> SubsetVariant {
    for attr in variant.attrs.iter().filter(|it| it.path().is_ident(EVENT)) {
        cx.error(attr.path(), OF_THE_SET);
    }
    let fields = match &variant.fields {
        Fields::Named(fields) => Some(fields.named.iter()),
        Fields::Unnamed(_) | Fields::Unit => None,
    };
    let names = fields.map(|fields| fields.filter_map(|field| field.ident.clone()));
    SubsetVariant {
        ident: variant.ident.clone(),
        fields: names.map(Iterator::collect),
    }
}

/// What is said of `subset_of` where it does not belong.
pub(super) fn only_inline(cx: &Ctxt, args: &Args) {
    if let Some(key) = args.key(SUBSET_OF) {
        let message = "`subset_of` is for variants with fields of their own: an enum of event structs is a smaller set without it";
        cx.error(key, message);
    }
}
