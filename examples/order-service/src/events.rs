//! What was stored, as it is stored: server-sent events, one for each commit.
//!
//! The id of each is the position of its commit in the log. A browser that lost its connection
//! says the last one it has seen, and is told what came after it; nothing is kept for it here.

use std::{convert::Infallible, future, sync::Arc, time::Duration};

use aether::{EventStore as _, Position, Recorded, StoreError};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderName},
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Deserialize;

use super::{command::text, news::Told, problem::Problem, service::Service};

const LAST: HeaderName = HeaderName::from_static("last-event-id");
/// When a browser tries again that lost its connection.
const RETRY: Duration = Duration::from_secs(1);
/// How often those are told that nothing has happened to whom nothing is told.
const ALIVE: Duration = Duration::from_secs(15);

/// Where to begin; at the end of the log if nothing is said.
#[derive(Debug, Deserialize)]
pub(crate) struct Begin {
    after: Option<Position>,
}

/// A reader of the log whose browser is slow holds up nobody: it is read as fast as the browser
/// takes it.
pub(crate) async fn follow(
    State(service): State<Service>,
    Query(begin): Query<Begin>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let seat = Arc::clone(&service.followers).try_acquire_owned();
    let seat = seat.map_err(|_full| Problem::full("too many follow the events"))?;
    let store = service.aether.store();
    let head = store.head().await.map_err(|err| Problem::of_store(&err))?;
    let after = last(&headers)?.or(begin.after).unwrap_or(head);
    if after > head {
        return Err(Problem::gone(format!(
            "position {after} is not in the log, which ends at {head}"
        )));
    }
    let log = store.follow(after).boxed().map(message);
    let told = log.take_while(|message| future::ready(message.is_some()));
    let told = told.filter_map(future::ready);
    let hello = Event::default().retry(RETRY).comment("following");
    let all = stream::iter([hello]).chain(told).map(move |message| {
        let _seat = &seat;
        Ok(message)
    });
    let all = all.take_until(service.stop.cancelled_owned());
    Ok(Sse::new(all).keep_alive(KeepAlive::new().interval(ALIVE)))
}

/// What the browser has seen last.
fn last(headers: &HeaderMap) -> Result<Option<Position>, Problem> {
    let Some(last) = text(headers, &LAST)? else {
        return Ok(None);
    };
    let position = last.parse().map(Position::new);
    let position = position
        .map_err(|_malformed| Problem::malformed(format!("`{last}` is no position in a log")))?;
    Ok(Some(position))
}

/// The message about a commit. None ends the stream: the browser asks again for what it has not
/// seen, and may meet a service that can read it.
fn message(recorded: Result<Recorded, StoreError>) -> Option<Event> {
    let recorded = recorded.ok()?;
    let told = Told::of(&recorded).ok()?;
    let message = Event::default().id(recorded.position.to_string());
    message.event("commit").json_data(told).ok()
}
