use std::{fmt, path::PathBuf, str::FromStr};

use aether::{
    DynEventStore, EmbeddedOptions, JetStreamOptions, Namespace, StoreError,
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
        let namespace = namespace.clone();
        match self {
            Self::Folder(path) => {
                let options = EmbeddedOptions::new().namespace(namespace);
                let options = match used {
                    Use::Read => options.existing(),
                    Use::Write => options,
                };
                options.open(path).await.map(DynEventStore::new)
            }
            Self::Server(url) => {
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
