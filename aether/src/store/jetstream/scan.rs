use bytes::Bytes;

use super::{
    block::Block,
    history::{LONG_BATCH, Wanted},
    store::Shared,
    stored::Stored,
};
use crate::{
    Position, StoreError, StoreErrorKind,
    store::{Direction, Entry, Span, Stretch, Unreadable},
};

/// From how many messages on a consumer is faster than direct gets, its making included.
const LONG: u64 = 100;

/// A part of the log that is being read, oldest first.
struct Reading<'a> {
    store: &'a Shared,
    /// The sequence up to which everything was read.
    at: u64,
    until: u64,
    entries: Vec<Entry>,
    block: Block,
    /// The first and the last sequence of what was not there.
    gaps: Vec<(u64, u64)>,
}

/// Whether a part of the log was read to its end.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    Whole,
    InPart,
}

impl Shared {
    /// Reads from the beginning of a part of the log, or from its end.
    pub(super) async fn stretch(&self, span: Span) -> Result<Stretch, StoreError> {
        let info = self.stream.get_info().await;
        let state = info
            .map_err(|err| self.unavailable("did not say where it ends").because(err))?
            .state;
        let span = span.within(Position::new(state.last_sequence));
        if span.is_empty() {
            return Ok(Stretch::EMPTY);
        }
        match span.direction {
            Direction::Forwards => self.forwards(span).await,
            Direction::Backwards => {
                let average = state.bytes / state.messages.max(1) + 1;
                let page = self.options.page_bytes as u64;
                let width = (page / average).clamp(1, LONG_BATCH);
                self.backwards(span, width).await
            }
        }
    }

    async fn forwards(&self, span: Span) -> Result<Stretch, StoreError> {
        let mut reading = Reading::of(self, span.after.as_u64(), span.until.as_u64());
        loop {
            let read = reading.read_on(self.options.page_bytes).await?;
            let rest = match read {
                Read::Whole => None,
                Read::InPart if reading.entries.is_empty() => continue,
                Read::InPart => span.rest(Position::new(reading.at)),
            };
            let entries = reading.entries;
            return Ok(Stretch { entries, rest });
        }
    }

    /// The server reads forwards only. So the last so many messages are read and turned round; a
    /// quarter of them, if they were more than fit.
    async fn backwards(&self, mut span: Span, mut width: u64) -> Result<Stretch, StoreError> {
        loop {
            let (after, until) = (span.after.as_u64(), span.until.as_u64());
            let low = until.saturating_sub(width).max(after);
            let mut reading = Reading::of(self, low, until);
            // Twice the room, for they are not all of the average size.
            let read = reading.read_on(self.options.page_bytes * 2).await?;
            if read == Read::InPart {
                width = (width / 4).max(1);
                continue;
            }
            let mut entries = reading.entries;
            entries.reverse();
            match span.rest(Position::new(low + 1)) {
                Some(rest) if entries.is_empty() => span = rest,
                rest => return Ok(Stretch { entries, rest }),
            }
        }
    }
}

impl<'a> Reading<'a> {
    fn of(store: &'a Shared, after: u64, until: u64) -> Self {
        Self {
            store,
            at: after,
            until,
            entries: Vec::new(),
            block: Block::default(),
            gaps: Vec::new(),
        }
    }

    /// Reads as much as fits into so many bytes, and at least one message.
    async fn read_on(&mut self, room: usize) -> Result<Read, StoreError> {
        let left = self.ask(room).await?;
        self.check_gaps().await?;
        if self.at >= self.until {
            return Ok(Read::Whole);
        }
        if left > 0 {
            return Ok(Read::InPart);
        }
        self.check_end().await
    }

    /// Says how many messages are left, as far as the server knows.
    async fn ask(&mut self, room: usize) -> Result<u64, StoreError> {
        let (store, everything) = (self.store, self.store.names.everything());
        let (from, most) = (self.at + 1, self.until - self.at);
        if most > LONG || store.readings.has(&everything, from) {
            let wanted = Wanted { from, most, room };
            let taken = store.long_batch(&everything, wanted, |it| {
                self.push(it);
                Ok(())
            });
            if let Some(taken) = Box::pin(taken).await?
                && (taken.count > 0 || taken.unread() == 0)
            {
                return Ok(taken.unread());
            }
        }
        let batch = store.short_batch(&everything, from, room).await?;
        for message in &batch.messages {
            self.push(message);
        }
        Ok(batch.pending)
    }

    fn push(&mut self, message: &Stored) {
        if message.sequence <= self.at || self.at >= self.until {
            return;
        }
        let last_missing = (message.sequence - 1).min(self.until);
        if last_missing > self.at {
            self.gaps.push((self.at + 1, last_missing));
            self.entries.push(self.missing(self.at + 1, last_missing));
        }
        self.at = message.sequence.min(self.until);
        let names = &self.store.names;
        if message.sequence > self.until || message.subject.as_str() == names.guards() {
            return;
        }
        self.entries
            .push(match message.recorded(names, None, &mut self.block) {
                Ok(recorded) => Entry::Commit(recorded),
                Err(error) => Entry::Unreadable(Unreadable {
                    position: Position::new(message.sequence),
                    error,
                    bytes: message.body(),
                }),
            });
    }

    /// What a replica does not have is missing only if the leader does not have it either.
    async fn check_gaps(&mut self) -> Result<(), StoreError> {
        for (first, last) in std::mem::take(&mut self.gaps) {
            if self
                .next_in_stream(first)
                .await?
                .is_some_and(|it| it <= last)
            {
                return Err(self.store.behind());
            }
        }
        Ok(())
    }

    /// A replica has no more, but the leader said that the log goes on.
    async fn check_end(&mut self) -> Result<Read, StoreError> {
        match self.next_in_stream(self.at + 1).await? {
            Some(next) if next <= self.until && self.entries.is_empty() => Err(self.store.behind()),
            Some(next) if next <= self.until => Ok(Read::InPart),
            Some(_) | None => {
                let missing = self.missing(self.at + 1, self.until);
                self.entries.push(missing);
                self.at = self.until;
                Ok(Read::Whole)
            }
        }
    }

    /// The first sequence from this one on that the leader has.
    async fn next_in_stream(&self, from: u64) -> Result<Option<u64>, StoreError> {
        let everything = self.store.names.everything();
        let next = self.store.leader_next(&everything, from).await?;
        Ok(next.map(|message| message.sequence))
    }

    fn missing(&self, first: u64, last: u64) -> Entry {
        let position = Position::new(first);
        let stream = self.store.names.stream();
        let what = if first == last {
            format!("a message is missing from the stream `{stream}`")
        } else {
            format!("all messages up to {last} are missing from the stream `{stream}`")
        };
        Entry::Unreadable(Unreadable {
            position,
            error: StoreError::new(StoreErrorKind::Corrupt, what).at(position),
            bytes: Bytes::new(),
        })
    }
}
