use proc_macro2::Ident;
use syn::{Attribute, LitInt, LitStr, Type};

use super::{Args, Docs, PersonalField, args::Form, noun::name};
use crate::{
    ctxt::Ctxt,
    symbol::{ALIAS, NAME, PIVOTAL, UPCAST, VERSION},
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
    pub(crate) personal: Vec<PersonalField>,
    pub(crate) docs: Docs,
}

impl Stored {
    /// The keys that it is read from.
    pub(crate) const KEYS: [(&'static str, Form); 5] = [
        (NAME, Form::Text),
        (ALIAS, Form::Texts),
        (VERSION, Form::Number),
        (UPCAST, Form::Types),
        (PIVOTAL, Form::FlagOrText),
    ];

    pub(crate) fn read(
        cx: &Ctxt,
        (ident, attrs): (&Ident, &[Attribute]),
        args: &Args,
        rust_type: String,
        prefix: &str,
    ) -> Self {
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
            personal: Vec::new(),
            docs: Docs::of(attrs),
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
