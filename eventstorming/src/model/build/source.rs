//! What each constant says of its element.

use super::super::{Facts, Kind, label};
use crate::meta;

/// What makes two constants the same definition.
pub(super) type Definition = (Kind, &'static str, &'static str, u32);

/// What all constants have in common.
pub(super) struct Source {
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    pub(super) docs: &'static meta::Docs,
    pub(super) location: meta::Location,
    pub(super) owner: Option<&'static str>,
    pub(super) schema: Option<meta::SchemaOf>,
    pub(super) facts: Facts,
}

impl Source {
    pub(super) const fn definition(&self) -> Definition {
        (self.kind, self.name, self.location.file, self.location.line)
    }

    pub(super) fn label(&self) -> String {
        // A rule is a sentence, a process has a name.
        if matches!(self.facts, Facts::Policy { key: None, .. }) {
            label::sentence(self.name)
        } else {
            label::title(self.name)
        }
    }
}

macro_rules! plain_source {
    ($($constant:ident),+) => {$(
        impl From<&'static meta::$constant> for Source {
            fn from(constant: &'static meta::$constant) -> Self {
                Self {
                    kind: plain_source!(@kind $constant),
                    name: constant.name.as_str(),
                    docs: &constant.docs,
                    location: constant.location,
                    owner: None,
                    schema: plain_source!(@schema $constant, constant),
                    facts: plain_source!(@facts $constant),
                }
            }
        }
    )+};
    (@kind Projection) => { Kind::ReadModel };
    (@kind Persona) => { Kind::Actor };
    (@kind $constant:ident) => { Kind::$constant };
    (@schema Command, $it:ident) => { Some($it.schema) };
    (@schema Projection, $it:ident) => { Some($it.schema) };
    (@schema $constant:ident, $it:ident) => { None };
    (@facts Policy) => { Facts::Policy { after: None, key: None } };
    (@facts Command) => { Facts::Command { foreign: false, refusals: Vec::new() } };
    (@facts $constant:ident) => { Facts::None };
}

plain_source!(
    Aggregate,
    Command,
    Policy,
    Projection,
    ExternalSystem,
    Persona
);

impl From<&'static meta::ProcessManager> for Source {
    fn from(manager: &'static meta::ProcessManager) -> Self {
        Self {
            kind: Kind::Policy,
            name: manager.name.as_str(),
            docs: &manager.docs,
            location: manager.location,
            owner: None,
            schema: None,
            facts: Facts::Policy {
                after: None,
                key: Some(manager.key.to_owned()),
            },
        }
    }
}

impl From<&'static meta::Answer> for Source {
    fn from(answer: &'static meta::Answer) -> Self {
        let query = answer.query;
        Self {
            kind: Kind::Query,
            name: query.name.as_str(),
            docs: &query.docs,
            location: query.location,
            owner: None,
            schema: None,
            facts: Facts::Query {
                answer: Some(answer.answer.to_owned()),
            },
        }
    }
}

impl From<&'static meta::Event> for Source {
    fn from(event: &'static meta::Event) -> Self {
        Self {
            kind: Kind::Event,
            name: event.name.as_str(),
            docs: &event.docs,
            location: event.location,
            owner: None,
            schema: None,
            facts: Facts::Event {
                version: event.version,
                aliases: event
                    .aliases
                    .iter()
                    .map(|alias| (*alias).to_owned())
                    .collect(),
                rust_type: Some(event.rust_type.to_owned()),
                pivotal: event.pivotal,
                phase: event.phase.map(str::to_owned),
                visibility: match event.marks.visibility {
                    meta::Visibility::Unsaid => None,
                    meta::Visibility::Private => Some("private".to_owned()),
                    meta::Visibility::Public => Some("public".to_owned()),
                },
                deprecated: event.marks.deprecated.map(deprecation),
                retired: event.marks.retired,
                foreign: false,
            },
        }
    }
}

/// `since 2, instead OrderPlaced`, as far as that was said.
fn deprecation(deprecated: meta::Deprecated) -> String {
    let meta::Deprecated { since, instead } = deprecated;
    let parts = [("since", since), ("instead", instead)].into_iter();
    let parts = parts.filter(|(_, text)| !text.is_empty());
    let parts: Vec<String> = parts.map(|(word, text)| format!("{word} {text}")).collect();
    parts.join(", ")
}

/// The types or variants of a refusal; nothing if there is none.
pub(super) fn refusals(rejection: meta::Rejection) -> Vec<String> {
    let meta::Rejection { name, variants } = rejection;
    let never = name.is_empty() || name.rsplit("::").next() == Some("Infallible");
    if never {
        return Vec::new();
    }
    if variants.is_empty() {
        return vec![name.to_owned()];
    }
    let variants = variants.iter();
    variants
        .map(|variant| format!("{name}::{variant}"))
        .collect()
}

impl From<&'static meta::Context> for Source {
    fn from(context: &'static meta::Context) -> Self {
        Self {
            kind: Kind::Context,
            name: context.name.as_str(),
            docs: &context.docs,
            location: context.location,
            owner: context.owner,
            schema: None,
            facts: Facts::Context {
                upstream: context.upstream.iter().map(ToString::to_string).collect(),
            },
        }
    }
}
