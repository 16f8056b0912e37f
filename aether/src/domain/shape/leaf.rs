use serde::de::{Expected, Visitor};

/// What is asked for, and what the type says it expects.
///
/// The latter tells a date from a name where both are written as text.
pub(super) fn asked<'de, V: Visitor<'de>>(what: &str, visitor: &V) -> String {
    let expected: &dyn Expected = visitor;
    format!("{what} {:?}", expected.to_string())
}

/// What is asked for under a name.
pub(super) fn named(what: &str, name: &str) -> String {
    format!("{what} {name:?}")
}
