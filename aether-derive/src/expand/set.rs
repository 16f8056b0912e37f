use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned as _;

use super::stop_if::{spanned, stop_if};
use crate::ast::{Set, SetMember};

/// The impls of an enum whose variants hold event structs.
///
/// Two events under one stored name are reported at `at`.
pub(super) fn set(set: &Set, at: Span) -> TokenStream {
    let conversions = conversions(set);
    let event_set = event_set(set);
    let emits = emits(set);
    let fold_into = fold_into(set);
    let event_types = event_types(set);
    let distinct = distinct(set, at);
    quote!(#event_set #conversions #emits #fold_into #event_types #distinct)
}

/// `EventSet`: one short match or chain a method.
fn event_set(set: &Set) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let events: Vec<_> = set.members.iter().map(|member| &member.event).collect();
    let variants: Vec<_> = set.members.iter().map(|member| &member.variant).collect();
    let other = set.other.as_ref();
    let raw = other.map(|_| quote!(#krate::RawEvent));
    let others: Vec<_> = other.into_iter().collect();
    let covers = if other.is_some() {
        quote!(true)
    } else {
        quote!(#(<#events as #krate::EventSet>::covers(event_type))||*)
    };
    let name_given = other.map_or_else(|| quote!(event_type), |_| quote!(_));
    let decode = decode(set);
    let metas = set
        .members
        .iter()
        .filter(|member| !member.repeated)
        .map(|member| {
            let event = &member.event;
            let only = spanned(event.span(), quote!(#krate::meta::check::only));
            let events = spanned(event.span(), quote!(<#event as #krate::EventSet>::EVENTS));
            quote!(#only #events)
        });
    quote! {
        #[automatically_derived]
        impl #krate::EventSet for #ident {
            const EVENTS: #krate::meta::Set<#krate::meta::Event> = &[#(#metas),*];
            fn stored_as(&self) -> (#krate::Cow<'static, str>, u32) {
                match self {
                    #(Self::#variants(event) => <#events as #krate::EventSet>::stored_as(event),)*
                    #(Self::#others(event) => <#raw as #krate::EventSet>::stored_as(event),)*
                }
            }
            fn encode(&self, out: &mut #krate::Vec<u8>) -> #krate::Result<(), #krate::InvalidPayload> {
                match self {
                    #(Self::#variants(event) => <#events as #krate::EventSet>::encode(event, out),)*
                    #(Self::#others(event) => <#raw as #krate::EventSet>::encode(event, out),)*
                }
            }
            fn covers(#name_given: &str) -> bool { #covers }
            fn decode(stored: #krate::Stored<'_>) -> #krate::Result<Self, #krate::DecodeError> {
                #decode
            }
        }
    }
}

fn decode(set: &Set) -> TokenStream {
    let krate = &set.krate;
    let name = set.ident.to_string();
    let events: Vec<_> = set.members.iter().map(|member| &member.event).collect();
    let wraps = set.members.iter().map(|member| {
        let variant = &member.variant;
        if member.boxed {
            quote!(|event| Self::#variant(#krate::Box::new(event)))
        } else {
            quote!(Self::#variant)
        }
    });
    let Some(other) = &set.other else {
        return quote! {
            #(if <#events as #krate::EventSet>::covers(stored.event_type) {
                return <#events as #krate::EventSet>::decode(stored).map(#wraps);
            })*
            #krate::Err(#krate::unknown_type(stored, #name))
        };
    };
    quote! {
        #(if <#events as #krate::EventSet>::covers(stored.event_type) {
            return match <#events as #krate::EventSet>::decode(stored) {
                #krate::Err(#krate::DecodeError::FutureVersion { .. }) => {
                    #krate::Ok(Self::#other(#krate::From::from(stored)))
                }
                decoded => decoded.map(#wraps),
            };
        })*
        #krate::Ok(Self::#other(#krate::From::from(stored)))
    }
}

fn conversions(set: &Set) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let distinct = set.members.iter().filter(|member| !member.repeated);
    let impls = distinct.map(|member| {
        let (variant, event) = (&member.variant, &member.event);
        let value = if member.boxed {
            quote!(#krate::Box::new(event))
        } else {
            quote!(event)
        };
        quote! {
            #[automatically_derived]
            impl #krate::From<#event> for #ident {
                fn from(event: #event) -> Self { Self::#variant(#value) }
            }
            #[automatically_derived]
            impl #krate::Includes<#event> for #ident {}
        }
    });
    quote!(#(#impls)*)
}

/// A set that keeps what it does not know can be read, and not be emitted as a whole.
fn emits(set: &Set) -> Option<TokenStream> {
    if set.other.is_some() {
        return None;
    }
    let (krate, ident) = (&set.krate, &set.ident);
    let events: Vec<_> = set.members.iter().map(|member| &member.event).collect();
    let variants = set.members.iter().map(|member| &member.variant);
    let unboxed = set.members.iter().map(unboxed);
    Some(quote! {
        #[automatically_derived]
        impl<__S> #krate::Emits<__S> for #ident
        where
            #(__S: #krate::Includes<#events>,)*
        {
            const EMITS: &'static #krate::meta::Flow<#krate::meta::Event> =
                &#krate::meta::Flow::OneOf(<Self as #krate::EventSet>::EVENTS);
            fn emit(self, out: &mut #krate::Vec<__S>) {
                out.push(match self {
                    #(Self::#variants(event) => <__S as #krate::From<#events>>::from(#unboxed),)*
                });
            }
        }
    })
}

pub(super) fn unboxed(member: &SetMember) -> TokenStream {
    if member.boxed {
        quote!(*event)
    } else {
        quote!(event)
    }
}

fn fold_into(set: &Set) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let events: Vec<_> = set.members.iter().map(|member| &member.event).collect();
    let variants = set.members.iter().map(|member| &member.variant);
    let unboxed = set.members.iter().map(unboxed);
    let others: Vec<_> = set.other.iter().collect();
    let raw: Vec<_> = set.other.iter().map(|_| quote!(#krate::RawEvent)).collect();
    quote! {
        #[automatically_derived]
        impl<__S> #krate::FoldInto<__S> for #ident
        where
            #(__S: #krate::Apply<#events>,)*
            #(__S: #krate::Apply<#raw>,)*
        {
            fn fold_into(self, state: &mut __S, origin: &#krate::Origin<'_>) {
                match self {
                    #(Self::#variants(event) => <__S as #krate::Apply<#events>>::apply(state, #unboxed, origin),)*
                    #(Self::#others(event) => <__S as #krate::Apply<#raw>>::apply(state, event, origin),)*
                }
            }
        }
    }
}

fn event_types(set: &Set) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let events: Vec<_> = set.members.iter().map(|member| &member.event).collect();
    quote! {
        #[automatically_derived]
        impl<__V> #krate::EventTypes<__V> for #ident
        where
            #(__V: #krate::VisitEvent<#events>,)*
        {
            fn visit(visitor: &mut __V) {
                #(<__V as #krate::VisitEvent<#events>>::visit(visitor);)*
            }
        }
    }
}

fn distinct(set: &Set, at: Span) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let name = ident.to_string();
    let check = quote!(distinct_events(#name, <#ident as #krate::EventSet>::EVENTS));
    stop_if(krate, at, &check)
}
