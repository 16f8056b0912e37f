use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use async_nats::{PublishError, Request, jetstream::Context};
use tokio::time::{Instant, sleep_until};

use super::{flow::Flow, names::Names};

/// How many are kept: each has up to a page of messages under way.
const MOST: usize = 8;
/// How long one is kept that nobody goes on with.
const KEPT: Duration = Duration::from_secs(2);

/// The long readings that were left in the middle, so that what comes next is under way already
/// when it is asked for.
#[derive(Clone)]
pub(super) struct Readings(Arc<Inner>);

struct Inner {
    kept: Mutex<Vec<Kept>>,
    context: Context,
    /// What the subject begins with that a consumer is deleted by.
    delete: String,
}

/// A subject that is being read.
pub(super) struct Reading {
    pub(super) subject: String,
    /// The sequence from which on nothing was read.
    pub(super) next: u64,
    /// How many messages come from there on, as far as the consumer knows.
    pub(super) left: u64,
    pub(super) flow: Flow,
}

struct Kept {
    reading: Reading,
    until: Instant,
}

impl Readings {
    pub(super) fn of(names: &Names, context: &Context) -> Self {
        Self(Arc::new(Inner {
            kept: Mutex::default(),
            context: context.clone(),
            delete: format!("CONSUMER.DELETE.{}.", names.stream()),
        }))
    }

    /// Whether there is a reading of a subject that has come to this sequence.
    pub(super) fn has(&self, subject: &str, from: u64) -> bool {
        let kept = self.0.kept();
        kept.iter().any(|kept| kept.reading.is_of(subject, from))
    }

    /// The reading of a subject that has come to this sequence.
    pub(super) fn take(&self, subject: &str, from: u64) -> Option<Reading> {
        let mut kept = self.0.kept();
        let is_it = |kept: &Kept| kept.reading.is_of(subject, from);
        let at = kept.iter().position(is_it)?;
        Some(kept.swap_remove(at).reading)
    }

    /// Keeps a reading for a short while, and gives it back if there are too many.
    pub(super) fn keep(&self, reading: Reading) -> Option<Reading> {
        let mut kept = self.0.kept();
        if kept.len() == MOST {
            return Some(reading);
        }
        let until = Instant::now() + KEPT;
        if kept.is_empty() {
            forget_late(Arc::downgrade(&self.0), until);
        }
        kept.push(Kept { reading, until });
        None
    }

    /// Ends a reading. Nobody waits for the answer: a consumer that is left is forgotten before
    /// long.
    pub(super) async fn forget(&self, reading: Reading) -> Result<(), PublishError> {
        self.0.forget(&reading).await
    }
}

impl Inner {
    /// Nothing is awaited while they are held.
    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn forget(&self, reading: &Reading) -> Result<(), PublishError> {
        let to = format!("{}{}", self.delete, reading.flow.consumer());
        self.context.send_request(to, Request::new()).await
    }

    /// Those that nobody has gone on with for too long, and when to look again.
    fn late(&self) -> (Vec<Kept>, Option<Instant>) {
        let (mut kept, now) = (self.kept(), Instant::now());
        let late = kept.extract_if(.., |kept| kept.until <= now).collect();
        (late, kept.iter().map(|kept| kept.until).min())
    }
}

impl Reading {
    fn is_of(&self, subject: &str, from: u64) -> bool {
        self.next == from && self.subject == subject
    }
}

/// Ends what nobody has gone on with, for as long as there is anything.
#[expect(
    clippy::disallowed_methods,
    reason = "it ends by itself, soon after the last reading"
)]
fn forget_late(readings: Weak<Inner>, mut until: Instant) {
    tokio::spawn(async move {
        loop {
            sleep_until(until).await;
            let Some(readings) = readings.upgrade() else {
                return;
            };
            let (late, next) = readings.late();
            for kept in late {
                if let Err(err) = readings.forget(&kept.reading).await {
                    tracing::debug!(%err, "a consumer is left for the server to forget");
                }
            }
            match next {
                Some(next) => until = next,
                None => return,
            }
        }
    });
}
