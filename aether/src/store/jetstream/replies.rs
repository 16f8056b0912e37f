use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_nats::{Client, Message, SubscribeError, Subscriber};
use futures_util::StreamExt as _;
use tokio::{sync::oneshot, task::JoinSet};

use crate::waking;

/// One inbox for the answers to all that is sent, and who waits for which.
///
/// Each waiter has a slot, and each use of a slot another number, so that an answer that comes
/// late finds nobody.
pub(super) struct Replies {
    /// Of the subjects that are answered to, with the dot at its end.
    prefix: String,
    slots: Arc<Mutex<Slots>>,
    /// Ends when it is dropped.
    _reader: JoinSet<()>,
}

/// Waits for one answer. Dropped, it waits no more.
pub(super) struct Waiter {
    slots: Arc<Mutex<Slots>>,
    ticket: Ticket,
    answer: oneshot::Receiver<Message>,
}

/// Says that no answer can come: the connection is closed.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed")]
pub(super) struct Closed;

#[derive(Default)]
struct Slots {
    all: Vec<Slot>,
    free: Vec<usize>,
    closed: bool,
}

#[derive(Default)]
struct Slot {
    turn: u64,
    waiter: Option<oneshot::Sender<Message>>,
}

/// A use of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticket {
    slot: usize,
    turn: u64,
}

impl fmt::Debug for Replies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl Replies {
    pub(super) async fn open(client: &Client) -> Result<Self, SubscribeError> {
        let prefix = format!("{}.", client.new_inbox());
        let replies = client.subscribe(format!("{prefix}*")).await?;
        let slots = Arc::<Mutex<Slots>>::default();
        let mut reader = JoinSet::new();
        reader.spawn(read(replies, prefix.len(), Arc::clone(&slots)));
        Ok(Self {
            prefix,
            slots,
            _reader: reader,
        })
    }

    /// A waiter, and the subject that is to be answered to.
    pub(super) fn expect(&self) -> Result<(Waiter, String), Closed> {
        let (sender, answer) = oneshot::channel();
        let ticket = lock(&self.slots).take(sender).ok_or(Closed)?;
        let mut subject = String::with_capacity(self.prefix.len() + 24);
        subject.push_str(&self.prefix);
        ticket.write(&mut subject);
        let slots = Arc::clone(&self.slots);
        let waiter = Waiter {
            slots,
            ticket,
            answer,
        };
        Ok((waiter, subject))
    }
}

impl Waiter {
    pub(super) async fn answer(mut self) -> Result<Message, Closed> {
        (&mut self.answer).await.map_err(|_closed| Closed)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        // Whoever took the sender has freed the slot.
        let sender = lock(&self.slots).leave(self.ticket);
        drop(sender);
    }
}

/// Brings every answer to who waits for it, until the connection is closed.
async fn read(mut replies: Subscriber, prefix: usize, slots: Arc<Mutex<Slots>>) {
    while let Some(reply) = replies.next().await {
        let ticket = reply.subject.as_str().get(prefix..).and_then(Ticket::read);
        let waiter = ticket.and_then(|ticket| lock(&slots).leave(ticket));
        if let Some(waiter) = waiter {
            // Nobody waits any more, if that fails.
            drop(waking::in_place(|| waiter.send(reply)));
        }
    }
    let left = lock(&slots).close();
    drop(left);
}

impl Slots {
    fn take(&mut self, waiter: oneshot::Sender<Message>) -> Option<Ticket> {
        if self.closed {
            return None;
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.all.push(Slot::default());
            self.all.len() - 1
        });
        let entry = self.all.get_mut(slot)?;
        entry.turn += 1;
        entry.waiter = Some(waiter);
        let turn = entry.turn;
        Some(Ticket { slot, turn })
    }

    /// Frees the slot, unless that was done before.
    fn leave(&mut self, ticket: Ticket) -> Option<oneshot::Sender<Message>> {
        let entry = self.all.get_mut(ticket.slot)?;
        if entry.turn != ticket.turn {
            return None;
        }
        let waiter = entry.waiter.take()?;
        self.free.push(ticket.slot);
        Some(waiter)
    }

    fn close(&mut self) -> Vec<Slot> {
        self.closed = true;
        self.free.clear();
        std::mem::take(&mut self.all)
    }
}

impl Ticket {
    fn write(self, subject: &mut String) {
        let Self { slot, turn } = self;
        let _infallible = write!(subject, "{slot:x}-{turn:x}");
    }

    fn read(text: &str) -> Option<Self> {
        let (slot, turn) = text.split_once('-')?;
        Some(Self {
            slot: usize::from_str_radix(slot, 16).ok()?,
            turn: u64::from_str_radix(turn, 16).ok()?,
        })
    }
}

/// A panic while the lock is held can only be our own bug, and leaves nothing half done.
fn lock(slots: &Mutex<Slots>) -> MutexGuard<'_, Slots> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots() -> Slots {
        Slots::default()
    }

    fn take(slots: &mut Slots) -> Ticket {
        slots.take(oneshot::channel().0).unwrap()
    }

    #[test]
    fn a_slot_is_used_again_under_another_number() {
        let mut slots = slots();
        let first = take(&mut slots);
        let other = take(&mut slots);
        assert!(slots.leave(first).is_some());
        let second = take(&mut slots);
        assert_eq!(second.slot, first.slot);
        assert_ne!(second, first);
        assert!(slots.leave(first).is_none(), "a late answer finds nobody");
        assert!(slots.leave(second).is_some());
        assert!(slots.leave(second).is_none(), "nor does a second one");
        assert!(slots.leave(other).is_some());
        assert_eq!(slots.all.len(), 2);
        assert_eq!(slots.free.len(), 2);
    }

    #[test]
    fn after_the_end_nobody_waits() {
        let mut slots = slots();
        let ticket = take(&mut slots);
        assert_eq!(slots.close().len(), 1);
        assert!(slots.leave(ticket).is_none());
        assert!(slots.take(oneshot::channel().0).is_none());
    }

    #[test]
    fn a_ticket_is_read_as_it_is_written() {
        for (slot, turn) in [(0, 1), (15, 16), (usize::MAX, u64::MAX)] {
            let ticket = Ticket { slot, turn };
            let mut text = String::new();
            ticket.write(&mut text);
            assert_eq!(Ticket::read(&text), Some(ticket));
        }
        for text in ["", "-", "1", "x-1", "1-", "1-1-1", "-1"] {
            assert_eq!(Ticket::read(text), None, "{text}");
        }
    }
}
