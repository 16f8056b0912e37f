use proc_macro2::{Ident, Span};
use quote::ToTokens as _;
use syn::{DeriveInput, LitInt, Type, Visibility, ext::IdentExt as _};

use super::{
    Args, Noun, Set, SetMember,
    args::{Form, Spec},
    ungrouped,
};
use crate::{
    ctxt::Ctxt,
    symbol::{AGGREGATE, CONTEXT, CRATE, EVENT, EVENTS, NAME, SNAPSHOT, TRUSTED, VERSION},
};

/// What `#[derive(Aggregate)]` stands on.
pub(crate) struct Aggregate {
    pub(crate) noun: Noun,
    pub(crate) vis: Visibility,
    pub(crate) events: Events,
    pub(crate) snapshot: Option<Snapshot>,
}

/// `snapshot`: its state is kept.
pub(crate) struct Snapshot {
    /// The key that says so.
    pub(crate) key: Ident,
    /// `version = 2`: what the fold means by the number.
    pub(crate) version: Option<LitInt>,
    /// `trusted`: what cannot be seen of the state is taken on trust.
    pub(crate) is_trusted: bool,
}

/// The events that make up its history.
pub(crate) enum Events {
    /// `event = OrderEvent`: an enum that is written elsewhere.
    Written(Box<Type>),
    /// `events(OrderPlaced, ..)`: an enum to generate, and the key that asks for it.
    Generated(Set, Ident),
}

const STRUCT: Spec = Spec {
    attr: AGGREGATE,
    keys: &[
        (NAME, Form::Text),
        (EVENTS, Form::Types),
        (EVENT, Form::Type),
        (SNAPSHOT, Form::FlagOrKeys),
        (CONTEXT, Form::Type),
        (CRATE, Form::Path),
    ],
};

const KEPT: Spec = Spec {
    attr: "aggregate(snapshot)",
    keys: Snapshot::KEYS,
};

impl Aggregate {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Self> {
        let (noun, args) = Noun::read(cx, input, STRUCT);
        if noun.name.contains('.') {
            let message = "the name of an aggregate holds no dot: it is the first token of its actors' ids, which dots separate";
            cx.error(args.text(NAME), message);
        }
        let events = events(cx, &noun, &args)?;
        Some(Self {
            noun,
            vis: input.vis.clone(),
            events,
            snapshot: Snapshot::read(cx, &args, KEPT),
        })
    }
}

impl Snapshot {
    /// The keys within `snapshot(..)`.
    pub(super) const KEYS: &'static [(&'static str, Form)] =
        &[(VERSION, Form::Number), (TRUSTED, Form::Flag)];

    pub(super) fn read(cx: &Ctxt, args: &Args, spec: Spec) -> Option<Self> {
        let key = args.key(SNAPSHOT)?.clone();
        let kept = args.within(cx, SNAPSHOT, spec);
        Some(Self {
            key,
            version: kept.number(VERSION).cloned(),
            is_trusted: kept.key(TRUSTED).is_some(),
        })
    }
}

fn events(cx: &Ctxt, noun: &Noun, args: &Args) -> Option<Events> {
    match (args.key(EVENTS), args.ty(EVENT)) {
        (Some(key), given) => {
            let ident = enum_ident(cx, noun, given)?;
            let set = generated(cx, noun, ident, args.types(EVENTS));
            if set.members.is_empty() {
                cx.error(key, "list the events: `events(OrderPlaced, ..)`");
                return None;
            }
            Some(Events::Generated(set, key.clone()))
        }
        (None, Some(ty)) => Some(Events::Written(Box::new(ty.clone()))),
        (None, None) => {
            let message = "say which events make up its history: `#[aggregate(events(..))]`, or `#[aggregate(event = ..)]` with an enum of your own";
            cx.error(&noun.ident, message);
            None
        }
    }
}

/// The name of the enum to generate: `OrderEvent`, or what `event = ..` says.
fn enum_ident(cx: &Ctxt, noun: &Noun, given: Option<&Type>) -> Option<Ident> {
    let Some(given) = given else {
        let name = format!("{}Event", noun.ident.unraw());
        return Some(Ident::new(&name, Span::call_site()));
    };
    let ident = syn::parse2(given.to_token_stream());
    ident
        .map_err(|_not_an_identifier| {
            let message =
                "with `events(..)` this is the name of the enum to generate: write a plain name";
            cx.error(given, message);
        })
        .ok()
}

fn generated(cx: &Ctxt, noun: &Noun, ident: Ident, types: &[Type]) -> Set {
    let member = |ty: &Type| {
        let mut member = SetMember::new(Ident::new("_", Span::call_site()), ty);
        member.variant = variant(cx, &member.event)?;
        Some(member)
    };
    Set {
        krate: noun.krate.clone(),
        ident,
        members: types.iter().filter_map(member).collect(),
        other: None,
    }
}

/// The variant of an event: named after the last segment of its path.
///
/// It does not carry the span of the path, behind which an editor then finds one thing only.
fn variant(cx: &Ctxt, event: &Type) -> Option<Ident> {
    if let Type::Path(path) = ungrouped(event)
        && let Some(last) = path.path.segments.last()
    {
        let mut ident = last.ident.clone();
        ident.set_span(Span::call_site());
        return Some(ident);
    }
    cx.error(event, "write the name of an event struct");
    None
}
