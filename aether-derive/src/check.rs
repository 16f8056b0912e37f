//! What the items of one macro must fulfil beyond their shape.

use std::collections::HashMap;

use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::{Generics, parse::ParseStream};

use crate::{
    ast::{Aggregate, Command, EventItem, Events, InlineSet, Method, Set, Stored, Verb, spelling},
    ctxt::Ctxt,
};

pub(crate) fn event(cx: &Ctxt, event: &EventItem, generics: &Generics) {
    not_generic(cx, generics, "an event");
    match event {
        EventItem::One(_, stored) => stored_form(cx, stored),
        EventItem::Set(set) => distinct_members(cx, set),
        EventItem::Inline(set) => inline(cx, set),
    }
}

pub(crate) fn command(cx: &Ctxt, command: &Command) {
    not_generic(cx, &command.noun.generics, "a command");
}

pub(crate) fn aggregate(cx: &Ctxt, aggregate: &Aggregate) {
    if let Events::Generated(set, _) = &aggregate.events {
        not_generic(
            cx,
            &aggregate.noun.generics,
            "an aggregate with `events(..)`",
        );
        distinct_members(cx, set);
        distinct_variants(cx, set);
    }
}

/// No two methods of a block do the same.
pub(crate) fn methods(cx: &Ctxt, methods: &mut Vec<Method>) {
    let mut seen: HashMap<(Verb, String), Ident> = HashMap::new();
    methods.retain(|method| {
        let key = (method.verb, spelling(&method.subject));
        let first = seen.insert(key, method.name.clone());
        let Some(first) = first.filter(|_| method.cfgs.is_empty()) else {
            return true;
        };
        let does = match method.verb {
            Verb::Handle => "handles",
            Verb::Apply => "applies",
            Verb::React => "reacts to",
        };
        let subject = spelling(&method.subject);
        cx.error(
            &method.subject,
            format!("`{first}` already {does} `{subject}`"),
        );
        false
    });
}

/// A stored name may not depend on a type parameter.
fn not_generic(cx: &Ctxt, generics: &Generics, what: &str) {
    if !generics.params.is_empty() {
        let (params, _, _) = generics.split_for_impl();
        let message = format!(
            "{what} cannot be generic: its stored name would be the same for every argument"
        );
        cx.error(params.to_token_stream(), message);
    }
}

fn stored_form(cx: &Ctxt, stored: &Stored) {
    version(cx, stored);
    let mut names = vec![stored.name.clone()];
    for alias in &stored.aliases {
        let name = alias.value();
        if name.trim().is_empty() {
            cx.error(alias, "a name cannot be empty");
        } else if names.contains(&name) {
            cx.error(alias, format!("\"{name}\" already names this event"));
        }
        names.push(name);
    }
}

/// The version that is given is the one that the upcasters lead to.
fn version(cx: &Ctxt, stored: &Stored) {
    let Some(literal) = &stored.given_version else {
        return;
    };
    let (Some(given), implied) = (cx.take(literal.base10_parse::<u32>()), stored.version()) else {
        return;
    };
    match &stored.upcast_key {
        _ if given == 0 => cx.error(literal, "versions count from 1"),
        _ if given > implied => cx.error(literal, needs_upcasters(stored, given)),
        Some(key) if given < implied => {
            let listed = implied - 1;
            let message = format!(
                "{listed} earlier payloads are listed, so this is version {implied}, not {given}"
            );
            cx.error(key, message);
        }
        _ => {}
    }
}

fn needs_upcasters(stored: &Stored, given: u32) -> String {
    let earlier = given - 1;
    let known = stored.upcast.iter().map(spelling);
    let next = stored.version();
    let missing = (next..given).map(|number| format!("{}V{number}", stored.ident));
    // A version that is no version at all is not worth a page of names.
    let types: Vec<_> = known.chain(missing.take(4)).collect();
    let types = types.join(", ");
    format!(
        "version {given} needs an upcaster for each earlier version: write `upcast({types})`, the payload types of versions 1 to {earlier}"
    )
}

fn distinct_members(cx: &Ctxt, set: &Set) {
    let mut seen = HashMap::new();
    for member in &set.members {
        let event = spelling(&member.event);
        if let Some(first) = seen.insert(event.clone(), &member.variant) {
            let message = format!("variant `{first}` already holds `{event}`");
            cx.error(&member.event, message);
        }
    }
}

/// Two paths that end alike would give two variants of one name.
fn distinct_variants(cx: &Ctxt, set: &Set) {
    let mut seen = HashMap::new();
    for member in &set.members {
        let event = spelling(&member.event);
        match seen.insert(&member.variant, event.clone()) {
            Some(first) if first != event => {
                let variant = &member.variant;
                let message = format!(
                    "`{first}` already gives the variant `{variant}`; write the enum yourself and name it with `event = ..`"
                );
                cx.error(&member.event, message);
            }
            _ => {}
        }
    }
}

fn inline(cx: &Ctxt, set: &InlineSet) {
    without_serde_tags(cx, set);
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    for variant in &set.variants {
        let stored = &variant.stored;
        stored_form(cx, stored);
        let aliases = stored.aliases.iter().map(syn::LitStr::value);
        for name in std::iter::once(stored.name.clone()).chain(aliases) {
            match seen.insert(name.clone(), &stored.ident) {
                Some(first) if *first != stored.ident => {
                    cx.error(
                        &stored.ident,
                        format!("`{first}` is already stored as \"{name}\""),
                    );
                }
                _ => {}
            }
        }
    }
}

/// What of serde would write a tag of its own, or leave a variant out.
const SERDE_TAGS: [&str; 10] = [
    "tag",
    "content",
    "untagged",
    "other",
    "skip",
    "skip_serializing",
    "skip_deserializing",
    "from",
    "into",
    "try_from",
];

fn without_serde_tags(cx: &Ctxt, set: &InlineSet) {
    for attr in &set.serde {
        // What serde cannot read, serde reports.
        let _read = attr.parse_nested_meta(|meta| {
            if let Some(word) = SERDE_TAGS.iter().find(|word| meta.path.is_ident(word)) {
                let message = format!("`{word}` does not go with `#[derive(Event)]`: the event type is the tag, and it is stored beside the data");
                cx.error(&meta.path, message);
            }
            skip_value(meta.input)
        });
    }
}

fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(syn::Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
