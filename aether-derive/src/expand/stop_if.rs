use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::quote;

use crate::ast::{Krate, Noun};

/// A check that runs while the user's crate compiles, and fails it at `at`.
///
/// Only the two pairs of parentheses carry that span: they decide where the call lies, and an
/// editor finds nothing behind them.
pub(super) fn stop_if(krate: &Krate, at: Span, check: &TokenStream) -> TokenStream {
    let stop = stop_now(krate, at, check);
    quote! {
        #[allow(long_running_const_eval, reason = "a large context takes a while to check")]
        const _: () = #stop
    }
}

/// The same within a constant: a statement.
pub(super) fn stop_now(krate: &Krate, at: Span, check: &TokenStream) -> TokenStream {
    let function = spanned(at, quote!(#krate::meta::check::stop_if));
    let finding = spanned(at, quote!(#krate::meta::check::#check));
    quote!(#function #finding;)
}

/// Tokens in parentheses that lie at `at`.
pub(super) fn spanned(at: Span, tokens: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(at);
    group
}

/// `context = Ordering`: the context has to list the member.
pub(super) fn listed(noun: &Noun, section: &TokenStream) -> Option<TokenStream> {
    let (krate, name) = (&noun.krate, &noun.name);
    let context = noun.context.as_ref()?;
    let at = syn::spanned::Spanned::span(context);
    let check = quote! {
        lists(
            <#context as #krate::meta::BoundedContext>::META,
            #krate::meta::check::Section::#section,
            &#krate::meta::Name::new(#name),
        )
    };
    Some(stop_if(krate, at, &check))
}
