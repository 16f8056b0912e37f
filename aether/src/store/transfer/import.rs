use std::vec;

use super::{
    error::TransferError,
    reader::{ExportReader, Item, Opening},
    tally::Ending,
};
use crate::{
    Commit, CommitId, EventStore, Position, Recorded, Transaction,
    store::{Entry, Span},
};

/// How many commits are stored together, at most.
const TOGETHER: usize = 128;
/// How many bytes of data are stored together, give or take a commit.
const TOGETHER_BYTES: usize = 1 << 20;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// How many commits were there already.
    pub known: u64,
    /// How many commits were stored.
    pub stored: u64,
    /// What the last line of the file says.
    pub ending: Ending,
}

/// Stores the commits of an export in a namespace: the very same ones, in the same order.
///
/// What the namespace holds already must be what the file begins with; it is passed over. So an
/// import that was broken off is gone on with by importing the same file again, and an import of
/// what is there already changes nothing.
///
/// Take the lines of the whole file by an [`ExportReader`] first: so a file that is truncated or
/// altered is refused before anything of it is stored. Nobody else may write to the namespace
/// meanwhile.
#[derive(Debug)]
pub struct Import<'a, S> {
    store: &'a S,
    reader: ExportReader,
    /// What the namespace held in the beginning, as far as it is not yet compared.
    rest: Option<Span>,
    entries: vec::IntoIter<Entry>,
    /// What is to be stored next.
    group: Vec<Commit>,
    bytes: usize,
    known: u64,
    stored: u64,
    ending: Option<Ending>,
}

impl<'a, S: EventStore> Import<'a, S> {
    /// Begins to import into the namespace of a store.
    pub fn new(store: &'a S) -> Self {
        Self {
            store,
            reader: ExportReader::new(),
            rest: Some(Span::ALL),
            entries: Vec::new().into_iter(),
            group: Vec::new(),
            bytes: 0,
            known: 0,
            stored: 0,
            ending: None,
        }
    }

    /// Takes the next line, without its line feed.
    ///
    /// # Errors
    /// - If the line is not one that an export has there.
    /// - [`TransferError::OtherHistory`], [`TransferError::NoPredecessor`]: the namespace holds
    ///   something else than what the file begins with.
    /// - [`TransferError::Store`]: a commit was not stored. Those before it are.
    ///
    /// # Cancel safety
    /// Not cancel safe: begin again with the first line.
    pub async fn take(&mut self, line: &[u8]) -> Result<(), TransferError> {
        match self.reader.take(line)? {
            None | Some(Item::Unreadable(_)) => Ok(()),
            Some(Item::Opening(opening)) => self.find_predecessor(&opening).await,
            Some(Item::Commit(commit)) => self.commit(commit).await,
            Some(Item::Ending(ending)) => {
                self.ending = Some(ending);
                self.flush().await
            }
        }
    }

    /// How many commits were there already, and how many were stored.
    pub const fn so_far(&self) -> (u64, u64) {
        (self.known, self.stored)
    }

    /// Ends.
    ///
    /// # Errors
    /// If the last line was not taken. What was stored stays.
    pub fn finish(self) -> Result<Imported, TransferError> {
        let ending = self.reader.finish()?;
        Ok(Imported {
            known: self.known,
            stored: self.stored,
            ending,
        })
    }

    /// Passes over what lies before the beginning of the file.
    async fn find_predecessor(&mut self, opening: &Opening) -> Result<(), TransferError> {
        let Some(wanted) = opening.continues else {
            return Ok(());
        };
        while let Some(there) = self.next_there().await? {
            if there.commit.id() == wanted {
                return Ok(());
            }
        }
        Err(TransferError::NoPredecessor(wanted))
    }

    async fn commit(&mut self, commit: Commit) -> Result<(), TransferError> {
        match self.next_there().await? {
            Some(there) => {
                check_same(&there, &commit)?;
                self.known += 1;
                Ok(())
            }
            None => self.add(commit).await,
        }
    }

    /// The next commit that the namespace held in the beginning.
    async fn next_there(&mut self) -> Result<Option<Recorded>, TransferError> {
        loop {
            if let Some(entry) = self.entries.next() {
                return entry.commit().map(Some).map_err(TransferError::Unreadable);
            }
            let Some(span) = self.rest else {
                return Ok(None);
            };
            let stretch = self.store.scan(span).await?;
            self.entries = stretch.entries.into_iter();
            self.rest = stretch.rest;
        }
    }

    /// Commits of different actors that follow each other are stored together, which keeps their
    /// order and costs one write.
    async fn add(&mut self, commit: Commit) -> Result<(), TransferError> {
        let actor = commit.actor_id();
        let is_there = self.group.iter().any(|other| other.actor_id() == actor);
        let most = self.store.capabilities().transaction.unwrap_or(1);
        if is_there || self.group.len() >= most.min(TOGETHER) || self.bytes > TOGETHER_BYTES {
            self.flush().await?;
        }
        let sizes = commit.events().iter().map(|it| it.data.as_bytes().len());
        self.bytes += sizes.sum::<usize>();
        self.group.push(commit);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), TransferError> {
        self.bytes = 0;
        let mut group = std::mem::take(&mut self.group);
        let stored = group.len() as u64;
        if stored > 1 {
            let transaction = Transaction::new(group);
            let transaction = transaction.map_err(|err| {
                let line = self.reader.tally().lines;
                TransferError::line(line, err.to_string())
            })?;
            self.store.transact(transaction).await?;
        } else if let Some(commit) = group.pop() {
            self.store.append(commit).await?;
        }
        self.stored += stored;
        Ok(())
    }
}

fn check_same(there: &Recorded, wanted: &Commit) -> Result<(), TransferError> {
    if there.commit == *wanted {
        return Ok(());
    }
    let (position, found): (Position, CommitId) = (there.position, there.commit.id());
    let wanted = wanted.id();
    Err(TransferError::OtherHistory {
        position,
        found,
        wanted,
    })
}
