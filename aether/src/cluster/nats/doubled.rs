//! Messages of the double of servers, as a client of NATS has them.

use async_nats::{HeaderMap, Message, RequestError, RequestErrorKind, StatusCode, Subject};
use bytes::Bytes;
use tokio::sync::watch;

use super::{link::Connection, tasks::Tasks};
use crate::simulation::nats::{NatsConnection, NatsMessage, RequestFailure};

pub(super) fn message(subject: &str, headers: Option<&HeaderMap>, payload: Bytes) -> NatsMessage {
    let message = NatsMessage::new(subject, payload);
    let lines = headers.into_iter().flat_map(HeaderMap::iter);
    lines.fold(message, |message, (name, values)| {
        let values = values.iter();
        values.fold(message, |message, value| {
            message.with(name.to_string(), value.as_str())
        })
    })
}

pub(super) fn received(message: NatsMessage) -> Message {
    let mut headers = HeaderMap::new();
    for (name, value) in &message.headers {
        headers.append(name.as_str(), value.as_str());
    }
    let status = message.status.and_then(|it| StatusCode::from_u16(it).ok());
    Message {
        length: message.payload.len(),
        subject: Subject::from(message.subject),
        reply: message.reply.map(Subject::from),
        payload: message.payload,
        headers: (!headers.is_empty()).then_some(headers),
        status,
        description: None,
    }
}

pub(super) fn failed(failure: RequestFailure) -> RequestError {
    RequestError::new(match failure {
        RequestFailure::NoResponders => RequestErrorKind::NoResponders,
        RequestFailure::TimedOut => RequestErrorKind::TimedOut,
    })
}

/// Hears what becomes of a connection, as long as it is there.
pub(super) fn hear(connection: &NatsConnection) -> watch::Receiver<Connection> {
    let mut states = connection.states();
    let (told, heard) = watch::channel(Connection::default());
    Tasks::start(async move {
        loop {
            let is_lost = !states.borrow_and_update().is_connected;
            told.send_modify(|it| it.is_lost = is_lost);
            if states.changed().await.is_err() {
                return;
            }
        }
    });
    heard
}
