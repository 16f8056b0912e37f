use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned as _;

use super::stop_if::stop_if;
use crate::ast::{Krate, Set, SetMember, spelling};

/// What the members that are sets themselves make of an enum.
///
/// With one of them, whatever it includes is included, so that a handler returns its events as
/// they are. With several, rustc cannot know that no event is in two of them; so each of them is
/// emitted as a set.
pub(super) fn nested(set: &Set) -> TokenStream {
    let mut nested = set.nested().filter(|member| !member.repeated);
    let impls = if let (Some(member), None) = (nested.next(), nested.next()) {
        transparent(set, member)
    } else {
        let impls = set.nested().filter(|member| !member.repeated);
        impls.map(|member| opaque(set, member)).collect()
    };
    let checks = set.nested().map(|member| {
        let (krate, event, name) = (&set.krate, &member.event, spelling(&member.event));
        let takes_others = quote!(<#event as #krate::EventSet>::TAKES_OTHERS);
        let check = quote!(takes_no_others(#name, #takes_others));
        stop_if(krate, event.span(), &check)
    });
    quote!(#impls #(#checks)*)
}

/// The metadata of the events that a member is or has.
pub(super) fn events(krate: &Krate, member: &SetMember) -> TokenStream {
    let event = &member.event;
    quote!(<#event as #krate::EventSet>::EVENTS)
}

/// Whatever the member includes, the set includes.
fn transparent(set: &Set, member: &SetMember) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let (variant, held) = (&member.variant, &member.event);
    let value = boxed(
        krate,
        member,
        &quote!(<#held as #krate::From<__E>>::from(event)),
    );
    quote! {
        #[automatically_derived]
        impl<__E> #krate::From<__E> for #ident
        where
            #held: #krate::Includes<__E>,
        {
            fn from(event: __E) -> Self { Self::#variant(#value) }
        }
        #[automatically_derived]
        impl<__E> #krate::Includes<__E> for #ident
        where
            #held: #krate::Includes<__E>,
        {}
    }
}

/// The member goes into the set as it is. That it is a set is asked where the enum is read.
fn opaque(set: &Set, member: &SetMember) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let (variant, held) = (&member.variant, &member.event);
    let value = boxed(krate, member, &quote!(event));
    quote! {
        #[automatically_derived]
        impl #krate::From<#held> for #ident {
            fn from(event: #held) -> Self { Self::#variant(#value) }
        }
        #[automatically_derived]
        impl #krate::Emits<#ident> for #held
        where
            for<'__w> #held: #krate::EventSet,
        {
            type Emission = Self;

            fn emit<__O: #krate::EventSink<#ident>>(self, out: &mut __O) {
                #krate::EventSink::take(out, <#ident as #krate::From<Self>>::from(self));
            }
        }
    }
}

fn boxed(krate: &Krate, member: &SetMember, value: &TokenStream) -> TokenStream {
    if member.boxed {
        quote!(#krate::Box::new(#value))
    } else {
        value.clone()
    }
}
