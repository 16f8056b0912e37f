use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

#[cfg(any(feature = "nats", feature = "simulation"))]
use super::Told;
use super::{BusError, EventStored, Notices, SubscriptionFilter, mailbox::Mailbox, status::Counts};
use crate::Namespace;

/// The subscribers of a process, and what each of them is still to read.
#[derive(Debug)]
pub(super) struct Hub {
    capacity: usize,
    subscribers: RwLock<Subscribers>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Subscribers {
    /// Those of one namespace each.
    of_one: HashMap<Namespace, Vec<Arc<Subscriber>>>,
    /// Those of all namespaces that match a pattern.
    of_several: Vec<Arc<Subscriber>>,
    closed: bool,
}

/// Whoever listens.
#[derive(Debug)]
pub(super) struct Subscriber {
    filter: SubscriptionFilter,
    pub(super) mailbox: Mailbox,
}

impl Hub {
    pub(super) fn new(capacity: usize, counts: Arc<Counts>) -> Arc<Self> {
        Arc::new(Self {
            capacity: capacity.max(1),
            subscribers: RwLock::default(),
            counts,
        })
    }

    pub(super) const fn capacity(&self) -> usize {
        self.capacity
    }

    pub(super) fn subscribe(
        self: &Arc<Self>,
        filter: SubscriptionFilter,
    ) -> Result<Notices, BusError> {
        let subscriber = Arc::new(Subscriber {
            filter,
            mailbox: Mailbox::new(self.capacity),
        });
        let mut subscribers = self.write();
        if subscribers.closed {
            return Err(BusError::closed());
        }
        subscribers
            .list_of(&subscriber.filter)
            .push(Arc::clone(&subscriber));
        drop(subscribers);
        Ok(Notices::new(Arc::clone(self), subscriber))
    }

    /// Forgets a subscriber.
    pub(super) fn leave(&self, subscriber: &Arc<Subscriber>) {
        let mut subscribers = self.write();
        let list = subscribers.list_of(&subscriber.filter);
        list.retain(|other| !Arc::ptr_eq(other, subscriber));
        let is_last = list.is_empty();
        if let Some(namespace) = subscriber
            .filter
            .namespaces()
            .namespace()
            .filter(|_| is_last)
        {
            subscribers.of_one.remove(namespace);
        }
        drop(subscribers);
    }

    /// Delivers a notice to whoever wants it; false if the hub is closed.
    pub(super) fn deliver(&self, notice: &Arc<EventStored>) -> bool {
        let subscribers = self.read();
        if subscribers.closed {
            return false;
        }
        let mut overflowed = 0;
        let mut deliver = |it: &Subscriber| {
            if it.filter.wants_events(notice) {
                overflowed += u64::from(it.mailbox.deliver(Arc::clone(notice)));
            }
        };
        subscribers.of(&notice.namespace, &mut deliver);
        drop(subscribers);
        if overflowed > 0 {
            self.counts.overflowed.add(overflowed);
        }
        true
    }

    /// Tells the subscribers of a namespace that they have missed something; false if the hub is
    /// closed.
    pub(super) fn miss(&self, namespace: &Namespace, count: u64) -> bool {
        let subscribers = self.read();
        if count > 0 && !subscribers.closed {
            subscribers.of(namespace, &mut |it| it.mailbox.miss(count));
        }
        !subscribers.closed
    }

    /// Tells all subscribers something about the connection.
    #[cfg(any(feature = "nats", feature = "simulation"))]
    pub(super) fn say(&self, word: &Told) {
        let subscribers = self.read();
        subscribers.all(&mut |it| it.mailbox.say(word.clone()));
        drop(subscribers);
    }

    pub(super) fn close(&self) {
        let mut subscribers = self.write();
        subscribers.closed = true;
        subscribers.all(&mut |it| it.mailbox.close());
        drop(subscribers);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.read().closed
    }

    /// How many there are.
    pub(super) fn subscribers(&self) -> usize {
        let mut count = 0;
        self.read().all(&mut |_| count += 1);
        count
    }

    // A panic while the lock is held can only be our own bug, and leaves nothing half done.
    fn read(&self) -> RwLockReadGuard<'_, Subscribers> {
        self.subscribers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Subscribers> {
        self.subscribers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscribers {
    /// Where a subscriber with such a filter is listed.
    fn list_of(&mut self, filter: &SubscriptionFilter) -> &mut Vec<Arc<Subscriber>> {
        match filter.namespaces().namespace() {
            Some(namespace) => self.of_one.entry(namespace.clone()).or_default(),
            None => &mut self.of_several,
        }
    }

    /// Shows each subscriber of a namespace.
    fn of(&self, namespace: &Namespace, show: &mut impl FnMut(&Subscriber)) {
        let of_one = self.of_one.get(namespace);
        of_one.into_iter().flatten().for_each(|it| show(it));
        for subscriber in &self.of_several {
            if subscriber.filter.namespaces().matches(namespace) {
                show(subscriber);
            }
        }
    }

    fn all(&self, show: &mut impl FnMut(&Subscriber)) {
        let of_one = self.of_one.values().flatten();
        of_one.chain(&self.of_several).for_each(|it| show(it));
    }
}
