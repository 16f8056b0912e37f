use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Krate;

/// A constant slice of what stands in several, which no type parameter may decide.
pub(super) fn join(krate: &Krate, row: &TokenStream, slices: &TokenStream) -> TokenStream {
    quote! {
        {
            const JOINED: #krate::Joined<#row, { #krate::count::<#row>(&#slices) }> =
                #krate::Joined::of(&#slices);
            JOINED.as_slice()
        }
    }
}
