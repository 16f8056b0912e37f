use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderName},
    middleware::Next,
    response::Response,
};
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Instrument as _, Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The headers in which a request says which trace it is part of.
struct Carrier<'a>(&'a HeaderMap);

impl Extractor for Carrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

/// Answers a request within a span, which is part of the trace that the request names; the
/// commands it sends, and all that follows from them, become part of the same.
pub(crate) async fn traced(request: Request, next: Next) -> Response {
    let span = span(&request);
    let answer = next.run(request).instrument(span.clone()).await;
    span.record("status", answer.status().as_u16());
    answer
}

fn span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| request.uri().path(), MatchedPath::as_str);
    let method = request.method();
    let span = tracing::info_span!("request", %method, route, status = Empty);
    let around = TraceContextPropagator::new().extract(&Carrier(request.headers()));
    if let Err(err) = span.set_parent(around) {
        tracing::debug!(error = %err, "a request does not join its trace");
    }
    span
}
