//! The servers as a value: told what happens and when, they say what follows.

mod answer;
mod api;
mod batch;
mod befalling;
mod config;
mod interest;
mod line;
mod storing;
mod stream;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::Arc,
    time::Duration,
};

use serde_json::Value;

use self::{
    api::Taken,
    interest::{Interest, Wanted},
    line::{Frame, Line, Said},
    stream::Stream,
};
use super::{NatsFaults, NatsMessage};
use crate::simulation::Dice;

/// When the clock of the servers begins: in 2030.
const OUTSET: Duration = Duration::from_hours(525_960);
/// How long a stream has no leader whose leader gives it up by itself, at the most.
const STEPPING_DOWN: (Duration, Duration) = (Duration::ZERO, Duration::from_millis(200));
/// How long a stream has no leader whose leader is gone: so it was measured on a real server.
const ELECTING: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(9));
/// How long a client takes to connect again.
const RECONNECTING: Duration = Duration::from_millis(100);
/// After how long it tries again if there is no server.
const TRYING: Duration = Duration::from_millis(250);

/// A connection of a client to the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub u64);

/// NATS servers and what is between them and their clients, as a value: it is told what happens and
/// when, and says what follows. It does not wait, and its only chance is its dice.
///
/// [`NatsDouble`](super::NatsDouble) runs it.
///
/// ```
/// use std::time::Duration;
///
/// use aether::simulation::{
///     Dice,
///     nats::{LineId, NatsInput, NatsMessage, NatsOutput, NatsServers},
/// };
///
/// let (mut servers, now) = (NatsServers::new(1, Dice::of(7)), Duration::ZERO);
/// let (one, other) = (LineId(1), LineId(2));
/// servers.step(now, NatsInput::Connect(one, None));
/// servers.step(now, NatsInput::Connect(other, None));
/// servers.step(now, NatsInput::Subscribe {
///     line: one,
///     number: 1,
///     subject: "greetings.*".to_owned(),
///     queue: None,
/// });
/// let said = NatsMessage::new("greetings.all", "hello");
/// let told = servers.step(now, NatsInput::Publish { line: other, message: said.clone() });
/// assert_eq!(told, [NatsOutput::Received { line: one, number: 1, message: said }]);
/// ```
#[derive(Debug)]
pub struct NatsServers {
    now: Duration,
    dice: Dice,
    faults: NatsFaults,
    serial: u64,
    due: BTreeMap<(Duration, u64), Due>,
    lines: BTreeMap<LineId, Line>,
    interest: Interest,
    servers: Vec<Server>,
    streams: BTreeMap<String, Stream>,
    outputs: Vec<NatsOutput>,
}

/// One of the servers.
#[derive(Debug)]
struct Server {
    name: String,
    id: Arc<str>,
    is_up: bool,
    is_frozen: bool,
}

/// What happens to the servers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NatsInput {
    /// A client connects, to this server if it is there.
    Connect(LineId, Option<usize>),
    /// A client ends its connection, or its process is gone: what it has sent arrives.
    Close(LineId),
    /// A client wants what comes under a subject; of a queue group, one is told.
    Subscribe {
        /// Whose connection.
        line: LineId,
        /// Another number for each subscription of the connection.
        number: u64,
        /// Which subjects.
        subject: String,
        /// The group.
        queue: Option<String>,
    },
    /// A client wants it no more.
    Unsubscribe {
        /// Whose connection.
        line: LineId,
        /// Which subscription.
        number: u64,
    },
    /// A client sends a message.
    Publish {
        /// Whose connection.
        line: LineId,
        /// What it sends.
        message: NatsMessage,
    },
    /// Time has gone on.
    Tick,
    /// This goes wrong from now on.
    Faults(NatsFaults),
    /// Something befalls a connection.
    Line(LineId, LineMishap),
    /// Something befalls a server, counted from 0.
    Server(usize, ServerMishap),
    /// A stream has no leader for so long, as if its server had died, and comes to no harm else.
    Outage(String, Duration),
    /// Nothing is wrong any more: all servers are there, and all connections are whole.
    Heal,
}

/// What befalls a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineMishap {
    /// Nothing passes, and nobody is told: what is sent arrives when this is over.
    Hold,
    /// It is over.
    Release,
    /// What the servers say is lost from now on, while they hear the client.
    Mute,
    /// The connection breaks, with all that is on its way; the client connects again.
    Cut,
    /// What streams tell of themselves is lost for so long.
    Blind(Duration),
}

/// What befalls a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerMishap {
    /// It is gone, with all connections to it. What it has stored stays.
    Kill,
    /// It comes back.
    Start,
    /// It stands still: its connections stay, and it says nothing.
    Freeze,
    /// It goes on.
    Thaw,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NatsOutput {
    /// A client has a connection, to the server with this id.
    Connected(LineId, Arc<str>),
    /// A client has lost its connection.
    Disconnected(LineId),
    /// A subscription of a client is given nothing more.
    Ended {
        /// Whose connection.
        line: LineId,
        /// Which subscription.
        number: u64,
    },
    /// A subscription of a client is given a message.
    Received {
        /// Whose connection.
        line: LineId,
        /// Which subscription.
        number: u64,
        /// The message.
        message: NatsMessage,
    },
}

/// What is to happen at some time.
#[derive(Debug)]
enum Due {
    /// Something that a client has said is there, if the connection lives.
    There(LineId, u64, Frame),
    /// Something for a subscription of a client is there, if the connection lives.
    Back(LineId, u64, Said),
    Connect(LineId),
    /// The first of what is in flight is on the replicas.
    Apply(String, u64),
    /// A stream has a leader again.
    Lead(String, u64),
    /// A batch has waited long enough.
    Abandon(String, String, Duration),
}

impl NatsServers {
    /// So many servers, at least one, that are one `JetStream`. Nothing is stored yet, and nothing
    /// goes wrong.
    pub fn new(count: usize, dice: Dice) -> Self {
        let server = |number: usize| Server {
            name: format!("node{number}"),
            id: Arc::from(format!("SERVER{number}")),
            is_up: true,
            is_frozen: false,
        };
        Self {
            now: Duration::ZERO,
            dice,
            faults: NatsFaults::none(),
            serial: 0,
            due: BTreeMap::new(),
            lines: BTreeMap::new(),
            interest: Interest::default(),
            servers: (0..count.max(1)).map(server).collect(),
            streams: BTreeMap::new(),
            outputs: Vec::new(),
        }
    }

    /// Takes what happens, and what has come due by now: by a clock that never goes back.
    pub fn step(&mut self, now: Duration, input: NatsInput) -> Vec<NatsOutput> {
        self.catch_up(now);
        self.take(input);
        self.catch_up(now);
        mem::take(&mut self.outputs)
    }

    /// When there is something to do next without anything else happening.
    pub fn next_wake(&self) -> Option<Duration> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// The server that leads a stream.
    pub fn leader(&self, stream: &str) -> Option<usize> {
        self.streams.get(stream)?.leader
    }

    /// The messages that a stream holds, in order, past all faults.
    pub fn stored(&self, stream: &str) -> Vec<NatsMessage> {
        let stream = self.streams.get(stream);
        stream.map(Stream::all).unwrap_or_default()
    }

    /// Has everything happen that has come due.
    fn catch_up(&mut self, now: Duration) {
        while let Some(entry) = self.due.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let ((at, _), due) = entry.remove_entry();
            self.now = self.now.max(at);
            self.happen(due);
        }
        self.now = self.now.max(now);
    }

    fn at(&mut self, when: Duration, due: Due) {
        self.serial += 1;
        self.due.insert((when, self.serial), due);
    }

    fn take(&mut self, input: NatsInput) {
        match input {
            NatsInput::Connect(line, wanted) => {
                self.lines.insert(line, Line::new());
                self.connect(line, wanted);
            }
            NatsInput::Close(line) => self.send(line, Frame::Close),
            NatsInput::Subscribe {
                line,
                number,
                subject,
                queue,
            } => {
                let wanted = Wanted { subject, queue };
                self.send(line, Frame::Subscribe(number, wanted));
            }
            NatsInput::Unsubscribe { line, number } => self.send(line, Frame::Unsubscribe(number)),
            NatsInput::Publish { line, message } => self.send(line, Frame::Publish(message)),
            NatsInput::Tick => {}
            NatsInput::Faults(faults) => self.faults = faults,
            NatsInput::Line(line, mishap) => self.befall_line(line, mishap),
            NatsInput::Server(server, mishap) => self.befall_server(server, mishap),
            NatsInput::Outage(stream, duration) => self.elect(&stream, (duration, duration)),
            NatsInput::Heal => self.heal(),
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::There(line, life, frame) => self.arrive(line, life, frame),
            Due::Back(line, life, said) => self.reach(line, life, said),
            Due::Connect(line) => self.connect(line, None),
            Due::Apply(stream, term) => self.apply(&stream, term),
            Due::Lead(stream, term) => self.lead(&stream, term),
            Due::Abandon(stream, batch, since) => self.abandon(&stream, &batch, since),
        }
    }

    /// How long something takes that goes over a wire once.
    fn lag(&mut self) -> Duration {
        let most = if self.dice.percent(self.faults.slow) {
            NatsFaults::SLOWEST
        } else {
            self.faults.delay
        };
        let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX - 1);
        Duration::from_micros(self.dice.below(most + 1))
    }

    /// A client says something.
    fn send(&mut self, id: LineId, frame: Frame) {
        let lag = self.lag();
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        match &frame {
            Frame::Subscribe(number, wanted) => drop(line.wanted.insert(*number, wanted.clone())),
            Frame::Unsubscribe(number) => {
                line.wanted.remove(number);
                line.ending.insert(*number);
            }
            Frame::Publish(_) | Frame::Close => {}
        }
        if line.is_up {
            line.there.last = line.there.last.max(self.now + lag);
            let (at, life) = (line.there.last, line.life);
            self.at(at, Due::There(id, life, frame));
            return;
        }
        match frame {
            Frame::Close => drop(self.lines.remove(&id)),
            Frame::Publish(_) => line.waiting.push(frame),
            Frame::Unsubscribe(_) => self.end_subscriptions(id),
            // What is wanted is said anew with each connection.
            Frame::Subscribe(..) => {}
        }
    }

    /// What a client wants no more, and no server will say anything about.
    fn end_subscriptions(&mut self, id: LineId) {
        let ending = self.lines.get_mut(&id).map(|it| mem::take(&mut it.ending));
        let ended = ending.into_iter().flatten();
        let ended = ended.map(|number| NatsOutput::Ended { line: id, number });
        self.outputs.extend(ended);
    }

    /// Something that a client has said has come to its server.
    fn arrive(&mut self, id: LineId, life: u64, frame: Frame) {
        let is_still = self.is_still(id);
        let Some(line) = self.lines.get_mut(&id).filter(|it| it.life == life) else {
            return;
        };
        if is_still {
            line.there.held.push_back(frame);
            return;
        }
        match frame {
            Frame::Subscribe(number, wanted) => self.interest.add(id, number, wanted),
            Frame::Unsubscribe(number) => {
                self.interest.remove(id, number);
                self.give(id, Said::End(number));
            }
            Frame::Publish(message) => self.route(Some(id), message),
            Frame::Close => {
                self.interest.forget(id);
                self.lines.remove(&id);
            }
        }
    }

    /// Something for a client has come to it.
    fn reach(&mut self, id: LineId, life: u64, said: Said) {
        let is_still = self.is_still(id);
        let Some(line) = self.lines.get_mut(&id).filter(|it| it.life == life) else {
            return;
        };
        if is_still {
            line.back.held.push_back(said);
            return;
        }
        let output = match said {
            Said::Message(number, message) => NatsOutput::Received {
                line: id,
                number,
                message,
            },
            Said::End(number) => {
                line.ending.remove(&number);
                NatsOutput::Ended { line: id, number }
            }
        };
        self.outputs.push(output);
    }

    /// Whether nothing passes over a connection for now.
    fn is_still(&self, id: LineId) -> bool {
        let Some(line) = self.lines.get(&id) else {
            return false;
        };
        let server = self.servers.get(line.server);
        line.is_held || server.is_some_and(|it| it.is_frozen)
    }

    /// Gives a message to whoever wants it; its sender is told if that is nobody.
    fn route(&mut self, from: Option<LineId>, message: NatsMessage) {
        let is_asked = self.ask_jetstream(&message) == Taken::Yes;
        let is_given = self.deliver(&message);
        let is_stored = self.capture(&message);
        if is_asked || is_given || is_stored {
            return;
        }
        if let (Some(from), Some(reply)) = (from, message.reply)
            && let Some(number) = self.interest.at(from, &reply)
        {
            let nobody = NatsMessage::status(reply, 503);
            self.give(from, Said::Message(number, nobody));
        }
    }

    /// Gives a message to all subscriptions that want it; says whether there is one.
    fn deliver(&mut self, message: &NatsMessage) -> bool {
        let meant = self.interest.of(&message.subject, &mut self.dice);
        for (line, number) in &meant {
            self.give(*line, Said::Message(*number, message.clone()));
        }
        !meant.is_empty()
    }

    /// Says something to a client.
    fn give(&mut self, id: LineId, said: Said) {
        let lag = self.lag();
        let Some(line) = self
            .lines
            .get_mut(&id)
            .filter(|it| it.is_up && !it.is_muted)
        else {
            return;
        };
        line.back.last = line.back.last.max(self.now + lag);
        let (at, life) = (line.back.last, line.life);
        self.at(at, Due::Back(id, life, said));
    }

    /// `JetStream` says something.
    fn say(&mut self, message: &NatsMessage) {
        if !self.dice.percent(self.faults.lost_acks) {
            self.deliver(message);
        }
    }

    fn answer(&mut self, reply: Option<&str>, json: &Value) {
        if let Some(reply) = reply {
            self.say(&NatsMessage::new(reply, json.to_string()));
        }
    }

    /// The servers that do something.
    fn able(&self) -> Vec<usize> {
        let able = self.servers.iter().enumerate();
        let able = able.filter(|(_, it)| it.is_up && !it.is_frozen);
        able.map(|(number, _)| number).collect()
    }

    fn has_able(&self, peers: &[usize]) -> bool {
        let able: BTreeSet<usize> = self.able().into_iter().collect();
        peers.iter().any(|it| able.contains(it))
    }

    /// Whether enough servers are there to decide anything.
    fn has_majority(&self) -> bool {
        self.able().len() * 2 > self.servers.len()
    }
}
