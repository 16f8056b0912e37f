use std::sync::Arc;

use super::{InvalidId, checked, text_id};

/// Names a logical boundary: one log of events, which no reader of another namespace sees.
///
/// Any UTF-8 text of 1 to [`Namespace::MAX_BYTES`] bytes. Cloning is cheap.
///
/// ```
/// use aether::Namespace;
///
/// let namespace = Namespace::new("shop/eu")?;
/// assert_eq!(namespace.as_str(), "shop/eu");
/// # Ok::<(), aether::InvalidId>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(Arc<str>);

text_id!(Namespace);

impl Namespace {
    /// The most bytes a namespace may have: encoded, it must fit into the name of a stream.
    pub const MAX_BYTES: usize = 64;

    /// Reads the name of a namespace.
    ///
    /// # Errors
    /// If the text is empty or longer than [`Namespace::MAX_BYTES`].
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidId> {
        let text = text.as_ref();
        checked("a namespace", text, Self::MAX_BYTES)?;
        Ok(Self(Arc::from(text)))
    }
}

impl Default for Namespace {
    /// The namespace called `default`.
    fn default() -> Self {
        Self(Arc::from("default"))
    }
}
