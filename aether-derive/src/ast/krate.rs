use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;

use super::Args;
use crate::symbol::CRATE;

/// Where generated code finds what it names: `::aether::__private`.
///
/// Its tokens are many times as many as those of anything else, so they are made once: a stream
/// within a stream is copied by way of the compiler.
#[derive(Clone)]
pub(crate) struct Krate(Vec<TokenTree>);

impl Krate {
    /// As the key `crate = path` says.
    pub(crate) fn of(args: &Args) -> Self {
        Self::at(args.path(CRATE))
    }

    pub(crate) fn at(path: Option<&Path>) -> Self {
        let path = path.map_or_else(|| quote!(::aether), ToTokens::to_token_stream);
        Self(quote!(#path::__private).into_iter().collect())
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}
