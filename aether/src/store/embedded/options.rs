use std::path::Path;

use super::store::EmbeddedEventStore;
use crate::{Namespace, StoreError};

/// How an [`EmbeddedEventStore`] is opened.
///
/// ```
/// use aether::{EmbeddedOptions, EventStore as _, Namespace};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("aether-options-{}", std::process::id()));
/// let options = EmbeddedOptions::new()
///     .namespace(Namespace::new("shop/eu")?)
///     .cache_bytes(16 << 20);
/// let store = options.open(&folder).await?;
/// assert_eq!(store.namespace().as_str(), "shop/eu");
/// # drop(store);
/// # std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedOptions {
    pub(super) namespace: Namespace,
    pub(super) cache_bytes: usize,
    pub(super) page_bytes: usize,
    pub(super) existing: bool,
}

impl EmbeddedOptions {
    /// What is used where nothing else is said.
    pub fn new() -> Self {
        Self {
            namespace: Namespace::default(),
            cache_bytes: 64 << 20,
            page_bytes: 4 << 20,
            existing: false,
        }
    }

    /// The namespace; `default`.
    #[must_use]
    pub fn namespace(mut self, namespace: Namespace) -> Self {
        self.namespace = namespace;
        self
    }

    /// How many bytes of the file are kept in memory, at most; 64 MiB.
    #[must_use]
    pub const fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// How many bytes a page of a history holds, give or take a commit; 4 MiB.
    #[must_use]
    pub const fn page_bytes(mut self, bytes: usize) -> Self {
        self.page_bytes = bytes;
        self
    }

    /// Refuses a folder without a store, where one would be made.
    #[must_use]
    pub const fn existing(mut self) -> Self {
        self.existing = true;
        self
    }

    /// Opens the store in a folder, which is made if there is none.
    ///
    /// # Errors
    /// As for [`EmbeddedEventStore::open`].
    ///
    /// # Cancel safety
    /// As for [`EmbeddedEventStore::open`].
    pub async fn open(self, folder: impl AsRef<Path>) -> Result<EmbeddedEventStore, StoreError> {
        EmbeddedEventStore::open_with(folder.as_ref().to_owned(), self).await
    }
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self::new()
    }
}
