use proc_macro2::Ident;
use syn::{Data, DataStruct, DeriveInput, Fields, ext::IdentExt as _};

use super::{
    Args, InlineSet, Krate, PersonalField, Set, Stored, Subset,
    args::{Form, Spec},
    rename::Rename,
    set::{EnumItem, NO_KEYS},
};
use crate::{
    ctxt::Ctxt,
    symbol::{CRATE, EVENT},
};

/// What `#[derive(Event)]` stands on.
pub(crate) enum EventItem {
    /// A struct: one kind of event.
    One(Krate, Stored),
    /// An enum of event structs.
    Set(Set),
    /// An enum whose variants are events.
    Inline(InlineSet),
    /// An enum of some of the variants of such an enum.
    Subset(Subset),
}

const STRUCT: Spec = {
    let [
        name,
        alias,
        version,
        upcast,
        pivotal,
        private,
        public,
        deprecated,
        retired,
    ] = Stored::KEYS;
    Spec {
        attr: EVENT,
        keys: &[
            name,
            alias,
            version,
            upcast,
            pivotal,
            private,
            public,
            deprecated,
            retired,
            (CRATE, Form::Path),
        ],
    }
};

impl EventItem {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Self> {
        match &input.data {
            Data::Struct(data) => Some(one(cx, input, data)),
            Data::Enum(data) => EnumItem::read(cx, input, data).map(|item| match item {
                EnumItem::Set(set) => Self::Set(set),
                EnumItem::Inline(set) => Self::Inline(set),
                EnumItem::Subset(set) => Self::Subset(set),
            }),
            Data::Union(data) => {
                cx.error(
                    data.union_token,
                    "an event is a struct, and a set of events an enum",
                );
                None
            }
        }
    }
}

fn one(cx: &Ctxt, input: &DeriveInput, data: &DataStruct) -> EventItem {
    let args = Args::of(cx, &input.attrs, STRUCT);
    named_fields(cx, &input.ident, &data.fields);
    for field in &data.fields {
        Args::of(cx, &field.attrs, NO_KEYS);
    }
    let rust_type = input.ident.unraw().to_string();
    let item = (&input.ident, input.attrs.as_slice(), &data.fields);
    let mut stored = Stored::read(cx, item, &args, rust_type, "");
    let rename = Rename::under("rename_all", &input.attrs).unwrap_or_default();
    stored.personal = PersonalField::all(cx, &data.fields, rename);
    EventItem::One(Krate::of(&args), stored)
}

fn named_fields(cx: &Ctxt, ident: &Ident, fields: &Fields) {
    match fields {
        Fields::Named(_) => {}
        Fields::Unit => cx.error(
            ident,
            format!("write `struct {ident} {{}}`: a unit struct is stored as `null`, to which no field can be added later"),
        ),
        Fields::Unnamed(fields) => cx.error(
            fields,
            format!("name the fields, as in `struct {ident} {{ value: .. }}`: a tuple struct is stored without names, so no field can be added later"),
        ),
    }
}
