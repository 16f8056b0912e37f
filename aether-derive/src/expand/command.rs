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
    let schema = schema(krate, &quote!(#ident));
    let location = location(krate);
    let mut said = TokenStream::new();
    if !aliases.is_empty() {
        said.extend(quote!(aliases: &[#(#aliases),*],));
    }
    if !fields.is_empty() {
        let personal = personal(krate, fields);
        said.extend(quote!(personal: #personal,));
    }
    if !noun.docs.is_empty() {
        let docs = noun.docs.tokens(krate);
        said.extend(quote!(docs: #docs,));
    }
    quote! {
        #[automatically_derived]
        impl #krate::Command for #ident {
            const META: &'static #krate::meta::Command = &#krate::meta::Command {
                name: #krate::meta::Name::new(#name),
                #said
                schema: #schema,
                location: #location,
                ..#krate::meta::Command::PLAIN
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
                #krate::issue(&self, out)
            }
        }
    }
}
