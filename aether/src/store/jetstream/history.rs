use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::timeout;

use super::{
    delivery::Delivery,
    denials::Denial,
    flow::{Flow, Reach},
    readings::Reading,
    store::Shared,
    stored::Stored,
};
use crate::{StoreError, StoreErrorKind};

/// The most messages of one reading.
pub(super) const LONG_BATCH: u64 = 16_384;
/// How many messages are under way while others are read, as long as their size is not known. The
/// more there are, the faster they come; so later it is as many as fill a page.
const AHEAD: u64 = 4_096;

/// How long a consumer is waited for. Without a leader of the stream, or of its servers, there is
/// none, for seconds at times; a direct get is answered by any replica.
const OPENING: Duration = Duration::from_millis(250);

/// Which messages of a subject are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Those of this sequence and later.
    pub(super) from: u64,
    /// So many at most.
    pub(super) most: u64,
    /// In about so many bytes.
    pub(super) room: usize,
}

/// What a batch was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    /// How many messages it had.
    pub(super) count: u64,
    /// How many were still to be read when the last one was sent.
    pub(super) left: u64,
    /// Whether all of them were sent since they were asked for.
    is_fresh: bool,
}

impl Taken {
    /// How many are still to be read, as far as is known: perhaps one, if that was long ago.
    pub(super) fn unread(&self) -> u64 {
        self.left.max(u64::from(!self.is_fresh))
    }
}

/// Reading a subject in order by a consumer: what takes longer to ask than a direct get, and is
/// several times as fast if there is much to read.
impl Shared {
    /// Takes messages of a subject as they come, as many as are wanted, and at least one if there
    /// is one. Says how many were taken, and how many are left.
    ///
    /// If there are more than fit, the consumer goes on for whoever asks for what comes next. If there
    /// is no consumer to be had soon, nothing is taken, and that is all that there is to say.
    pub(super) async fn long_batch(
        &self,
        subject: &str,
        wanted: Wanted,
        take: impl FnMut(&Stored) -> Result<(), StoreError> + Send,
    ) -> Result<Option<Taken>, StoreError> {
        let kept = self.readings.take(subject, wanted.from);
        let is_fresh = kept.is_none();
        let reading = match kept {
            Some(reading) => Some(reading),
            None => self.reading_soon(subject, wanted).await?,
        };
        let Some(mut reading) = reading else {
            return Ok(None);
        };
        let count = self.take_all(&mut reading, wanted, take).await?;
        let taken = Taken {
            count,
            left: reading.left,
            is_fresh,
        };
        let goes_on = taken.left > 0 && taken.count < wanted.most;
        let ended = if goes_on {
            self.readings.keep(reading)
        } else {
            Some(reading)
        };
        if let Some(ended) = ended {
            let forgotten = self.readings.forget(ended).await;
            forgotten.map_err(|err| self.unavailable("could not be asked").because(err))?;
        }
        Ok(Some(taken))
    }

    /// A reading, if it can be had soon.
    async fn reading_soon(
        &self,
        subject: &str,
        wanted: Wanted,
    ) -> Result<Option<Reading>, StoreError> {
        let denials = self.denials.count();
        let opened = timeout(OPENING, self.open_reading(subject, wanted)).await;
        let error = match opened {
            Ok(Ok(reading)) => return Ok(Some(reading)),
            Ok(Err(err)) if err.kind() != StoreErrorKind::Unavailable => return Err(err),
            Ok(Err(err)) => err,
            Err(elapsed) => self.unavailable("cannot be read").because(elapsed),
        };
        if self
            .denials
            .since(denials, Denial::is_of_a_question)
            .is_some()
        {
            return Err(error);
        }
        tracing::debug!(subject, %error, "read by direct gets, for there is no consumer to be had");
        Ok(None)
    }

    async fn open_reading(&self, subject: &str, wanted: Wanted) -> Result<Reading, StoreError> {
        let ahead = match self.message_bytes.load(Ordering::Relaxed) {
            0 => AHEAD,
            bytes => (wanted.room / bytes) as u64,
        };
        let reach = Reach {
            subject,
            from: wanted.from,
            ahead: ahead.min(LONG_BATCH).min(wanted.most).max(1),
            silence: self.options.attempt,
        };
        let flow = Flow::open(self, reach).await?;
        Ok(Reading {
            subject: subject.to_owned(),
            next: wanted.from,
            left: flow.pending(),
            flow,
        })
    }

    /// Says how many messages there were.
    async fn take_all(
        &self,
        reading: &mut Reading,
        wanted: Wanted,
        mut take: impl FnMut(&Stored) -> Result<(), StoreError> + Send,
    ) -> Result<u64, StoreError> {
        let (mut count, mut bytes) = (0, 0);
        let most = reading.left.min(wanted.most).min(LONG_BATCH);
        while count < most && reading.left > 0 && bytes < wanted.room {
            let flow = &mut reading.flow;
            if flow.is_due() {
                flow.acknowledge(self).await?;
            }
            let message = flow.next(self).await?;
            let delivery = message.reply.as_deref().and_then(Delivery::read);
            let delivery = delivery.ok_or_else(|| self.unavailable("sent a stray message"))?;
            if delivery.number != flow.count() {
                return Err(self.unavailable("was read with a gap: the client lost messages"));
            }
            flow.expect(delivery.pending);
            let stored = Stored::delivered(delivery.sequence, message);
            count += 1;
            bytes += stored.len();
            reading.next = delivery.sequence + 1;
            reading.left = delivery.pending;
            take(&stored)?;
        }
        if let Some(average) = bytes.checked_div(usize::try_from(count).unwrap_or(usize::MAX)) {
            let average = average.max(1);
            self.message_bytes.store(average, Ordering::Relaxed);
        }
        Ok(count)
    }
}
