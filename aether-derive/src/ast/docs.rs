use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, Fields, Lit, ext::IdentExt as _};

use super::Krate;

/// The `///` lines of an item, split by what EventStorming does with them.
#[derive(Default, Debug, PartialEq, Eq)]
pub(crate) struct Docs {
    text: String,
    hotspots: Vec<String>,
    invariants: Vec<String>,
    notes: Vec<String>,
}

impl Docs {
    pub(crate) fn of(attrs: &[Attribute]) -> Self {
        let lines: Vec<String> = attrs.iter().filter_map(line).collect();
        Self::parse(&lines.join("\n"))
    }

    /// The docs of an item and what those of its fields ask and remark, each by the field's name.
    pub(crate) fn with_fields(attrs: &[Attribute], fields: &Fields) -> Self {
        let mut docs = Self::of(attrs);
        for field in fields {
            let Some(name) = &field.ident else { continue };
            let Self {
                hotspots,
                invariants,
                notes,
                ..
            } = Self::of(&field.attrs);
            let name = name.unraw();
            let named = |text: String| format!("{name}: {text}");
            docs.hotspots.extend(hotspots.into_iter().map(named));
            docs.invariants.extend(invariants.into_iter().map(named));
            docs.notes.extend(notes.into_iter().map(named));
        }
        docs
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn parse(text: &str) -> Self {
        let mut docs = Self::default();
        let lines: Vec<&str> = text.split('\n').map(unindented).collect();
        for paragraph in lines.split(|line| line.is_empty()) {
            docs.add(paragraph);
        }
        docs
    }

    fn add(&mut self, paragraph: &[&str]) {
        let Some(first) = paragraph.first() else {
            return;
        };
        if let Some(question) = first.strip_prefix("Hotspot:") {
            self.hotspots.push(one_line(question, paragraph));
        } else if let Some(rule) = first.strip_prefix("Invariant:") {
            self.invariants.push(one_line(rule, paragraph));
        } else if let Some(remark) = first.strip_prefix("Note:") {
            self.notes.push(one_line(remark, paragraph));
        } else {
            let gap = if self.text.is_empty() { "" } else { "\n\n" };
            self.text = format!("{}{gap}{}", self.text, paragraph.join("\n"));
        }
    }

    /// The text alone.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The constant that holds them, if they are more than text.
    pub(crate) fn beside_text(&self, krate: &Krate) -> Option<TokenStream> {
        let Self {
            hotspots,
            invariants,
            notes,
            ..
        } = self;
        let is_text = hotspots.is_empty() && invariants.is_empty() && notes.is_empty();
        (!is_text).then(|| self.tokens(krate))
    }

    /// The constant that holds them.
    pub(crate) fn tokens(&self, krate: &Krate) -> TokenStream {
        if *self == Self::default() {
            return quote!(#krate::meta::Docs::NONE);
        }
        let Self {
            text,
            hotspots,
            invariants,
            notes,
        } = self;
        let paragraphs = [
            ("hotspots", hotspots),
            ("invariants", invariants),
            ("notes", notes),
        ];
        let given = paragraphs.iter().filter(|(_, given)| !given.is_empty());
        let fields: Vec<_> = given
            .map(|(name, given)| {
                let name = Ident::new(name, Span::call_site());
                quote!(#name: &[#(#given),*],)
            })
            .collect();
        if fields.is_empty() {
            return quote!(#krate::meta::Docs::new(#text));
        }
        if fields.len() == paragraphs.len() {
            return quote!(#krate::meta::Docs { text: #text, #(#fields)* });
        }
        quote! {
            #krate::meta::Docs { text: #text, #(#fields)* ..#krate::meta::Docs::NONE }
        }
    }
}

fn line(attr: &Attribute) -> Option<String> {
    let doc = attr.meta.require_name_value().ok()?;
    if let Expr::Lit(value) = &doc.value
        && let Lit::Str(text) = &value.lit
        && doc.path.is_ident("doc")
    {
        return Some(text.value());
    }
    None
}

fn unindented(line: &str) -> &str {
    line.strip_prefix(' ').unwrap_or(line).trim_end()
}

fn one_line(start: &str, paragraph: &[&str]) -> String {
    let rest = paragraph.iter().skip(1).map(|line| line.trim());
    let words: Vec<_> = std::iter::once(start.trim()).chain(rest).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hotspots_and_notes_are_told_from_the_text() {
        let docs = Docs::parse(
            " An order.\n\n Hotspot: who refunds,\n and when?\n\n Invariant: it adds up.\n\n Note: slow.\n\n It has:\n  - lines",
        );
        assert_eq!(docs.text, "An order.\n\nIt has:\n - lines");
        assert_eq!(docs.hotspots, ["who refunds, and when?"]);
        assert_eq!(docs.invariants, ["it adds up."]);
        assert_eq!(docs.notes, ["slow."]);
        assert_eq!(Docs::parse(""), Docs::default());
    }
}
