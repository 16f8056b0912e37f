//! Real servers do what the double of them does.

use std::time::Duration;

use aether::{
    nats_conformance,
    simulation::nats::{
        LineMishap, NatsMessage, RequestFailure, ServerMishap,
        conformance::{Inbox, Servers, Transport},
    },
};
use aether_tests::harness::{NatsCluster, NatsServer, Proxy};
use async_nats::{
    Client, ConnectOptions, HeaderMap, Message, Request, RequestErrorKind, Subscriber,
};
use futures_util::StreamExt as _;
use tokio::{io::AsyncReadExt as _, net::TcpStream, sync::Mutex, time::timeout};

nats_conformance!(one server, async || Real::one().await);
nats_conformance!(three servers, async || Real::three().await);

/// Real servers, one or three.
struct Real(Mutex<Kind>);

enum Kind {
    One(NatsServer),
    Three(NatsCluster),
}

/// A client of a real server, with a proxy in between.
struct RealClient {
    client: Client,
    proxy: Proxy,
}

struct RealInbox(Subscriber);

impl Kind {
    fn server(&mut self, number: usize) -> &mut NatsServer {
        match self {
            Self::One(server) => server,
            Self::Three(servers) => servers.node(number),
        }
    }
}

impl Real {
    async fn one() -> Self {
        Self(Mutex::new(Kind::One(NatsServer::start().await)))
    }

    async fn three() -> Self {
        Self(Mutex::new(Kind::Three(NatsCluster::start().await)))
    }
}

impl Servers for Real {
    type Transport = RealClient;

    async fn connect(&self, server: usize) -> RealClient {
        let url = self.0.lock().await.server(server).url();
        let proxy = Proxy::of(&url).await;
        let options = ConnectOptions::new()
            .ignore_discovered_servers()
            .reconnect_delay_callback(|_| Duration::from_millis(20));
        let client = options.connect(proxy.url()).await.unwrap();
        RealClient { client, proxy }
    }

    fn named(&self, name: &str) -> Option<usize> {
        NatsCluster::named(name)
    }

    async fn befall(&self, server: usize, mishap: ServerMishap) {
        let mut servers = self.0.lock().await;
        let server = servers.server(server);
        match mishap {
            ServerMishap::Kill => server.kill(),
            ServerMishap::Start => server.restart().await,
            ServerMishap::Freeze => {
                server.freeze();
                stands_still(&server.url()).await;
            }
            ServerMishap::Thaw => server.thaw(),
            other => panic!("{other:?} cannot be done to a real server"),
        }
    }
}

/// Waits until a server greets nobody any more.
async fn stands_still(url: &str) {
    let address = url.trim_start_matches("nats://");
    loop {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let greeting = timeout(Duration::from_millis(200), stream.read_u8()).await;
        if greeting.is_err() {
            return;
        }
    }
}

impl Transport for RealClient {
    type Inbox = RealInbox;

    async fn publish(&self, message: NatsMessage) {
        let headers = headers(&message);
        let (subject, payload) = (message.subject, message.payload);
        let sent = match message.reply {
            Some(reply) => {
                let client = &self.client;
                client
                    .publish_with_reply_and_headers(subject, reply, headers, payload)
                    .await
            }
            None if headers.is_empty() => self.client.publish(subject, payload).await,
            None => {
                let client = &self.client;
                client.publish_with_headers(subject, headers, payload).await
            }
        };
        sent.unwrap();
    }

    async fn subscribe(&self, subject: &str, queue: Option<&str>) -> RealInbox {
        let subject = subject.to_owned();
        let inbox = match queue {
            Some(queue) => self.client.queue_subscribe(subject, queue.to_owned()).await,
            None => self.client.subscribe(subject).await,
        };
        // Nothing overtakes anything: when this is known to be unanswered, the rest is known.
        let ping = NatsMessage::new("_PING", "");
        assert!(self.request(ping, Duration::from_secs(10)).await.is_err());
        RealInbox(inbox.unwrap())
    }

    async fn request(
        &self,
        message: NatsMessage,
        within: Duration,
    ) -> Result<NatsMessage, RequestFailure> {
        let request = Request::new()
            .headers(headers(&message))
            .payload(message.payload)
            .timeout(Some(within));
        match self.client.send_request(message.subject, request).await {
            Ok(answer) => Ok(received(answer)),
            Err(err) if err.kind() == RequestErrorKind::NoResponders => {
                Err(RequestFailure::NoResponders)
            }
            Err(err) if err.kind() == RequestErrorKind::TimedOut => Err(RequestFailure::TimedOut),
            Err(err) => panic!("{err}"),
        }
    }

    fn befall(&self, mishap: LineMishap) {
        match mishap {
            LineMishap::Hold => self.proxy.hold(true),
            LineMishap::Release => self.proxy.hold(false),
            LineMishap::Mute => self.proxy.mute(),
            LineMishap::Cut => self.proxy.cut(),
            LineMishap::Blind(_) | _ => panic!("{mishap:?} cannot be done to a real connection"),
        }
    }
}

impl Inbox for RealInbox {
    async fn next(&mut self) -> Option<NatsMessage> {
        self.0.next().await.map(received)
    }

    async fn close(&mut self) {
        self.0.drain().await.unwrap();
    }
}

fn headers(message: &NatsMessage) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &message.headers {
        headers.append(name.as_str(), value.as_str());
    }
    headers
}

fn received(message: Message) -> NatsMessage {
    let headers = message.headers.unwrap_or_default();
    let headers = headers.iter().flat_map(|(name, values)| {
        let named = values.iter();
        named.map(|value| (name.to_string(), value.as_str().to_owned()))
    });
    NatsMessage {
        subject: message.subject.to_string(),
        reply: message.reply.map(|it| it.to_string()),
        headers: headers.collect(),
        status: message.status.map(|it| it.as_u16()),
        payload: message.payload,
    }
}
