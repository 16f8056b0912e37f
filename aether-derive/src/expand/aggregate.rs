use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

use super::{location::location, set, stop_if::listed};
use crate::ast::{Aggregate, Events, Krate, Set, Snapshot, spelling};

pub(crate) fn aggregate(aggregate: &Aggregate) -> TokenStream {
    let noun = &aggregate.noun;
    let (krate, ident, name) = (&noun.krate, &noun.ident, &noun.name);
    let (docs, location) = (noun.docs.tokens(krate), location(krate));
    let (params, args, where_clause) = noun.generics.split_for_impl();
    let listed = listed(noun, &quote!(Aggregates));
    let (event, generated) = match &aggregate.events {
        Events::Written(event) => (event.to_token_stream(), None),
        Events::Generated(set, key) => (
            set.ident.to_token_stream(),
            Some(generated(aggregate, set, key)),
        ),
    };
    let apply = apply(aggregate);
    let (kept, codec) = kept(aggregate).unzip();
    quote! {
        #generated
        #[automatically_derived]
        impl #params #krate::Aggregate for #ident #args #where_clause {
            type Event = #event;
            const META: &'static #krate::meta::Aggregate = &#krate::meta::Aggregate {
                name: #krate::meta::Name::new(#name),
                events: <#event as #krate::EventSet>::EVENTS,
                handlers: <#ident #args as #krate::Handlers>::HANDLERS,
                remarks: <#ident #args as #krate::Handlers>::REMARKS,
                docs: #docs,
                location: #location,
            };
            #codec
            fn apply(&mut self, event: #event, origin: &#krate::Origin<'_>) { #apply }
        }
        #kept
        #listed
    }
}

/// `snapshot`: the impl of `Snapshots`, and what says so to whoever knows the aggregate only.
fn kept(aggregate: &Aggregate) -> Option<(TokenStream, TokenStream)> {
    let snapshot = aggregate.snapshot.as_ref()?;
    let noun = &aggregate.noun;
    let (krate, ident) = (&noun.krate, &noun.ident);
    let (params, args, where_clause) = noun.generics.split_for_impl();
    let members = snapshot_members(krate, snapshot);
    let kept = quote! {
        #[automatically_derived]
        impl #params #krate::Snapshots for #ident #args #where_clause { #members }
    };
    let codec = quote_spanned! {snapshot.key.span()=>
        const SNAPSHOTS: #krate::Option<#krate::SnapshotCodec<Self>> =
            #krate::Some(#krate::SnapshotCodec::new());
    };
    Some((kept, codec))
}

/// What `snapshot(..)` says, as members of an impl.
pub(super) fn snapshot_members(krate: &Krate, snapshot: &Snapshot) -> TokenStream {
    let version = snapshot
        .version
        .as_ref()
        .map(|version| quote!(const VERSION: #krate::u32 = #version;));
    let shape = snapshot.is_trusted.then(|| {
        quote! {
            fn shape() -> #krate::Shape { #krate::Shape::of::<Self>().trusted() }
        }
    });
    quote!(#version #shape)
}

/// Folds an event, so that rustc blames the very event that no method applies.
fn apply(aggregate: &Aggregate) -> TokenStream {
    let krate = &aggregate.noun.krate;
    match &aggregate.events {
        Events::Written(event) => quote! {
            use #krate::FoldMany as _;
            #krate::fold::<#event, Self, { #krate::FoldBy::<#event>::ONE }>(event, self, origin);
        },
        Events::Generated(set, _) => {
            let ident = &set.ident;
            let variants = set.members.iter().map(|member| &member.variant);
            let events = set.members.iter().map(|member| &member.event);
            let values = set.members.iter().map(set::unboxed);
            quote! {
                match event {
                    #(#ident::#variants(event) => #krate::fold::<#events, Self, true>(#values, self, origin),)*
                }
            }
        }
    }
}

/// The enum of the events that are listed.
fn generated(aggregate: &Aggregate, set: &Set, key: &Ident) -> TokenStream {
    let (krate, vis, ident) = (&set.krate, &aggregate.vis, &set.ident);
    let doc = format!(" The events of `{}`.", aggregate.noun.ident);
    let docs = set.members.iter().map(|member| {
        let event = spelling(&member.event);
        format!(" `{event}`")
    });
    let variants = set.members.iter().map(|member| &member.variant);
    let held = set.members.iter().map(|member| {
        let event = &member.event;
        if member.boxed {
            quote!(#krate::Box<#event>)
        } else {
            event.to_token_stream()
        }
    });
    let impls = set::set(set, key.span());
    quote! {
        #[doc = #doc]
        #[derive(#krate::Debug, #krate::Clone, #krate::PartialEq)]
        #[allow(
            clippy::large_enum_variant,
            clippy::derive_partial_eq_without_eq,
            reason = "the events decide how large they are and how they compare"
        )]
        #vis enum #ident {
            #(#[doc = #docs] #variants(#held),)*
        }
        #impls
    }
}
