use proc_macro2::Ident;
use syn::{DataEnum, DeriveInput, Fields, Generics, Type};

use super::{
    Args, Krate,
    args::{Form, Spec},
    set::only,
};
use crate::{
    ctxt::Ctxt,
    symbol::{COMMAND, CRATE},
};

/// An enum whose variants hold what a reaction may return: one of several.
pub(crate) struct CommandSet {
    pub(crate) krate: Krate,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Each variant, and what it holds.
    pub(crate) members: Vec<(Ident, Type)>,
}

const ENUM: Spec = Spec {
    attr: COMMAND,
    keys: &[(CRATE, Form::Path)],
};

impl CommandSet {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput, data: &DataEnum) -> Option<Self> {
        let args = Args::of(cx, &input.attrs, ENUM);
        if data.variants.is_empty() {
            cx.error(&input.ident, "a set of commands needs at least one variant");
        }
        let before = cx.count();
        let mut members = Vec::new();
        for variant in &data.variants {
            let held = match &variant.fields {
                Fields::Unnamed(fields) => only(fields.unnamed.iter()),
                Fields::Named(_) | Fields::Unit => None,
            };
            if let Some(field) = held {
                members.push((variant.ident.clone(), field.ty.clone()));
            } else {
                let name = &variant.ident;
                let message = format!(
                    "hold one command, as in `{name}(ShipOrder)`, or one `After<ShipOrder>`: a command is a struct, and an enum says that it is one of several"
                );
                cx.error(name, message);
            }
        }
        let sound = cx.count() == before && !members.is_empty();
        sound.then(|| Self {
            krate: Krate::of(&args),
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            members,
        })
    }
}
