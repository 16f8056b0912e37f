use proc_macro2::TokenStream;
use quote::quote;

use super::{location::location, stop_if::listed};
use crate::ast::{ProcessManager, spelling};

pub(crate) fn process_manager(ProcessManager { noun, key }: &ProcessManager) -> TokenStream {
    let (krate, ident, name) = (&noun.krate, &noun.ident, &noun.name);
    let (docs, location) = (noun.docs.tokens(krate), location(krate));
    let (params, args, where_clause) = noun.generics.split_for_impl();
    let listed = listed(noun, &quote!(ProcessManagers));
    let key_name = spelling(key);
    quote! {
        #[automatically_derived]
        impl #params #krate::ProcessManager for #ident #args #where_clause {
            type Key = #key;
            const META: &'static #krate::meta::ProcessManager = &#krate::meta::ProcessManager {
                name: #krate::meta::Name::new(#name),
                key: #key_name,
                applies: <#ident #args as #krate::Instances>::KEPT,
                reactions: <#ident #args as #krate::Instances>::REACTED,
                remarks: <#ident #args as #krate::Handlers>::REMARKS,
                docs: #docs,
                location: #location,
            };
        }
        #listed
    }
}
