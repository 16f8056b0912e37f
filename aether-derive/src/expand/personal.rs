use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::{Krate, PersonalField, Subject};

/// The metadata of the personal fields. That each is a `Personal<..>` is asked at its type.
pub(super) fn personal(krate: &Krate, fields: &[PersonalField]) -> TokenStream {
    let fields = fields.iter().map(|PersonalField { ty, name, subject }| {
        let subject = match subject {
            Subject::Actor => quote!(Actor),
            Subject::Field(path) => quote!(Field(&[#(#path),*])),
        };
        quote! {
            #krate::meta::Personal {
                field: #name,
                optional: <#ty as #krate::PersonalField>::OPTIONAL,
                subject: #krate::meta::Subject::#subject,
            }
        }
    });
    quote!(&[#(#fields),*])
}
