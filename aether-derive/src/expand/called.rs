use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned as _;

use super::{import::fallback_constants, stop_if::stop_now};
use crate::ast::{Block, Krate, Method, Verb, spelling};

/// Fails the build where a method would never be called: an aggregate applies what is not among
/// its events, a policy applies, or what neither is one nor a process manager reacts.
///
/// Of a generic type, a context looks at what is applied.
pub(super) fn called(krate: &Krate, block: &Block, methods: &[Method]) -> Option<TokenStream> {
    if std::env::var_os("NOCALLED").is_some()
        || !block.generics.params.is_empty()
        || methods.iter().any(|method| method.key.is_some())
    {
        return None;
    }
    let is_aggregate = methods.iter().any(|method| method.verb == Verb::Handle);
    let answers = methods.iter().any(|method| method.verb == Verb::Answer);
    let checked = |method: &&Method| match method.verb {
        Verb::Apply => method.well_formed && !answers,
        Verb::React => method.well_formed,
        Verb::Handle | Verb::Answer => false,
    };
    let checks = methods.iter().filter(checked);
    let checks: Vec<_> = checks
        .zip(0_usize..)
        .map(|(method, at)| check(krate, block, (method, at), is_aggregate))
        .collect();
    if checks.is_empty() {
        return None;
    }
    let import = fallback_constants(krate, "AskedInVain");
    let asked = if is_aggregate {
        history(krate, block)
    } else {
        kind(krate, block)
    };
    Some(quote! {
        const _: () = {
            #import
            #asked
            #(#checks)*
        };
    })
}

fn check(
    krate: &Krate,
    block: &Block,
    (method, at): (&Method, usize),
    is_aggregate: bool,
) -> TokenStream {
    let (cfgs, subject) = (&method.cfgs, &method.subject);
    let (name, event) = (spelling(&block.self_ty), spelling(subject));
    let events = quote!(#krate::Asked::<#subject>::EVENTS);
    let check = if method.verb == Verb::React {
        quote!(reacts((#name, #event), &KIND))
    } else if is_aggregate {
        quote!(applied((#name, #event), history, (#events, #at)))
    } else {
        quote!(folded((#name, #event), &KIND, (#events, #at)))
    };
    let stop = stop_now(krate, subject.span(), &check);
    quote!(#(#cfgs)* { #stop })
}

fn history(krate: &Krate, block: &Block) -> TokenStream {
    let self_ty = &block.self_ty;
    quote! {
        let history = #krate::Asked::<#self_ty>::HISTORY;
    }
}

/// Of a block with no method that tells of what kind the type is.
fn kind(krate: &Krate, block: &Block) -> TokenStream {
    let self_ty = &block.self_ty;
    let asked = quote!(#krate::Asked::<#self_ty>);
    quote! {
        const KIND: #krate::meta::check::Kind = #krate::meta::check::Kind {
            history: #asked::HISTORY,
            is_policy: #asked::IS_POLICY,
            is_process_manager: #asked::IS_PROCESS_MANAGER,
            is_projection: #asked::IS_PROJECTION,
        };
    }
}
