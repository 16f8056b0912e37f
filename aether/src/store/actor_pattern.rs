use std::{fmt, str::FromStr};

use crate::ActorId;

/// Which actors are meant: a pattern over the tokens of their ids, as NATS has it for subjects.
///
/// Tokens are separated by dots. `*` stands for one token, `>` for one or more at the end; any
/// other token stands for itself.
///
/// ```
/// use aether::{ActorId, store::ActorPattern};
///
/// let orders: ActorPattern = "Order.*".parse()?;
/// assert!(orders.matches(&ActorId::of("Order", "7")?));
/// assert!(!orders.matches(&ActorId::of("Customer", "7")?));
/// assert!(!orders.matches(&ActorId::of("Customer", "ada@example.org")?));
/// assert!("Customer.>".parse::<ActorPattern>()?.matches(&ActorId::of("Customer", "a.b.c")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ActorPattern {
    text: String,
    /// Whether it ends in `>`.
    open: bool,
}

/// Says why a text is not a pattern of actors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPattern {
    /// There is nothing in it.
    #[error("a pattern of actors is empty; `>` stands for all of them")]
    Empty,
    /// Something follows `>`.
    #[error("`>` ends a pattern of actors, and is not its end in `{pattern}`")]
    NotAtTheEnd {
        /// What was given.
        pattern: String,
    },
}

impl ActorPattern {
    /// Whether an actor is meant.
    pub fn matches(&self, actor: &ActorId) -> bool {
        self.matches_text(actor.as_str())
    }

    /// Whether a text of such tokens is meant.
    pub(crate) fn matches_text(&self, text: &str) -> bool {
        let mut tokens = text.split('.');
        for wanted in self.text.split('.') {
            match (wanted, tokens.next()) {
                (">", Some(_)) if self.open => return true,
                ("*", Some(_)) => {}
                (wanted, Some(token)) if wanted == token => {}
                _ => return false,
            }
        }
        tokens.next().is_none()
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for ActorPattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        if text.is_empty() {
            return Err(InvalidPattern::Empty);
        }
        let open = text == ">" || text.ends_with(".>");
        let closed = if open { text.len() - 1 } else { text.len() };
        let before = text.get(..closed).unwrap_or_default();
        if before.split('.').any(|token| token == ">") {
            return Err(InvalidPattern::NotAtTheEnd {
                pattern: text.to_owned(),
            });
        }
        Ok(Self {
            text: text.to_owned(),
            open,
        })
    }
}

impl serde::Serialize for ActorPattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl fmt::Display for ActorPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(pattern: &str, meant: &[&str], not_meant: &[&str]) {
        let pattern: ActorPattern = pattern.parse().unwrap();
        for actor in meant {
            assert!(
                pattern.matches(&ActorId::new(actor).unwrap()),
                "{pattern} means {actor}"
            );
        }
        for actor in not_meant {
            assert!(
                !pattern.matches(&ActorId::new(actor).unwrap()),
                "{pattern}: not {actor}"
            );
        }
    }

    #[test]
    fn tokens_are_matched_as_nats_matches_them() {
        check(">", &["a", "a.b", ".", "*"], &[]);
        check("a", &["a"], &["A", "a.", "a.b", "b"]);
        check("*", &["a", "*", ">"], &["a.b", "."]);
        check("a.*", &["a.b", "a.", "a.*"], &["a", "a.b.c", "b.a"]);
        check("*.b", &["a.b", ".b"], &["b", "a.b.c"]);
        check("a.>", &["a.b", "a.b.c", "a."], &["a", "b.a"]);
        check("*.b.>", &["a.b.c.d"], &["a.b", "a.c.d"]);
        check("a>", &["a>"], &["a", "ab"]);
    }

    #[test]
    fn a_pattern_that_could_mean_nothing_is_refused() {
        assert_eq!("".parse::<ActorPattern>(), Err(InvalidPattern::Empty));
        for pattern in [">.a", "a.>.b", ">.>"] {
            let err = pattern.parse::<ActorPattern>().unwrap_err();
            assert_eq!(
                err,
                InvalidPattern::NotAtTheEnd {
                    pattern: pattern.to_owned()
                }
            );
        }
    }

    proptest! {
        #[test]
        fn an_id_without_wildcards_means_itself_alone(id in "[^*>]{1,30}", other in "\\PC{1,30}") {
            let pattern: ActorPattern = id.parse().unwrap();
            prop_assert!(pattern.matches(&ActorId::new(&id).unwrap()));
            prop_assert_eq!(pattern.matches(&ActorId::new(&other).unwrap()), id == other);
        }

        #[test]
        fn everything_is_meant_by_the_open_pattern(id in "\\PC{1,30}") {
            let everything: ActorPattern = ">".parse().unwrap();
            prop_assert!(everything.matches(&ActorId::new(&id).unwrap()));
        }
    }
}
