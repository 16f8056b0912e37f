use std::sync::Arc;

use super::{InvalidId, checked, text_id};

/// Names a data subject: the person whom personal data is about.
///
/// Any text of 1 to [`DataSubject::MAX_BYTES`] bytes but `$state`. It is stored in the clear
/// beside what is encrypted, and stays when the person is forgotten: so it should be a number or
/// a UUID that says nothing about the person, never a name or an address. People of different
/// kinds, such as customers and clerks, need ids that differ.
///
/// ```
/// use aether::DataSubject;
///
/// let subject = DataSubject::new("customer-7")?;
/// assert_eq!(subject.as_str(), "customer-7");
/// # Ok::<(), aether::InvalidId>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataSubject(Arc<str>);

text_id!(DataSubject);

impl DataSubject {
    /// The most bytes the name of a data subject may have.
    pub const MAX_BYTES: usize = 256;

    /// The name under which the key of what is derived from the log is kept.
    const STATE: &str = "$state";

    /// Reads the name of a data subject.
    ///
    /// # Errors
    /// If the text is empty, longer than [`DataSubject::MAX_BYTES`], or `$state`.
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidId> {
        let text = text.as_ref();
        checked("a data subject", text, Self::MAX_BYTES)?;
        if text == Self::STATE {
            return Err(InvalidId::Malformed {
                kind: "a data subject",
                text: text.to_owned(),
                reason: "the name is taken".to_owned(),
            });
        }
        Ok(Self(Arc::from(text)))
    }

    /// Reads a name that a key store has kept.
    #[cfg(feature = "personal")]
    pub(crate) fn kept(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// Who owns the key of what is derived from the log: nobody.
    #[cfg(feature = "personal")]
    pub(crate) fn state() -> Self {
        Self::kept(Self::STATE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_empty_overlong_or_taken_is_refused() {
        for text in ["", "$state", &"x".repeat(257)] {
            assert!(DataSubject::new(text).is_err(), "{text}");
        }
        assert!(DataSubject::new("x".repeat(256)).is_ok());
    }
}
