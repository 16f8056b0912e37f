use std::path::{Path, PathBuf};

use aether::{
    CommandId, DynEventStore, EmbeddedEventStore, Namespace, store::jetstream::JetStreamOptions,
};
use tempfile::TempDir;

use super::{args::Args, failure::Failure};

/// Where the events of the day are kept.
pub(crate) struct Keep {
    pub(crate) store: DynEventStore,
    place: Place,
}

/// What kind of place that is.
enum Place {
    /// A folder that goes when the day is over.
    Passing { _folder: TempDir },
    /// A folder that stays.
    Folder(PathBuf),
    /// A namespace on a NATS server.
    Server(Namespace),
}

impl Keep {
    pub(crate) async fn open(args: &Args) -> Result<Self, Failure> {
        match (&args.nats, &args.data) {
            (Some(url), _) => Self::on_server(url, args.namespace.clone()).await,
            (None, Some(folder)) => {
                let place = Place::Folder(folder.clone());
                Self::in_folder(folder, place).await
            }
            (None, None) => {
                let folder = TempDir::with_prefix("order-fulfilment-").map_err(Failure::Passing)?;
                let path = folder.path().to_owned();
                Self::in_folder(&path, Place::Passing { _folder: folder }).await
            }
        }
    }

    async fn in_folder(folder: &Path, place: Place) -> Result<Self, Failure> {
        let store = EmbeddedEventStore::open(folder)
            .await
            .map_err(|source| Failure::folder(folder, source))?;
        let store = DynEventStore::new(store);
        Ok(Self { store, place })
    }

    async fn on_server(url: &str, namespace: Option<Namespace>) -> Result<Self, Failure> {
        let namespace = match namespace {
            Some(namespace) => namespace,
            None => Namespace::new(format!("order-fulfilment-{}", CommandId::new()))?,
        };
        let options = JetStreamOptions::new().namespace(namespace.clone());
        let store = options
            .connect(url)
            .await
            .map_err(|source| Failure::server(url, source))?;
        let store = DynEventStore::new(store);
        Ok(Self {
            store,
            place: Place::Server(namespace),
        })
    }

    /// Where that is, in words.
    pub(crate) fn place(&self) -> String {
        let place = match self.place {
            Place::Server(_) => "in NATS JetStream",
            Place::Passing { .. } | Place::Folder(_) => "on disk",
        };
        place.to_owned()
    }

    /// Where the events stay after the day, if they do: what kind of place, and its name.
    pub(crate) fn rest(&self) -> Option<(&'static str, String)> {
        match &self.place {
            Place::Passing { .. } => None,
            Place::Folder(folder) => Some(("in the folder", folder.display().to_string())),
            Place::Server(namespace) => {
                Some(("on the server, in the namespace", namespace.to_string()))
            }
        }
    }
}
