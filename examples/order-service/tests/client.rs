use std::{net::SocketAddr, time::Duration};

use http_body_util::BodyExt as _;
use hyper::{
    Request, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::HeaderMap,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the service answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|err| panic!("{err}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    /// Wants this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Wants a problem of this kind.
    #[track_caller]
    pub(crate) fn refused_with(self, status: u16, code: &str) -> Self {
        let answer = self.is(status);
        let problem = answer.json();
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(
            (&problem["code"], &problem["status"]),
            (&code.into(), &status.into())
        );
        answer
    }
}

/// Asks, with some headers.
pub(crate) async fn ask(
    at: SocketAddr,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let response = send(at, (method, path), headers, body).await;
    let (parts, body) = response.into_parts();
    let body = timeout(PATIENCE, body.collect()).await;
    let bytes = body.expect("the answer ends").unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

pub(crate) async fn get(at: SocketAddr, path: &str) -> Answer {
    ask(at, ("GET", path), &[], "").await
}

pub(crate) async fn post(at: SocketAddr, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    ask(at, ("POST", path), &headers, &body.to_string()).await
}

#[expect(clippy::disallowed_methods, reason = "it ends with the test")]
pub(crate) async fn send(
    at: SocketAddr,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> hyper::Response<Incoming> {
    let stream = TcpStream::connect(at).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("host", at.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.to_owned()).unwrap();
    sender.send_request(request).await.unwrap()
}

/// A stream of server-sent events.
pub(crate) struct Events {
    body: Incoming,
    unread: String,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: u64,
    pub(crate) data: Value,
}

impl Events {
    pub(crate) async fn follow(at: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Self {
        let response = send(at, ("GET", path), headers, "").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            body: response.into_body(),
            unread: String::new(),
        }
    }

    /// The next commit; none if the stream ends.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            while let Some(end) = self.unread.find("\n\n") {
                let block: String = self.unread.drain(..end + 2).collect();
                if let Some(message) = message(&block) {
                    return Some(message);
                }
            }
            let frame = self.body.frame().await?.unwrap();
            let bytes: Bytes = frame.into_data().unwrap_or_default();
            self.unread.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    pub(crate) async fn take(&mut self, count: usize) -> Vec<Message> {
        let mut messages = Vec::new();
        while messages.len() < count {
            messages.push(self.next().await.unwrap());
        }
        messages
    }
}

/// What a block says, unless it is a comment.
fn message(block: &str) -> Option<Message> {
    let field = |name: &str| {
        let mut lines = block.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(key, _)| *key == name);
        found.map(|(_, value)| value.trim_start())
    };
    let data = field("data")?;
    assert_eq!(field("event"), Some("commit"));
    Some(Message {
        id: field("id")?.parse().unwrap(),
        data: serde_json::from_str(data).unwrap(),
    })
}
