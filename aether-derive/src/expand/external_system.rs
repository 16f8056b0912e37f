use proc_macro2::TokenStream;
use quote::quote;
use syn::{WherePredicate, parse_quote};

use super::location::location;
use crate::ast::ExternalSystem;

pub(crate) fn external_system(system: &ExternalSystem) -> TokenStream {
    let ExternalSystem {
        noun,
        notified_of,
        handles,
        emits,
    } = system;
    let (krate, ident, name) = (&noun.krate, &noun.ident, &noun.name);
    let (docs, location) = (noun.docs.tokens(krate), location(krate));
    let (params, args, where_clause) = noun.generics.split_for_impl();
    let mut visited = noun.generics.clone();
    visited.params.push(parse_quote!(__V));
    let bounds = &mut visited.make_where_clause().predicates;
    bounds.extend(
        emits
            .iter()
            .map(|events| -> WherePredicate { parse_quote!(#events: #krate::EventTypes<__V>) }),
    );
    let (visited_params, _, visited_where) = visited.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #params #krate::ExternalSystem for #ident #args #where_clause {
            const META: &'static #krate::meta::ExternalSystem = &#krate::meta::ExternalSystem {
                name: #krate::meta::Name::new(#name),
                notified_of: &[#(<#notified_of as #krate::EventSet>::EVENTS),*],
                handles: &[#(<#handles as #krate::Command>::META),*],
                emits: &[#(<#emits as #krate::EventSet>::EVENTS),*],
                docs: #docs,
                location: #location,
            };
        }
        #[automatically_derived]
        impl #params #krate::Initiator for #ident #args #where_clause {
            const INITIATOR: #krate::meta::Initiator =
                #krate::meta::Initiator::ExternalSystem(<Self as #krate::ExternalSystem>::META);
        }
        #[automatically_derived]
        impl #visited_params #krate::EventTypes<__V> for #ident #args #visited_where {
            fn visit(visitor: &mut __V) {
                #(<#emits as #krate::EventTypes<__V>>::visit(visitor);)*
            }
        }
    }
}
