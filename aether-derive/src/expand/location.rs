use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Krate;

/// Where the item is written.
pub(super) fn location(krate: &Krate) -> TokenStream {
    quote!(#krate::meta::Location::here())
}
