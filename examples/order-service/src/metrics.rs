//! What the shop measures, as Prometheus reads it.

use std::time::Duration;

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use super::{problem::Problem, service::Service};

/// Upper bounds of the durations that are counted, in seconds.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// How often what was measured is summed up, asked for or not.
const UPKEEP: Duration = Duration::from_secs(5);

/// Measures in this process, from now on and for all of it: call it before the shop is opened.
///
/// # Errors
/// If something else measures already.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let durations = Matcher::Suffix("_seconds".to_owned());
    let builder = PrometheusBuilder::new();
    let builder = builder.set_buckets_for_metric(durations, &BUCKETS)?;
    builder.install_recorder()
}

pub(crate) async fn upkeep(metrics: PrometheusHandle, stop: CancellationToken) {
    let mut ticks = interval(UPKEEP);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => metrics.run_upkeep(),
        }
    }
}

/// What was measured until now.
pub(crate) async fn text(State(service): State<Service>) -> Result<Response, Problem> {
    let metrics = service.metrics.as_ref();
    let metrics = metrics.ok_or_else(|| Problem::unknown("nothing is measured here"))?;
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, metrics.render()).into_response())
}
