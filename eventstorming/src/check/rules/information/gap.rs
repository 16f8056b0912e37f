use serde_json::Value;

use super::offer::{DEPTH, Form, Offer, form, inside};
use crate::{
    check::{Code, allow},
    contract::Schema,
};

/// A field that comes from nowhere.
#[derive(Debug)]
pub(super) struct Gap {
    /// Where it is: `lines[].price`.
    pub(super) path: String,
    /// Why that is as it should be, where its doc comment says so.
    pub(super) allowed: Option<String>,
}

/// What there is to say about the fields of a schema.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    pub(super) missing: Vec<Gap>,
    /// Fields that are allowed to come from nowhere, and do not.
    pub(super) idle: Vec<String>,
}

/// The fields that nothing offered leads to.
pub(super) fn gaps(schema: &Value, offer: &Offer, code: Code) -> Gaps {
    let mut search = Search {
        offer,
        code,
        within: Vec::new(),
        gaps: Gaps::default(),
    };
    search.fields("", &Schema::new(schema).resolved(), None, DEPTH);
    search.gaps
}

struct Search<'a> {
    offer: &'a Offer,
    code: Code,
    /// The named types that are being looked into.
    within: Vec<String>,
    gaps: Gaps,
}

impl Search<'_> {
    fn fields(&mut self, path: &str, schema: &Schema<'_>, allowed: Option<&str>, depth: usize) {
        for (name, field) in schema.properties() {
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            let own = own_allowance(&field, self.code);
            let before = self.gaps.missing.len();
            let allowance = own.as_deref().or(allowed);
            self.value((&path, name), &field, allowance, depth);
            if own.is_some() && self.gaps.missing.len() == before {
                self.gaps.idle.push(path);
            }
        }
    }

    fn value(
        &mut self,
        (path, name): (&str, &str),
        schema: &Schema<'_>,
        allowed: Option<&str>,
        depth: usize,
    ) {
        let of_type = type_allowance(schema, self.code);
        let allowed = allowed.or(of_type.as_deref());
        let form = form(schema);
        let named = schema.name().map(str::to_owned);
        let again = named
            .as_ref()
            .is_some_and(|known| self.within.contains(known));
        let there = self.offer.has_type(schema) || self.offer.has_field(name, form);
        if depth == 0 || again || (there && form != Form::Anything) || self.offer.has_type(schema) {
            return;
        }
        let inner = inside(schema);
        if form == Form::Record || !inner.is_empty() {
            self.within.extend(named.clone());
            self.fields(path, schema, allowed, depth - 1);
            for inner in inner {
                let path = if is_many(schema) {
                    format!("{path}[]")
                } else {
                    path.to_owned()
                };
                self.value((&path, name), &inner, allowed, depth - 1);
            }
            self.within.truncate(self.within.len() - named.iter().len());
            return;
        }
        let lacking = match form {
            Form::Text => true,
            // A number is counted, unless its type says that it is more than a number.
            Form::Number => named.is_some(),
            Form::Choice | Form::Made | Form::Record | Form::Anything => false,
        };
        if lacking {
            self.gaps.missing.push(Gap {
                path: path.to_owned(),
                allowed: allowed.map(str::to_owned),
            });
        }
    }
}

fn is_many(schema: &Schema<'_>) -> bool {
    schema.get("items").is_some() || schema.map_values().is_some()
}

/// What the doc comment of a field, or of its type, allows.
pub(super) fn allowance(field: &Schema<'_>, code: Code) -> Option<String> {
    own_allowance(field, code).or_else(|| type_allowance(field, code))
}

/// What the doc comment of a field allows. A field without one has that of its type.
fn own_allowance(field: &Schema<'_>, code: Code) -> Option<String> {
    let docs = field.text("description")?;
    let of_type = field.text_of_type("description") == Some(docs);
    if of_type { None } else { read(docs, code) }
}

/// What the doc comment of a type allows to each field of it: so it is idle at none.
fn type_allowance(schema: &Schema<'_>, code: Code) -> Option<String> {
    read(schema.text_of_type("description")?, code)
}

fn read(docs: &str, code: Code) -> Option<String> {
    let mut said = docs.split("\n\n").filter_map(|paragraph| {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        allow::read(&words.join(" ")).ok().flatten()
    });
    said.find(|(allowed, _)| *allowed == code)
        .map(|(_, reason)| reason)
}
