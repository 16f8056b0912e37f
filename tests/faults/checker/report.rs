use std::collections::BTreeMap;

use super::Violation;

/// How many violations of a kind are shown.
const SHOWN: usize = 3;

/// How many violations there are of each kind, and some of them.
pub(crate) fn report(violations: &[Violation]) -> String {
    let mut kinds: BTreeMap<String, Vec<&Violation>> = BTreeMap::new();
    for violation in violations {
        kinds.entry(violation.kind()).or_default().push(violation);
    }
    let mut lines = vec![format!("{} violations", violations.len())];
    for (kind, violations) in kinds {
        lines.push(format!("{kind} ({}), such as", violations.len()));
        let shown = violations.iter().take(SHOWN);
        lines.extend(shown.map(|violation| format!("  {violation}")));
    }
    lines.join("\n")
}
