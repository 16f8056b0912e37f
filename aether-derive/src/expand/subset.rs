use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::{Subset, SubsetVariant};

/// An enum of some of the variants of a set: it is emitted as that set, and is none itself.
pub(super) fn subset(subset: &Subset) -> TokenStream {
    let Subset {
        krate,
        ident,
        of,
        variants,
    } = subset;
    let arms = variants.iter().map(|variant| arm(subset, variant));
    let events = variants.iter().map(|variant| {
        let rust_type = subset.rust_type(variant);
        quote!(#krate::meta::check::of_variant(<#of as #krate::EventSet>::EVENTS, #rust_type))
    });
    quote! {
        #[automatically_derived]
        impl #krate::From<#ident> for #of {
            fn from(event: #ident) -> Self {
                match event { #(#arms)* }
            }
        }
        #[automatically_derived]
        impl #krate::Emission for #ident {
            const EMITS: &'static #krate::meta::Flow<#krate::meta::Event> =
                &#krate::meta::Flow::OneOf(&[#(#events),*]);
        }
        #[automatically_derived]
        impl<__S> #krate::Emits<__S> for #ident
        where
            #of: #krate::Emits<__S>,
        {
            type Emission = Self;

            fn emit<__O: #krate::EventSink<__S>>(self, out: &mut __O) {
                <#of as #krate::Emits<__S>>::emit(<#of as #krate::From<Self>>::from(self), out);
            }
        }
    }
}

fn arm(Subset { ident, of, .. }: &Subset, variant: &SubsetVariant) -> TokenStream {
    let name = &variant.ident;
    match &variant.fields {
        None => quote!(#ident::#name => #of::#name,),
        Some(fields) => quote!(#ident::#name { #(#fields),* } => #of::#name { #(#fields),* },),
    }
}
