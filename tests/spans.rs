//! The spans that a test leaves behind, and which of them follows from which.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot have its spans fails"
)]

use std::collections::BTreeMap;

use opentelemetry::trace::{SpanId, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing_subscriber::layer::SubscriberExt as _;

/// Records every span of this thread that ends, until it is dropped.
#[derive(Debug)]
pub struct SpanRecorder {
    exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
    _guard: tracing::subscriber::DefaultGuard,
}

impl SpanRecorder {
    /// Begins to record.
    #[must_use]
    pub fn start() -> Self {
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

    /// What has ended up to now.
    ///
    /// # Panics
    ///
    /// If the spans cannot be had.
    #[must_use]
    pub fn spans(&self) -> Spans {
        self.provider.force_flush().unwrap();
        Spans(self.exporter.get_finished_spans().unwrap())
    }
}

/// Spans that have ended.
#[derive(Debug)]
pub struct Spans(Vec<SpanData>);

impl Spans {
    /// What each span is.
    #[must_use]
    pub fn titles(&self) -> Vec<String> {
        self.0.iter().map(title).collect()
    }

    /// The spans that are a thing.
    pub fn of<'a>(&'a self, title_of: &'a str) -> impl Iterator<Item = &'a SpanData> {
        self.0.iter().filter(move |it| title(it) == title_of)
    }

    /// What the spans are that are not in the trace of this one.
    #[must_use]
    pub fn outside(&self, of: &SpanData) -> Vec<String> {
        let trace = of.span_context.trace_id();
        let strangers = self
            .0
            .iter()
            .filter(|it| it.span_context.trace_id() != trace);
        strangers.map(title).collect()
    }

    /// The spans from the request down to the first that is a thing, by what they are.
    ///
    /// A first span that has a parent elsewhere ends the way.
    ///
    /// # Panics
    ///
    /// If there is none, or a parent on the way is missing.
    #[must_use]
    pub fn way(&self, title_of: &str) -> Vec<String> {
        let found = self.of(title_of).next();
        assert!(found.is_some(), "`{title_of}` among {:?}", self.titles());
        found.map(|it| self.way_to(it)).unwrap_or_default()
    }

    /// The spans from the request down to a span, by what they are.
    ///
    /// # Panics
    ///
    /// If a parent on the way is missing.
    #[must_use]
    pub fn way_to(&self, span: &SpanData) -> Vec<String> {
        let ids = self
            .0
            .iter()
            .map(|it| (it.span_context.span_id().to_bytes(), it));
        let by_id: BTreeMap<[u8; 8], &SpanData> = ids.collect();
        let (mut next, mut way) = (Some(span), Vec::new());
        while let Some(span) = next {
            way.push(title(span));
            next = by_id.get(&span.parent_span_id.to_bytes()).copied();
            let is_first = span.parent_span_id == SpanId::INVALID || span.name == "request";
            assert!(next.is_some() || is_first, "a parent is missing: {way:?}");
        }
        way.reverse();
        way
    }
}

fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|it| it.key.as_str() == key);
    found.map(|it| it.value.to_string())
}

/// What a span is: its name, its kind, and the command or the follower.
fn title(span: &SpanData) -> String {
    let what = attribute(span, "command").or_else(|| attribute(span, "follower"));
    let kind = attribute(span, "kind").unwrap_or_default();
    format!("{} {kind} {}", span.name, what.unwrap_or_default())
}
