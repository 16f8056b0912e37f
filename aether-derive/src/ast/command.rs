use syn::{Data, DeriveInput, Fields, LitStr, Member, Type};

use super::{
    Args, Noun, PersonalField,
    args::{Form, Spec},
    rename::Rename,
};
use crate::{
    ctxt::Ctxt,
    symbol::{ALIAS, COMMAND, CRATE, ID, NAME},
};

/// What `#[derive(Command)]` stands on.
pub(crate) struct Command {
    pub(crate) noun: Noun,
    /// The field that addresses the instance.
    pub(crate) id: Member,
    pub(crate) id_type: Type,
    pub(crate) personal: Vec<PersonalField>,
    /// Other names under which earlier builds have asked for it.
    pub(crate) aliases: Vec<LitStr>,
}

const STRUCT: Spec = Spec {
    attr: COMMAND,
    keys: &[
        (NAME, Form::Text),
        (ALIAS, Form::Texts),
        (CRATE, Form::Path),
    ],
};

const FIELD: Spec = Spec {
    attr: COMMAND,
    keys: &[(ID, Form::Flag)],
};

impl Command {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Self> {
        let (noun, args) = Noun::read(cx, input, STRUCT);
        let Data::Struct(data) = &input.data else {
            cx.error(&input.ident, "a command is a struct");
            return None;
        };
        let (id, id_type) = id(cx, input, &data.fields)?;
        let rename = Rename::under("rename_all", &input.attrs).unwrap_or_default();
        let personal = PersonalField::all(cx, &data.fields, rename);
        Some(Self {
            noun,
            id,
            id_type,
            personal,
            aliases: args.texts(ALIAS).to_vec(),
        })
    }
}

fn id(cx: &Ctxt, input: &DeriveInput, fields: &Fields) -> Option<(Member, Type)> {
    let mut found = None;
    let mut mistaken = false;
    for (member, field) in fields.members().zip(fields) {
        let args = Args::of(cx, &field.attrs, FIELD);
        let marked = args.key(ID);
        mistaken |=
            marked.is_none() && field.attrs.iter().any(|attr| attr.path().is_ident(COMMAND));
        match marked {
            Some(key) if found.is_some() => {
                cx.error(key, "another field is already marked `#[command(id)]`");
            }
            Some(_) => found = Some((member, field.ty.clone())),
            None => {}
        }
    }
    if found.is_none() && !mistaken {
        cx.error(
            &input.ident,
            "mark the field that addresses the instance with `#[command(id)]`",
        );
    }
    found
}
