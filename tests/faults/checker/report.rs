use std::{collections::BTreeMap, fmt};

/// How many violations of a kind are shown.
const SHOWN: usize = 3;

/// How many violations there are of each kind, and some of them.
pub(crate) fn report<V: fmt::Display>(violations: &[V]) -> String {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for violation in violations.iter().map(V::to_string) {
        kinds.entry(kind(&violation)).or_default().push(violation);
    }
    let mut lines = vec![format!("{} violations", violations.len())];
    for (kind, violations) in kinds {
        lines.push(format!("{kind} ({}), such as", violations.len()));
        let shown = violations.iter().take(SHOWN);
        lines.extend(shown.map(|violation| format!("  {violation}")));
    }
    lines.join("\n")
}

/// The word for a violation, with which it begins.
fn kind(violation: &str) -> String {
    let word = violation.split(':').next();
    word.unwrap_or_default().to_owned()
}
