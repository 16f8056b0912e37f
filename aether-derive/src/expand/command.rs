use proc_macro2::TokenStream;
use quote::quote;

use super::{location::location, personal::personal, schema::schema};
use crate::ast::Command;

pub(crate) fn command(command: &Command) -> TokenStream {
    let Command {
        noun,
        id,
        id_type,
        personal: fields,
        aliases,
    } = command;
    let (krate, ident, name) = (&noun.krate, &noun.ident, &noun.name);
    let personal = personal(krate, fields);
    let schema = schema(krate, &quote!(#ident));
    let (docs, location) = (noun.docs.tokens(krate), location(krate));
    quote! {
        #[automatically_derived]
        impl #krate::Command for #ident {
            const META: &'static #krate::meta::Command = &#krate::meta::Command {
                name: #krate::meta::Name::new(#name),
                aliases: &[#(#aliases),*],
                personal: #personal,
                schema: #schema,
                docs: #docs,
                location: #location,
            };
            fn key(&self) -> #krate::String {
                <#id_type as #krate::ToString>::to_string(&self.#id)
            }
        }
        #[automatically_derived]
        impl #krate::Issues for #ident {
            const ISSUES: &'static #krate::meta::Flow<#krate::meta::Command> =
                &#krate::meta::Flow::One(<Self as #krate::Command>::META);
            fn issue(self, out: &mut #krate::Vec<#krate::Outgoing>) -> #krate::Result<(), #krate::InvalidPayload> {
                #krate::Outgoing::of(&self).map(|command| out.push(command))
            }
        }
    }
}
