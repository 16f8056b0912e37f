use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{aggregate::snapshot_members, location::location, schema::schema, stop_if::listed};
use crate::ast::Projection;

pub(crate) fn projection(projection: &Projection) -> TokenStream {
    let Projection {
        noun,
        read_by,
        is_inline,
        ..
    } = projection;
    let (krate, ident, name) = (&noun.krate, &noun.ident, &noun.name);
    let (docs, location) = (noun.docs.tokens(krate), location(krate));
    let (params, args, where_clause) = noun.generics.split_for_impl();
    let listed = listed(noun, &quote!(Projections));
    let (kept, codec) = kept(projection).unzip();
    let inline = is_inline.then(|| quote!(const INLINE: #krate::bool = true;));
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
            #codec
            #inline
        }
        #kept
        #listed
    }
}

/// `snapshot`: the impl of `ProjectionSnapshots`, and what says so to whoever knows the projection
/// only.
fn kept(projection: &Projection) -> Option<(TokenStream, TokenStream)> {
    let snapshot = projection.snapshot.as_ref()?;
    let noun = &projection.noun;
    let (krate, ident) = (&noun.krate, &noun.ident);
    let (params, args, where_clause) = noun.generics.split_for_impl();
    let members = snapshot_members(krate, snapshot);
    let kept = quote! {
        #[automatically_derived]
        impl #params #krate::ProjectionSnapshots for #ident #args #where_clause { #members }
    };
    let codec = quote_spanned! {snapshot.key.span()=>
        const SNAPSHOTS: #krate::Option<#krate::SnapshotCodec<Self>> =
            #krate::Some(#krate::SnapshotCodec::of_projection());
    };
    Some((kept, codec))
}
