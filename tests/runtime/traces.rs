//! One trace from a request to the projection that shows what came of it.

use aether::{
    EventStore as _, EventStoreExt as _, InMemoryEventStore, JetStreamOptions, Namespace, Store,
    runtime::Aether,
};
use aether_tests::{
    harness::NatsServer,
    spans::{SpanRecorder, Spans},
};
use tracing::Instrument as _;

use crate::{
    processes::{Entrance, Halls},
    shop::{PayTicket, Selling, ticket},
};

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
fn check(spans: &Spans) {
    let request = spans.of("request  ").next().unwrap();
    assert_eq!(spans.outside(request), [""; 0], "of no or another trace");
    assert_eq!(
        spans.way("follow projection Everything").get(..2).unwrap(),
        ["request  ", "command  BuyTicket"]
    );
    let counted = [
        "request  ",
        "command  PayTicket",
        "follow process Admission",
        "follow outbox Admission",
        "command  CountSeat",
    ];
    assert_eq!(spans.way("command  CountSeat"), counted);
    let shown = spans.of("follow projection Everything");
    let behind = shown.filter(|it| spans.way_to(it).get(..5) == Some(&counted.map(str::to_owned)));
    assert_eq!(
        behind.count(),
        1,
        "the projection shows what came of it in the end"
    );
}

#[tokio::test]
async fn from_a_request_to_a_projection_all_is_one_trace() {
    let aether = begun(InMemoryEventStore::new()).await;
    let recording = SpanRecorder::start();
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
    let recording = SpanRecorder::start();
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
    let recording = SpanRecorder::start();
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let sent = aether
        .send(ticket("a"))
        .traced(format!("00-{trace}-{span}-01"))
        .await
        .unwrap();
    let stored = sent.events[0].metadata.traceparent.clone().unwrap();
    assert!(
        stored.starts_with(&format!("00-{trace}-")) && !stored.contains(span),
        "{stored}"
    );
    aether.settled().await.unwrap();
    aether.shutdown().await;
    let spans = recording.spans();
    let command = spans.of("command  BuyTicket").next().unwrap();
    assert_eq!(command.span_context.trace_id().to_string(), trace);
    assert_eq!(spans.outside(command), [""; 0]);
    assert_eq!(command.parent_span_id.to_string(), span);
}

#[tokio::test]
async fn what_a_projection_is_built_anew_of_is_traced_once() {
    let store = InMemoryEventStore::new();
    let before = begun(store.clone()).await;
    let recording = SpanRecorder::start();
    request(&before).await;
    before.shutdown().await;
    let traced = recording.spans().titles().len();
    let after = running(store).await;
    after.settled().await.unwrap();
    after.shutdown().await;
    assert_eq!(recording.spans().titles()[traced..], [""; 0]);
}
