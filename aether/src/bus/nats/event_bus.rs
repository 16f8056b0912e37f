use std::{
    any::Any,
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use async_nats::Client;
use tokio::{sync::Mutex as Turn, task::JoinSet, time::timeout};
use uuid::Uuid;

use super::{
    NatsBusOptions, connection,
    feed::Feed,
    peers::{Peers, unavailable},
    post::Post,
    subjects,
};
use crate::{
    Namespace,
    bus::{
        BusError, BusStatus, EventBus, EventStored, NamespacePattern, Notices, SubscriptionFilter,
        Told, hub::Hub, status::Counts,
    },
};

/// Tells subscribers in many processes, over NATS: [how](super).
///
/// Clones share the bus; when the last one goes, it is closed. A commit that is larger than the
/// servers allow a message to be is told here, and missed by the others.
///
/// ```no_run
/// use aether::{
///     JetStreamEventStore, Namespace,
///     bus::{EventBroadcaster, EventBus, SubscriptionFilter, nats::NatsEventBus},
/// };
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let bus = NatsEventBus::connect("nats://127.0.0.1:4222").await?;
/// let mut notices = bus.subscribe(SubscriptionFilter::of(Namespace::default())).await?;
/// let store = JetStreamEventStore::connect("nats://127.0.0.1:4222").await?;
/// let store = EventBroadcaster::new(store, bus);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct NatsEventBus(Arc<Inner>);

pub(super) struct Inner {
    /// Tells this bus from every other.
    node: String,
    options: NatsBusOptions,
    client: Client,
    counts: Arc<Counts>,
    post: Arc<Post>,
    peers: Arc<Peers>,
    feeds: RwLock<HashMap<NamespacePattern, Weak<Feed>>>,
    /// Whoever holds it may make a feed.
    opening: Turn<()>,
    closed: AtomicBool,
    /// End when it is dropped.
    tasks: Mutex<JoinSet<()>>,
}

impl NatsEventBus {
    /// Connects to a server, or to the first that answers of several separated by commas, with
    /// the [`NatsBusOptions`] of a new bus.
    ///
    /// # Errors
    /// As for [`NatsBusOptions::connect`].
    ///
    /// # Cancel safety
    /// Cancel safe: there is no bus then.
    pub async fn connect(url: &str) -> Result<Self, BusError> {
        NatsBusOptions::new().connect(url).await
    }

    pub(super) async fn open(options: NatsBusOptions, client: Client) -> Result<Self, BusError> {
        let node = Uuid::now_v7().simple().to_string();
        let counts = Arc::<Counts>::default();
        let (post, sender) = Post::new(&node, &client, options.capacity, Arc::clone(&counts));
        let (post, peers) = (Arc::new(post), Arc::new(Peers::new(&node, &client)));
        let mut tasks = JoinSet::new();
        tasks.spawn(peers.listen().await?);
        let mut sending = JoinSet::new();
        sending.spawn(sender.run(Arc::downgrade(&post)));
        // It ends by itself, when all is sent.
        sending.detach_all();
        peers.greet(options.patience).await?;
        let inner = Arc::new(Inner {
            node,
            options,
            client: client.clone(),
            counts,
            post,
            peers,
            feeds: RwLock::default(),
            opening: Turn::default(),
            closed: AtomicBool::new(false),
            tasks: Mutex::default(),
        });
        tasks.spawn(connection::watch(Arc::downgrade(&inner), client));
        *inner.tasks.lock().unwrap_or_else(PoisonError::into_inner) = tasks;
        Ok(Self(inner))
    }
}

impl Inner {
    pub(super) async fn confirm(&self) -> Result<(), BusError> {
        self.peers.confirm(self.options.patience).await
    }

    pub(super) fn say(&self, word: &Told) {
        self.each(|feed| feed.hub.say(word));
    }

    /// Shows each feed there is.
    fn each(&self, mut show: impl FnMut(&Feed)) {
        let feeds = self.feeds();
        feeds
            .values()
            .filter_map(Weak::upgrade)
            .for_each(|feed| show(&feed));
    }

    /// Shows each feed of a namespace.
    fn each_of(&self, namespace: &Namespace, mut show: impl FnMut(&Feed)) {
        self.each(|feed| {
            if feed.pattern.matches(namespace) {
                show(feed);
            }
        });
    }

    fn feeds(&self) -> RwLockReadGuard<'_, HashMap<NamespacePattern, Weak<Feed>>> {
        // A panic while it is held can only be our own bug.
        self.feeds.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_open(&self) -> Result<(), BusError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(BusError::closed());
        }
        Ok(())
    }

    /// The feed of some namespaces, which is made if there is none.
    async fn feed(&self, pattern: &NamespacePattern) -> Result<Arc<Feed>, BusError> {
        let _turn = self.opening.lock().await;
        let there = self.feeds().get(pattern).and_then(Weak::upgrade);
        if let Some(feed) = there {
            return Ok(feed);
        }
        let messages = self.client.subscribe(subjects::wanted(pattern)).await;
        let messages = messages.map_err(|err| unavailable().because(err))?;
        let counts = || Arc::clone(&self.counts);
        let hub = Hub::new(self.options.capacity, counts());
        let peers = Arc::clone(&self.peers);
        let feed = Feed::new(pattern.clone(), hub, counts(), peers, messages);
        let feed = Arc::new(feed);
        let mut feeds = self.feeds.write().unwrap_or_else(PoisonError::into_inner);
        feeds.retain(|_, feed| feed.strong_count() > 0);
        feeds.insert(pattern.clone(), Arc::downgrade(&feed));
        drop(feeds);
        Ok(feed)
    }

    fn end(&self) {
        self.closed.store(true, Ordering::Release);
        self.each(|feed| feed.hub.close());
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for NatsEventBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsEventBus")
            .field("node", &self.0.node)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

impl EventBus for NatsEventBus {
    fn capacity(&self) -> usize {
        self.0.options.capacity.max(1)
    }

    fn publish(&self, notice: Arc<EventStored>) -> Result<(), BusError> {
        let bus = &*self.0;
        bus.check_open()?;
        Counts::add(&bus.counts.published, 1);
        bus.each_of(&notice.namespace, |feed| _ = feed.hub.deliver(&notice));
        bus.post.send(notice);
        Ok(())
    }

    fn publish_missed(&self, namespace: &Namespace, count: u64) -> Result<(), BusError> {
        let bus = &*self.0;
        bus.check_open()?;
        bus.each_of(namespace, |feed| _ = feed.hub.miss(namespace, count));
        bus.post.leave_out(namespace, count);
        Ok(())
    }

    async fn subscribe(&self, filter: SubscriptionFilter) -> Result<Notices, BusError> {
        let bus = &*self.0;
        bus.check_open()?;
        let feed = bus.feed(filter.namespaces()).await?;
        let notices = feed.hub.subscribe(filter)?;
        let live = feed.is_live.get_or_try_init(|| bus.confirm()).await;
        live?;
        bus.check_open()?;
        let feed: Arc<dyn Any + Send + Sync> = feed;
        Ok(notices.fed_by(feed))
    }

    async fn flush(&self) -> Result<(), BusError> {
        self.0.check_open()?;
        match timeout(self.0.options.patience, self.0.post.flush()).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(unavailable()),
        }
    }

    fn status(&self) -> BusStatus {
        let mut subscribers = 0;
        self.0.each(|feed| subscribers += feed.hub.subscribers());
        self.0.counts.status(subscribers)
    }

    async fn close(&self) {
        if let Err(err) = self.flush().await {
            tracing::warn!(error = %err, "what was published last may not have been sent");
        }
        self.0.end();
        // Nothing listens any more, and nothing says how far it has come.
        let tasks =
            std::mem::take(&mut *self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        drop(tasks);
    }
}
