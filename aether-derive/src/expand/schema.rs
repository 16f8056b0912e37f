use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Krate;

/// Where the JSON Schema of a type comes from, where it has one.
pub(super) fn schema(krate: &Krate, ty: &TokenStream) -> TokenStream {
    quote! {
        {
            use #krate::Schemaless as _;
            #krate::SchemaProbe::<#ty>::SCHEMA
        }
    }
}
