use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

use super::Args;
use crate::symbol::CRATE;

/// Where generated code finds what it names: `::aether::__private`.
#[derive(Clone)]
pub(crate) struct Krate(TokenStream);

impl Krate {
    /// As the key `crate = path` says.
    pub(crate) fn of(args: &Args) -> Self {
        Self::at(args.path(CRATE))
    }

    pub(crate) fn at(path: Option<&Path>) -> Self {
        Self(path.map_or_else(|| quote!(::aether), ToTokens::to_token_stream))
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self(path) = self;
        tokens.extend(quote!(#path::__private));
    }
}
