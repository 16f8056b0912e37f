use std::{
    any::Any,
    collections::VecDeque,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use futures_util::StreamExt;

use super::{
    Told,
    hub::{Hub, Subscriber},
};

/// What a subscription is told, as it comes. Dropped, it is no subscription any more.
///
/// It ends when the bus is closed, and after that stays ended.
pub struct Notices {
    hub: Arc<Hub>,
    subscriber: Arc<Subscriber>,
    /// What was taken out of the mailbox and has not been given out.
    ready: VecDeque<Told>,
    /// What brings notices from elsewhere, as long as there are subscribers.
    feed: Option<Arc<dyn Any + Send + Sync>>,
}

impl Notices {
    pub(super) const fn new(hub: Arc<Hub>, subscriber: Arc<Subscriber>) -> Self {
        Self {
            hub,
            subscriber,
            ready: VecDeque::new(),
            feed: None,
        }
    }

    /// The same, with what must live as long as it.
    #[cfg(feature = "nats")]
    pub(super) fn fed_by(mut self, feed: Arc<dyn Any + Send + Sync>) -> Self {
        self.feed = Some(feed);
        self
    }

    /// What is told next; none when the bus is closed.
    ///
    /// # Cancel safety
    /// Cancel safe: if the future is dropped, nothing is lost.
    pub async fn next(&mut self) -> Option<Told> {
        StreamExt::next(self).await
    }
}

impl Stream for Notices {
    type Item = Told;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Told>> {
        let this = self.get_mut();
        if let Some(told) = this.ready.pop_front() {
            return Poll::Ready(Some(told));
        }
        let more = ready!(this.subscriber.mailbox.poll(cx, &mut this.ready));
        Poll::Ready(if more { this.ready.pop_front() } else { None })
    }
}

impl Drop for Notices {
    fn drop(&mut self) {
        self.hub.leave(&self.subscriber);
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices")
            .field("subscriber", &self.subscriber)
            .field("is_fed", &self.feed.is_some())
            .finish_non_exhaustive()
    }
}
