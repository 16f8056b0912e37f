use proc_macro2::TokenStream;
use quote::quote;

use super::{location::location, stop_if::listed};
use crate::ast::Policy;

pub(crate) fn policy(Policy(noun): &Policy) -> TokenStream {
    let (krate, ident, name) = (&noun.krate, &noun.ident, &noun.name);
    let (docs, location) = (noun.docs.tokens(krate), location(krate));
    let (params, args, where_clause) = noun.generics.split_for_impl();
    let listed = listed(noun, &quote!(Policies));
    quote! {
        #[automatically_derived]
        impl #params #krate::Policy for #ident #args #where_clause {
            const META: &'static #krate::meta::Policy = &#krate::meta::Policy {
                name: #krate::meta::Name::new(#name),
                reactions: <#ident #args as #krate::Handlers>::REACTIONS,
                docs: #docs,
                location: #location,
            };
        }
        #listed
    }
}
