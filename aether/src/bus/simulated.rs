use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

use super::{
    BusError, BusStatus, DEFAULT_CAPACITY, EventBus, EventStored, Notices, SubscriptionFilter,
    Told, hub::Hub, status::Counts,
};
use crate::Namespace;

/// The way from a node to the others, as a simulation makes it.
pub(crate) trait Way: Send + Sync + 'static {
    /// How long the next thing takes.
    fn lag(&self) -> Duration;

    /// Whether the next thing is lost.
    fn loses(&self) -> bool;

    /// Whether nothing passes.
    fn is_cut(&self) -> bool;

    /// Starts what sends.
    fn start(&self, sending: Pin<Box<dyn Future<Output = ()> + Send>>);
}

/// All buses of a simulation.
#[derive(Default)]
pub(crate) struct Exchange(Mutex<Vec<Weak<Inner>>>);

/// Tells subscribers on other simulated nodes, with what is lost on the way.
///
/// A store of a simulated node has one: see
/// [`Connection::bus`](crate::simulation::Connection::bus). What is published is told on its own
/// node at once, and on the others later, in order. What is lost is told as missed with the next
/// notice of its namespace that gets through.
///
/// Clones share the bus; when the last one goes, it is closed.
#[derive(Clone)]
pub struct SimulatedEventBus(Arc<Inner>);

struct Inner {
    exchange: Arc<Exchange>,
    hub: Arc<Hub>,
    counts: Arc<Counts>,
    way: Arc<dyn Way>,
    post: mpsc::UnboundedSender<Letter>,
    /// Whether its subscribers were told that nothing passes.
    is_disconnected: AtomicBool,
}

/// What a bus sends to the others, in order.
enum Letter {
    Stored(Arc<EventStored>),
    Missed(Namespace, u64),
    /// All that was sent before has left.
    Flushed(oneshot::Sender<()>),
}

impl Exchange {
    /// A bus that keeps so many notices for a subscriber that does not read.
    pub(crate) fn open(self: &Arc<Self>, way: &Arc<dyn Way>) -> SimulatedEventBus {
        let counts = Arc::<Counts>::default();
        let (post, letters) = mpsc::unbounded_channel();
        let inner = Arc::new(Inner {
            exchange: Arc::clone(self),
            hub: Hub::new(DEFAULT_CAPACITY, Arc::clone(&counts)),
            counts,
            way: Arc::clone(way),
            post,
            is_disconnected: AtomicBool::new(false),
        });
        let mut all = self.lock();
        all.retain(|bus| bus.strong_count() > 0);
        all.push(Arc::downgrade(&inner));
        drop(all);
        let sending = send(Arc::clone(self), Arc::downgrade(&inner), letters);
        way.start(Box::pin(sending));
        SimulatedEventBus(inner)
    }

    fn others(&self, than: &Weak<Inner>) -> Vec<(usize, Arc<Inner>)> {
        let all = self.lock();
        let others = all.iter().filter(|bus| !bus.ptr_eq(than));
        let others = others.filter_map(Weak::upgrade);
        others
            .map(|bus| (Arc::as_ptr(&bus) as usize, bus))
            .collect()
    }

    // A panic while it is held can only be our own bug.
    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Inner>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What each bus has missed of one sender, by namespace.
type Missing = BTreeMap<(usize, Namespace), u64>;

/// Sends what a bus has for the others until it is gone.
async fn send(
    exchange: Arc<Exchange>,
    sender: Weak<Inner>,
    mut letters: mpsc::UnboundedReceiver<Letter>,
) {
    let mut missing = Missing::new();
    while let Some(letter) = letters.recv().await {
        let Some(way) = sender.upgrade().map(|bus| Arc::clone(&bus.way)) else {
            return;
        };
        let lag = way.lag();
        if !lag.is_zero() {
            sleep(lag).await;
        }
        if let Letter::Flushed(flushed) = letter {
            // Whoever waited may have gone.
            let _unheard = flushed.send(()).is_err();
            continue;
        }
        for (number, bus) in exchange.others(&sender) {
            let is_lost = way.is_cut() || way.loses() || !bus.is_reached();
            bus.receive(&letter, is_lost, number, &mut missing);
        }
    }
}

impl Inner {
    /// Whether anything gets through to it; its subscribers are told when that changes.
    fn is_reached(&self) -> bool {
        let is_cut = self.way.is_cut();
        if is_cut != self.is_disconnected.swap(is_cut, Ordering::SeqCst) {
            let word = if is_cut {
                Told::Disconnected
            } else {
                Told::Reconnected
            };
            self.hub.say(&word);
        }
        !is_cut
    }

    fn receive(&self, letter: &Letter, is_lost: bool, number: usize, missing: &mut Missing) {
        let (namespace, more) = match letter {
            Letter::Stored(notice) => (&notice.namespace, u64::from(is_lost)),
            Letter::Missed(namespace, count) => (namespace, *count),
            Letter::Flushed(_) => return,
        };
        let missed = missing.entry((number, namespace.clone())).or_default();
        *missed += more;
        if is_lost {
            return;
        }
        let missed = std::mem::take(missed);
        self.counts.lost.add(missed);
        self.hub.miss(namespace, missed);
        if let Letter::Stored(notice) = letter {
            Counts::add(&self.counts.received, 1);
            self.hub.deliver(notice);
        }
    }

    /// Waits until all that was published has left, or the bus is gone.
    async fn flushed(&self) {
        let (flushed, is_flushed) = oneshot::channel();
        self.post(Letter::Flushed(flushed));
        let _gone = is_flushed.await.is_err();
    }

    fn post(&self, letter: Letter) {
        // It is open as long as its bus is there.
        let _closed = self.post.send(letter).is_err();
    }
}

impl EventBus for SimulatedEventBus {
    fn capacity(&self) -> usize {
        self.0.hub.capacity()
    }

    fn publish(&self, notice: Arc<EventStored>) -> Result<(), BusError> {
        if !self.0.hub.deliver(&notice) {
            return Err(BusError::closed());
        }
        Counts::add(&self.0.counts.published, 1);
        self.0.post(Letter::Stored(notice));
        Ok(())
    }

    fn publish_missed(&self, namespace: &Namespace, count: u64) -> Result<(), BusError> {
        if !self.0.hub.miss(namespace, count) {
            return Err(BusError::closed());
        }
        self.0.post(Letter::Missed(namespace.clone(), count));
        Ok(())
    }

    async fn subscribe(&self, filter: SubscriptionFilter) -> Result<Notices, BusError> {
        // What was published before, and is still on its way, is not for it.
        let exchange = &self.0.exchange;
        for (_, bus) in exchange.others(&Arc::downgrade(&self.0)) {
            bus.flushed().await;
        }
        self.0.hub.subscribe(filter)
    }

    async fn flush(&self) -> Result<(), BusError> {
        if self.0.hub.is_closed() {
            return Err(BusError::closed());
        }
        self.0.flushed().await;
        Ok(())
    }

    fn status(&self) -> BusStatus {
        self.0.counts.status(self.0.hub.subscribers())
    }

    async fn close(&self) {
        // A bus that is closed already has nothing to send.
        let _closed = self.flush().await.is_err();
        self.0.hub.close();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.hub.close();
    }
}

impl fmt::Debug for SimulatedEventBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedEventBus")
            .field("hub", &self.0.hub)
            .finish_non_exhaustive()
    }
}
