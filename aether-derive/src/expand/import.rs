use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ast::Krate;

/// Brings a trait into scope whose constants stand in where a type has none of its own: where each
/// has, rustc would say that the import is not used.
pub(super) fn fallback_constants(krate: &Krate, of: &str) -> TokenStream {
    let of = Ident::new(of, Span::call_site());
    quote! {
        #[allow(unused_imports, reason = "each type may have a constant of its own")]
        use #krate::#of as _;
    }
}
