use super::{
    block::Block,
    history::Wanted,
    memo::{Known, Place},
    store::Shared,
    stored::{Heading, Stored},
};
use crate::{ActorId, Page, Position, Recorded, StoreError, StoreErrorKind, Version};

/// How far back from the end of a history a place is looked for step by step. What lies further
/// back is found by reading from the beginning, many at a time.
const STEPS: u64 = 16;

/// From how many messages on a consumer is faster than direct gets, its making included.
const LONG: u64 = 100;

/// How many events are taken for a message, where only their number is known.
const EVENTS: u64 = 4;

/// The part of a history that is being read.
struct Reading<'a> {
    store: &'a Shared,
    actor: &'a ActorId,
    after: Version,
    /// Where what was read ends.
    at: Place,
    commits: Vec<Recorded>,
    block: Block,
    /// How many bytes the commits take.
    bytes: usize,
    /// Whether no more fit into the page.
    is_full: bool,
    /// Whether there was no consumer to be had.
    is_short: bool,
}

impl Shared {
    /// The version that an actor is at.
    pub(super) async fn current(&self, actor: &ActorId) -> Result<Version, StoreError> {
        let subject = self.names.subject(actor);
        let known = self.memo.known(actor).tail;
        let mut place = place(self.replica_last(&subject).await?)?;
        if place.version < known.version {
            place = self::place(self.leader_last(&subject).await?)?;
        }
        if place.version < known.version {
            return Err(self.lagging(known).await);
        }
        self.memo.saw_tail(actor, place);
        Ok(place.version)
    }

    /// Commits of an actor with events later than `after`.
    pub(super) async fn page(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        let hint = self.memo.known(actor).snapshot;
        if after > Version::NONE && hint.version == after {
            match self.page_from(actor, after, hint).await {
                Ok(page) if page.commits.is_empty() => {}
                Err(err) if err.kind() == StoreErrorKind::Corrupt => {}
                answer => return answer,
            }
            // The log is not the one that the snapshot was taken from.
            self.memo.saw_snapshot(actor, Place::default());
        }
        let subject = self.names.subject(actor);
        let at = self.begin(actor, &subject, after).await?;
        self.page_from(actor, after, at).await
    }

    /// The same, read from a place at which no event later than `after` is.
    async fn page_from(
        &self,
        actor: &ActorId,
        after: Version,
        at: Place,
    ) -> Result<Page, StoreError> {
        let subject = self.names.subject(actor);
        let mut reading = Reading {
            store: self,
            actor,
            after,
            at,
            commits: Vec::new(),
            block: Block::default(),
            bytes: 0,
            is_full: false,
            is_short: false,
        };
        let mut left = self.left(actor, reading.at);
        let more = loop {
            left = reading.read(&subject, left).await?;
            if left == 0 {
                break reading.catch_up(&subject).await?;
            }
            if !reading.commits.is_empty() && reading.is_full {
                break true;
            }
        };
        if reading.at != at {
            self.memo.saw_page(actor, reading.at, left);
        }
        let commits = reading.commits;
        Ok(Page { commits, more })
    }

    /// How many messages come after a place, as far as is known: many events are many messages.
    fn left(&self, actor: &ActorId, at: Place) -> u64 {
        let known = self.memo.known(actor);
        if known.page == at && known.left > 0 {
            return known.left;
        }
        let (last, at) = (known.tail.version.as_u64(), at.version.as_u64());
        last.saturating_sub(at) / EVENTS
    }

    /// A place in a history, as late as possible, at which no event later than `after` is.
    async fn begin(
        &self,
        actor: &ActorId,
        subject: &str,
        after: Version,
    ) -> Result<Place, StoreError> {
        let Known { tail, page, .. } = self.memo.known(actor);
        let known = [tail, page].into_iter().filter(|it| it.version <= after);
        let known = known.max().unwrap_or_default();
        if after.as_u64() - known.version.as_u64() <= STEPS {
            return Ok(known);
        }
        let Some(last) = self.replica_last(subject).await? else {
            return Ok(known);
        };
        let last = last.heading()?;
        if last.last > after && last.last.as_u64() - after.as_u64() > STEPS {
            return Ok(known);
        }
        let before = self.walk_back(last, after).await?;
        Ok(before.max(known))
    }

    async fn walk_back(&self, from: Heading, after: Version) -> Result<Place, StoreError> {
        let mut heading = from;
        while heading.last > after {
            match self.before(heading).await? {
                Some(before) => heading = before,
                None => return Ok(Place::default()),
            }
        }
        Ok(heading.place())
    }

    /// The commit of the same actor before another one; none before the first.
    pub(super) async fn before(&self, heading: Heading) -> Result<Option<Heading>, StoreError> {
        if heading.previous == 0 {
            return Ok(None);
        }
        let message = self.earlier(heading.previous, heading.sequence).await?;
        let before = message.heading()?;
        check_chain(before.last, heading.first, heading.sequence)?;
        Ok(Some(before))
    }
}

impl Reading<'_> {
    /// Reads on, by a consumer if that many messages are left and there is one to be had, and says
    /// how many then are.
    async fn read(&mut self, subject: &str, left: u64) -> Result<u64, StoreError> {
        let from = self.at.sequence + 1;
        let (store, limit) = (self.store, self.store.options.page_bytes);
        let room = limit.saturating_sub(self.bytes).max(1);
        if (left > LONG && !self.is_short) || store.readings.has(subject, from) {
            let most = u64::MAX;
            let wanted = Wanted { from, most, room };
            let taken = store.long_batch(subject, wanted, |it| self.push(it));
            let taken = Box::pin(taken).await?;
            self.is_short = taken.is_none();
            if let Some(taken) = taken.filter(|taken| taken.count > 0) {
                self.is_full = taken.left > 0;
                return Ok(taken.unread());
            }
        }
        let batch = store.short_batch(subject, from, room).await?;
        for message in &batch.messages {
            self.push(message)?;
        }
        self.is_full = self.bytes >= limit;
        let is_empty = batch.messages.is_empty();
        Ok(if is_empty { 0 } else { batch.pending })
    }

    fn push(&mut self, message: &Stored) -> Result<(), StoreError> {
        let recorded = message.recorded(&self.store.names, Some(self.actor), &mut self.block)?;
        let first = recorded.commit.expected().next();
        check_chain(self.at.version, first, message.sequence)?;
        self.at = Place {
            version: recorded.commit.version(),
            sequence: message.sequence,
        };
        if self.at.version > self.after {
            self.bytes += message.len();
            self.commits.push(recorded);
        }
        Ok(())
    }

    /// Reads from the leader what a replica should have had. True if some of it is left.
    async fn catch_up(&mut self, subject: &str) -> Result<bool, StoreError> {
        let known = self.store.memo.known(self.actor).tail;
        let mut left = STEPS;
        while self.at.version < known.version {
            if left == 0 && !self.commits.is_empty() {
                return Ok(true);
            }
            let next = self
                .store
                .leader_next(subject, self.at.sequence + 1)
                .await?;
            match next {
                Some(next) => self.push(&next)?,
                None => return Err(self.store.lagging(known).await),
            }
            left = left.saturating_sub(1);
        }
        Ok(false)
    }
}

fn place(message: Option<Stored>) -> Result<Place, StoreError> {
    match message {
        Some(message) => Ok(message.heading()?.place()),
        None => Ok(Place::default()),
    }
}

/// Versions of an actor have no gaps.
fn check_chain(last: Version, first: Version, sequence: u64) -> Result<(), StoreError> {
    if first == last.next() {
        return Ok(());
    }
    let text = format!("an actor's version {first} follows its version {last}");
    Err(StoreError::new(StoreErrorKind::Corrupt, text).at(Position::new(sequence)))
}
