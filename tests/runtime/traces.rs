//! One trace from a request to the projection that shows what came of it.

use std::collections::BTreeMap;

use aether::{
    EventStore as _, EventStoreExt as _, InMemoryEventStore, JetStreamOptions, Namespace, Store,
    runtime::Aether,
};
use aether_tests::harness::NatsServer;
use opentelemetry::trace::{SpanId, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::Instrument as _;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::{
    processes::{Entrance, Halls},
    shop::{PayTicket, Selling, ticket},
};

/// Every span of this thread that has ended.
struct Recording {
    exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Recording {
    fn start() -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        let tracer = provider.tracer("test");
        let layer = tracing_opentelemetry::layer().with_tracer(tracer);
        let subscriber = tracing_subscriber::registry().with(layer);
        let guard = tracing::subscriber::set_default(subscriber);
        Self {
            exporter,
            provider,
            _guard: guard,
        }
    }

    fn spans(&self) -> Vec<SpanData> {
        self.provider.force_flush().unwrap();
        self.exporter.get_finished_spans().unwrap()
    }
}

fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|it| it.key.as_str() == key);
    found.map(|it| it.value.to_string())
}

/// What a span is: its name, and the command or the follower.
fn title(span: &SpanData) -> String {
    let what = attribute(span, "command").or_else(|| attribute(span, "follower"));
    let kind = attribute(span, "kind").unwrap_or_default();
    format!("{} {kind} {}", span.name, what.unwrap_or_default())
}

/// The spans from the request down to a span, by what they are.
fn way(spans: &[SpanData], title_of: &str) -> Vec<String> {
    let by_id: BTreeMap<[u8; 8], &SpanData> = spans
        .iter()
        .map(|span| (span.span_context.span_id().to_bytes(), span))
        .collect();
    let found = spans.iter().find(|it| title(it) == title_of);
    assert!(found.is_some(), "`{title_of}` among {:?}", titles(spans));
    let mut next = found;
    let mut way = Vec::new();
    while let Some(span) = next {
        way.push(title(span));
        let parent = span.parent_span_id;
        next = by_id.get(&parent.to_bytes()).copied();
        assert!(
            next.is_some() || parent == SpanId::INVALID,
            "a parent is missing: {way:?}"
        );
    }
    way.reverse();
    way
}

fn titles(spans: &[SpanData]) -> Vec<String> {
    spans.iter().map(title).collect()
}

async fn running(store: impl Store) -> Aether {
    let builder = Aether::builder().store(store).context::<Selling>();
    let builder = builder.context::<Halls>().context::<Entrance>();
    builder.start().await.unwrap()
}

/// The same, with projections that have begun: what happens from now on is new to them.
async fn begun(store: impl Store) -> Aether {
    let aether = running(store).await;
    aether.send(ticket("before")).await.unwrap();
    aether.settled().await.unwrap();
    aether
}

/// Buys and pays a ticket within a request, and waits for all that follows.
async fn request(aether: &Aether) {
    let request = async {
        aether.send(ticket("a")).await.unwrap();
        let ticket = "a".to_owned();
        aether.send(PayTicket { ticket }).await.unwrap();
    };
    request.instrument(tracing::info_span!("request")).await;
    aether.settled().await.unwrap();
}

/// All that comes of a request is one trace, in which each span names what it follows from.
fn check(spans: &[SpanData]) {
    let request = spans.iter().find(|it| it.name == "request").unwrap();
    let trace = request.span_context.trace_id();
    let strangers: Vec<_> = spans
        .iter()
        .filter(|it| it.span_context.trace_id() != trace)
        .map(title)
        .collect();
    assert_eq!(strangers, [""; 0], "of no or another trace");
    assert_eq!(
        way(spans, "follow projection Everything").get(..2).unwrap(),
        ["request  ", "command  BuyTicket"]
    );
    assert_eq!(
        way(spans, "command  CountSeat"),
        [
            "request  ",
            "command  PayTicket",
            "follow process Admission",
            "follow outbox Admission",
            "command  CountSeat",
        ]
    );
    let shown = spans
        .iter()
        .filter(|it| title(it) == "follow projection Everything");
    let behind = shown.filter(|it| {
        let parent = spans
            .iter()
            .find(|span| span.span_context.span_id() == it.parent_span_id);
        parent.is_some_and(|parent| title(parent) == "command  CountSeat")
    });
    assert_eq!(
        behind.count(),
        1,
        "the projection shows what came of it in the end"
    );
}

#[tokio::test]
async fn from_a_request_to_a_projection_all_is_one_trace() {
    let aether = begun(InMemoryEventStore::new()).await;
    let recording = Recording::start();
    request(&aether).await;
    aether.shutdown().await;
    check(&recording.spans());
}

#[tokio::test]
async fn a_trace_goes_through_a_server_and_its_messages_name_it_in_a_header() {
    let server = NatsServer::start().await;
    let options = JetStreamOptions::new().namespace(Namespace::new("traces").unwrap());
    let store = options.connect(&server.url()).await.unwrap();
    let stream = store.stream_name().to_owned();
    let aether = begun(store).await;
    let begun = aether.store().head().await.unwrap();
    let recording = Recording::start();
    request(&aether).await;
    let log = aether.store().log(begun).await.unwrap();
    aether.shutdown().await;
    check(&recording.spans());

    let client = async_nats::connect(server.url()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    let stream = jetstream.get_stream(stream).await.unwrap();
    for recorded in &log {
        let event = &recorded.commit.events()[0];
        let message = stream
            .get_raw_message(recorded.position.as_u64())
            .await
            .unwrap();
        let header = message
            .headers
            .get("traceparent")
            .map(async_nats::HeaderValue::as_str);
        assert!(header.is_some(), "{}", event.event_type);
        assert_eq!(header, event.metadata.traceparent.as_deref());
    }
}

#[tokio::test]
async fn a_request_that_names_its_trace_from_outside_is_part_of_that() {
    let aether = begun(InMemoryEventStore::new()).await;
    let recording = Recording::start();
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let sent = aether
        .send(ticket("a"))
        .traced(format!("00-{trace}-{span}-01"))
        .await
        .unwrap();
    let stored = sent.events()[0].metadata.traceparent.clone().unwrap();
    assert!(
        stored.starts_with(&format!("00-{trace}-")) && !stored.contains(span),
        "{stored}"
    );
    aether.settled().await.unwrap();
    aether.shutdown().await;
    let spans = recording.spans();
    assert!(
        spans
            .iter()
            .all(|it| it.span_context.trace_id().to_string() == trace)
    );
    let command = spans.iter().find(|it| it.name == "command").unwrap();
    assert_eq!(command.parent_span_id.to_string(), span);
}

#[tokio::test]
async fn what_a_projection_is_built_anew_of_is_traced_once() {
    let store = InMemoryEventStore::new();
    let before = begun(store.clone()).await;
    let recording = Recording::start();
    request(&before).await;
    before.shutdown().await;
    let traced = recording.spans().len();
    let after = running(store).await;
    after.settled().await.unwrap();
    after.shutdown().await;
    assert_eq!(titles(&recording.spans()[traced..]), [""; 0]);
}
