use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use super::{EventStored, Told};

/// What waits for a subscriber: a bounded queue that forgets its oldest notices, and counts them.
#[derive(Debug)]
pub(super) struct Mailbox {
    capacity: usize,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Told>,
    /// How many notices are missing before the first item.
    missed: u64,
    reader: Option<Waker>,
    closed: bool,
}

impl Mailbox {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            queue: Mutex::default(),
        }
    }

    /// Adds a notice; says whether another one was forgotten for it.
    pub(super) fn deliver(&self, notice: Arc<EventStored>) -> bool {
        let mut queue = self.lock();
        let overflows = queue.items.len() >= self.capacity && queue.forget_oldest();
        queue.items.push_back(Told::Stored(notice));
        wake(queue);
        overflows
    }

    /// Adds that so many notices are missing.
    pub(super) fn miss(&self, count: u64) {
        let mut queue = self.lock();
        if let Some(Told::Missed(missed)) = queue.items.back_mut() {
            *missed = missed.saturating_add(count);
        } else if queue.items.is_empty() {
            queue.missed = queue.missed.saturating_add(count);
        } else {
            queue.items.push_back(Told::Missed(count));
        }
        wake(queue);
    }

    /// Adds a word about the connection, unless it was the last thing that was said.
    #[cfg(any(feature = "nats", feature = "simulation", test))]
    pub(super) fn say(&self, word: Told) {
        let mut queue = self.lock();
        if queue.items.back() != Some(&word) {
            queue.items.push_back(word);
        }
        wake(queue);
    }

    /// Adds nothing more.
    pub(super) fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        wake(queue);
    }

    /// Takes all there is into `ready`, which is empty; false if nothing more will come.
    pub(super) fn poll(&self, cx: &Context<'_>, ready: &mut VecDeque<Told>) -> Poll<bool> {
        let mut queue = self.lock();
        std::mem::swap(&mut queue.items, ready);
        let missed = std::mem::take(&mut queue.missed);
        if missed > 0 {
            ready.push_front(Told::Missed(missed));
        }
        if !ready.is_empty() {
            return Poll::Ready(true);
        }
        if queue.closed {
            return Poll::Ready(false);
        }
        match &mut queue.reader {
            Some(reader) => reader.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A panic while it is held can only be our own bug, and leaves nothing half done.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Says whether it was a notice.
    fn forget_oldest(&mut self) -> bool {
        let is_word = |it: &Told| matches!(it, Told::Disconnected | Told::Reconnected);
        let oldest = self.items.iter().position(|it| !is_word(it));
        match self.items.remove(oldest.unwrap_or_default()) {
            Some(Told::Stored(_)) => {
                self.missed = self.missed.saturating_add(1);
                true
            }
            Some(Told::Missed(count)) => {
                self.missed = self.missed.saturating_add(count);
                false
            }
            Some(Told::Disconnected | Told::Reconnected) | None => false,
        }
    }
}

/// Wakes the reader, after the lock was let go.
fn wake(mut queue: MutexGuard<'_, Queue>) {
    let reader = queue.reader.take();
    drop(queue);
    if let Some(reader) = reader {
        reader.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Commit, Event, Namespace, Position};

    fn notice(version: u64) -> Arc<EventStored> {
        let event = Event::new("a", version, "Counted", &()).unwrap();
        Arc::new(EventStored {
            namespace: Namespace::default(),
            position: Position::new(version),
            commit: Commit::new([event]).unwrap(),
        })
    }

    fn read(mailbox: &Mailbox) -> Vec<String> {
        let mut ready = VecDeque::new();
        let more = mailbox.poll(&Context::from_waker(Waker::noop()), &mut ready);
        let mut read: Vec<_> = ready.iter().map(word).collect();
        read.extend(matches!(more, Poll::Ready(false)).then(|| "end".to_owned()));
        read
    }

    fn word(told: &Told) -> String {
        match told {
            Told::Stored(notice) => notice.position.to_string(),
            Told::Missed(count) => format!("missed {count}"),
            Told::Disconnected => "off".to_owned(),
            Told::Reconnected => "on".to_owned(),
        }
    }

    #[test]
    fn the_oldest_are_forgotten_and_counted_where_they_are_missing() {
        let mailbox = Mailbox::new(2);
        let overflows: Vec<_> = (1..=5).map(|it| mailbox.deliver(notice(it))).collect();
        assert_eq!(overflows, [false, false, true, true, true]);
        assert_eq!(read(&mailbox), ["missed 3", "4", "5"]);
        assert_eq!(read(&mailbox), [""; 0]);
    }

    #[test]
    fn what_was_missed_in_between_is_told_in_between() {
        let mailbox = Mailbox::new(4);
        mailbox.miss(1);
        mailbox.deliver(notice(1));
        mailbox.miss(2);
        mailbox.miss(3);
        mailbox.deliver(notice(2));
        assert_eq!(read(&mailbox), ["missed 1", "1", "missed 5", "2"]);
    }

    #[test]
    fn what_was_missed_is_not_forgotten_either() {
        let mailbox = Mailbox::new(2);
        mailbox.deliver(notice(1));
        mailbox.miss(7);
        mailbox.deliver(notice(2));
        mailbox.deliver(notice(3));
        assert_eq!(read(&mailbox), ["missed 8", "2", "3"]);
    }

    #[test]
    fn words_about_the_connection_are_kept_and_not_repeated() {
        let mailbox = Mailbox::new(2);
        mailbox.say(Told::Disconnected);
        mailbox.say(Told::Disconnected);
        for version in 1..=3 {
            mailbox.deliver(notice(version));
        }
        mailbox.say(Told::Reconnected);
        assert_eq!(read(&mailbox), ["missed 2", "off", "3", "on"]);
    }

    #[test]
    fn the_end_comes_after_what_was_delivered() {
        let mailbox = Mailbox::new(2);
        mailbox.deliver(notice(1));
        mailbox.close();
        assert_eq!(read(&mailbox), ["1"]);
        assert_eq!(read(&mailbox), ["end"]);
    }
}
