use std::io;

use async_nats::{
    Client, ConnectOptions, ServerAddr,
    jetstream::{
        self, Context, ErrorCode,
        context::{
            ContextBuilder, CreateStreamError, CreateStreamErrorKind, GetStreamError,
            GetStreamErrorKind, RequestError, RequestErrorKind,
        },
        stream::Config,
    },
};
use tokio::{sync::OnceCell, time::timeout};

use super::{
    JetStreamEventStore, JetStreamOptions,
    abilities::Abilities,
    fitness::{fit, misfits},
    memo::Memo,
    names::Names,
    patience::Patience,
    replies::Replies,
    server_version::ServerVersion,
    store::Shared,
};
use crate::{StoreError, StoreErrorKind};

impl JetStreamOptions {
    /// Connects to a server, or to the first that answers of several separated by commas, and
    /// opens the store.
    ///
    /// For a connection with credentials, TLS or several servers, make the client and
    /// [`open`](Self::open) the store with it.
    ///
    /// # Errors
    /// As for [`JetStreamOptions::open`]; `Unavailable` if no server answers at `url`, and
    /// `Misconfigured` if that is no URL.
    ///
    /// # Cancel safety
    /// Cancel safe: at worst a stream is there that is empty.
    pub async fn connect(self, url: &str) -> Result<JetStreamEventStore, StoreError> {
        let connected = ConnectOptions::new().connect(addresses(url)?).await;
        let client = connected.map_err(|err| {
            let text = format!("no NATS server answers at {}", without_secrets(url));
            StoreError::new(StoreErrorKind::Unavailable, text).because(err)
        })?;
        self.open(client).await
    }

    /// Opens the store: makes the stream of the namespace, or checks the one that exists.
    ///
    /// # Errors
    /// - `Unavailable`: the servers do not answer.
    /// - `Misconfigured`: the server is too old or has no `JetStream`, or a stream exists that
    ///   cannot keep the store's promises. The error names each setting, what was found and what
    ///   is wanted.
    ///
    /// # Cancel safety
    /// Cancel safe: at worst a stream is there that is empty.
    pub async fn open(self, client: Client) -> Result<JetStreamEventStore, StoreError> {
        self.check_server(&client).await?;
        let names = Names::of(&self.namespace);
        let context = self.context(client);
        let patience = Patience::lasting(self.patience);
        let question = || self.stream_config(&context, &names);
        let config = patience.ask(question).await?;
        self.check_fitness(&config, &names)?;
        let stream = context.get_stream_no_info(names.stream()).await;
        let stream = stream.map_err(|err| unavailable(&names).because(err))?;
        let replies = Replies::open(&context.client()).await;
        let replies = replies.map_err(|err| unavailable(&names).because(err))?;
        Ok(JetStreamEventStore::new(Shared {
            abilities: Abilities::of(&config, &context.client().server_info().version),
            replies,
            memo: Memo::new(self.remembered_actors),
            state: OnceCell::new(),
            options: self,
            names,
            context,
            stream,
        }))
    }

    fn context(&self, client: Client) -> Context {
        let builder = ContextBuilder::new().timeout(self.attempt);
        match &self.domain {
            Some(domain) => builder.domain(domain).build(client),
            None => builder.build(client),
        }
    }

    async fn check_server(&self, client: &Client) -> Result<(), StoreError> {
        // A client that is not connected yet knows nothing of its server.
        let flushed = timeout(self.patience, client.flush()).await;
        if !matches!(flushed, Ok(Ok(()))) {
            let text = "the NATS client is not connected";
            return Err(StoreError::new(StoreErrorKind::Unavailable, text));
        }
        check_version(&client.server_info().version)
    }

    /// The configuration of the stream, which is made if there is none.
    async fn stream_config(&self, context: &Context, names: &Names) -> Result<Config, StoreError> {
        match context.get_stream(names.stream()).await {
            Ok(stream) => return Ok(stream.cached_info().config.clone()),
            Err(err) if is_absent(&err) && self.existing => {
                return Err(misconfigured(names, "it does not exist").because(err));
            }
            Err(err) if is_absent(&err) => {}
            Err(err) if nobody_listens(&err) && !context.client().server_info().jetstream => {
                return Err(misconfigured(names, "JetStream is not enabled").because(err));
            }
            Err(err) => return Err(not_found(err, names)),
        }
        match context
            .create_stream(fit(names, self, has_transactions(context)))
            .await
        {
            Ok(stream) => Ok(stream.cached_info().config.clone()),
            Err(err) => Err(not_created(err, names)),
        }
    }

    fn check_fitness(&self, config: &Config, names: &Names) -> Result<(), StoreError> {
        let misfits = misfits(config, names, self);
        if misfits.is_empty() {
            return Ok(());
        }
        let misfits: Vec<String> = misfits.iter().map(ToString::to_string).collect();
        let text = format!(
            "the stream `{}` cannot keep events: {}",
            names.stream(),
            misfits.join("; ")
        );
        Err(StoreError::new(StoreErrorKind::Misconfigured, text))
    }
}

/// Whether the server that is talked to can store several commits together.
fn has_transactions(context: &Context) -> bool {
    let version = context.client().server_info().version;
    ServerVersion::parse(&version).is_some_and(ServerVersion::has_transactions)
}

fn check_version(text: &str) -> Result<(), StoreError> {
    let oldest = ServerVersion::OLDEST;
    match ServerVersion::parse(text) {
        Some(version) if version >= oldest => Ok(()),
        _ => {
            let text = format!("the NATS server is too old: it is {text}, wanted is {oldest}");
            Err(StoreError::new(StoreErrorKind::Misconfigured, text))
        }
    }
}

fn unavailable(names: &Names) -> StoreError {
    let text = format!("the stream `{}` was not answered for", names.stream());
    StoreError::new(StoreErrorKind::Unavailable, text)
}

fn is_absent(err: &GetStreamError) -> bool {
    match err.kind() {
        GetStreamErrorKind::JetStream(refusal) => {
            refusal.error_code() == ErrorCode::STREAM_NOT_FOUND
        }
        GetStreamErrorKind::EmptyName
        | GetStreamErrorKind::Request
        | GetStreamErrorKind::InvalidStreamName => false,
    }
}

fn nobody_listens(err: &GetStreamError) -> bool {
    let source = std::error::Error::source(err);
    let source = source.and_then(|source| source.downcast_ref::<RequestError>());
    source.is_some_and(|err| err.kind() == RequestErrorKind::NoResponders)
}

fn not_found(err: GetStreamError, names: &Names) -> StoreError {
    match err.kind() {
        GetStreamErrorKind::JetStream(refusal) => answered(&refusal, names).because(err),
        GetStreamErrorKind::Request => unavailable(names).because(err),
        GetStreamErrorKind::EmptyName | GetStreamErrorKind::InvalidStreamName => {
            misconfigured(names, "its name is refused").because(err)
        }
    }
}

fn not_created(err: CreateStreamError, names: &Names) -> StoreError {
    match err.kind() {
        CreateStreamErrorKind::JetStream(refusal) => answered(&refusal, names).because(err),
        CreateStreamErrorKind::TimedOut
        | CreateStreamErrorKind::Response
        | CreateStreamErrorKind::JetStreamUnavailable
        | CreateStreamErrorKind::NotFound => unavailable(names).because(err),
        CreateStreamErrorKind::EmptyStreamName
        | CreateStreamErrorKind::InvalidStreamName
        | CreateStreamErrorKind::DomainAndExternalSet
        | CreateStreamErrorKind::ResponseParse => {
            misconfigured(names, "it cannot be made").because(err)
        }
    }
}

fn answered(refusal: &jetstream::Error, names: &Names) -> StoreError {
    match refusal.error_code() {
        ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => {
            misconfigured(names, "JetStream is not enabled")
        }
        ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED => {
            misconfigured(names, "`replicas` above 1 need a cluster")
        }
        ErrorCode::STREAM_SUBJECT_OVERLAP => {
            misconfigured(names, "another stream stores its `subjects`")
        }
        // Another store made it between our look and our try: look again.
        ErrorCode::STREAM_NAME_EXIST => unavailable(names),
        // Also while a cluster comes together.
        ErrorCode::CLUSTER_NO_PEERS => {
            let text = format!("the stream `{}` has too few servers", names.stream());
            StoreError::new(StoreErrorKind::Unavailable, text)
        }
        _ if refusal.code() >= 500 => unavailable(names),
        _ => misconfigured(names, "the server refuses it"),
    }
}

fn misconfigured(names: &Names, reason: &str) -> StoreError {
    let text = format!("the stream `{}` cannot be used: {reason}", names.stream());
    StoreError::new(StoreErrorKind::Misconfigured, text)
}

fn addresses(urls: &str) -> Result<Vec<ServerAddr>, StoreError> {
    let address = |url: &str| {
        url.trim().parse().map_err(|err: io::Error| {
            let text = format!("{} is not the URL of a NATS server", without_secrets(url));
            StoreError::new(StoreErrorKind::Misconfigured, text).because(err)
        })
    };
    urls.split(',').map(address).collect()
}

/// URLs without what lies before their `@`.
fn without_secrets(urls: &str) -> String {
    let redacted = urls.split(',').map(|url| {
        let (scheme, rest) = url.trim().split_once("://").unwrap_or(("nats", url));
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{host}")
    });
    redacted.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_too_old_is_refused_with_both_versions() {
        for old in ["2.10.26", "1.4.1", ""] {
            let err = check_version(old).unwrap_err();
            assert_eq!(err.kind(), StoreErrorKind::Misconfigured);
            let wanted = format!("the NATS server is too old: it is {old}, wanted is 2.11.0");
            assert_eq!(err.to_string(), wanted);
        }
        for new in ["2.11.0", "2.12.0-RC.1", "3.0.0"] {
            assert!(check_version(new).is_ok(), "{new}");
        }
    }

    #[test]
    fn an_error_does_not_tell_passwords() {
        assert_eq!(
            without_secrets("tls://me:se@cret@host:4222"),
            "tls://host:4222"
        );
        assert_eq!(
            without_secrets("host,nats://token@other"),
            "nats://host, nats://other"
        );
    }

    #[test]
    fn what_is_no_url_is_refused() {
        assert_eq!(
            addresses("nats://a:1,b").map(|list| list.len()).ok(),
            Some(2)
        );
        for bad in ["nats://a:port", "nats://me:secret@a:b"] {
            let err = addresses(bad).unwrap_err();
            assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{bad}");
            assert!(!err.to_string().contains("secret"), "{err}");
        }
    }
}
