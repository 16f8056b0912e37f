use proc_macro2::{Ident, TokenStream};
use syn::{
    Attribute, LitStr, Path, Token, Type, Visibility, braced,
    ext::IdentExt as _,
    parse::{Parse, ParseStream, Parser as _},
    token,
};

use super::{
    Docs, Krate,
    args::{list, skip_to_next},
    spelling, suggest,
};
use crate::ctxt::Ctxt;

/// What `bounded_context!` is given.
pub(crate) struct Context {
    pub(crate) krate: Krate,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) docs: Docs,
    pub(crate) owner: Option<LitStr>,
    pub(crate) members: Vec<Member>,
}

/// A type in one of the lists.
pub(crate) struct Member {
    pub(crate) section: Section,
    pub(crate) ty: Type,
}

/// The lists of a bounded context.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Aggregates,
    Policies,
    ProcessManagers,
    Projections,
    ExternalSystems,
    Upstream,
}

impl Section {
    const ALL: [(&'static str, Self); 6] = [
        ("aggregates", Self::Aggregates),
        ("policies", Self::Policies),
        ("process_managers", Self::ProcessManagers),
        ("projections", Self::Projections),
        ("external_systems", Self::ExternalSystems),
        ("upstream", Self::Upstream),
    ];

    fn of(word: &str) -> Option<Self> {
        let section = Self::ALL.iter().find(|(name, _)| *name == word);
        section.map(|(_, section)| *section)
    }
}

const OWNER: &str = "owner";
const SECTIONS: [&str; 7] = [
    OWNER,
    "aggregates",
    "policies",
    "process_managers",
    "projections",
    "external_systems",
    "upstream",
];

/// A key and what stands behind its colon.
struct Entry {
    key: Ident,
    value: Value,
}

enum Value {
    Text(LitStr),
    Types(Vec<Type>),
}

struct Syntax {
    krate: Option<Path>,
    attrs: Vec<Attribute>,
    vis: Visibility,
    ident: Ident,
    /// What stands between the braces.
    body: TokenStream,
}

impl Parse for Syntax {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let krate = krate(input)?;
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let ident = input.parse()?;
        let content;
        braced!(content in input);
        let body = content.parse()?;
        Ok(Self {
            krate,
            attrs,
            vis,
            ident,
            body,
        })
    }
}

/// `crate = path;`
fn krate(input: ParseStream<'_>) -> syn::Result<Option<Path>> {
    if !input.peek(Token![crate]) {
        return Ok(None);
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let path = input.call(Path::parse_mod_style)?;
    input.parse::<Token![;]>()?;
    Ok(Some(path))
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key: Ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let value = if key == OWNER {
            let text = input.parse();
            let write = |error: syn::Error| syn::Error::new(error.span(), "write `owner: \"..\"`");
            Value::Text(text.map_err(write)?)
        } else {
            let write = || format!("write `{key}: [Type, ..]`");
            if !input.peek(token::Bracket) {
                return Err(input.error(write()));
            }
            Value::Types(list(input)?)
        };
        Ok(Self { key, value })
    }
}

/// The entries that can be read; the others are reported one by one.
fn entries(cx: &Ctxt, body: TokenStream) -> Vec<Entry> {
    let parser = |input: ParseStream<'_>| {
        let mut entries = Vec::new();
        while !input.is_empty() {
            entries.extend(cx.take(input.parse::<Entry>()));
            skip_to_next(input)?;
        }
        Ok(entries)
    };
    cx.take(parser.parse2(body)).unwrap_or_default()
}

impl Context {
    pub(crate) fn read(cx: &Ctxt, input: TokenStream) -> Option<Self> {
        let syntax: Syntax = cx.take(syn::parse2(input))?;
        let mut context = Self {
            krate: Krate::at(syntax.krate.as_ref()),
            docs: Docs::of(&syntax.attrs),
            attrs: syntax.attrs,
            vis: syntax.vis,
            ident: syntax.ident,
            owner: None,
            members: Vec::new(),
        };
        let mut seen: Vec<Ident> = Vec::new();
        for entry in entries(cx, syntax.body) {
            if seen.contains(&entry.key) {
                cx.error(&entry.key, format!("`{}` is given twice", entry.key));
            }
            seen.push(entry.key.clone());
            context.add(cx, entry);
        }
        Some(context)
    }

    fn add(&mut self, cx: &Ctxt, Entry { key, value }: Entry) {
        match value {
            Value::Text(text) => self.owner = Some(text),
            Value::Types(types) => {
                for (section, ty) in section(cx, &key)
                    .into_iter()
                    .flat_map(|section| types.iter().map(move |ty| (section, ty)))
                {
                    self.add_member(cx, section, ty);
                }
            }
        }
    }

    fn add_member(&mut self, cx: &Ctxt, section: Section, ty: &Type) {
        if self.of(section).any(|known| known == ty) {
            cx.error(ty, format!("`{}` is listed twice", spelling(ty)));
        } else {
            let ty = ty.clone();
            self.members.push(Member { section, ty });
        }
    }

    /// The members of one list.
    pub(crate) fn of(&self, section: Section) -> impl Iterator<Item = &Type> + Clone {
        let members = self.members.iter();
        members
            .filter(move |member| member.section == section)
            .map(|member| &member.ty)
    }

    /// Its name in the model.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }
}

/// The list that a key names, or was meant to.
fn section(cx: &Ctxt, key: &Ident) -> Option<Section> {
    let word = key.to_string();
    Section::of(&word).or_else(|| {
        let hint = suggest::hint(&word, &SECTIONS);
        cx.error(key, format!("unknown section `{word}`{hint}"));
        Section::of(suggest::nearest(&word, &SECTIONS)?)
    })
}
