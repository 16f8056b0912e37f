use proc_macro2::TokenStream;
use quote::quote;

use super::location::location;
use crate::ast::Persona;

pub(crate) fn persona(Persona(noun): &Persona) -> TokenStream {
    let (krate, ident, name) = (&noun.krate, &noun.ident, &noun.name);
    let (docs, location) = (noun.docs.tokens(krate), location(krate));
    let (params, args, where_clause) = noun.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #params #krate::Persona for #ident #args #where_clause {
            const META: &'static #krate::meta::Persona = &#krate::meta::Persona {
                name: #krate::meta::Name::new(#name),
                docs: #docs,
                location: #location,
            };
        }
        #[automatically_derived]
        impl #params #krate::Initiator for #ident #args #where_clause {
            const INITIATOR: #krate::meta::Initiator =
                #krate::meta::Initiator::Persona(<Self as #krate::Persona>::META);
        }
    }
}
