use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};

use super::{LineId, LineMishap, NatsInput, NatsMessage, double::Shared};
#[cfg(all(feature = "cluster", feature = "nats"))]
use crate::simulation::Defect;

/// A client of a [`NatsDouble`](super::NatsDouble). Clones share its connection, which ends when the
/// last of them, and the last of its subscriptions, is gone.
#[derive(Clone)]
pub struct NatsConnection(Arc<Line>);

struct Line {
    shared: Arc<Shared>,
    id: LineId,
    state: watch::Receiver<LineState>,
    subscriptions: AtomicU64,
    requests: AtomicU64,
}

/// What a client knows of its connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineState {
    pub(crate) is_connected: bool,
    /// The server that it is connected to, or was.
    pub(super) server: Arc<str>,
}

impl Default for LineState {
    fn default() -> Self {
        Self {
            is_connected: false,
            server: Arc::from(""),
        }
    }
}

/// What comes for a subscription, in order. It ends when it is dropped.
pub struct NatsInbox {
    line: Arc<Line>,
    number: u64,
    inbox: mpsc::UnboundedReceiver<NatsMessage>,
}

/// Says why a request has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestFailure {
    /// Nobody is there who would answer, and nothing was done.
    #[error("nobody is there who would answer")]
    NoResponders,
    /// None came in time: what was asked for may be done or not.
    #[error("no answer came in time")]
    TimedOut,
}

impl NatsConnection {
    /// The subscription under which answers come.
    const ANSWERS: u64 = 0;

    /// Whether whoever has it leaves something out.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.0.shared.has(defect)
    }

    pub(super) fn new(shared: Arc<Shared>, id: LineId, state: watch::Receiver<LineState>) -> Self {
        let line = Line {
            shared,
            id,
            state,
            subscriptions: AtomicU64::new(Self::ANSWERS),
            requests: AtomicU64::new(0),
        };
        line.shared.act(NatsInput::Subscribe {
            line: id,
            number: Self::ANSWERS,
            subject: format!("_INBOX.{}.*", id.0),
            queue: None,
        });
        Self(Arc::new(line))
    }

    /// Which connection it is.
    pub fn line(&self) -> LineId {
        self.0.id
    }

    /// The server that it is connected to, or was.
    pub fn server(&self) -> Arc<str> {
        Arc::clone(&self.0.state.borrow().server)
    }

    /// Whether it is connected, as far as it knows.
    pub fn is_connected(&self) -> bool {
        self.0.state.borrow().is_connected
    }

    /// What becomes of the connection.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(crate) fn states(&self) -> watch::Receiver<LineState> {
        self.0.state.clone()
    }

    /// Sends a message. Whether it arrives is not known.
    pub fn publish(&self, message: NatsMessage) {
        let line = self.0.id;
        self.0.shared.act(NatsInput::Publish { line, message });
    }

    /// Subscribes to what comes under a subject; of a group, one is told.
    pub fn subscribe(&self, subject: impl Into<String>, queue: Option<&str>) -> NatsInbox {
        let number = self.0.subscriptions.fetch_add(1, Ordering::Relaxed) + 1;
        let inbox = self.0.shared.open(self.0.id, number);
        self.0.shared.act(NatsInput::Subscribe {
            line: self.0.id,
            number,
            subject: subject.into(),
            queue: queue.map(str::to_owned),
        });
        NatsInbox {
            line: Arc::clone(&self.0),
            number,
            inbox,
        }
    }

    /// Sends a message, and waits for the first answer; as long as it takes, if no time is given.
    ///
    /// # Errors
    /// If nobody is there who would answer, or no answer comes in time.
    ///
    /// # Cancel safety
    /// If the future is dropped, what was asked for may be done or not.
    pub async fn request(
        &self,
        message: NatsMessage,
        within: Option<Duration>,
    ) -> Result<NatsMessage, RequestFailure> {
        let number = self.0.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let reply = format!("_INBOX.{}.{number}", self.0.id.0);
        let answer = self.0.shared.expect(self.0.id, &reply);
        let waiting = Waiting(&self.0, reply);
        self.publish(message.reply_to(&*waiting.1));
        let answer = match within {
            Some(within) => timeout(within, answer).await,
            None => Ok(answer.await),
        };
        match answer {
            Ok(Ok(message)) if message.status == Some(503) => Err(RequestFailure::NoResponders),
            Ok(Ok(message)) => Ok(message),
            Ok(Err(_)) | Err(_) => Err(RequestFailure::TimedOut),
        }
    }

    /// Has something befall the connection.
    pub fn befall(&self, mishap: LineMishap) {
        self.0.shared.act(NatsInput::Line(self.0.id, mishap));
    }
}

/// Somebody who waits for an answer.
struct Waiting<'a>(&'a Line, String);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.shared.expect_no_more(self.0.id, &self.1);
    }
}

impl NatsInbox {
    /// The next message; none, once it is [closed](Self::close) and empty.
    ///
    /// # Cancel safety
    /// Cancel safe: nothing is lost.
    pub async fn next(&mut self) -> Option<NatsMessage> {
        self.inbox.recv().await
    }

    /// Wants nothing more: what is on its way is still given.
    pub fn close(&mut self) {
        let (line, number) = (self.line.id, self.number);
        self.line
            .shared
            .act(NatsInput::Unsubscribe { line, number });
    }
}

impl Drop for NatsInbox {
    fn drop(&mut self) {
        self.close();
        self.line.shared.close(self.line.id, self.number);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.shared.act(NatsInput::Close(self.id));
        self.shared.forget(self.id);
    }
}

impl fmt::Debug for NatsConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NatsConnection").field(&self.0.id).finish()
    }
}

impl fmt::Debug for NatsInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsInbox")
            .field("line", &self.line.id)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
