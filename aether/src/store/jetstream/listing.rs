//! Which namespaces there are on a server.

use async_nats::{ConnectOptions, jetstream::Context};
use futures_util::StreamExt as _;

use super::{JetStreamOptions, denials::Denials, names::Names, open::dial, patience::Patience};
use crate::{Namespace, StoreError, StoreErrorKind};

impl JetStreamOptions {
    /// Connects as [`connect`](Self::connect) does, and lists the namespaces that hold commits, in
    /// the order of their names. No stream is made, and which namespace these options name does
    /// not matter.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Unavailable`]: no server answers.
    /// - [`StoreErrorKind::Misconfigured`]: `url` is none, or the server does not permit to list
    ///   streams.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn namespaces(self, url: &str) -> Result<Vec<Namespace>, StoreError> {
        let denials = Denials::default();
        let client = dial(denials.of(ConnectOptions::new()), url).await?;
        self.check_server(&client).await?;
        let context = self.context(client);
        let patience = Patience::lasting(self.patience, &denials);
        patience.ask(|| namespaces(&context)).await
    }
}

/// The namespaces that hold commits, in the order of their names.
pub(super) async fn namespaces(context: &Context) -> Result<Vec<Namespace>, StoreError> {
    let (mut streams, mut namespaces) = (context.streams(), Vec::new());
    while let Some(stream) = streams.next().await {
        let stream = stream.map_err(|err| {
            let text = "the server does not say which streams there are";
            StoreError::new(StoreErrorKind::Unavailable, text).because(err)
        })?;
        let is_empty = stream.state.last_sequence == 0;
        namespaces.extend(Names::namespace(&stream.config.name).filter(|_| !is_empty));
    }
    namespaces.sort_unstable();
    Ok(namespaces)
}
