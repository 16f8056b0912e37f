use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_nats::{RequestErrorKind, Subject};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    link::Link,
    messages::{Lost, LostForm, to_json},
    names::Names,
    tasks::Tasks,
};
use crate::cluster::NodeProcess;

/// The processes that a client asks.
///
/// One task looks after all of them, and not each ask for itself: it pings a process that lets asks
/// wait and has answered none for a while, and complains of it if nobody answers. What is on its way
/// to a node that dies gets no notice of it.
pub(super) struct Peers {
    inner: Arc<Inner>,
    /// Ends when it is dropped.
    _carer: Tasks,
}

struct Inner {
    link: Arc<Link>,
    /// Time is counted from here.
    origin: Instant,
    all: Mutex<BTreeMap<NodeProcess, Arc<Peer>>>,
    /// Whether the task waits until someone asks.
    is_resting: AtomicBool,
    wanted: Notify,
}

/// A process that a client asks.
struct Peer {
    process: NodeProcess,
    /// Where its asks go.
    subject: Subject,
    /// How many asks wait for it.
    waiting: AtomicUsize,
    /// When it answered last, or was asked and nobody waited for it before, in microseconds.
    since: AtomicU64,
    /// When it was complained of last, likewise.
    complained: AtomicU64,
    /// Whether a ping has found nobody.
    is_lost: AtomicBool,
    lost: Notify,
}

/// An ask that waits for a process, as long as this is there.
pub(super) struct Waiting<'a> {
    inner: &'a Inner,
    peer: Arc<Peer>,
}

/// Looks after the processes that let asks wait.
struct Carer {
    inner: Arc<Inner>,
    cares: BTreeMap<NodeProcess, Care>,
    /// How long the answer to a ping is waited for.
    ping: Duration,
    pings: Tasks,
}

/// How a silent process was looked after.
struct Care {
    /// Since when it is silent.
    since: u64,
    patience: Duration,
    due: u64,
    is_pinged: Arc<AtomicBool>,
}

/// How long a process may be silent, to begin with, while asks wait for it.
const PATIENCE: Duration = Duration::from_millis(5);
/// The longest that is waited from one look to the next.
const MOST_PATIENCE: Duration = Duration::from_millis(400);
/// How often a client complains of a process, at most.
const PACE: Duration = Duration::from_millis(20);
/// How long the task looks on after the last ask: it is dearer to wake it than to let it look.
const RESTLESS: Duration = Duration::from_millis(250);
/// For how long a process is remembered that nobody asks.
const REMEMBERED: Duration = Duration::from_mins(1);

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Peers {
    pub(super) fn new(link: Arc<Link>, ping: Duration) -> Self {
        let inner = Arc::new(Inner {
            link,
            origin: Instant::now(),
            all: Mutex::default(),
            is_resting: AtomicBool::new(false),
            wanted: Notify::new(),
        });
        let carer = Carer {
            inner: Arc::clone(&inner),
            cares: BTreeMap::new(),
            ping,
            pings: Tasks::default(),
        };
        Self {
            inner,
            _carer: Tasks::of(carer.run()),
        }
    }

    /// An ask is about to wait for this process.
    pub(super) fn ask(&self, process: &NodeProcess) -> Waiting<'_> {
        let inner = &*self.inner;
        let peer = inner.begin(process);
        if inner.is_resting.load(Ordering::SeqCst) {
            inner.wanted.notify_one();
        }
        Waiting { inner, peer }
    }
}

impl Inner {
    /// How long it is since the beginning.
    fn now(&self) -> u64 {
        micros(self.origin.elapsed())
    }

    fn at(&self, micros: u64) -> Instant {
        self.origin + Duration::from_micros(micros)
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<NodeProcess, Arc<Peer>>> {
        // A panic while it is held can only be our own bug.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether any ask waits.
    fn is_wanted(&self) -> bool {
        self.all().values().any(|it| it.is_waited_for())
    }

    /// The peer, with one more ask that waits for it.
    fn begin(&self, process: &NodeProcess) -> Arc<Peer> {
        let now = self.now();
        let mut all = self.all();
        let known = all.get(process).map(Arc::clone);
        let peer = known.unwrap_or_else(|| {
            let subject = Subject::from(self.link.subject(process, Names::ASK));
            let peer = Arc::new(Peer::new(process.clone(), subject, now));
            all.insert(process.clone(), Arc::clone(&peer));
            peer
        });
        if peer.waiting.fetch_add(1, Ordering::SeqCst) == 0 {
            peer.since.store(now, Ordering::Relaxed);
        }
        peer
    }

    /// Complains of a process, unless it was complained of just now.
    async fn complain(&self, peer: &Peer, how: Lost) {
        let now = self.now();
        let is_due = |last: u64| {
            let is_due = last == 0 || last + micros(PACE) <= now;
            is_due.then_some(now.max(1))
        };
        let (later, before) = (Ordering::Relaxed, Ordering::Relaxed);
        if peer.complained.fetch_update(later, before, is_due).is_err() {
            return;
        }
        let process = &peer.process;
        tracing::debug!(%process, ?how, "complains of a node");
        let form = LostForm {
            process: process.into(),
            how,
        };
        self.link.tell(Names::LOST, to_json(&form)).await;
    }

    /// Pings a process that does not answer, and complains of it if that is in vain.
    async fn look_after(&self, peer: &Peer, within: Duration) {
        let Err(err) = self.link.ping(&peer.process, within).await else {
            return;
        };
        match err.kind() {
            RequestErrorKind::NoResponders => {
                self.complain(peer, Lost::Unreachable).await;
                peer.is_lost.store(true, Ordering::Release);
                peer.lost.notify_waiters();
            }
            RequestErrorKind::TimedOut => self.complain(peer, Lost::Unanswered).await,
            RequestErrorKind::InvalidSubject
            | RequestErrorKind::MaxPayloadExceeded
            | RequestErrorKind::Other => {}
        }
    }
}

impl Waiting<'_> {
    pub(super) fn subject(&self) -> Subject {
        self.peer.subject.clone()
    }

    pub(super) fn process(&self) -> &NodeProcess {
        &self.peer.process
    }

    /// The process has answered.
    pub(super) fn hear(&self) {
        let since = &self.peer.since;
        since.fetch_max(self.inner.now(), Ordering::Relaxed);
        self.peer.is_lost.store(false, Ordering::Release);
    }

    /// Has the process looked after soon, however patient one has become with it.
    pub(super) fn hurry(&self) {
        let since = &self.peer.since;
        since.fetch_max(self.inner.now(), Ordering::Relaxed);
        self.inner.wanted.notify_one();
    }

    /// Complains that nobody is there.
    pub(super) async fn complain(&self) {
        self.inner.complain(&self.peer, Lost::Unreachable).await;
    }

    /// Waits until a ping finds nobody there.
    pub(super) async fn lost(&self) {
        loop {
            let mut lost = pin!(self.peer.lost.notified());
            lost.as_mut().enable();
            if self.peer.is_lost.load(Ordering::Acquire) {
                return;
            }
            lost.await;
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.peer.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Carer {
    async fn run(mut self) {
        let inner = Arc::clone(&self.inner);
        loop {
            let now = inner.now();
            let (next, last) = self.look(now);
            self.pings.tidy();
            let is_restless = last.is_some_and(|it| now < it + micros(RESTLESS));
            if next.is_none() && !is_restless {
                inner.is_resting.store(true, Ordering::SeqCst);
                if !inner.is_wanted() {
                    inner.wanted.notified().await;
                }
                inner.is_resting.store(false, Ordering::SeqCst);
                continue;
            }
            let soon = now + micros(PATIENCE);
            let until = inner.at(next.map_or(soon, |it| it.min(soon)));
            tokio::select! {
                () = sleep_until(until) => {}
                () = inner.wanted.notified() => {}
            }
        }
    }

    /// Looks after those who are silent. Says when the next one has to be looked after, if asks wait,
    /// and when the last one was heard or asked.
    fn look(&mut self, now: u64) -> (Option<u64>, Option<u64>) {
        let inner = Arc::clone(&self.inner);
        let mut all = inner.all();
        all.retain(|_, it| it.is_waited_for() || now < it.since() + micros(REMEMBERED));
        self.cares.retain(|process, _| all.contains_key(process));
        let mut next = None;
        for peer in all.values().filter(|it| it.is_waited_for()) {
            let due = self.care_for(peer, now);
            next = Some(next.map_or(due, |it: u64| it.min(due)));
        }
        (next, all.values().map(|it| it.since()).max())
    }

    /// Says when it is to be looked after next.
    fn care_for(&mut self, peer: &Arc<Peer>, now: u64) -> u64 {
        let since = peer.since();
        let care = self.cares.entry(peer.process.clone());
        let care = care.or_insert_with(|| Care::since(since));
        if care.since != since {
            let is_pinged = Arc::clone(&care.is_pinged);
            *care = Care {
                is_pinged,
                ..Care::since(since)
            };
        }
        if care.due <= now {
            let (process, patience) = (&peer.process, care.patience);
            tracing::trace!(%process, ?patience, "no answer yet");
            care.patience = MOST_PATIENCE.min(patience * 2);
            care.due = now + micros(care.patience);
            if !care.is_pinged.swap(true, Ordering::AcqRel) {
                let (inner, peer) = (Arc::clone(&self.inner), Arc::clone(peer));
                let (within, is_pinged) = (self.ping, Arc::clone(&care.is_pinged));
                self.pings.spawn(async move {
                    inner.look_after(&peer, within).await;
                    is_pinged.store(false, Ordering::Release);
                });
            }
        }
        care.due
    }
}

impl Peer {
    fn new(process: NodeProcess, subject: Subject, since: u64) -> Self {
        Self {
            process,
            subject,
            waiting: AtomicUsize::new(0),
            since: AtomicU64::new(since),
            complained: AtomicU64::new(0),
            is_lost: AtomicBool::new(false),
            lost: Notify::new(),
        }
    }

    fn is_waited_for(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    fn since(&self) -> u64 {
        self.since.load(Ordering::Relaxed)
    }
}

impl Care {
    fn since(since: u64) -> Self {
        Self {
            since,
            patience: PATIENCE,
            due: since + micros(PATIENCE),
            is_pinged: Arc::default(),
        }
    }
}
