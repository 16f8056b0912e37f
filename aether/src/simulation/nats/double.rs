use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};

use super::{
    LineId, LineMishap, NatsConnection, NatsFaults, NatsInput, NatsMessage, NatsOutput,
    NatsServers, ServerMishap, connection::LineState,
};
use crate::simulation::{Defect, Dice, executor::Place};

/// NATS servers in this process, to which clients [connect](Self::connect).
///
/// What they do by themselves is chosen by a seed, and their times are tokio's: with a paused clock
/// an election of seconds takes no time. What befalls them is told here. Clones share the servers.
///
/// ```
/// use std::time::Duration;
///
/// use aether::simulation::nats::{NatsDouble, NatsMessage, RequestFailure};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), RequestFailure> {
/// let double = NatsDouble::new(42, 3);
/// let (asking, answering) = (double.connect(), double.connect());
/// let question = || NatsMessage::new("what.time", "");
/// let within = Some(Duration::from_secs(1));
/// let nobody = asking.request(question(), within).await;
/// assert_eq!(nobody, Err(RequestFailure::NoResponders));
///
/// let mut questions = answering.subscribe("what.*", None);
/// let answer = asking.request(question(), within);
/// let answers = async {
///     let asked = questions.next().await?;
///     answering.publish(NatsMessage::new(asked.reply?, "noon"));
///     Some(())
/// };
/// assert_eq!(tokio::join!(answer, answers).0?.payload, "noon");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct NatsDouble(Arc<Shared>);

pub(super) struct Shared {
    state: Mutex<State>,
    origin: Instant,
    /// There is something to do earlier than was known.
    earlier: Arc<Notify>,
    /// What those who connect leave out.
    #[cfg_attr(
        not(all(feature = "cluster", feature = "nats")),
        expect(dead_code, reason = "only the nodes of a cluster connect so")
    )]
    defects: BTreeSet<Defect>,
}

struct State {
    servers: NatsServers,
    lines: u64,
    clients: BTreeMap<LineId, Client>,
}

/// What is known of a client.
struct Client {
    state: watch::Sender<LineState>,
    inboxes: BTreeMap<u64, mpsc::UnboundedSender<NatsMessage>>,
    /// Who waits for an answer, by the subject under which it comes.
    waiting: BTreeMap<String, oneshot::Sender<NatsMessage>>,
}

impl NatsDouble {
    /// So many servers, at least one, that are one `JetStream`. Nothing is stored yet, and nothing
    /// goes wrong.
    ///
    /// # Panics
    /// If it is not called within a tokio runtime.
    pub fn new(seed: u64, servers: usize) -> Self {
        Self::with(Dice::of(seed), servers, BTreeSet::new())
    }

    pub(in crate::simulation) fn with(
        dice: Dice,
        servers: usize,
        defects: BTreeSet<Defect>,
    ) -> Self {
        let state = State {
            servers: NatsServers::new(servers, dice),
            lines: 0,
            clients: BTreeMap::new(),
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            origin: Instant::now(),
            earlier: Arc::default(),
            defects,
        });
        let earlier = Arc::clone(&shared.earlier);
        Place::around(keep_time(Arc::downgrade(&shared), earlier));
        Self(shared)
    }

    /// Has this go wrong from now on.
    #[must_use]
    pub fn faults(self, faults: NatsFaults) -> Self {
        self.set_faults(faults);
        self
    }

    /// Has this go wrong from now on.
    pub fn set_faults(&self, faults: NatsFaults) {
        self.0.act(NatsInput::Faults(faults));
    }

    /// A client of the servers. It is connected as soon as there is one of them.
    pub fn connect(&self) -> NatsConnection {
        self.connect_to(None)
    }

    /// A client of a server, counted from 0, or of any; it connects to another if that one is gone.
    pub fn connect_to(&self, server: Option<usize>) -> NatsConnection {
        let (sender, state) = watch::channel(LineState::default());
        let line = {
            let mut state = self.0.state();
            state.lines += 1;
            let line = LineId(state.lines);
            let client = Client {
                state: sender,
                inboxes: BTreeMap::new(),
                waiting: BTreeMap::new(),
            };
            state.clients.insert(line, client);
            line
        };
        self.0.act(NatsInput::Connect(line, server));
        NatsConnection::new(Arc::clone(&self.0), line, state)
    }

    /// Has something befall a connection.
    pub fn befall(&self, line: LineId, mishap: LineMishap) {
        self.0.act(NatsInput::Line(line, mishap));
    }

    /// A client's process is gone, whoever still has something of it.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(in crate::simulation) fn close(&self, line: LineId) {
        self.0.act(NatsInput::Close(line));
        self.0.forget(line);
    }

    /// Has something befall a server, counted from 0.
    pub fn befall_server(&self, server: usize, mishap: ServerMishap) {
        self.0.act(NatsInput::Server(server, mishap));
    }

    /// Has a stream be without a leader for so long. What it has acknowledged is not lost.
    pub fn outage(&self, stream: &str, duration: Duration) {
        self.0.act(NatsInput::Outage(stream.to_owned(), duration));
    }

    /// Nothing is wrong any more: no faults, all servers are there, all connections are whole.
    pub fn heal(&self) {
        self.0.act(NatsInput::Heal);
    }

    /// The server that leads a stream, if one does.
    pub fn leader(&self, stream: &str) -> Option<usize> {
        self.0.state().servers.leader(stream)
    }

    /// The messages that a stream holds, in order, past all faults.
    pub fn stored(&self, stream: &str) -> Vec<NatsMessage> {
        self.0.state().servers.stored(stream)
    }
}

impl fmt::Debug for NatsDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsDouble").finish_non_exhaustive()
    }
}

impl Shared {
    // A panic while it is held can only be our own bug: nothing waits with it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(super) fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }

    /// Tells the servers what happens, and the clients what follows.
    pub(super) fn act(&self, input: NatsInput) {
        let now = self.origin.elapsed();
        let mut state = self.state();
        let before = state.servers.next_wake();
        for output in state.servers.step(now, input) {
            state.tell(output);
        }
        let after = state.servers.next_wake();
        drop(state);
        if after.is_some() && after != before {
            self.earlier.notify_one();
        }
    }

    pub(super) fn open(&self, line: LineId, number: u64) -> mpsc::UnboundedReceiver<NatsMessage> {
        let (sender, inbox) = mpsc::unbounded_channel();
        if let Some(client) = self.state().clients.get_mut(&line) {
            client.inboxes.insert(number, sender);
        }
        inbox
    }

    pub(super) fn close(&self, line: LineId, number: u64) {
        let mut state = self.state();
        let closed = state
            .clients
            .get_mut(&line)
            .and_then(|it| it.inboxes.remove(&number));
        drop(state);
        drop(closed);
    }

    pub(super) fn expect(&self, line: LineId, reply: &str) -> oneshot::Receiver<NatsMessage> {
        let (sender, answer) = oneshot::channel();
        if let Some(client) = self.state().clients.get_mut(&line) {
            client.waiting.insert(reply.to_owned(), sender);
        }
        answer
    }

    pub(super) fn expect_no_more(&self, line: LineId, reply: &str) {
        if let Some(client) = self.state().clients.get_mut(&line) {
            client.waiting.remove(reply);
        }
    }

    pub(super) fn forget(&self, line: LineId) {
        let gone = self.state().clients.remove(&line);
        drop(gone);
    }
}

impl State {
    fn tell(&mut self, output: NatsOutput) {
        match output {
            NatsOutput::Connected(line, server) => self.change(line, |state| {
                state.is_connected = true;
                state.server = server;
            }),
            NatsOutput::Disconnected(line) => self.change(line, |state| state.is_connected = false),
            NatsOutput::Ended { line, number } => {
                if let Some(client) = self.clients.get_mut(&line) {
                    client.inboxes.remove(&number);
                }
            }
            NatsOutput::Received {
                line,
                number,
                message,
            } => {
                let Some(client) = self.clients.get_mut(&line) else {
                    return;
                };
                // Whoever waited may have gone.
                if let Some(waiting) = client.waiting.remove(&message.subject) {
                    drop(waiting.send(message));
                } else if let Some(inbox) = client.inboxes.get(&number) {
                    drop(inbox.send(message));
                }
            }
        }
    }

    fn change(&self, line: LineId, change: impl FnOnce(&mut LineState)) {
        if let Some(client) = self.clients.get(&line) {
            client.state.send_modify(change);
        }
    }
}

/// Has happen what comes due.
async fn keep_time(shared: Weak<Shared>, earlier: Arc<Notify>) {
    loop {
        let Some(alive) = shared.upgrade() else {
            return;
        };
        let wake = alive.state().servers.next_wake();
        let wake = wake.map(|at| alive.origin + at);
        drop(alive);
        let due = async {
            match wake {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = due => {
                if let Some(alive) = shared.upgrade() {
                    alive.act(NatsInput::Tick);
                }
            }
            () = earlier.notified() => {}
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // Nobody keeps its time any more.
        self.earlier.notify_one();
    }
}
