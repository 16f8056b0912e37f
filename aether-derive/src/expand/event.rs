use proc_macro2::TokenStream;
use quote::quote;

use super::{inline::inline_set, set::set, stored, subset::subset};
use crate::ast::{EventItem, Krate, Stored};

pub(crate) fn event(event: &EventItem) -> TokenStream {
    match event {
        EventItem::One(krate, stored) => one(krate, stored),
        EventItem::Set(item) => set(item, item.ident.span()),
        EventItem::Inline(item) => inline_set(item),
        EventItem::Subset(item) => subset(item),
    }
}

fn one(krate: &Krate, event: &Stored) -> TokenStream {
    let ident = &event.ident;
    let meta = stored::meta(krate, event);
    let upcast = upcast(krate, event);
    let deprecated = stored::deprecated(krate, event);
    // What is retired is an event that no handler can return.
    let still_emitted = event
        .retired
        .then(|| quote!(where __S: #krate::StillEmitted<#ident>));
    quote! {
        #[automatically_derived]
        impl #krate::DomainEvent for #ident {
            const META: &'static #krate::meta::Event = &#meta;
            #upcast
        }
        #[automatically_derived]
        impl<__S: #krate::Includes<#ident>> #krate::Emits<__S> for #ident #still_emitted {
            type Emission = Self;

            fn emit<__O: #krate::EventSink<__S>>(self, out: &mut __O) {
                #krate::EventSink::<__S>::take_one(out, self);
            }
        }
        #deprecated
    }
}

fn upcast(krate: &Krate, event: &Stored) -> Option<TokenStream> {
    if event.upcast.is_empty() {
        return None;
    }
    let (functions, arms) = stored::upcasts(krate, event, &event.ident);
    Some(quote! {
        fn upcast(stored: #krate::Stored<'_>) -> #krate::Result<Self, #krate::DecodeError> {
            #functions
            match stored.schema_version { #arms }
        }
    })
}
