use std::time::Duration;

use aether::{
    CommandId, Position, Version,
    domain::Command,
    runtime::{Aether, Sent},
};
use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::problem::Problem;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const TRACE: HeaderName = HeaderName::from_static("traceparent");

/// How long a request waits for the shop.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What the headers of a request say of its command.
#[derive(Debug)]
pub(crate) struct Wrapping {
    /// The header `Idempotency-Key`: the id of the command.
    id: Option<CommandId>,
    /// The header `traceparent`: the trace it belongs to.
    trace: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Wrapping {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let id = text(&parts.headers, &KEY)?.map(|key| {
            key.parse::<CommandId>().map_err(|_malformed| {
                Problem::malformed(format!("the Idempotency-Key `{key}` is not a UUID"))
            })
        });
        Ok(Self {
            id: id.transpose()?,
            trace: text(&parts.headers, &TRACE)?.map(ToOwned::to_owned),
        })
    }
}

pub(crate) fn text<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a str>, Problem> {
    let value = headers.get(name).map(|value| value.to_str());
    value
        .transpose()
        .map_err(|_unreadable| Problem::malformed(format!("the header `{name}` is no text")))
}

impl Wrapping {
    /// Sends a command: within a time, and not at all if too many wait for its actor.
    pub(crate) async fn send<C: Command>(
        &self,
        aether: &Aether,
        command: C,
    ) -> Result<Carried, Problem> {
        let mut sending = aether.send(command).within(PATIENCE).or_busy();
        if let Some(id) = self.id {
            sending = sending.with_id(id);
        }
        if let Some(trace) = &self.trace {
            sending = sending.traced(trace);
        }
        match sending.await {
            Ok(sent) => Ok(Carried::of(&sent)),
            Err(err) => Err(Problem::of_command(&err, self.id)),
        }
    }
}

/// What came of a command.
#[derive(Debug, Serialize)]
pub(crate) struct Carried {
    actor: String,
    /// The version the actor is at.
    version: Version,
    /// Where it lies in the log; none if nothing had to be done.
    position: Option<Position>,
    /// What happened.
    events: Vec<String>,
    /// Whether it was done before, and nothing was done now.
    repeated: bool,
    /// Where what was made by it is found.
    #[serde(skip)]
    location: Option<String>,
}

impl Carried {
    fn of(sent: &Sent) -> Self {
        let events = sent.events().iter();
        Self {
            events: events.map(|event| event.event_type.to_string()).collect(),
            actor: sent.actor_id.to_string(),
            version: sent.version,
            position: sent.position,
            repeated: sent.repeated,
            location: None,
        }
    }

    /// Says that something was made that is found there.
    pub(crate) fn made(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }
}

impl IntoResponse for Carried {
    fn into_response(self) -> Response {
        match &self.location {
            Some(location) => {
                let location = [(header::LOCATION, location.clone())];
                (StatusCode::CREATED, location, Json(self)).into_response()
            }
            None => Json(self).into_response(),
        }
    }
}
