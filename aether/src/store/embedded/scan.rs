use bytes::Bytes;
use redb::{Database, ReadOnlyTable, ReadableDatabase as _};

use super::{failure::Failure, ledger, reading::table, record, tables::Tables};
use crate::{
    Position, StoreError, StoreErrorKind, Timestamp,
    store::{Direction, Entry, Span, Stretch, Unreadable},
};

/// How many entries are read at once, at most.
const ENTRIES: usize = 1_000;

type Log = ReadOnlyTable<u64, &'static [u8]>;

/// A stretch that is being read.
struct Reading {
    span: Span,
    entries: Vec<Entry>,
    room: usize,
}

/// Reads from the beginning of a part of the log: as much as fits into so many bytes.
pub(super) fn stretch(
    database: &Database,
    tables: &Tables,
    span: Span,
    bytes: usize,
) -> Result<Stretch, Failure> {
    let Some(log) = table(&database.begin_read()?, tables.log())? else {
        return Ok(Stretch::EMPTY);
    };
    let span = span.within(ledger::head(&log)?);
    if span.is_empty() {
        return Ok(Stretch::EMPTY);
    }
    let mut reading = Reading {
        span,
        entries: Vec::new(),
        room: bytes,
    };
    let rest = match span.direction {
        Direction::Forwards => reading.forwards(&log)?,
        Direction::Backwards => reading.backwards(&log)?,
    };
    let entries = reading.entries;
    Ok(Stretch { entries, rest })
}

impl Reading {
    fn forwards(&mut self, log: &Log) -> Result<Option<Span>, Failure> {
        let (mut next, until) = (self.span.after.as_u64() + 1, self.span.until.as_u64());
        for stored in log.range(next..=until)? {
            if self.is_full() {
                return Ok(self.span.rest(Position::new(next - 1)));
            }
            let (position, bytes) = stored?;
            let position = position.value();
            if position > next {
                self.entries.push(missing(next, position - 1));
            }
            self.push(Position::new(position), bytes.value());
            next = position + 1;
        }
        if next <= until {
            self.entries.push(missing(next, until));
        }
        Ok(None)
    }

    fn backwards(&mut self, log: &Log) -> Result<Option<Span>, Failure> {
        let (first, mut last) = (self.span.after.as_u64() + 1, self.span.until.as_u64());
        for stored in log.range(first..=last)?.rev() {
            if self.is_full() {
                return Ok(self.span.rest(Position::new(last + 1)));
            }
            let (position, bytes) = stored?;
            let position = position.value();
            if position < last {
                self.entries.push(missing(position + 1, last));
            }
            self.push(Position::new(position), bytes.value());
            last = position.saturating_sub(1);
        }
        if first <= last {
            self.entries.push(missing(first, last));
        }
        Ok(None)
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= ENTRIES || (self.room == 0 && !self.entries.is_empty())
    }

    fn push(&mut self, position: Position, bytes: &[u8]) {
        self.room = self.room.saturating_sub(bytes.len());
        self.entries.push(match record::read(position, bytes) {
            Ok(recorded) => Entry::Commit(recorded),
            Err(error) => Entry::Unreadable(Unreadable {
                position,
                error,
                bytes: Bytes::copy_from_slice(bytes),
            }),
        });
    }
}

/// Nothing lies at these places where something should.
fn missing(first: u64, last: u64) -> Entry {
    let position = Position::new(first);
    let error = if first == last {
        record::missing(position)
    } else {
        let what = format!("all commits up to position {last} are missing in the log");
        StoreError::new(StoreErrorKind::Corrupt, what).at(position)
    };
    Entry::Unreadable(Unreadable {
        position,
        error,
        bytes: Bytes::new(),
    })
}

/// The last position at which something was stored before a moment.
///
/// Times of storing never go back within a file, except where its first part is older than they
/// are: there the times of the events stand for them.
pub(super) fn stored_before(
    database: &Database,
    tables: &Tables,
    moment: Timestamp,
) -> Result<Position, Failure> {
    let Some(log) = table(&database.begin_read()?, tables.log())? else {
        return Ok(Position::START);
    };
    let (mut before, mut from) = (0, ledger::head(&log)?.as_u64() + 1);
    while from - before > 1 {
        let middle = before + (from - before) / 2;
        let position = Position::new(middle);
        let stored = log.get(middle)?;
        let stored = stored.ok_or_else(|| record::missing(position))?;
        if record::stored(position, stored.value())? < moment {
            before = middle;
        } else {
            from = middle;
        }
    }
    Ok(Position::new(before))
}
