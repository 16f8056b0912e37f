use percent_encoding::percent_decode_str;

use crate::{Namespace, bus::NamespacePattern, store::jetstream::push_token};

/// What every notice's subject begins with. No subject of a store does.
const NOTICES: &str = "aether_bus";
/// What every word between buses begins with.
const NODES: &str = "aether_bus_nodes";

/// Where a bus publishes what was stored in a namespace.
pub(super) fn notice(node: &str, namespace: &Namespace) -> String {
    let tokens = namespace.as_str().split('.');
    tokens.fold(format!("{NOTICES}.{node}"), |mut subject, token| {
        subject.push('.');
        push_token(&mut subject, token);
        subject
    })
}

/// What every bus publishes of some namespaces.
pub(super) fn wanted(pattern: &NamespacePattern) -> String {
    let is_exact = pattern.namespace().is_some();
    let tokens = pattern.as_str().split('.');
    tokens.fold(format!("{NOTICES}.*"), |mut subject, token| {
        subject.push('.');
        match token {
            "*" | ">" if !is_exact => subject.push_str(token),
            token => push_token(&mut subject, token),
        }
        subject
    })
}

/// Which bus a notice comes from, and the tokens of its namespace.
pub(super) fn source(subject: &str) -> Option<(&str, &str)> {
    let rest = subject.strip_prefix(NOTICES)?.strip_prefix('.')?;
    rest.split_once('.')
}

/// The namespace that some tokens stand for.
pub(super) fn namespace(tokens: &str) -> Option<Namespace> {
    let mut text = String::with_capacity(tokens.len());
    for (index, token) in tokens.split('.').enumerate() {
        if index > 0 {
            text.push('.');
        }
        if token != "%" {
            text.push_str(&percent_decode_str(token).decode_utf8().ok()?);
        }
    }
    Namespace::new(text).ok()
}

/// Where all buses listen to each other.
pub(super) fn all_nodes() -> String {
    format!("{NODES}.all")
}

/// Where one bus listens to others.
pub(super) fn node(node: &str) -> String {
    format!("{NODES}.node.{node}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wildcards_are_wildcards_only_in_a_pattern() {
        let pattern: NamespacePattern = "shop.*.>".parse().unwrap();
        assert_eq!(wanted(&pattern), "aether_bus.*.shop.*.>");
        let odd = NamespacePattern::exactly(Namespace::new("shop.*.>").unwrap());
        assert_eq!(wanted(&odd), "aether_bus.*.shop.%2A.%3E");
    }

    proptest! {
        #[test]
        fn a_namespace_is_read_as_it_was_written(text in "\\PC{1,12}|[.%*> a]{1,8}") {
            let namespace = Namespace::new(text).unwrap();
            let subject = notice("n", &namespace);
            let (node, tokens) = source(&subject).unwrap();
            prop_assert_eq!(node, "n");
            prop_assert_eq!(super::namespace(tokens), Some(namespace));
        }
    }
}
