use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::CommandSet;

pub(crate) fn command_set(set: &CommandSet) -> TokenStream {
    let CommandSet {
        krate,
        ident,
        generics,
        members,
    } = set;
    let (params, args, where_clause) = generics.split_for_impl();
    let variants = members.iter().map(|(variant, _)| variant);
    let held: Vec<_> = members.iter().map(|(_, held)| held).collect();
    quote! {
        #[automatically_derived]
        impl #params #krate::Issues for #ident #args #where_clause {
            const ISSUES: &'static #krate::meta::Flow<#krate::meta::Command> =
                &#krate::meta::Flow::Either(&[#(<#held as #krate::Issues>::ISSUES),*]);
            fn issue(self, out: &mut #krate::Vec<#krate::Outgoing>) -> #krate::Result<(), #krate::InvalidPayload> {
                match self {
                    #(Self::#variants(held) => <#held as #krate::Issues>::issue(held, out),)*
                }
            }
        }
    }
}
