//! Whether the process lives, and whether the shop can do its work.

use aether::{
    EventStore as _, Position,
    runtime::{FollowerState, FollowerStatus},
};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tokio::time::timeout;

use super::{command::PATIENCE, service::Service};

/// How the shop is doing.
#[derive(Debug, Serialize)]
struct Readiness {
    ready: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    because: Vec<String>,
    /// Where the log ends; none if the store does not say.
    head: Option<Position>,
    followers: Vec<Follower>,
}

/// How a policy, a projection or an adapter is doing.
#[derive(Debug, Serialize)]
struct Follower {
    name: &'static str,
    position: Position,
    state: &'static str,
    /// Of how many actors something is parked.
    parked: usize,
}

impl Follower {
    fn of(status: &FollowerStatus) -> Self {
        let state = match status.state {
            FollowerState::Running => "running",
            FollowerState::Elsewhere => "elsewhere",
            FollowerState::Retrying { .. } => "retrying",
            FollowerState::Halted { .. } => "halted",
            _ => "unknown",
        };
        Self {
            name: status.name,
            position: status.position,
            state,
            parked: status.parked.actors,
        }
    }
}

/// The process answers; it needs no restart.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// Whether requests may be sent here: the store answers, nothing has halted, and nobody has asked
/// it to end. What is parked does not matter; it holds up nothing but its own actor.
pub(crate) async fn ready(State(service): State<Service>) -> Response {
    let mut because = Vec::new();
    if service.stop.is_cancelled() {
        because.push("the service is shutting down".to_owned());
    }
    let head = match timeout(PATIENCE, service.aether.store().head()).await {
        Ok(Ok(head)) => Some(head),
        Ok(Err(err)) => {
            because.push(err.to_string());
            None
        }
        Err(_elapsed) => {
            because.push("the store does not answer".to_owned());
            None
        }
    };
    let status = service.aether.status();
    for follower in &status {
        if let FollowerState::Halted { reason } = &follower.state {
            because.push(format!("`{}` has halted: {reason}", follower.name));
        }
    }
    let ready = because.is_empty();
    let code = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let followers = status.iter().map(Follower::of).collect();
    let answer = Readiness {
        ready,
        because,
        head,
        followers,
    };
    (code, Json(answer)).into_response()
}
