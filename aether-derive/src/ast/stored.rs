use proc_macro2::Ident;
use syn::{Attribute, Fields, LitInt, LitStr, Type};

use super::{
    Args, Docs, PersonalField,
    args::{Deprecation, Form},
    noun::name,
};
use crate::{
    ctxt::Ctxt,
    symbol::{ALIAS, DEPRECATED, NAME, PIVOTAL, PRIVATE, PUBLIC, RETIRED, UPCAST, VERSION},
};

/// How one kind of event is stored, and what the model says about it.
pub(crate) struct Stored {
    /// The struct or the variant.
    pub(crate) ident: Ident,
    /// The type as the user knows it: `OrderPlaced` or `StockEvent::Received`.
    pub(crate) rust_type: String,
    pub(crate) name: String,
    pub(crate) aliases: Vec<LitStr>,
    /// The version that was given.
    pub(crate) given_version: Option<LitInt>,
    /// The key `upcast`, where it was given.
    pub(crate) upcast_key: Option<Ident>,
    /// The payloads of the versions before this one, oldest first.
    pub(crate) upcast: Vec<Type>,
    pub(crate) pivotal: bool,
    pub(crate) phase: Option<LitStr>,
    /// `private` or `public`, as it was given.
    pub(crate) visibility: Option<Ident>,
    pub(crate) deprecated: Option<Deprecation>,
    pub(crate) retired: bool,
    pub(crate) personal: Vec<PersonalField>,
    pub(crate) docs: Docs,
}

impl Stored {
    /// The keys that it is read from.
    pub(crate) const KEYS: [(&'static str, Form); 9] = [
        (NAME, Form::Text),
        (ALIAS, Form::Texts),
        (VERSION, Form::Number),
        (UPCAST, Form::Types),
        (PIVOTAL, Form::FlagOrText),
        (PRIVATE, Form::Flag),
        (PUBLIC, Form::Flag),
        (DEPRECATED, Form::Deprecation),
        (RETIRED, Form::Flag),
    ];

    pub(crate) fn read(
        cx: &Ctxt,
        (ident, attrs, fields): (&Ident, &[Attribute], &Fields),
        args: &Args,
        rust_type: String,
        prefix: &str,
    ) -> Self {
        if let (Some(_), Some(public)) = (args.key(PRIVATE), args.key(PUBLIC)) {
            cx.error(public, "an event is private or public, not both");
        }
        Self {
            ident: ident.clone(),
            rust_type,
            name: name(cx, args, ident, prefix),
            aliases: args.texts(ALIAS).to_vec(),
            given_version: args.number(VERSION).cloned(),
            upcast_key: args.key(UPCAST).cloned(),
            upcast: args.types(UPCAST).to_vec(),
            pivotal: args.key(PIVOTAL).is_some(),
            phase: args.text(PIVOTAL).cloned(),
            visibility: args.key(PRIVATE).or_else(|| args.key(PUBLIC)).cloned(),
            deprecated: args.deprecation(DEPRECATED).cloned(),
            retired: args.key(RETIRED).is_some(),
            personal: Vec::new(),
            docs: Docs::with_fields(attrs, fields),
        }
    }

    /// The version of the payload: one more than there are earlier ones.
    pub(crate) fn version(&self) -> u32 {
        (1..)
            .zip(&self.upcast)
            .map(|(number, _)| number + 1)
            .last()
            .unwrap_or(1)
    }
}
