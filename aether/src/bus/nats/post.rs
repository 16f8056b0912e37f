use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use tokio::{
    sync::{mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};

use super::{letter, peers, subjects};
use crate::{
    Namespace,
    bus::{EventStored, status::Counts},
};

/// Numbers what is published and sends it, in order, without holding up whoever publishes.
#[derive(Debug)]
pub(super) struct Post {
    /// Under one lock what is numbered is put in the queue, so that both have one order.
    numbers: Mutex<HashMap<Namespace, Number>>,
    queue: mpsc::Sender<Parcel>,
    counts: Arc<Counts>,
}

/// How far a namespace has come.
#[derive(Debug, Default)]
struct Number {
    last: u64,
    /// For how many ticks nothing has been published.
    quiet: u32,
}

#[derive(Debug)]
enum Parcel {
    Notice(u64, Arc<EventStored>),
    Flush(oneshot::Sender<()>),
}

/// The task that sends, until the post is gone and all is sent.
pub(super) struct Sender {
    node: String,
    client: Client,
    queue: mpsc::Receiver<Parcel>,
    counts: Arc<Counts>,
}

impl Post {
    pub(super) fn new(
        node: &str,
        client: &Client,
        capacity: usize,
        counts: Arc<Counts>,
    ) -> (Self, Sender) {
        let (queue, parcels) = mpsc::channel(capacity.max(1));
        let post = Self {
            numbers: Mutex::default(),
            queue,
            counts: Arc::clone(&counts),
        };
        let sender = Sender {
            node: node.to_owned(),
            client: client.clone(),
            queue: parcels,
            counts,
        };
        (post, sender)
    }

    /// Sends a notice soon. If there is no room for it, others see that its number is missing.
    pub(super) fn send(&self, notice: Arc<EventStored>) {
        let mut numbers = self.numbers();
        let number = numbers.entry(notice.namespace.clone()).or_default();
        number.last += 1;
        number.quiet = 0;
        let sent = self.queue.try_send(Parcel::Notice(number.last, notice));
        drop(numbers);
        self.counts.unsent.add(u64::from(sent.is_err()));
    }

    /// Leaves out so many numbers, which others will miss.
    pub(super) fn leave_out(&self, namespace: &Namespace, count: u64) {
        let mut numbers = self.numbers();
        let number = numbers.entry(namespace.clone()).or_default();
        number.last += count;
        number.quiet = 0;
        drop(numbers);
        self.counts.unsent.add(count);
    }

    /// Waits until all that was to be sent before is written to the connection; false if that
    /// cannot be.
    pub(super) async fn flush(&self) -> bool {
        let (done, is_done) = oneshot::channel();
        let asked = self.queue.send(Parcel::Flush(done)).await;
        asked.is_ok() && is_done.await.is_ok()
    }

    /// How far each namespace has come about which it is time to say so; nothing, if there is
    /// something to be sent.
    fn news(&self, queue: &mpsc::Receiver<Parcel>) -> Vec<(Namespace, u64)> {
        let mut numbers = self.numbers();
        // What is numbered and not in the queue has been sent, or left out.
        if !queue.is_empty() {
            return Vec::new();
        }
        let due = numbers.iter_mut().filter_map(|(namespace, number)| {
            number.quiet = number.quiet.saturating_add(1);
            let is_due = number.quiet <= 60 || number.quiet % 60 == 0;
            is_due.then(|| (namespace.clone(), number.last))
        });
        due.collect()
    }

    fn numbers(&self) -> MutexGuard<'_, HashMap<Namespace, Number>> {
        // A panic while it is held can only be our own bug.
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sender {
    /// How often it says how far it has come.
    const TICK: Duration = Duration::from_secs(1);

    pub(super) async fn run(mut self, post: Weak<Post>) {
        let mut tick = interval(Self::TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                parcel = self.queue.recv() => match parcel {
                    Some(Parcel::Notice(sequence, notice)) => {
                        self.send(sequence, &notice).await;
                    }
                    Some(Parcel::Flush(done)) => {
                        if self.client.flush().await.is_ok() {
                            let nobody_waits = done.send(()).is_err();
                            tracing::trace!(nobody_waits, "flushed");
                        }
                    }
                    None => return self.leave().await,
                },
                _ = tick.tick() => {
                    let news = post.upgrade().map(|post| post.news(&self.queue));
                    for (namespace, last) in news.unwrap_or_default() {
                        let subject = subjects::notice(&self.node, &namespace);
                        self.publish(subject, letter::how_far(last), Bytes::new()).await;
                    }
                }
            }
        }
    }

    /// Tells the other buses that this one is closed. Whoever does not hear it will find out.
    async fn leave(&self) {
        self.publish(
            subjects::all_nodes(),
            HeaderMap::new(),
            peers::bye(&self.node),
        )
        .await;
    }

    async fn send(&self, sequence: u64, notice: &EventStored) {
        let (headers, body) = letter::write(sequence, notice);
        let fits = body.len() < self.client.max_payload().saturating_sub(ROOM_FOR_HEADERS);
        let subject = subjects::notice(&self.node, &notice.namespace);
        if !fits || !self.publish(subject, headers, body).await {
            tracing::warn!(position = %notice.position, fits, "others are not told of a commit");
            self.counts.unsent.add(1);
        }
    }

    async fn publish(&self, subject: String, headers: HeaderMap, body: Bytes) -> bool {
        let sent = self.client.publish_with_headers(subject, headers, body);
        sent.await.is_ok()
    }
}

/// More than the headers of a notice ever take.
const ROOM_FOR_HEADERS: usize = 512;
