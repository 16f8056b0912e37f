//! What is written in place of an item that has a mistake: impls enough that rustc does not
//! complain of their absence as well. None of them is ever run.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::{Block, Krate, Method, Verb};

/// For a method that is not of its verb's shape.
pub(crate) fn method(krate: &Krate, block: &Block, method: &Method) -> TokenStream {
    let (params, _, where_clause) = block.generics.split_for_impl();
    let (self_ty, subject) = (&block.self_ty, &method.subject);
    match method.verb {
        Verb::Apply => quote! {
            #[automatically_derived]
            impl #params #krate::Apply<#subject> for #self_ty #where_clause {
                fn apply(&mut self, _: #subject, _: &#krate::Origin<'_>) { ::core::unreachable!() }
            }
        },
        Verb::Handle | Verb::React => TokenStream::new(),
    }
}
