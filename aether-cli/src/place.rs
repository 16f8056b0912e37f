use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use aether::{
    DynEventStore, EmbeddedEventStore, EmbeddedOptions, EventStore as _, JetStreamOptions,
    Namespace, StoreError, StoreErrorKind,
    store::jetstream::{Risk, Storage},
};

/// What a stream may be that is only read.
const RISKS: [Risk; 6] = [
    Risk::MemoryStorage,
    Risk::AsyncPersistence,
    Risk::Deletion,
    Risk::Purge,
    Risk::Rollup,
    Risk::MessageTtl,
];

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Folder(PathBuf),
    Server(String),
}

/// A store, and what became of its checksums.
pub(crate) struct Opened {
    pub(crate) store: DynEventStore,
    /// None if it has none.
    pub(crate) checksums: Option<Result<(), StoreError>>,
}

/// Says why a text is no place of a store.
#[derive(Debug, thiserror::Error)]
#[error("a store is `embedded:PATH` or `nats://HOST:PORT`")]
pub(crate) struct NoPlace;

/// Whether a store may be made where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Read,
    Write,
}

impl Place {
    pub(crate) async fn open(
        &self,
        namespace: &Namespace,
        used: Use,
    ) -> Result<DynEventStore, StoreError> {
        match self {
            Self::Folder(path) => {
                let opened = folder(path, namespace, used).await;
                opened.map(DynEventStore::new)
            }
            Self::Server(url) => {
                let namespace = namespace.clone();
                let options = JetStreamOptions::new().namespace(namespace);
                let options = match used {
                    // A stream that is only read may be as risky as it likes.
                    Use::Read => RISKS.into_iter().fold(
                        options.existing().storage(Storage::Memory),
                        JetStreamOptions::accepting,
                    ),
                    Use::Write => options,
                };
                options.connect(url).await.map(DynEventStore::new)
            }
        }
    }
}

impl Place {
    /// Opens it, and checks all of it that has checksums: for a server, it is the server that does
    /// so.
    pub(crate) async fn open_whole(&self, namespace: &Namespace) -> Result<Opened, StoreError> {
        let Self::Folder(path) = self else {
            let store = self.open(namespace, Use::Read).await?;
            let checksums = None;
            return Ok(Opened { store, checksums });
        };
        let store = folder(path, namespace, Use::Read).await?;
        let checksums = match store.verify().await {
            Ok(_) => Ok(()),
            Err(err) if err.kind() == StoreErrorKind::Corrupt => Err(err),
            Err(err) => return Err(err),
        };
        Ok(Opened {
            store: DynEventStore::new(store),
            checksums: Some(checksums),
        })
    }

    /// Whether others can use it while this does.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::Server(_))
    }

    /// The namespaces in it that hold commits.
    pub(crate) async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        match self {
            Self::Folder(path) => {
                let store = folder(path, &Namespace::default(), Use::Read).await?;
                store.namespaces().await
            }
            Self::Server(url) => JetStreamOptions::new().namespaces(url).await,
        }
    }
}

async fn folder(
    path: &Path,
    namespace: &Namespace,
    used: Use,
) -> Result<EmbeddedEventStore, StoreError> {
    let options = EmbeddedOptions::new().namespace(namespace.clone());
    let options = match used {
        Use::Read => options.existing(),
        Use::Write => options,
    };
    options.open(path).await
}

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        match text.strip_prefix("embedded:") {
            Some("") => Err(NoPlace),
            Some(path) => Ok(Self::Folder(path.into())),
            None if text.starts_with("nats://") || text.starts_with("tls://") => {
                Ok(Self::Server(text.to_owned()))
            }
            None => Err(NoPlace),
        }
    }
}

/// Without passwords.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "embedded:{}", path.display()),
            Self::Server(urls) => {
                let urls = urls.split(',').map(|url| match url.split_once("://") {
                    Some((scheme, rest)) => {
                        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                        format!("{scheme}://{host}")
                    }
                    None => url.to_owned(),
                });
                f.write_str(&urls.collect::<Vec<_>>().join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_folder_or_a_server() {
        let read = |text: &str| text.parse::<Place>().map(|place| place.to_string());
        assert_eq!(read("embedded:a/b").unwrap(), "embedded:a/b");
        assert_eq!(
            read("nats://me:secret@a:1,nats://b:2").unwrap(),
            "nats://a:1,nats://b:2"
        );
        for text in ["", "embedded:", "a/b", "http://a"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
