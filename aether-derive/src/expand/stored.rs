use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::LitStr;

use super::{option::option, personal::personal};
use crate::{
    ast::{Deprecation, Krate, Stored, spelling},
    symbol::PRIVATE,
};

/// The metadata of one kind of event: what is said of it, and the rest as of one without.
pub(super) fn meta(krate: &Krate, stored: &Stored) -> TokenStream {
    let (rust_type, text) = (&stored.rust_type, stored.docs.text());
    let said = said(krate, stored);
    let plain = quote!(#krate::meta::Event::new(#rust_type, #text));
    if said.is_empty() {
        return plain;
    }
    quote!(#krate::meta::Event { #said ..#plain })
}

fn said(krate: &Krate, stored: &Stored) -> TokenStream {
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
    let mut said = TokenStream::new();
    if name != rust_type {
        said.extend(quote!(name: #krate::meta::Name::new(#name),));
    }
    if !aliases.is_empty() {
        said.extend(quote!(aliases: &[#(#aliases),*],));
    }
    let version = stored.version();
    if version != 1 {
        said.extend(quote!(version: #version,));
    }
    if *pivotal {
        said.extend(quote!(pivotal: true,));
    }
    if phase.is_some() {
        let phase = option(krate, phase.as_ref());
        said.extend(quote!(phase: #phase,));
    }
    if let Some(marks) = marks(krate, stored) {
        said.extend(quote!(marks: #marks,));
    }
    if !fields.is_empty() {
        let personal = personal(krate, fields);
        said.extend(quote!(personal: #personal,));
    }
    if let Some(docs) = docs.beside_text(krate) {
        said.extend(quote!(docs: #docs,));
    }
    said
}

/// What is said about its use, if anything.
fn marks(krate: &Krate, stored: &Stored) -> Option<TokenStream> {
    let Stored {
        visibility,
        deprecated,
        retired,
        ..
    } = stored;
    if visibility.is_none() && deprecated.is_none() && !retired {
        return None;
    }
    let visibility = match visibility {
        None => quote!(Unsaid),
        Some(word) if word == PRIVATE => quote!(Private),
        Some(_) => quote!(Public),
    };
    let deprecated = match deprecated {
        None => quote!(#krate::None),
        Some(Deprecation { since, instead }) => {
            let since = since.as_ref().map(LitStr::value).unwrap_or_default();
            let instead = instead.as_ref().map(spelling).unwrap_or_default();
            quote! {
                #krate::Some(#krate::meta::Deprecated { since: #since, instead: #instead })
            }
        }
    };
    Some(quote! {
        #krate::meta::Marks {
            visibility: #krate::meta::Visibility::#visibility,
            deprecated: #deprecated,
            retired: #retired,
        }
    })
}

/// A constant of which rustc warns where a handler may still emit the event; nothing if it may.
pub(super) fn deprecated(krate: &Krate, stored: &Stored) -> Option<TokenStream> {
    let Deprecation { since, instead } = stored.deprecated.as_ref()?;
    let ident = &stored.ident;
    // Not as rustc's `since`, which is a version of the crate.
    let since = since.as_ref().map(LitStr::value);
    let since = since.map_or_else(String::new, |since| format!("since {since}: "));
    let instead_name = instead.as_ref().map(spelling);
    let note = instead_name.map_or_else(
        || format!("{since}the event is to be emitted no longer"),
        |instead| format!("{since}emit `{instead}` instead"),
    );
    let is_event = instead.as_ref().map(
        |instead| quote!(const _: &#krate::meta::Event = <#instead as #krate::DomainEvent>::META;),
    );
    Some(quote! {
        impl #ident {
            #[doc(hidden)]
            #[deprecated(note = #note)]
            pub const __EMITTED: () = ();
        }
        #is_event
    })
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
