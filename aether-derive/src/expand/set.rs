use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{ext::IdentExt as _, spanned::Spanned as _};

use super::{
    join::join,
    nested,
    stop_if::{spanned, stop_if},
};
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
    let nested = nested::nested(set);
    quote!(#event_set #conversions #nested #emits #fold_into #event_types #distinct)
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
    let metas = metas(set);
    let as_members = as_members(set);
    let takes_others = other.map(|_| {
        quote!(
            const TAKES_OTHERS: #krate::bool = true;
        )
    });
    quote! {
        #[automatically_derived]
        impl #krate::EventSet for #ident {
            const EVENTS: #krate::meta::Set<#krate::meta::Event> = #metas;
            const STORED_AS_MEMBERS: #krate::bool = #as_members;
            #takes_others
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

/// Each event is written as it is; of those in a set that is a member, that set knows.
fn as_members(set: &Set) -> TokenStream {
    let krate = &set.krate;
    let nested = set.nested().map(|member| &member.event);
    let nested = nested.map(|event| quote!(<#event as #krate::EventSet>::STORED_AS_MEMBERS));
    let mut all: Vec<_> = nested.collect();
    if all.is_empty() {
        all.push(quote!(true));
    }
    quote!(#(#all)&&*)
}

/// The metadata of the events, in the order written.
fn metas(set: &Set) -> TokenStream {
    let krate = &set.krate;
    let members = || set.members.iter().filter(|member| !member.repeated);
    let only = |member: &SetMember| {
        let at = member.event.span();
        let only = spanned(at, quote!(#krate::meta::check::only));
        let events = spanned(at, nested::events(krate, member));
        quote!(#only #events)
    };
    if set.nested().next().is_none() {
        let metas = members().map(only);
        return quote!(&[#(#metas),*]);
    }
    let slices = members().map(|member| {
        if member.is_set {
            nested::events(krate, member)
        } else {
            let only = only(member);
            quote!(&[#only])
        }
    });
    let row = quote!(&'static #krate::meta::Event);
    join(krate, &row, &quote!([#(#slices),*]))
}

fn decode(set: &Set) -> TokenStream {
    let krate = &set.krate;
    let name = set.ident.unraw().to_string();
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
    let distinct = set.single().filter(|member| !member.repeated);
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
    quote! {
        #(#impls)*
        #[automatically_derived]
        impl #krate::Includes<#ident> for #ident {}
    }
}

/// A set that keeps what it does not know can be read, and not be emitted as a whole.
fn emits(set: &Set) -> Option<TokenStream> {
    if set.other.is_some() {
        return None;
    }
    let (krate, ident) = (&set.krate, &set.ident);
    let single = set.single().map(|member| &member.event);
    let nested = set.nested().map(|member| &member.event);
    let arms = set.members.iter().map(|member| {
        let (variant, event, unboxed) = (&member.variant, &member.event, unboxed(member));
        if member.is_set {
            quote!(Self::#variant(event) => <#event as #krate::Emits<__S>>::emit(#unboxed, out),)
        } else {
            quote!(Self::#variant(event) => #krate::EventSink::take(out, <__S as #krate::From<#event>>::from(#unboxed)),)
        }
    });
    Some(quote! {
        #[automatically_derived]
        impl<__S> #krate::Emits<__S> for #ident
        where
            #(__S: #krate::Includes<#single>,)*
            #(#nested: #krate::Emits<__S>,)*
        {
            type Emission = Self;

            fn emit<__O: #krate::EventSink<__S>>(self, out: &mut __O) {
                match self { #(#arms)* }
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
    let single = set.single().map(|member| &member.event);
    let nested = set.nested().map(|member| &member.event);
    let arms = set.members.iter().map(|member| {
        let (variant, event, unboxed) = (&member.variant, &member.event, unboxed(member));
        if member.is_set {
            quote!(Self::#variant(event) => <#event as #krate::FoldInto<__S>>::fold_into(#unboxed, state, origin),)
        } else {
            quote!(Self::#variant(event) => <__S as #krate::Apply<#event>>::apply(state, #unboxed, origin),)
        }
    });
    let others: Vec<_> = set.other.iter().collect();
    let raw: Vec<_> = set.other.iter().map(|_| quote!(#krate::RawEvent)).collect();
    quote! {
        #[automatically_derived]
        impl<__S> #krate::FoldInto<__S> for #ident
        where
            #(__S: #krate::Apply<#single>,)*
            #(#nested: #krate::FoldInto<__S>,)*
            #(__S: #krate::Apply<#raw>,)*
        {
            fn fold_into(self, state: &mut __S, origin: &#krate::Origin<'_>) {
                match self {
                    #(#arms)*
                    #(Self::#others(event) => <__S as #krate::Apply<#raw>>::apply(state, event, origin),)*
                }
            }
        }
    }
}

fn event_types(set: &Set) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let single = set.single().map(|member| &member.event);
    let nested = set.nested().map(|member| &member.event);
    let visits = set.members.iter().map(|member| {
        let event = &member.event;
        if member.is_set {
            quote!(<#event as #krate::EventTypes<__V>>::visit(visitor);)
        } else {
            quote!(<__V as #krate::VisitEvent<#event>>::visit(visitor);)
        }
    });
    quote! {
        #[automatically_derived]
        impl<__V> #krate::EventTypes<__V> for #ident
        where
            #(__V: #krate::VisitEvent<#single>,)*
            #(#nested: #krate::EventTypes<__V>,)*
        {
            fn visit(visitor: &mut __V) {
                #(#visits)*
            }
        }
    }
}

fn distinct(set: &Set, at: Span) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let name = ident.unraw().to_string();
    let check = quote!(distinct_events(#name, <#ident as #krate::EventSet>::EVENTS));
    stop_if(krate, at, &check)
}
