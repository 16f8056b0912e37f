use proc_macro2::TokenStream;
use quote::quote;

use super::location::location;
use crate::ast::Query;

pub(crate) fn query(Query(noun): &Query) -> TokenStream {
    let (krate, ident, name) = (&noun.krate, &noun.ident, &noun.name);
    let (docs, location) = (noun.docs.tokens(krate), location(krate));
    let (params, args, where_clause) = noun.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #params #krate::Query for #ident #args #where_clause {
            const META: &'static #krate::meta::Query = &#krate::meta::Query {
                name: #krate::meta::Name::new(#name),
                docs: #docs,
                location: #location,
            };
        }
    }
}
