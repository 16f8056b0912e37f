use std::cell::Cell;

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Meta, PathArguments, Receiver, ReceiverKind,
    ReturnType, Signature, Type, parse_quote,
};

use super::{
    Args, Docs, Key,
    args::{Form, Spec},
    handlers::Function,
    spelling, ungrouped,
};
use crate::{
    ctxt::Ctxt,
    symbol::{BY, INFORMED_BY, KEY},
};

/// What a method does.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    /// A command becomes events.
    Handle,
    /// An event becomes state.
    Apply,
    /// An event becomes commands.
    React,
    /// A query becomes an answer.
    Answer,
}

impl Verb {
    pub(crate) fn of(attr: &Attribute) -> Option<Self> {
        let last = attr.path().segments.last()?;
        let verbs = [Self::Handle, Self::Apply, Self::React, Self::Answer];
        verbs.into_iter().find(|verb| last.ident == verb.word())
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Handle => "handle",
            Self::Apply => "apply",
            Self::React => "react",
            Self::Answer => "answer",
        }
    }

    /// What such a method looks like.
    const fn shape(self) -> &'static str {
        match self {
            Self::Handle => "fn name(&self, command: Command) -> Result<Events, Refusal>",
            Self::Apply => "fn name(&mut self, event: &Event)",
            Self::React => "fn name(&self, event: &Event) -> Commands",
            Self::Answer => "fn name(&self, query: Query) -> Answer",
        }
    }

    const fn spec(self) -> Spec {
        let keys: &[_] = match self {
            Self::Handle => &[(BY, Form::Types), (INFORMED_BY, Form::Types)],
            Self::Answer => &[(BY, Form::Types)],
            Self::Apply | Self::React => &[(KEY, Form::Expr)],
        };
        Spec {
            attr: self.word(),
            keys,
        }
    }
}

/// How a method takes its command or event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passed {
    /// `event: Event`
    Value,
    /// `event: &Event`
    Reference,
}

/// A marked method.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact about its signature"
)]
pub(crate) struct Method {
    pub(crate) verb: Verb,
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) docs: Docs,
    /// The type of the command or of the event.
    pub(crate) subject: Type,
    /// How it takes it.
    pub(crate) passed: Passed,
    /// Whether it takes the context or the origin as well.
    pub(crate) second: bool,
    /// What it returns; `()` if nothing.
    pub(crate) output: Type,
    /// Where it says so: at the arrow, behind which an editor looks for nothing.
    pub(crate) returns: Span,
    /// Who issues the command.
    pub(crate) by: Vec<Type>,
    /// The read models in whose light the command is issued.
    pub(crate) informed_by: Vec<Type>,
    /// Whether its marker could not be read.
    pub(crate) misread: bool,
    /// Which instance of a process manager the event concerns.
    pub(crate) key: Option<Key>,
    /// Whether it can be called as its verb asks.
    pub(crate) well_formed: bool,
}

impl Method {
    /// Takes the marker off a function, if it has one.
    pub(crate) fn take(cx: &Ctxt, function: &mut Function) -> Option<Self> {
        let mut marks = function.take_marks().into_iter();
        let (verb, mark) = marks.next()?;
        if let Some((_, second)) = marks.next() {
            let (name, word) = (&function.sig.ident, verb.word());
            let message =
                format!("`{name}` is already marked `#[{word}]`; a method does one thing");
            cx.error(second, message);
        }
        Self::read(cx, verb, &mark, function)
    }

    /// Whether it takes events of any type, as they are stored.
    pub(crate) fn takes_raw_event(&self) -> bool {
        spelling(&self.subject).rsplit("::").next() == Some("RawEvent")
    }

    fn read(cx: &Ctxt, verb: Verb, mark: &Attribute, function: &Function) -> Option<Self> {
        let (mut args, before) = (Args::default(), cx.count());
        match &mark.meta {
            Meta::Path(_) => {}
            Meta::List(list) => args.read(cx, list.tokens.clone(), verb.spec()),
            Meta::NameValue(meta) => cx.error(meta, format!("write `#[{}]`", verb.word())),
        }
        let misread = cx.count() > before;
        let sig = &function.sig;
        let shape = Shape::new(cx, verb);
        shape.modifiers(sig);
        shape.receiver(sig);
        let (subject, passed) = shape.subject(sig)?;
        shape.second(sig);
        let output = shape.output(sig);
        let cfgs = function
            .attrs
            .iter()
            .filter(|attr| attr.path().is_ident("cfg"));
        Some(Self {
            verb,
            name: sig.ident.clone(),
            cfgs: cfgs.cloned().collect(),
            docs: Docs::of(&function.attrs),
            subject,
            passed,
            second: parameters(sig).count() > 1,
            output,
            returns: returns(sig),
            by: args.types(BY).to_vec(),
            informed_by: args.types(INFORMED_BY).to_vec(),
            misread,
            key: args
                .key(KEY)
                .zip(args.expr(KEY))
                .map(|(word, expr)| Key::new(word.clone(), expr)),
            well_formed: shape.kept.get(),
        })
    }
}

/// Compares a signature with the shape that its verb asks for.
struct Shape<'a> {
    cx: &'a Ctxt,
    verb: Verb,
    kept: Cell<bool>,
}

impl<'a> Shape<'a> {
    const fn new(cx: &'a Ctxt, verb: Verb) -> Self {
        Self {
            cx,
            verb,
            kept: Cell::new(true),
        }
    }

    fn error(&self, at: impl ToTokens, why: &str) {
        let (word, shape) = (self.verb.word(), self.verb.shape());
        let message = format!("{why}; a `#[{word}]` method is `{shape}`");
        self.cx.error(at, message);
        self.kept.set(false);
    }

    fn modifiers(&self, sig: &Signature) {
        if let Some(token) = &sig.asyncness {
            self.error(token, "this must not be async: it runs again on every retry and replay, so effects go into an external system");
        }
        if let syn::Safety::Unsafe(token) = &sig.safety {
            self.error(token, "this must not be unsafe: generated code calls it");
        }
        for param in &sig.generics.params {
            if !matches!(param, GenericParam::Lifetime(_)) {
                self.error(param, "this must not be generic");
            }
        }
    }

    fn receiver(&self, sig: &Signature) {
        let receiver = sig.receiver();
        let wanted = match self.verb {
            Verb::Apply => is_reference(receiver, true),
            Verb::Handle | Verb::React | Verb::Answer => is_reference(receiver, false),
        };
        if wanted {
            return;
        }
        let why = match self.verb {
            Verb::Apply => "applying an event changes the state, so it takes `&mut self`",
            Verb::Handle if is_reference(receiver, true) => {
                "a handler decides and leaves the change to `#[apply]`, so it takes `&self`"
            }
            Verb::Handle => "a handler decides from the state, so it takes `&self`",
            Verb::React => "a reaction takes `&self`",
            Verb::Answer => "an answer changes nothing, so it takes `&self`",
        };
        match receiver {
            Some(receiver) => self.error(receiver, why),
            None => self.error(&sig.ident, why),
        }
    }

    /// The type of the command or event, and how it is taken.
    fn subject(&self, sig: &Signature) -> Option<(Type, Passed)> {
        let wanted = if self.verb == Verb::Answer { 1 } else { 2 };
        if let Some(third) = parameters(sig).nth(wanted) {
            self.error(third, "there is nothing to pass for this parameter");
        }
        let first = parameters(sig).next();
        match (first, self.verb) {
            (None, Verb::Handle) => self.error(&sig.ident, "it takes no command"),
            (None, Verb::Answer) => self.error(&sig.ident, "it takes no query"),
            (None, Verb::Apply | Verb::React) => self.error(&sig.ident, "it takes no event"),
            (Some(_), _) => {}
        }
        let first = ungrouped(first?);
        let Type::Reference(reference) = first else {
            if self.verb == Verb::React {
                self.error(
                    first,
                    "an event is taken by reference, since others see it too",
                );
            }
            return Some((first.clone(), Passed::Value));
        };
        if self.verb == Verb::Handle {
            self.error(first, "a command is taken by value");
        } else if self.verb == Verb::Answer {
            self.error(first, "a query is taken by value");
        } else if let Some(token) = &reference.mutability {
            self.error(token, "an event does not change");
        }
        Some(((*reference.elem).clone(), Passed::Reference))
    }

    /// A handler is told of what it may draw on, whatever takes an event of where that comes from.
    fn second(&self, sig: &Signature) {
        let Some(second) = parameters(sig).nth(1) else {
            return;
        };
        let Type::Reference(reference) = ungrouped(second) else {
            return;
        };
        match self.verb {
            Verb::Handle if ends_in(&reference.elem, "Origin") => {
                self.error(
                    second,
                    "a handler is given `&Context`: what it decides has no origin yet",
                );
            }
            Verb::Apply | Verb::React if ends_in(&reference.elem, "Context") => {
                self.error(second, "with an event goes its `&Origin<'_>`: it has happened, and only a handler has a `&Context`");
            }
            Verb::Handle | Verb::Apply | Verb::React | Verb::Answer => {}
        }
    }

    fn output(&self, sig: &Signature) -> Type {
        let ReturnType::Type(_, ty) = &sig.output else {
            if self.verb == Verb::Handle {
                self.error(&sig.ident, "it returns nothing, not even `Ok(())`");
            }
            if self.verb == Verb::Answer {
                self.error(&sig.ident, "it gives no answer");
            }
            return parse_quote!(());
        };
        match self.verb {
            Verb::Apply => self.error(ty, "applying can neither fail nor answer: the event has happened"),
            Verb::Handle if is_no_result(ty) => self.error(ty, "a command may be refused, so this is a `Result`, if only with `std::convert::Infallible`"),
            Verb::Handle => self.refusal(ty),
            Verb::React | Verb::Answer => {}
        }
        (**ty).clone()
    }

    /// What people write for a start, and what is no error: rustc would not say what to write.
    fn refusal(&self, ty: &Type) {
        let Some((_, refusal)) = result(ty) else {
            return;
        };
        if is_no_error(refusal) {
            let refusal_name = spelling(refusal);
            let why = format!(
                "a refusal is a `std::error::Error`, which `{refusal_name}` is not: write a type of your own, for instance with `thiserror`, and for a command that is never refused `std::convert::Infallible`"
            );
            self.error(refusal, &why);
        }
    }
}

/// The `T` and `E` of a type that is written `Result<T, E>`.
pub(crate) fn result(ty: &Type) -> Option<(&Type, &Type)> {
    let Type::Path(path) = ungrouped(ty) else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    let mut types = arguments.args.iter();
    let (GenericArgument::Type(events), GenericArgument::Type(error)) =
        (types.next()?, types.next()?)
    else {
        return None;
    };
    types.next().is_none().then_some((events, error))
}

/// Whether a type is text, nothing at all or some error of which the type is forgotten.
fn is_no_error(ty: &Type) -> bool {
    let ty = ungrouped(ty);
    if let Type::Tuple(tuple) = ty {
        return tuple.elems.is_empty();
    }
    if let Type::Reference(reference) = ty {
        return ends_in(&reference.elem, "str");
    }
    ends_in(ty, "String") || spelling(ty).starts_with("Box<dyn ")
}

/// Whether a type cannot be a `Result`, which an alias might be.
fn is_no_result(ty: &Type) -> bool {
    let ty = ungrouped(ty);
    let Type::Path(path) = ty else {
        return matches!(ty, Type::Array(_) | Type::Reference(_) | Type::Tuple(_));
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "Option" || last.ident == "Vec")
}

/// Whether a type is a path to something of this name.
fn ends_in(ty: &Type, name: &str) -> bool {
    let Type::Path(path) = ungrouped(ty) else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == name)
}

fn returns(sig: &Signature) -> Span {
    match &sig.output {
        ReturnType::Type(arrow, _) => arrow.spans[0],
        ReturnType::Default => Span::call_site(),
    }
}

fn parameters(sig: &Signature) -> impl Iterator<Item = &Type> {
    sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&*parameter.ty),
        FnArg::Receiver(_) => None,
    })
}

fn is_reference(receiver: Option<&Receiver>, mutable: bool) -> bool {
    let kind = receiver.map(|receiver| &receiver.kind);
    matches!(kind, Some(ReceiverKind::Reference(_, _, token)) if token.is_some() == mutable)
}
