//! Spans and the traces that events and commands say they belong to.
//!
//! What is stored is a traceparent of W3C Trace Context. Without the feature `opentelemetry` it is
//! handed on as it is; with it, spans become parts of the trace, and what follows names the span
//! that it follows from.

use tracing::Span;

use super::envelope::Envelope;
use crate::{ActorId, Position, Recorded};

/// The span of a command, by whoever listens.
pub(super) fn command(envelope: &Envelope, actor: &ActorId) -> Span {
    tracing::info_span!(
        "command",
        command = envelope.outgoing.command,
        %actor,
        command_id = %envelope.id,
        correlation_id = envelope.correlation_id,
        traceparent = envelope.traceparent,
    )
}

/// The trace that a commit belongs to.
fn traceparent_of(recorded: &Recorded) -> Option<&str> {
    let first = recorded.commit.events().first()?;
    first.metadata.traceparent.as_deref()
}

/// The span of what a follower does for a commit; none for one that is part of no trace, or lies
/// not after the position up to which nothing is traced.
pub(super) fn following(
    (follower, kind): (&str, &str),
    recorded: &Recorded,
    untraced: Position,
) -> Option<Span> {
    let traceparent = traceparent_of(recorded)?;
    let position = recorded.position;
    if position <= untraced {
        return None;
    }
    let span = tracing::info_span!(parent: None, "follow", follower, kind, %position, traceparent);
    join(&span, Some(traceparent));
    Some(span)
}

/// Makes a span, which was not entered yet, part of the trace that a traceparent names, unless it
/// is already.
#[cfg(feature = "opentelemetry")]
pub(super) fn join(span: &Span, traceparent: Option<&str>) {
    use opentelemetry::{
        Context,
        trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
    };
    use tracing_opentelemetry::OpenTelemetrySpanExt as _;

    if span.is_disabled() {
        return;
    }
    let Some((trace, parent, flags)) = traceparent.and_then(crate::traceparent::parts) else {
        return;
    };
    let (Ok(trace), Ok(parent), Ok(flags)) = (
        TraceId::from_hex(trace),
        SpanId::from_hex(parent),
        u8::from_str_radix(flags, 16),
    ) else {
        return;
    };
    let around = Span::current().context();
    if around.span().span_context().trace_id() == trace {
        return;
    }
    let flags = TraceFlags::new(flags);
    let remote = SpanContext::new(trace, parent, flags, true, TraceState::default());
    let joined = span.set_parent(Context::new().with_remote_span_context(remote));
    if let Err(err) = joined {
        tracing::debug!(error = %err, "a span does not join its trace");
    }
}

/// Makes a span part of a trace: nothing without OpenTelemetry.
#[cfg(not(feature = "opentelemetry"))]
pub(super) const fn join(_span: &Span, _traceparent: Option<&str>) {}

/// What names a span to what follows from it; none if no trace is being recorded.
#[cfg(feature = "opentelemetry")]
pub(super) fn traceparent(span: &Span) -> Option<String> {
    use opentelemetry::trace::TraceContextExt as _;
    use tracing_opentelemetry::OpenTelemetrySpanExt as _;

    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let span = context.span();
    let of = span.span_context();
    let (trace, span, flags) = (of.trace_id(), of.span_id(), of.trace_flags().to_u8());
    of.is_valid()
        .then(|| format!("00-{trace}-{span}-{flags:02x}"))
}

/// What names a span to what follows from it: nothing without OpenTelemetry.
#[cfg(not(feature = "opentelemetry"))]
pub(super) const fn traceparent(_span: &Span) -> Option<String> {
    None
}
