//! One server for all nodes: what a store on NATS JetStream is to its users, in this process.
//!
//! It keeps one log, checkpoints and snapshots, and does what the contract of
//! [`EventStore`](crate::EventStore) allows: requests and answers take time, overtake each other,
//! are lost and come twice; what is accepted is not seen at once; reads of an actor may be behind;
//! for seconds there is nobody to answer. It is believed because it passes the conformance suites
//! that every store passes, with these faults too.

mod asking;
mod bus;
mod connection;
mod following;
mod line;
mod state;
mod store;
#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
mod trip;

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

pub use self::connection::Connection;
use self::{line::Line, state::State, trip::Trip};
use super::{defect::Defect, dice::Dice, executor::Place, faults::Faults, trace::Trace};
use crate::{CommandId, Namespace, Position, Recorded, bus::Exchange};

/// A server in this process, to which several stores [connect](Server::connect).
///
/// Within a [`Simulation`](super::Simulation) there is one already. By itself it is a store with
/// faults for any test: its chance comes from a seed, its times from tokio's clock.
///
/// ```
/// use aether::{EventStoreExt, Event, Version, simulation::{Faults, Server}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::new(42).faults(Faults::none().repeated(50).stale(100));
/// let (one, other) = (server.connect(), server.connect());
/// let placed = Event::new("order-1", 1, "OrderPlaced", &())?;
/// one.save(placed.clone()).await?;
/// assert_eq!(one.events(&placed.actor_id, Version::NONE).await?, [placed]);
/// # drop(other);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Server(Arc<Shared>);

pub(super) struct Shared {
    namespace: Namespace,
    state: Mutex<State>,
    weather: Mutex<Weather>,
    grown: watch::Sender<()>,
    trace: Option<Trace>,
    buses: Arc<Exchange>,
}

/// What goes wrong.
struct Weather {
    dice: Dice,
    faults: Faults,
    /// Until when there is nobody to answer.
    out_until: Option<Instant>,
    lines: u64,
}

impl Server {
    /// A server without faults, in the namespace `default`.
    pub fn new(seed: u64) -> Self {
        Self::with(Namespace::default(), Dice::of(seed), None)
    }

    /// A server without faults, in some namespace.
    pub fn in_namespace(namespace: Namespace, seed: u64) -> Self {
        Self::with(namespace, Dice::of(seed), None)
    }

    pub(super) fn with(namespace: Namespace, dice: Dice, trace: Option<Trace>) -> Self {
        let weather = Weather {
            dice,
            faults: Faults::none(),
            out_until: None,
            lines: 0,
        };
        Self(Arc::new(Shared {
            namespace,
            state: Mutex::default(),
            weather: Mutex::new(weather),
            grown: watch::Sender::new(()),
            trace,
            buses: Arc::default(),
        }))
    }

    /// Has this go wrong from now on.
    #[must_use]
    pub fn faults(self, faults: Faults) -> Self {
        self.set_faults(faults);
        self
    }

    /// Has this go wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.0.weather().faults = faults;
    }

    /// Has the server break a promise.
    #[must_use]
    pub fn defect(self, defect: Defect) -> Self {
        self.0.state().defects.insert(defect);
        self
    }

    /// A store on this server, which sees what all others have stored.
    pub fn connect(&self) -> Connection {
        let line = {
            let mut weather = self.0.weather();
            weather.lines += 1;
            weather.lines
        };
        self.connect_as(format!("store {line}"))
    }

    pub(super) fn connect_as(&self, name: String) -> Connection {
        Connection::new(Arc::clone(&self.0), Line::new(name))
    }

    /// For so long from now on there is nobody to answer, as when the leader of a stream is gone.
    /// What was accepted and not yet applied may be lost with it; what was acknowledged is not.
    pub fn outage(&self, duration: Duration) {
        self.0.weather().out_until = Some(Instant::now() + duration);
    }

    /// There is somebody to answer again.
    pub(super) fn heal(&self) {
        let mut weather = self.0.weather();
        (weather.faults, weather.out_until) = (Faults::none(), None);
    }

    /// The log as it is, past all faults.
    pub fn log(&self) -> Vec<Recorded> {
        self.0.state().commits_after(Position::START)
    }

    /// Where the log ends.
    pub(super) fn head(&self) -> Position {
        self.0.state().log.head()
    }

    /// The commands that the commits of the log came with.
    pub(super) fn commands(&self) -> Vec<Option<CommandId>> {
        self.0.state().commands.clone()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("namespace", &self.0.namespace)
            .field("head", &self.0.state().log.head())
            .finish_non_exhaustive()
    }
}

impl Shared {
    // A panic while one of them is held can only be our own bug: nothing waits with it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of a request; none if it arrives at once, and for certain.
    fn trip(&self) -> Option<Trip> {
        let mut weather = self.weather();
        let (faults, is_out) = (weather.faults, weather.is_out());
        (is_out || !faults.are_none()).then(|| Trip::of(&faults, &mut weather.dice))
    }

    fn is_out(&self) -> bool {
        self.weather().is_out()
    }

    fn percent(&self, of: impl FnOnce(&Faults) -> u8) -> bool {
        let mut weather = self.weather();
        let percent = of(&weather.faults);
        percent > 0 && weather.dice.percent(percent)
    }

    /// A time of up to as long as a request takes.
    fn lag(&self) -> Duration {
        let mut weather = self.weather();
        let most = weather.faults.delay;
        if most.is_zero() {
            return most;
        }
        weather.dice.time(Duration::ZERO, most)
    }

    /// A place in the log from one to another.
    fn between(&self, least: Position, most: Position) -> Position {
        let range = most.as_u64().saturating_sub(least.as_u64());
        Position::new(least.as_u64() + self.weather().dice.below(range + 1))
    }

    /// Wakes whoever follows the log.
    fn tell(&self) {
        self.grown.send_replace(());
    }

    fn note(&self, line: &Line, what: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            trace.note(line.name(), what());
        }
    }

    /// Goes on whatever becomes of whoever asked.
    fn spawn(task: impl Future<Output = ()> + Send + 'static) {
        Place::around(task);
    }
}

impl Weather {
    fn is_out(&self) -> bool {
        self.out_until.is_some_and(|until| until > Instant::now())
    }
}
