use std::{io, sync::atomic::AtomicUsize};

use async_nats::{
    Client, ConnectError, ConnectErrorKind, ConnectOptions, ServerAddr,
    jetstream::{
        self, Context, ErrorCode,
        context::{
            ContextBuilder, CreateStreamError, CreateStreamErrorKind, GetStreamError,
            GetStreamErrorKind, RequestError, RequestErrorKind,
        },
        stream::{Config, Info},
    },
};
use percent_encoding::percent_decode_str;
use tokio::{sync::OnceCell, time::timeout};

use super::{
    Drift, JetStreamEventStore, JetStreamOptions,
    abilities::Abilities,
    denials::Denials,
    fitness::{Finding, findings, fit},
    memo::Memo,
    names::Names,
    patience::Patience,
    readings::Readings,
    replies::Replies,
    server_version::ServerVersion,
    store::Shared,
};
use crate::{StoreError, StoreErrorKind};

impl JetStreamOptions {
    /// Connects to a server, or to the first that answers of several separated by commas, and
    /// opens the store.
    ///
    /// A user and a password, or a token, may stand in the URL. For other credentials and for TLS,
    /// [`connect_with`](Self::connect_with) their options.
    ///
    /// # Errors
    /// As for [`JetStreamOptions::open`]; `Unavailable` if no server answers at `url`, and
    /// `Misconfigured` if that is no URL, or if the servers do not permit what the store needs.
    ///
    /// # Cancel safety
    /// Cancel safe: at worst a stream is there that is empty.
    pub async fn connect(self, url: &str) -> Result<JetStreamEventStore, StoreError> {
        self.connect_with(ConnectOptions::new(), url).await
    }

    /// Connects as these options say, and opens the store.
    ///
    /// The connection is the store's own, and so is the `event_callback` of the options: by it the
    /// store learns what the servers do not permit, which they do not answer.
    ///
    /// # Errors
    /// As for [`JetStreamOptions::connect`].
    ///
    /// # Cancel safety
    /// Cancel safe: at worst a stream is there that is empty.
    pub async fn connect_with(
        self,
        options: ConnectOptions,
        url: &str,
    ) -> Result<JetStreamEventStore, StoreError> {
        let denials = Denials::default();
        let client = dial(denials.of(options), url).await?;
        // In a box, it does not make every future large that opens a store.
        Box::pin(self.open_hearing(client, denials)).await
    }

    /// Opens the store: makes the stream of the namespace, or checks the one that exists.
    ///
    /// What the servers do not permit they do not answer, and tell the owner of the client alone:
    /// to a store that was opened in this way it looks as if they were not there. One that has its
    /// own [connection](Self::connect_with) says it at once.
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
        Box::pin(self.open_hearing(client, Denials::default())).await
    }

    async fn open_hearing(
        self,
        client: Client,
        denials: Denials,
    ) -> Result<JetStreamEventStore, StoreError> {
        self.check_server(&client).await?;
        let names = Names::of(&self.namespace);
        let context = self.context(client);
        let patience = Patience::lasting(self.patience, &denials);
        let question = || self.stream_info(&context, &names);
        let Info {
            config, created, ..
        } = patience.ask(question).await?;
        let drift = self.check_fitness(&config, &context, &names)?;
        let stream = context.get_stream_no_info(names.stream()).await;
        let stream = stream.map_err(|err| unavailable(&names).because(err))?;
        let client = context.client();
        let replies = Replies::open(&client).await;
        let replies = replies.map_err(|err| unavailable(&names).because(err))?;
        Ok(JetStreamEventStore::new(Shared {
            abilities: Abilities::of(&config, &server_version(&context), self.synced),
            drift,
            created,
            denials,
            replies,
            memo: Memo::new(self.remembered_actors),
            readings: Readings::of(&names, &context),
            message_bytes: AtomicUsize::new(0),
            state: OnceCell::new(),
            options: self,
            names,
            client,
            context,
            stream,
        }))
    }

    pub(super) fn context(&self, client: Client) -> Context {
        let builder = ContextBuilder::new().timeout(self.attempt);
        match &self.domain {
            Some(domain) => builder.domain(domain).build(client),
            None => builder.build(client),
        }
    }

    pub(super) async fn check_server(&self, client: &Client) -> Result<(), StoreError> {
        // A client that is not connected yet knows nothing of its server.
        let flushed = timeout(self.patience, client.flush()).await;
        if !matches!(flushed, Ok(Ok(()))) {
            let text = "the NATS client is not connected";
            return Err(StoreError::new(StoreErrorKind::Unavailable, text));
        }
        check_version(&client.server_info().version)
    }

    /// What there is to say of the stream, which is made if there is none.
    async fn stream_info(&self, context: &Context, names: &Names) -> Result<Info, StoreError> {
        match context.get_stream(names.stream()).await {
            Ok(stream) => return Ok(stream.cached_info().clone()),
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
            Ok(stream) => Ok(stream.cached_info().clone()),
            Err(err) => Err(not_created(err, names)),
        }
    }

    /// Refuses a stream that cannot keep what the store promises, and says what else there is.
    fn check_fitness(
        &self,
        config: &Config,
        context: &Context,
        names: &Names,
    ) -> Result<Vec<Drift>, StoreError> {
        let findings = findings(config, names, self, has_transactions(context));
        let forbidding = findings.iter().filter(|it| it.forbids(&self.accepted));
        let forbidding: Vec<_> = forbidding.map(ToString::to_string).collect();
        let stream = names.stream();
        if forbidding.is_empty() {
            return Ok(reported(findings, stream));
        }
        let text = format!(
            "the stream `{stream}` cannot keep events: {}",
            forbidding.join("; ")
        );
        Err(StoreError::new(StoreErrorKind::Misconfigured, text))
    }
}

fn reported(findings: Vec<Finding>, stream: &str) -> Vec<Drift> {
    let drift: Vec<_> = findings.into_iter().map(Drift::from).collect();
    for drift in &drift {
        tracing::warn!(stream, %drift, "a stream is not as it would be made");
    }
    drift
}

fn server_version(context: &Context) -> String {
    context.client().server_info().version
}

/// Whether the server that is talked to can store several commits together.
fn has_transactions(context: &Context) -> bool {
    ServerVersion::parse(&server_version(context)).is_some_and(ServerVersion::has_transactions)
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

/// Connects to the first that answers of several servers.
pub(crate) async fn dial(options: ConnectOptions, url: &str) -> Result<Client, StoreError> {
    let addresses = addresses(url)?;
    let connected = credentials(options, &addresses).connect(addresses).await;
    connected.map_err(|err| not_connected(err, url))
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

/// The options with the user and the password, or the token, that an address has.
///
/// The client reads addresses and leaves that in them aside.
fn credentials(options: ConnectOptions, addresses: &[ServerAddr]) -> ConnectOptions {
    let mut named = addresses.iter();
    let named = named.find_map(|it| Some((it.username()?, it.password())));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    match named {
        Some((user, Some(password))) => options.user_and_password(decoded(user), decoded(password)),
        Some((token, None)) => options.token(decoded(token)),
        None => options,
    }
}

fn not_connected(err: ConnectError, url: &str) -> StoreError {
    let at = without_secrets(url);
    let (kind, text) = match err.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            let text = format!("the NATS server at {at} refuses these credentials");
            (StoreErrorKind::Misconfigured, text)
        }
        ConnectErrorKind::ServerParse
        | ConnectErrorKind::Dns
        | ConnectErrorKind::TimedOut
        | ConnectErrorKind::Tls
        | ConnectErrorKind::Io
        | ConnectErrorKind::MaxReconnects => {
            let text = format!("no NATS server answers at {at}");
            (StoreErrorKind::Unavailable, text)
        }
    };
    StoreError::new(kind, text).because(err)
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
