use proc_macro2::TokenStream;
use quote::quote;
use syn::{LitStr, ext::IdentExt as _};

use super::stored;
use crate::ast::{InlineSet, InlineVariant};

/// The impls of an enum whose variants are events themselves.
pub(super) fn inline_set(set: &InlineSet) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let event_set = event_set(set);
    let has_fields = set.variants.iter().map(|variant| variant.has_fields);
    quote! {
        #event_set
        #[automatically_derived]
        impl<__V: #krate::VisitInline<#ident>> #krate::EventTypes<__V> for #ident {
            fn visit(visitor: &mut __V) {
                <__V as #krate::VisitInline<#ident>>::visit_inline(visitor, &[#(#has_fields),*]);
            }
        }
        #[automatically_derived]
        impl<__S: #krate::Includes<#ident>> #krate::Emits<__S> for #ident {
            type Emission = Self;

            fn emit<__O: #krate::EventSink<__S>>(self, out: &mut __O) {
                #krate::EventSink::take(out, <__S as #krate::From<Self>>::from(self));
            }
        }
        #[automatically_derived]
        impl #krate::Includes<#ident> for #ident {}
        #[automatically_derived]
        impl<__S: #krate::Apply<#ident>> #krate::FoldInto<__S> for #ident {
            #[inline]
            fn fold_into(self, state: &mut __S, origin: &#krate::Origin<'_>) {
                <__S as #krate::Apply<Self>>::apply(state, self, origin);
            }
        }
    }
}

fn event_set(set: &InlineSet) -> TokenStream {
    let (krate, ident) = (&set.krate, &set.ident);
    let name = ident.unraw().to_string();
    let metas = set
        .variants
        .iter()
        .map(|variant| stored::meta(krate, &variant.stored));
    let variants = set.variants.iter().map(|variant| &variant.stored.ident);
    let names = set.variants.iter().map(|variant| &variant.stored.name);
    let versions = set.variants.iter().map(|variant| variant.stored.version());
    let patterns: Vec<_> = set.variants.iter().map(pattern).collect();
    let decoded = set.variants.iter().map(|variant| decode(set, variant));
    quote! {
        #[automatically_derived]
        impl #krate::EventSet for #ident {
            const EVENTS: #krate::meta::Set<#krate::meta::Event> = &[#(&#metas),*];
            fn stored_as(&self) -> (#krate::Cow<'static, str>, u32) {
                let (name, version) = match self {
                    #(Self::#variants { .. } => (#names, #versions),)*
                };
                (#krate::Cow::Borrowed(name), version)
            }
            fn encode(&self, out: &mut #krate::Vec<u8>) -> #krate::Result<(), #krate::InvalidPayload> {
                #krate::encode_variant::<#ident>(self, out)
            }
            fn covers(event_type: &str) -> bool {
                ::core::matches!(event_type, #(#patterns)|*)
            }
            fn decode(stored: #krate::Stored<'_>) -> #krate::Result<Self, #krate::DecodeError> {
                match stored.event_type {
                    #(#patterns => #decoded)*
                    _ => #krate::Err(#krate::unknown_type(stored, #name)),
                }
            }
        }
    }
}

/// The names that a variant is stored under.
fn pattern(variant: &InlineVariant) -> TokenStream {
    let name = &variant.stored.name;
    let aliases = variant.stored.aliases.iter().map(LitStr::value);
    quote!(#name #(| #aliases)*)
}

fn decode(set: &InlineSet, variant: &InlineVariant) -> TokenStream {
    let (krate, ident, index) = (&set.krate, &set.ident, variant.index);
    let version = variant.stored.version();
    let (functions, arms) = stored::upcasts(krate, &variant.stored, ident);
    quote! {
        {
            #functions
            match stored.schema_version {
                #version => #krate::decode_variant::<#ident>(#index, stored),
                #arms
            }
        }
    }
}
