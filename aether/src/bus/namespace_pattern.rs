use std::{fmt, str::FromStr};

use crate::{
    Namespace,
    store::{ActorPattern, InvalidPattern},
};

/// Which namespaces are meant: one, or all that a pattern over their tokens means.
///
/// Tokens are separated by dots; `*` stands for one token, `>` for one or more at the end, as in
/// an [`ActorPattern`].
///
/// ```
/// use aether::{Namespace, bus::NamespacePattern};
///
/// let shops: NamespacePattern = "shop.*".parse()?;
/// assert!(shops.matches(&Namespace::new("shop.eu")?));
/// assert!(!shops.matches(&Namespace::new("shop")?));
/// assert!(NamespacePattern::exactly(Namespace::new("*")?).matches(&Namespace::new("*")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamespacePattern(Meant);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Meant {
    One(Namespace),
    Several(ActorPattern),
}

impl NamespacePattern {
    /// This namespace, whatever characters its name has.
    pub const fn exactly(namespace: Namespace) -> Self {
        Self(Meant::One(namespace))
    }

    /// Whether a namespace is meant.
    pub fn matches(&self, namespace: &Namespace) -> bool {
        match &self.0 {
            Meant::One(one) => one == namespace,
            Meant::Several(pattern) => pattern.matches_text(namespace.as_str()),
        }
    }

    /// The namespace, if only one is meant.
    pub const fn namespace(&self) -> Option<&Namespace> {
        match &self.0 {
            Meant::One(one) => Some(one),
            Meant::Several(_) => None,
        }
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Meant::One(one) => one.as_str(),
            Meant::Several(pattern) => pattern.as_str(),
        }
    }
}

impl From<Namespace> for NamespacePattern {
    fn from(namespace: Namespace) -> Self {
        Self::exactly(namespace)
    }
}

impl FromStr for NamespacePattern {
    type Err = InvalidPattern;

    /// Reads a pattern; a text without wildcards means the namespace of this name.
    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let pattern: ActorPattern = text.parse()?;
        let is_wild = text.split('.').any(|token| token == "*" || token == ">");
        let one = (!is_wild).then(|| Namespace::new(text).ok()).flatten();
        Ok(Self(one.map_or(Meant::Several(pattern), Meant::One)))
    }
}

impl fmt::Display for NamespacePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(pattern: &str, namespace: &str) -> bool {
        let pattern: NamespacePattern = pattern.parse().unwrap();
        pattern.matches(&Namespace::new(namespace).unwrap())
    }

    #[test]
    fn tokens_are_matched_as_those_of_actors() {
        assert!(means("shop", "shop") && !means("shop", "shop.eu"));
        assert!(means("shop.*", "shop.eu") && !means("shop.*", "shop.eu.west"));
        assert!(means("shop.>", "shop.eu.west") && !means("shop.>", "shop"));
        assert!(means(">", "any.thing"));
    }

    #[test]
    fn a_text_without_wildcards_is_one_namespace() {
        let one: NamespacePattern = "a.b*".parse().unwrap();
        assert_eq!(one.namespace().map(Namespace::as_str), Some("a.b*"));
        let several: NamespacePattern = "a.*".parse().unwrap();
        assert_eq!(several.namespace(), None);
        let odd = NamespacePattern::exactly(Namespace::new("a.*").unwrap());
        assert!(odd.matches(&Namespace::new("a.*").unwrap()));
        assert!(!odd.matches(&Namespace::new("a.b").unwrap()));
        assert_ne!(odd, several);
    }
}
