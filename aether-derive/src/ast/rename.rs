use syn::{Attribute, Field, ext::IdentExt as _};

use super::personal::{skip_value, text_of};

/// How serde names the fields of an item in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Rename {
    /// As they are written; `snake_case` is the same.
    #[default]
    Same,
    Lower,
    Upper,
    Pascal,
    Camel,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Rename {
    /// What the attributes of an item say under `key`: `rename_all` or `rename_all_fields`.
    pub(crate) fn under(key: &str, attrs: &[Attribute]) -> Option<Self> {
        value_of(key, attrs).map(|rule| Self::rule(&rule))
    }

    /// A rule that serde does not know, serde reports.
    fn rule(rule: &str) -> Self {
        match rule {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => Self::Same,
        }
    }

    /// The name of a field in JSON.
    pub(crate) fn of(self, field: &Field) -> String {
        let own = value_of("rename", &field.attrs);
        own.unwrap_or_else(|| {
            let ident = field.ident.as_ref();
            self.apply(
                &ident
                    .map(|ident| ident.unraw().to_string())
                    .unwrap_or_default(),
            )
        })
    }

    fn apply(self, field: &str) -> String {
        match self {
            Self::Same | Self::Lower => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => words(field).collect(),
            Self::Camel => {
                let pascal: String = words(field).collect();
                let mut letters = pascal.chars();
                let first = letters.next().map(|first| first.to_ascii_lowercase());
                first.into_iter().chain(letters).collect()
            }
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

/// The words of a field's name, each with a capital letter.
fn words(field: &str) -> impl Iterator<Item = String> {
    field.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    })
}

fn value_of(key: &str, attrs: &[Attribute]) -> Option<String> {
    let mut found = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        // What serde cannot read, serde reports.
        let _read = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident(key) {
                found = text_of(&meta)?.map(|text| text.value()).or(found.take());
                return Ok(());
            }
            skip_value(&meta)
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_as_serde_names_them() {
        for (rule, name) in [
            ("lowercase", "full_name"),
            ("UPPERCASE", "FULL_NAME"),
            ("PascalCase", "FullName"),
            ("camelCase", "fullName"),
            ("snake_case", "full_name"),
            ("SCREAMING_SNAKE_CASE", "FULL_NAME"),
            ("kebab-case", "full-name"),
            ("SCREAMING-KEBAB-CASE", "FULL-NAME"),
        ] {
            assert_eq!(Rename::rule(rule).apply("full_name"), name, "{rule}");
        }
    }
}
