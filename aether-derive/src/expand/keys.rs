use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Meta, spanned::Spanned as _};

use super::stop_if::stop_if;
use crate::ast::{Block, Key, Krate, Method, spelling};

/// Which instance of a process manager each event concerns; nothing if no method says so.
pub(super) fn keys(krate: &Krate, block: &Block, methods: &[Method]) -> Option<TokenStream> {
    let keyed = distinct(methods);
    if keyed.is_empty() {
        return None;
    }
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    let impls = keyed.iter().map(|keyed| {
        let (cfg, subject, key) = (&keyed.cfg, &keyed.method.subject, key(krate, keyed.key));
        quote! {
            #cfg
            #[automatically_derived]
            impl #params #krate::Keyed<#subject> for #self_ty #where_clause {
                type Key = <#self_ty as #krate::ProcessManager>::Key;
                fn key(event: &#subject) -> #krate::Option<Self::Key> { #key }
            }
        }
    });
    let rows: Vec<_> = keyed.iter().map(|keyed| row(krate, keyed)).collect();
    let once = once(krate, block, &keyed);
    Some(quote! {
        #(#impls)*
        #[automatically_derived]
        impl #params #krate::Instances for #self_ty #where_clause {
            const ON_KEY: &'static [#krate::OnKey<Self>] = &[#(#rows),*];
        }
        #once
    })
}

/// An event with the key that is given for it.
struct Keyed<'a> {
    method: &'a Method,
    key: &'a Key,
    /// Under which conditions a method takes the event.
    cfg: Option<TokenStream>,
}

fn distinct(methods: &[Method]) -> Vec<Keyed<'_>> {
    let mut seen: Vec<String> = Vec::new();
    let mut keyed = Vec::new();
    for method in methods {
        let Some(key) = &method.key else { continue };
        let event = spelling(&method.subject);
        if !seen.contains(&event) {
            let same = methods
                .iter()
                .filter(|other| spelling(&other.subject) == event);
            let cfg = any_of(same.map(|other| other.cfgs.as_slice()));
            keyed.push(Keyed { method, key, cfg });
            seen.push(event);
        }
    }
    keyed
}

/// `#[cfg(..)]`, where it holds if all of some are met; none if some of them are empty.
fn any_of<'a>(cfgs: impl Iterator<Item = &'a [Attribute]>) -> Option<TokenStream> {
    let mut alternatives = Vec::new();
    for all in cfgs {
        if all.is_empty() {
            return None;
        }
        let conditions = all.iter().filter_map(|cfg| match &cfg.meta {
            Meta::List(list) => Some(&list.tokens),
            Meta::Path(_) | Meta::NameValue(_) => None,
        });
        alternatives.push(quote!(all(#(#conditions),*)));
    }
    Some(quote!(#[cfg(any(#(#alternatives),*))]))
}

/// Reads the key into a variable that lies at the word `key`: a value that is none is blamed there.
fn key(krate: &Krate, key: &Key) -> TokenStream {
    let (word, expr) = (key.word(), key.expr());
    let value = if key.is_function() {
        quote!(#krate::call(event, #expr))
    } else if key.is_call() {
        quote!(event.#expr)
    } else {
        quote!(&event.#expr)
    };
    quote! {
        let #word = #value;
        #krate::key_of(#word)
    }
}

fn row(krate: &Krate, Keyed { method, cfg, .. }: &Keyed<'_>) -> TokenStream {
    let subject = &method.subject;
    quote!(#cfg #krate::OnKey::<Self>::new::<#subject>())
}

/// No event comes in two types, unless the block is generic, so that nothing is known yet.
fn once(krate: &Krate, block: &Block, keyed: &[Keyed<'_>]) -> Option<TokenStream> {
    if !block.generics.params.is_empty() {
        return None;
    }
    let self_ty = &block.self_ty;
    let name = spelling(self_ty);
    let sets = keyed.iter().map(|Keyed { method, cfg, .. }| {
        let subject = &method.subject;
        quote!(#cfg #krate::OnKey::<#self_ty>::new::<#subject>().events())
    });
    let check = quote!(keyed_once(#name, &[#(#sets),*]));
    Some(stop_if(krate, self_ty.span(), &check))
}
