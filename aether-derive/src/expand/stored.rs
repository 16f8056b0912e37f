use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::{location::location, option::option, personal::personal};
use crate::ast::{Krate, Stored};

/// The metadata of one kind of event.
pub(super) fn meta(krate: &Krate, stored: &Stored) -> TokenStream {
    let Stored {
        rust_type,
        name,
        aliases,
        pivotal,
        phase,
        personal: fields,
        docs,
        ..
    } = stored;
    let (version, docs, location) = (stored.version(), docs.tokens(krate), location(krate));
    let personal = personal(krate, fields);
    let phase = option(krate, phase.as_ref());
    quote! {
        #krate::meta::Event {
            name: #krate::meta::Name::new(#name),
            aliases: &[#(#aliases),*],
            version: #version,
            rust_type: #rust_type,
            pivotal: #pivotal,
            phase: #phase,
            personal: #personal,
            docs: #docs,
            location: #location,
        }
    }
}

/// A function for each earlier version that leads to the present one by way of those between,
/// and the arms of a match on the version that call them.
pub(super) fn upcasts(krate: &Krate, stored: &Stored, this: &Ident) -> (TokenStream, TokenStream) {
    let (mut functions, mut arms) = (TokenStream::new(), TokenStream::new());
    let following = stored.upcast.iter().skip(1).map(Some).chain([None]);
    for (version, (from, to)) in (1_u32..).zip(stored.upcast.iter().zip(following)) {
        let (here, next) = (function(version), function(version + 1));
        let converted = if let Some(to) = to {
            quote!(#next(<#from as #krate::Into<#to>>::into(event)))
        } else {
            quote!(<#from as #krate::Into<#this>>::into(event))
        };
        functions.extend(quote! {
            fn #here(event: #from) -> #this { #converted }
        });
        arms.extend(quote!(#version => #krate::from_json(stored).map(#here),));
    }
    let known = stored.version();
    arms.extend(quote!(_ => #krate::Err(#krate::unreadable_version(stored, #known)),));
    (functions, arms)
}

fn function(version: u32) -> Ident {
    format_ident!("from_v{version}", span = Span::call_site())
}
