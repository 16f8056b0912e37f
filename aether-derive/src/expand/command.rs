use proc_macro2::TokenStream;
use quote::quote;

use super::{personal::personal, schema::schema};
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
    let mut said = TokenStream::new();
    if !aliases.is_empty() {
        said.extend(quote!(aliases: &[#(#aliases),*],));
    }
    if !fields.is_empty() {
        let personal = personal(krate, fields);
        said.extend(quote!(personal: #personal,));
    }
    if let Some(docs) = noun.docs.beside_text(krate) {
        said.extend(quote!(docs: #docs,));
    }
    let text = noun.docs.text();
    quote! {
        #[automatically_derived]
        impl #krate::Command for #ident {
            const META: &'static #krate::meta::Command = &#krate::meta::Command {
                #said
                schema: #schema,
                ..#krate::meta::Command::new(#name, #text)
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
