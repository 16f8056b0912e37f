use std::{sync::Arc, time::Duration};

use async_nats::{
    Client, HeaderMap, Message, PublishError, Request, RequestError, ServerAddr, Subject,
    Subscriber, connection::State,
};
use bytes::Bytes;
use futures_util::StreamExt as _;

#[cfg(feature = "simulation")]
use super::doubled;
#[cfg(feature = "simulation")]
use crate::simulation::nats::{NatsConnection, NatsInbox};

/// What a node or a client has of NATS: a client of servers, or of the double of them.
#[derive(Debug, Clone)]
pub(super) enum Wire {
    Nats(Client),
    #[cfg(feature = "simulation")]
    Double(NatsConnection),
}

/// What comes for a subscription.
#[derive(Debug)]
pub(super) enum Inbox {
    Nats(Subscriber),
    #[cfg(feature = "simulation")]
    Double(NatsInbox),
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Wire {
    /// The server that it is connected to.
    pub(super) fn server(&self) -> Arc<str> {
        match self {
            Self::Nats(client) => Arc::from(client.server_info().server_id),
            #[cfg(feature = "simulation")]
            Self::Double(client) => client.server(),
        }
    }

    /// Where the servers can be reached that it was given or ever heard of; the double tells none.
    pub(super) async fn addresses(&self) -> Vec<String> {
        match self {
            Self::Nats(client) => match client.server_pool().await {
                Ok(servers) => servers.iter().map(|it| address(&it.addr)).collect(),
                Err(_) => Vec::new(),
            },
            #[cfg(feature = "simulation")]
            Self::Double(_) => Vec::new(),
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        match self {
            Self::Nats(client) => client.connection_state() == State::Connected,
            #[cfg(feature = "simulation")]
            Self::Double(client) => client.is_connected(),
        }
    }

    pub(super) async fn publish(
        &self,
        subject: impl Into<Subject>,
        payload: Bytes,
    ) -> Result<(), PublishError> {
        let subject = subject.into();
        match self {
            Self::Nats(client) => client.publish(subject, payload).await,
            #[cfg(feature = "simulation")]
            Self::Double(client) => {
                client.publish(doubled::message(&subject, None, payload));
                Ok(())
            }
        }
    }

    pub(super) async fn publish_with_reply(
        &self,
        subject: impl Into<Subject>,
        reply: Subject,
        payload: Bytes,
    ) -> Result<(), PublishError> {
        let subject = subject.into();
        match self {
            Self::Nats(client) => client.publish_with_reply(subject, reply, payload).await,
            #[cfg(feature = "simulation")]
            Self::Double(client) => {
                let message = doubled::message(&subject, None, payload);
                client.publish(message.reply_to(&*reply));
                Ok(())
            }
        }
    }

    /// Sends a message, and waits for its answer; as long as it takes, if no time is given.
    pub(super) async fn request(
        &self,
        subject: impl Into<Subject>,
        (headers, payload): (Option<HeaderMap>, Bytes),
        within: Option<Duration>,
    ) -> Result<Message, RequestError> {
        let subject = subject.into();
        match self {
            Self::Nats(client) => {
                let request = Request::new().payload(payload).timeout(within);
                let request = match headers {
                    Some(headers) => request.headers(headers),
                    None => request,
                };
                client.send_request(subject, request).await
            }
            #[cfg(feature = "simulation")]
            Self::Double(client) => {
                let message = doubled::message(&subject, headers.as_ref(), payload);
                let answer = client.request(message, within).await;
                answer.map(doubled::received).map_err(doubled::failed)
            }
        }
    }

    pub(super) async fn subscribe(&self, subject: String) -> Result<Inbox, Failure> {
        match self {
            Self::Nats(client) => Ok(Inbox::Nats(client.subscribe(subject).await?)),
            #[cfg(feature = "simulation")]
            Self::Double(client) => Ok(Inbox::Double(client.subscribe(subject, None))),
        }
    }

    /// Waits until what was sent has left.
    pub(super) async fn flush(&self) -> Result<(), Failure> {
        match self {
            Self::Nats(client) => Ok(client.flush().await?),
            #[cfg(feature = "simulation")]
            Self::Double(_) => Ok(()),
        }
    }
}

/// Where a server listens, as the servers tell it of each other.
fn address(server: &ServerAddr) -> String {
    let (host, port) = (server.host(), server.port());
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

impl Inbox {
    pub(super) async fn next(&mut self) -> Option<Message> {
        match self {
            Self::Nats(inbox) => inbox.next().await,
            #[cfg(feature = "simulation")]
            Self::Double(inbox) => inbox.next().await.map(doubled::received),
        }
    }

    /// Wants nothing more: what has arrived still comes; what is on its way may be lost.
    pub(super) async fn drain(&mut self) -> Result<(), Failure> {
        match self {
            Self::Nats(inbox) => Ok(inbox.drain().await?),
            #[cfg(feature = "simulation")]
            Self::Double(inbox) => {
                inbox.close();
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_as_the_servers_tell_it() {
        for (url, told) in [
            ("nats://me:secret@nats.example:4222", "nats.example:4222"),
            ("10.0.0.1", "10.0.0.1:4222"),
            ("tls://[::1]:4223", "[::1]:4223"),
        ] {
            assert_eq!(address(&url.parse().unwrap()), told);
        }
    }
}
