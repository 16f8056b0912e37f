//! What the items of one macro must fulfil beyond their shape.

use std::collections::HashMap;

use proc_macro2::Ident;
use quote::ToTokens as _;
use syn::{Generics, LitStr, parse::ParseStream};

use crate::{
    ast::{
        Aggregate, Block, Command, EventItem, Events, HandlersArgs, InlineSet, Key, Method, Set,
        Stored, Verb, spelling,
    },
    ctxt::Ctxt,
};

/// Whether it can be expanded, mistakes or not.
pub(crate) fn event(cx: &Ctxt, event: &mut EventItem, generics: &Generics) -> bool {
    match event {
        EventItem::One(_, stored) => stored_form(cx, stored),
        EventItem::Set(set) => distinct_members(cx, set),
        EventItem::Inline(set) => inline(cx, set),
        EventItem::Subset(_) => {}
    }
    not_generic(cx, generics, "an event")
}

/// Whether it can be expanded, mistakes or not.
pub(crate) fn command(cx: &Ctxt, command: &Command) -> bool {
    aliases(cx, "command", &command.noun.name, &command.aliases);
    not_generic(cx, &command.noun.generics, "a command")
}

/// Whether it can be expanded, mistakes or not.
pub(crate) fn aggregate(cx: &Ctxt, aggregate: &mut Aggregate) -> bool {
    let Events::Generated(set, _) = &mut aggregate.events else {
        return true;
    };
    distinct_members(cx, set);
    set.members.retain(|member| !member.repeated);
    distinct_variants(cx, set);
    not_generic(
        cx,
        &aggregate.noun.generics,
        "an aggregate with `events(..)`",
    )
}

/// There are methods, and no two do the same.
pub(crate) fn methods(cx: &Ctxt, block: &Block, args: &HandlersArgs, methods: &mut Vec<Method>) {
    if methods.is_empty() && args.parts.is_empty() && cx.is_clean() {
        let message = "no method here is marked `#[handle]`, `#[apply]`, `#[react]` or `#[answer]`";
        cx.error(&block.self_ty, message);
    }
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
            Verb::Answer => "answers",
        };
        let subject = spelling(&method.subject);
        cx.error(
            &method.subject,
            format!("`{first}` already {does} `{subject}`"),
        );
        false
    });
    one_kind(cx, methods);
}

/// No type decides, reacts and answers: each is what another kind of type does. It is taken for the
/// kind that its first method is of.
fn one_kind(cx: &Ctxt, methods: &mut Vec<Method>) {
    let is_keyed = methods.iter().any(|method| method.key.is_some());
    let tells = |method: &&Method| method.verb != Verb::Apply && method.cfgs.is_empty();
    let Some(first) = methods.iter().find(tells).filter(|_| !is_keyed) else {
        return;
    };
    let (verb, name) = (first.verb, first.name.clone());
    methods.retain(|method| {
        let is_other = tells(&method) && method.verb != verb;
        if is_other {
            let (this, other) = (deed(method.verb), deed(verb));
            let message =
                format!("this {this}, and `{name}` {other}: write a type for each; {KINDS}");
            cx.error(&method.name, message);
        }
        !is_other
    });
}

const fn deed(verb: Verb) -> &'static str {
    match verb {
        Verb::Handle => "handles a command",
        Verb::Apply => "applies an event",
        Verb::React => "reacts to an event",
        Verb::Answer => "answers a query",
    }
}

const KINDS: &str = "an aggregate handles commands, a policy or a process manager reacts to events, a projection answers queries";

/// Where one method says which instance of a process manager its event concerns, all do, if only
/// in another block, and no two say different things of one event.
pub(crate) fn keys(cx: &Ctxt, args: &HandlersArgs, methods: &mut Vec<Method>) {
    if methods.iter().all(|method| method.key.is_none()) {
        return;
    }
    let mut keys: HashMap<String, (Ident, Key)> = HashMap::new();
    for method in &*methods {
        let Some(key) = &method.key else { continue };
        let event = spelling(&method.subject);
        match keys.get(&event) {
            Some((first, known)) if !known.is_same(key) => {
                let known = spelling(known.expr());
                let message = format!(
                    "`{first}` takes the key of `{event}` from `{known}`; an event concerns one instance"
                );
                cx.error(key.expr(), message);
            }
            Some(_) => {}
            None => drop(keys.insert(event, (method.name.clone(), key.clone()))),
        }
    }
    methods.retain(|method| {
        let (subject, word) = (&method.subject, method.verb.word());
        let event = spelling(subject);
        let takes_event = matches!(method.verb, Verb::Apply | Verb::React);
        let kept = takes_event && !method.takes_raw_event();
        if method.verb == Verb::Handle {
            cx.error(&method.name, HANDLES_NOTHING);
        } else if method.verb == Verb::Answer {
            cx.error(&method.name, ANSWERS_NOTHING);
        } else if method.takes_raw_event() {
            cx.error(subject, KEY_NEEDS_TYPE);
        } else if !method.misread && !keys.contains_key(&event) && args.first_part().is_none() {
            let message = format!(
                "say which instance `{event}` concerns: `#[{word}(key = ..)]`, with the field of `{event}` that holds the key"
            );
            cx.error(subject, message);
        }
        kept
    });
}

/// Where a type has several blocks, their tables can be put together.
pub(crate) fn parts(cx: &Ctxt, block: &Block, args: &mut HandlersArgs, methods: &[Method]) {
    let Some(part) = args.first_part() else {
        return;
    };
    let is_generic = !block.generics.params.is_empty();
    if is_generic && methods.iter().any(|method| method.key.is_some()) {
        cx.error(part, GENERIC_PROCESS_MANAGER_HAS_NO_PARTS);
        args.misread = true;
    }
}

const GENERIC_PROCESS_MANAGER_HAS_NO_PARTS: &str = "a generic process manager has one `#[handlers]` block, so that each event has one key: write all its methods there";
const HANDLES_NOTHING: &str =
    "a process manager handles no commands: write `#[react]`, and let an aggregate handle them";
const ANSWERS_NOTHING: &str =
    "a process manager answers no queries: let a projection apply the same events";
const KEY_NEEDS_TYPE: &str =
    "a process manager takes events that it knows: write the type of an event, or of a set";

/// A stored name may not depend on a type parameter.
fn not_generic(cx: &Ctxt, generics: &Generics, what: &str) -> bool {
    if generics.params.is_empty() {
        return true;
    }
    let (params, _, _) = generics.split_for_impl();
    let message =
        format!("{what} cannot be generic: its stored name would be the same for every argument");
    cx.error(params.to_token_stream(), message);
    false
}

fn stored_form(cx: &Ctxt, stored: &Stored) {
    version(cx, stored);
    aliases(cx, "event", &stored.name, &stored.aliases);
}

/// Each name is given once.
fn aliases(cx: &Ctxt, what: &str, name: &str, aliases: &[LitStr]) {
    let mut names = vec![name.to_owned()];
    for alias in aliases {
        let name = alias.value();
        if name.trim().is_empty() {
            cx.error(alias, "a name cannot be empty");
        } else if names.contains(&name) {
            cx.error(alias, format!("\"{name}\" already names this {what}"));
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
    let payloads = if earlier == 1 {
        "the payload type of version 1".to_owned()
    } else {
        format!("the payload types of versions 1 to {earlier}")
    };
    format!(
        "version {given} needs an upcaster for each earlier version: write `upcast({types})`, {payloads}"
    )
}

/// Each type is held once.
fn distinct_members(cx: &Ctxt, set: &mut Set) {
    let mut seen: HashMap<String, Ident> = HashMap::new();
    for member in &mut set.members {
        let event = spelling(&member.event);
        let Some(first) = seen.insert(event.clone(), member.variant.clone()) else {
            continue;
        };
        let message = if first == member.variant {
            format!("`{event}` is listed twice")
        } else {
            format!("variant `{first}` already holds `{event}`")
        };
        cx.error(&member.event, message);
        member.repeated = true;
    }
}

/// Two paths that end alike would give two variants of one name.
fn distinct_variants(cx: &Ctxt, set: &mut Set) {
    let mut seen: HashMap<Ident, String> = HashMap::new();
    set.members.retain(|member| {
        let variant = &member.variant;
        let Some(first) = seen.insert(variant.clone(), spelling(&member.event)) else {
            return true;
        };
        let message = format!(
            "`{first}` already gives the variant `{variant}`; write the enum yourself and name it with `event = ..`"
        );
        cx.error(&member.event, message);
        false
    });
}

fn inline(cx: &Ctxt, set: &InlineSet) {
    without_serde_tags(cx, set);
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    for variant in &set.variants {
        let stored = &variant.stored;
        stored_form(cx, stored);
        let aliases = stored.aliases.iter().map(LitStr::value);
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
