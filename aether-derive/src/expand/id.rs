use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::Id;

pub(crate) fn id(id: &Id) -> TokenStream {
    let Id {
        krate,
        ident,
        generics,
        inner,
    } = id;
    let (params, args, where_clause) = generics.split_for_impl();
    let from_text = id.is_text().then(|| {
        quote! {
            #[automatically_derived]
            impl #params #krate::From<&str> for #ident #args #where_clause {
                fn from(text: &str) -> Self { Self(#krate::From::from(text)) }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #params #krate::fmt::Display for #ident #args #where_clause {
            fn fmt(&self, f: &mut #krate::fmt::Formatter<'_>) -> #krate::fmt::Result {
                <#inner as #krate::fmt::Display>::fmt(&self.0, f)
            }
        }
        #[automatically_derived]
        impl #params #krate::FromStr for #ident #args #where_clause {
            type Err = <#inner as #krate::FromStr>::Err;
            fn from_str(text: &str) -> #krate::Result<Self, Self::Err> {
                <#inner as #krate::FromStr>::from_str(text).map(Self)
            }
        }
        #[automatically_derived]
        impl #params #krate::From<#inner> for #ident #args #where_clause {
            fn from(value: #inner) -> Self { Self(value) }
        }
        #from_text
    }
}
