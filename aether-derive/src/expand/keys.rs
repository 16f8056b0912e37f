use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Meta, spanned::Spanned as _};

use super::{
    parts::Tables,
    stop_if::{stop_if, stop_now},
};
use crate::ast::{Block, Key, Krate, Method, spelling};

/// Which instance of a process manager the events concern of which a method says so.
pub(super) fn keys(krate: &Krate, block: &Block, keyed: &[Keyed<'_>]) -> TokenStream {
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    // Not `Self::Key`, of which rustc would know nothing if two blocks say a key of one event.
    let of_key = quote!(<#self_ty as #krate::ProcessManager>::Key);
    let impls = keyed.iter().map(|keyed| {
        let (cfg, subject, value) = (&keyed.cfg, &keyed.method.subject, key(krate, keyed.key));
        quote! {
            #cfg
            #[automatically_derived]
            impl #params #krate::Keyed<#subject> for #self_ty #where_clause {
                type Key = #of_key;
                fn key(event: &#subject) -> #krate::Option<#of_key> { #value }
            }
        }
    });
    quote!(#(#impls)*)
}

/// `Instances`, of the only block of a process manager; nothing if no method says a key.
pub(super) fn instances(krate: &Krate, block: &Block, tables: &Tables) -> Option<TokenStream> {
    let Tables { on_key, keyed, .. } = tables;
    if on_key.is_empty() {
        return None;
    }
    let (params, _, where_clause) = block.generics.split_for_impl();
    let self_ty = &block.self_ty;
    // In a generic block, nothing is known yet of the events.
    let once = block.generics.params.is_empty().then(|| {
        let name = spelling(self_ty);
        let check = quote!(keyed_once(#name, &[#(#keyed),*]));
        stop_if(krate, self_ty.span(), &check)
    });
    Some(quote! {
        #[automatically_derived]
        impl #params #krate::Instances for #self_ty #where_clause {
            const ON_KEY: &'static [#krate::OnKey<Self>] = &[#(#on_key),*];
        }
        #once
    })
}

/// `Instances`, of a type with several blocks, if it is a process manager: `for<..>` puts the
/// question off until someone needs it.
pub(super) fn instances_of_parts(
    krate: &Krate,
    block: &Block,
    on_key: &TokenStream,
    keyed: &TokenStream,
) -> TokenStream {
    let self_ty = &block.self_ty;
    let name = spelling(self_ty);
    let check = quote! {
        keyed_each(
            #name,
            (<#self_ty as #krate::Handlers>::APPLIES, <#self_ty as #krate::Handlers>::REACTIONS),
            #keyed,
        )
    };
    let checked = stop_now(krate, self_ty.span(), &check);
    quote! {
        #[automatically_derived]
        impl #krate::Instances for #self_ty
        where
            for<'__w> #self_ty: #krate::ProcessManager,
        {
            const ON_KEY: &'static [#krate::OnKey<Self>] = #on_key;
            const KEPT: &'static [#krate::meta::Set<#krate::meta::Event>] = {
                #checked
                <#self_ty as #krate::Handlers>::APPLIES
            };
        }
    }
}

/// An event with the key that is given for it.
pub(super) struct Keyed<'a> {
    method: &'a Method,
    key: &'a Key,
    /// Under which conditions a method takes the event.
    cfg: Option<TokenStream>,
}

pub(super) fn distinct(methods: &[Method]) -> Vec<Keyed<'_>> {
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

pub(super) fn row(krate: &Krate, Keyed { method, cfg, .. }: &Keyed<'_>) -> TokenStream {
    let subject = &method.subject;
    quote!(#cfg #krate::OnKey::<Self>::new::<#subject>())
}

/// The events of a row.
pub(super) fn events(
    krate: &Krate,
    block: &Block,
    Keyed { method, cfg, .. }: &Keyed<'_>,
) -> TokenStream {
    let (self_ty, subject) = (&block.self_ty, &method.subject);
    quote!(#cfg #krate::OnKey::<#self_ty>::new::<#subject>().events())
}
