use std::{error::Error, vec};

use futures_util::StreamExt as _;

use super::{
    error::TransferError,
    line,
    reader::{write_ending, write_opening, write_unreadable},
    tally::{Running, Tally},
};
use crate::{
    CommitId, EventStore, EventStoreExt as _, Position, Recorded, StoreError,
    store::{Direction, Entry, Filter, Span, Unreadable},
};

/// What of a namespace is exported.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    pub(super) after: Position,
    pub(super) until: Option<Position>,
    pub(super) filter: Option<Filter>,
    pub(super) lenient: bool,
}

impl ExportOptions {
    /// Everything; what cannot be read is an error.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins after this position.
    #[must_use]
    pub const fn after(mut self, position: Position) -> Self {
        self.after = position;
        self
    }

    /// Ends with this position; where the log ends when the export begins, if that is before.
    #[must_use]
    pub const fn until(mut self, position: Position) -> Self {
        self.until = Some(position);
        self
    }

    /// Leaves out commits that hold no event which the filter wants. The others stay whole.
    ///
    /// A file with all commits of some actors can be imported; one in which commits of an actor
    /// are missing cannot.
    #[must_use]
    pub fn only(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Goes on where something cannot be read, and puts what is there into the file as a line of
    /// its own, which is counted.
    #[must_use]
    pub const fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }
}

/// Gives the lines of an export, piece by piece.
///
/// A piece is the lines of one commit, or one line that is about the export itself; written one
/// after the other they are the file. A file may be broken off after any piece, and gone on with
/// by [`Partial`](super::Partial).
#[derive(Debug)]
pub struct Export<'a, S> {
    store: &'a S,
    options: ExportOptions,
    opening: Vec<u8>,
    stage: Stage,
    rest: Option<Span>,
    entries: vec::IntoIter<Entry>,
    running: Running,
    at: Position,
    until: Position,
    /// What cannot be read here is in the file already.
    passed: Option<Position>,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    Opening,
    Commits,
    Ended,
}

impl<'a, S: EventStore> Export<'a, S> {
    /// Begins, with the first line. What is stored from now on is not exported.
    ///
    /// # Errors
    /// If the store is out of reach.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn begin(store: &'a S, options: ExportOptions) -> Result<Self, TransferError> {
        let head = store.head().await?;
        let until = options.until.map_or(head, |until| until.min(head));
        let after = options.after;
        let continues = predecessor(store, after).await?;
        let opening = write_opening(store.namespace(), continues, options.filter.as_ref());
        Ok(Self {
            store,
            options,
            opening,
            stage: Stage::Opening,
            rest: Some(Span::after(after).until(until)).filter(|span| !span.is_empty()),
            entries: Vec::new().into_iter(),
            running: Running::default(),
            at: after,
            until,
            passed: None,
        })
    }

    /// The same export, from after this position on, of which so much is written.
    pub(super) fn go_on(mut self, at: Position, running: Running) -> Self {
        self.stage = Stage::Commits;
        self.running = running;
        self.from(at);
        self
    }

    /// The same export, from this position on, where something lies that cannot be read and is
    /// written already.
    pub(super) fn go_on_past(mut self, at: Position, running: Running) -> Self {
        self.passed = Some(at);
        self.go_on(at.previous(), running)
    }

    /// Reads from after this position.
    fn from(&mut self, at: Position) {
        self.at = at;
        self.entries = Vec::new().into_iter();
        let span = Span::after(at).until(self.until);
        self.rest = Some(span).filter(|span| !span.is_empty());
    }

    pub(super) fn opening(&self) -> &[u8] {
        &self.opening
    }

    /// The next piece; none after the last line.
    ///
    /// # Errors
    /// If the store is out of reach, or, unless the export is lenient, something cannot be read.
    /// What was given before is good, and can be gone on with.
    ///
    /// # Cancel safety
    /// Cancel safe: what was not given is given by the next call.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, TransferError> {
        match self.stage {
            Stage::Opening => {
                self.stage = Stage::Commits;
                self.running.lines(&self.opening, 1);
                return Ok(Some(self.opening.clone()));
            }
            Stage::Ended => return Ok(None),
            Stage::Commits => {}
        }
        loop {
            if let Some(entry) = self.entries.next() {
                match self.piece(entry) {
                    Ok(None) => continue,
                    Ok(piece) => return Ok(piece),
                    Err(err) => {
                        self.from(self.at);
                        return Err(err);
                    }
                }
            }
            let Some(span) = self.rest else {
                self.stage = Stage::Ended;
                self.at = self.until;
                let ending = self.running.ending();
                return Ok(Some(write_ending(self.store.namespace(), &ending)));
            };
            let stretch = self.store.scan(span).await?;
            self.entries = stretch.entries.into_iter();
            self.rest = stretch.rest;
        }
    }

    /// Up to where the log was exported.
    pub const fn position(&self) -> Position {
        self.at
    }

    /// Up to where the log will be exported.
    pub const fn until(&self) -> Position {
        self.until
    }

    /// How much was exported.
    pub const fn tally(&self) -> Tally {
        self.running.tally
    }

    fn piece(&mut self, entry: Entry) -> Result<Option<Vec<u8>>, TransferError> {
        let position = entry.position();
        let piece = match entry {
            Entry::Commit(recorded) => self.commit(&recorded),
            Entry::Unreadable(_) if self.passed == Some(position) => Ok(None),
            Entry::Unreadable(unreadable) => self.unreadable(unreadable).map(Some),
        }?;
        self.at = position;
        Ok(piece)
    }

    fn commit(&mut self, recorded: &Recorded) -> Result<Option<Vec<u8>>, TransferError> {
        let filter = self.options.filter.as_ref();
        if filter.is_some_and(|filter| filter.of(recorded).next().is_none()) {
            return Ok(None);
        }
        let (position, commit) = (recorded.position, &recorded.commit);
        let lines = line::write(commit, self.store.namespace());
        let (lines, count) = lines.map_err(|name| TransferError::Reserved { position, name })?;
        self.running.lines(&lines, count);
        self.running.commit(commit.events().len());
        Ok(Some(lines))
    }

    fn unreadable(&mut self, unreadable: Unreadable) -> Result<Vec<u8>, TransferError> {
        if !self.options.lenient {
            return Err(TransferError::Unreadable(unreadable.error));
        }
        let Unreadable {
            position,
            error,
            bytes,
        } = unreadable;
        let place = (position, &*problem(&error));
        let line = write_unreadable(self.store.namespace(), place, &bytes);
        self.running.lines(&line, 1);
        self.running.tally.unreadable += 1;
        Ok(line)
    }
}

/// What is wrong, and what lay behind it.
fn problem(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The last commit up to a position.
async fn predecessor<S: EventStore>(
    store: &S,
    position: Position,
) -> Result<Option<CommitId>, StoreError> {
    let mut span = Span::ALL.until(position);
    span.direction = Direction::Backwards;
    let mut entries = std::pin::pin!(store.entries(span));
    while let Some(entry) = entries.next().await {
        if let Entry::Commit(recorded) = entry? {
            return Ok(Some(recorded.commit.id()));
        }
    }
    Ok(None)
}
