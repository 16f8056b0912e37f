use super::{
    error::TransferError,
    export::{Export, ExportOptions},
    reader::{ExportReader, Item},
    tally::{Ending, Running},
};
use crate::{Commit, EventStore, Position};

/// A file that was left half written, and is to be gone on with.
///
/// Takes the whole lines of the file from the first on, and checks each of them.
#[derive(Debug, Default)]
pub struct Partial {
    reader: ExportReader,
    opening: Vec<u8>,
    unfinished: Vec<u8>,
    bytes: u64,
    kept: Option<Kept>,
    ending: Option<Ending>,
}

/// The file up to the end of a piece.
#[derive(Debug)]
struct Kept {
    bytes: u64,
    running: Running,
    last: Last,
}

#[derive(Debug)]
enum Last {
    Opening,
    Commit(Commit),
    Unreadable(Position),
}

/// How to go on with a file.
#[derive(Debug)]
pub enum Resumed<'a, S> {
    /// It is complete.
    Complete(Ending),
    /// Cut the file off after so many bytes, and write the pieces of the export behind them.
    GoOn {
        /// How many bytes are good, and end where a piece ends.
        keep: u64,
        /// What comes after them.
        export: Box<Export<'a, S>>,
    },
}

impl Partial {
    /// An empty file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next line, without its line feed. A line that has none is not whole, see
    /// [`Partial::take_unfinished`].
    ///
    /// # Errors
    /// If it is no line of an export.
    pub fn take(&mut self, line: &[u8]) -> Result<(), TransferError> {
        let item = self.reader.take(line)?;
        self.bytes += line.len() as u64 + 1;
        let last = match item {
            None => return Ok(()),
            Some(Item::Ending(ending)) => {
                self.ending = Some(ending);
                return Ok(());
            }
            Some(Item::Opening(_)) => {
                self.opening = line.to_vec();
                Last::Opening
            }
            Some(Item::Commit(commit)) => Last::Commit(commit),
            Some(Item::Unreadable(position)) => Last::Unreadable(position),
        };
        self.kept = Some(Kept {
            bytes: self.bytes,
            running: self.reader.running(),
            last,
        });
        Ok(())
    }

    /// Takes what lies behind the last line feed. It will be written anew.
    pub fn take_unfinished(&mut self, bytes: &[u8]) {
        self.unfinished = bytes.to_vec();
    }

    /// Finds where the file breaks off in the log, and goes on there. The options must be those
    /// that the export was begun with.
    ///
    /// # Errors
    /// - [`TransferError::OtherExport`]: the file is of another namespace, begins elsewhere or
    ///   has another filter, or its last commit is not in the log.
    /// - As for [`Export::begin`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn resume<S: EventStore>(
        self,
        store: &S,
        options: ExportOptions,
    ) -> Result<Resumed<'_, S>, TransferError> {
        let export = Export::begin(store, options).await?;
        let is_same = export.opening().strip_suffix(b"\n") == Some(&*self.opening);
        let Some(kept) = self.kept else {
            // A file of something else is not cut off.
            if !export.opening().starts_with(&self.unfinished) {
                return Err(TransferError::OtherExport("it is no export"));
            }
            let (keep, export) = (0, Box::new(export));
            return Ok(Resumed::GoOn { keep, export });
        };
        if !is_same {
            let what = "it is of another namespace, beginning or filter";
            return Err(TransferError::OtherExport(what));
        }
        if let Some(ending) = self.ending {
            return Ok(Resumed::Complete(ending));
        }
        let (keep, running, begin) = (kept.bytes, kept.running, export.position());
        let export = match &kept.last {
            Last::Opening => export.go_on(begin, running),
            Last::Unreadable(position) => export.go_on_past(*position, running),
            Last::Commit(commit) => export.go_on(find(store, commit).await?, running),
        };
        let export = Box::new(export);
        Ok(Resumed::GoOn { keep, export })
    }
}

/// Where a commit lies.
async fn find<S: EventStore>(store: &S, commit: &Commit) -> Result<Position, TransferError> {
    let page = store.read(commit.actor_id(), commit.expected()).await?;
    let there = page.commits.first().filter(|there| there.commit == *commit);
    let what = "its last commit is not in the log";
    there
        .map(|there| there.position)
        .ok_or(TransferError::OtherExport(what))
}
