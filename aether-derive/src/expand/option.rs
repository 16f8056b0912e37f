use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::ast::Krate;

/// `Some(..)` or `None`.
pub(super) fn option(krate: &Krate, text: Option<&LitStr>) -> TokenStream {
    text.map_or_else(|| quote!(#krate::None), |text| quote!(#krate::Some(#text)))
}
