use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;

use crate::ast::Rejection;

pub(crate) fn rejection(rejection: &Rejection) -> TokenStream {
    let Rejection {
        krate,
        ident,
        generics,
        variants,
    } = rejection;
    let (params, args, where_clause) = generics.split_for_impl();
    let name = ident.unraw().to_string();
    quote! {
        impl #params #ident #args #where_clause {
            #[doc(hidden)]
            pub const __REJECTION: #krate::meta::Rejection = #krate::meta::Rejection {
                name: #name,
                variants: &[#(#variants),*],
            };
        }
    }
}
