use proc_macro2::TokenStream;
use quote::quote;

use super::{location::location, schema::schema, stop_if::listed};
use crate::ast::Projection;

pub(crate) fn projection(Projection { noun, read_by }: &Projection) -> TokenStream {
    let (krate, ident, name) = (&noun.krate, &noun.ident, &noun.name);
    let (docs, location) = (noun.docs.tokens(krate), location(krate));
    let (params, args, where_clause) = noun.generics.split_for_impl();
    let listed = listed(noun, &quote!(Projections));
    let schema = schema(krate, &quote!(#ident #args));
    quote! {
        #[automatically_derived]
        impl #params #krate::Projection for #ident #args #where_clause {
            const META: &'static #krate::meta::Projection = &#krate::meta::Projection {
                name: #krate::meta::Name::new(#name),
                applies: <#ident #args as #krate::Handlers>::APPLIES,
                read_by: &[#(<#read_by as #krate::Persona>::META),*],
                answers: <#ident #args as #krate::Handlers>::ANSWERS,
                schema: #schema,
                remarks: <#ident #args as #krate::Handlers>::REMARKS,
                docs: #docs,
                location: #location,
            };
        }
        #listed
    }
}
