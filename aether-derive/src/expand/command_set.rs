use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::CommandSet;

pub(crate) fn command_set(set: &CommandSet) -> TokenStream {
    let CommandSet {
        krate,
        ident,
        members,
    } = set;
    let variants = members.iter().map(|(variant, _)| variant);
    let commands: Vec<_> = members.iter().map(|(_, command)| command).collect();
    quote! {
        #[automatically_derived]
        impl #krate::Issues for #ident {
            const ISSUES: &'static #krate::meta::Flow<#krate::meta::Command> =
                &#krate::meta::Flow::OneOf(&[#(<#commands as #krate::Command>::META),*]);
            fn issue(self, out: &mut #krate::Vec<#krate::Outgoing>) -> #krate::Result<(), #krate::InvalidPayload> {
                match self {
                    #(Self::#variants(command) => <#commands as #krate::Issues>::issue(command, out),)*
                }
            }
        }
    }
}
