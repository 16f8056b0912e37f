use proc_macro2::TokenStream;
use quote::quote;
use syn::Member;

use crate::ast::Id;

pub(crate) fn id(id: &Id) -> TokenStream {
    let Id {
        krate,
        ident,
        generics,
        member,
        inner,
    } = id;
    let (params, args, where_clause) = generics.split_for_impl();
    let made = |value: TokenStream| match member {
        Member::Named(field) => quote!(Self { #field: #value }),
        Member::Unnamed(_) => quote!(Self(#value)),
    };
    let make = match member {
        Member::Named(field) => quote!(|value| Self { #field: value }),
        Member::Unnamed(_) => quote!(Self),
    };
    let from_value = made(quote!(value));
    let from_text = id.is_text().then(|| {
        let made = made(quote!(#krate::From::from(text)));
        quote! {
            #[automatically_derived]
            impl #params #krate::From<&str> for #ident #args #where_clause {
                fn from(text: &str) -> Self { #made }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #params #krate::fmt::Display for #ident #args #where_clause {
            fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                <#inner as #krate::fmt::Display>::fmt(&self.#member, f)
            }
        }
        #[automatically_derived]
        impl #params #krate::FromStr for #ident #args #where_clause {
            type Err = <#inner as #krate::FromStr>::Err;
            fn from_str(text: &str) -> #krate::Result<Self, Self::Err> {
                <#inner as #krate::FromStr>::from_str(text).map(#make)
            }
        }
        #[automatically_derived]
        impl #params #krate::From<#inner> for #ident #args #where_clause {
            fn from(value: #inner) -> Self { #from_value }
        }
        #from_text
    }
}
