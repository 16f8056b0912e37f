use std::cell::Cell;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{
    Attribute, FnArg, Meta, Receiver, ReceiverKind, ReturnType, Signature, Type, parse_quote,
};

use super::{
    Args, Docs,
    args::{Form, Spec},
    handlers::Function,
    spelling,
};
use crate::{
    ctxt::Ctxt,
    symbol::{BY, INFORMED_BY},
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
}

impl Verb {
    pub(crate) fn of(attr: &Attribute) -> Option<Self> {
        let last = attr.path().segments.last()?;
        let verbs = [Self::Handle, Self::Apply, Self::React];
        verbs.into_iter().find(|verb| last.ident == verb.word())
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Handle => "handle",
            Self::Apply => "apply",
            Self::React => "react",
        }
    }

    /// What such a method looks like.
    const fn shape(self) -> &'static str {
        match self {
            Self::Handle => "fn name(&self, command: Command) -> Result<Events, Refusal>",
            Self::Apply => "fn name(&mut self, event: &Event)",
            Self::React => "fn name(&self, event: &Event) -> Commands",
        }
    }

    const fn spec(self) -> Spec {
        let keys: &[_] = match self {
            Self::Handle => &[(BY, Form::Types), (INFORMED_BY, Form::Types)],
            Self::Apply | Self::React => &[],
        };
        Spec {
            attr: self.word(),
            keys,
        }
    }
}

/// A marked method.
pub(crate) struct Method {
    pub(crate) verb: Verb,
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) docs: Docs,
    /// The type of the command or of the event.
    pub(crate) subject: Type,
    /// Whether it takes a reference to it.
    pub(crate) by_ref: bool,
    /// Whether it takes the context or the origin as well.
    pub(crate) second: bool,
    /// What it returns; `()` if nothing.
    pub(crate) output: Type,
    /// Who issues the command.
    pub(crate) by: Vec<Type>,
    /// The read models in whose light the command is issued.
    pub(crate) informed_by: Vec<Type>,
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
        let mut args = Args::default();
        if let Meta::List(list) = &mark.meta {
            args.read(cx, list.tokens.clone(), verb.spec());
        }
        let sig = &function.sig;
        let shape = Shape::new(cx, verb);
        shape.modifiers(sig);
        shape.receiver(sig);
        let (subject, by_ref) = shape.subject(sig)?;
        let output = shape.output(sig)?;
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
            by_ref,
            second: parameters(sig).count() > 1,
            output,
            by: args.types(BY).to_vec(),
            informed_by: args.types(INFORMED_BY).to_vec(),
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
        if !sig.generics.params.is_empty() {
            self.error(&sig.generics.params, "this must not be generic");
        }
    }

    fn receiver(&self, sig: &Signature) {
        let receiver = sig.receiver();
        let wanted = match self.verb {
            Verb::Apply => is_reference(receiver, true),
            Verb::Handle | Verb::React => is_reference(receiver, false),
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
        };
        match receiver {
            Some(receiver) => self.error(receiver, why),
            None => self.error(&sig.ident, why),
        }
    }

    /// The type of the command or event, and whether it is taken by reference.
    fn subject(&self, sig: &Signature) -> Option<(Type, bool)> {
        if let Some(third) = parameters(sig).nth(2) {
            self.error(third, "there is nothing to pass for this parameter");
        }
        let first = parameters(sig).next();
        match (first, self.verb) {
            (None, Verb::Handle) => self.error(&sig.ident, "it takes no command"),
            (None, _) => self.error(&sig.ident, "it takes no event"),
            (Some(_), _) => {}
        }
        match (first?, self.verb) {
            (ty @ Type::Reference(_), Verb::Handle) => {
                self.error(ty, "a command is taken by value");
            }
            (Type::Reference(reference), _) => {
                if let Some(token) = &reference.mutability {
                    self.error(token, "an event does not change");
                }
            }
            (ty, Verb::React) => {
                self.error(
                    ty,
                    "an event is taken by reference, since others see it too",
                );
            }
            (_, Verb::Handle | Verb::Apply) => {}
        }
        Some(match first? {
            Type::Reference(reference) => ((*reference.elem).clone(), true),
            ty => (ty.clone(), false),
        })
    }

    fn output(&self, sig: &Signature) -> Option<Type> {
        match (&sig.output, self.verb) {
            (ReturnType::Default, Verb::Handle) => {
                self.error(&sig.ident, "it returns nothing, not even `Ok(())`");
                None
            }
            (ReturnType::Type(_, ty), Verb::Apply) => {
                self.error(
                    ty,
                    "applying can neither fail nor answer: the event has happened",
                );
                Some(parse_quote!(()))
            }
            (ReturnType::Default, Verb::Apply | Verb::React) => Some(parse_quote!(())),
            (ReturnType::Type(_, ty), Verb::Handle | Verb::React) => Some((**ty).clone()),
        }
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
