use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Attribute, Field, Fields, LitStr, Meta, Token, Type, ext::IdentExt as _, meta::ParseNestedMeta,
    parse::ParseStream, parse::Parser as _, punctuated::Punctuated, token,
};

use super::{rename::Rename, suggest};
use crate::{
    ctxt::Ctxt,
    symbol::{PERSONAL, SUBJECT},
};

/// A field marked `#[personal]` or `#[personal(subject = ..)]`.
pub(crate) struct PersonalField {
    pub(crate) ty: Type,
    /// The name it is stored under.
    pub(crate) name: String,
    pub(crate) subject: Subject,
}

/// Whom a field is about.
pub(crate) enum Subject {
    /// The one that the actor's key names.
    Actor,
    /// The one at the end of these names, as they are stored.
    Field(Vec<String>),
}

/// What of serde would store the field elsewhere, or in another form.
const SERDE_FORMS: [&str; 6] = [
    "flatten",
    "skip",
    "skip_serializing",
    "with",
    "serialize_with",
    "getter",
];

const STORED_IN_THE_CLEAR: &str = "mark the field `#[personal(subject = field)]`, or `#[personal]` if it is about the one that the actor's key names: what is not marked is stored in the clear";

impl PersonalField {
    /// The marked fields, of an item whose attributes are `of_item`.
    pub(crate) fn all(cx: &Ctxt, fields: &Fields, rename: Rename) -> Vec<Self> {
        let marked = fields.iter().filter_map(|field| {
            let mark = mark(field);
            if mark.is_none() && names_personal(&field.ty) {
                cx.error(&field.ty, STORED_IN_THE_CLEAR);
            }
            mark.and_then(|mark| Self::read(cx, mark, field, (fields, rename)))
        });
        marked.collect()
    }

    fn read(
        cx: &Ctxt,
        mark: &Attribute,
        field: &Field,
        (fields, rename): (&Fields, Rename),
    ) -> Option<Self> {
        let path = match &mark.meta {
            Meta::Path(_) => Vec::new(),
            Meta::List(list) => cx.take(subject_path.parse2(list.tokens.clone()))?,
            Meta::NameValue(value) => {
                cx.error(value, WRITE);
                return None;
            }
        };
        serde_leaves_it_alone(cx, field);
        let name = rename.of(field);
        if name.contains(',') {
            cx.error(
                &field.ident,
                "the stored name of a personal field holds no comma",
            );
        }
        let subject = subject(cx, &path, (fields, rename))?;
        Some(Self {
            ty: field.ty.clone(),
            name,
            subject,
        })
    }

    /// Nothing is marked where no field can be personal.
    pub(crate) fn none(cx: &Ctxt, fields: &Fields) {
        for mark in fields.iter().filter_map(mark) {
            cx.error(
                mark,
                "mark the field of the event struct that this variant holds",
            );
        }
    }
}

fn mark(field: &Field) -> Option<&Attribute> {
    field
        .attrs
        .iter()
        .find(|attr| attr.path().is_ident(PERSONAL))
}

const WRITE: &str = "write `#[personal(subject = field)]`, or `#[personal]` if it is about the one that the actor's key names";

/// `subject = customer.id`
fn subject_path(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let at_start = |error: syn::Error| syn::Error::new(error.span(), WRITE);
    let key = input.call(Ident::parse_any).map_err(at_start)?;
    if key != SUBJECT {
        let hint = suggest::hint(&key.to_string(), &[SUBJECT]);
        let message = format!("unknown key `{key}` in `#[{PERSONAL}]`{hint}");
        return Err(syn::Error::new(key.span(), message));
    }
    let at_key = |_| syn::Error::new(key.span(), "write `subject = field`");
    input.parse::<Token![=]>().map_err(at_key)?;
    let path =
        Punctuated::<Ident, Token![.]>::parse_separated_nonempty_with(input, Ident::parse_any);
    let path = path.map_err(at_key)?;
    if !input.is_empty() {
        return Err(input.error("one field says whom the data is about"));
    }
    Ok(path.into_iter().collect())
}

/// The path as it is stored. Its first name is another field; what lies below is taken as written.
fn subject(cx: &Ctxt, path: &[Ident], (fields, rename): (&Fields, Rename)) -> Option<Subject> {
    let Some((first, rest)) = path.split_first() else {
        return Some(Subject::Actor);
    };
    let named = |field: &&Field| field.ident.as_ref().is_some_and(|ident| ident == first);
    let Some(field) = fields.iter().find(named) else {
        let known: Vec<_> = fields
            .iter()
            .filter_map(|field| field.ident.as_ref())
            .collect();
        let known: Vec<_> = known
            .iter()
            .map(|ident| ident.unraw().to_string())
            .collect();
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        let hint = suggest::hint(&first.to_string(), &known);
        cx.error(first, format!("there is no field `{first}`{hint}"));
        return None;
    };
    if mark(field).is_some() {
        cx.error(
            first,
            format!("`{first}` is personal itself, and so cannot say whom it is about"),
        );
        return None;
    }
    let rest = rest.iter().map(|ident| ident.unraw().to_string());
    Some(Subject::Field(
        std::iter::once(rename.of(field)).chain(rest).collect(),
    ))
}

fn serde_leaves_it_alone(cx: &Ctxt, field: &Field) {
    for attr in field
        .attrs
        .iter()
        .filter(|attr| attr.path().is_ident("serde"))
    {
        // What serde cannot read, serde reports.
        let _read = attr.parse_nested_meta(|meta| {
            if let Some(word) = SERDE_FORMS.iter().find(|word| meta.path.is_ident(word)) {
                let message = format!("`{word}` does not go with `#[personal]`: the field is stored encrypted, under its own name");
                cx.error(&meta.path, message);
            }
            skip_value(&meta)
        });
    }
}

pub(super) fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
        meta.input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// Whether `Personal` is anywhere in a type as it is spelled.
fn names_personal(ty: &Type) -> bool {
    named_in(ty.to_token_stream())
}

fn named_in(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Personal",
        TokenTree::Group(group) => named_in(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The text of `rename = ".."`, or of `rename(serialize = "..")`.
pub(super) fn text_of(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<LitStr>> {
    if meta.input.peek(Token![=]) {
        return meta.value()?.parse().map(Some);
    }
    let mut text = None;
    if meta.input.peek(token::Paren) {
        meta.parse_nested_meta(|inner| {
            let value: LitStr = inner.value()?.parse()?;
            if inner.path.is_ident("serialize") {
                text = Some(value);
            }
            Ok(())
        })?;
    }
    Ok(text)
}
