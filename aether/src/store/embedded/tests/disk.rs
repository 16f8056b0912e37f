use std::{
    fmt, io,
    sync::{Arc, Barrier, Mutex, MutexGuard, PoisonError},
};

use redb::StorageBackend;

/// What a disk writes whole or not at all.
const SECTOR: usize = 512;

/// A disk that keeps what was synced, and of what was not whatever it likes.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    contents: Contents,
    mood: Mood,
    observer: Option<Observer>,
    /// Where the next sync waits, when it begins and before it ends.
    gate: Option<Arc<Barrier>>,
    syncs: u64,
}

/// Sees what is on the disk before every change.
type Observer = Box<dyn FnMut(&Contents) + Send>;

#[derive(Debug, Default)]
pub(super) struct Contents {
    /// What is read.
    live: Vec<u8>,
    /// What is there after a power cut in any case.
    synced: Vec<u8>,
    /// What may be there.
    pending: Vec<Operation>,
}

#[derive(Debug, Clone)]
enum Operation {
    Length(usize),
    Write { offset: usize, bytes: Vec<u8> },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mood {
    #[default]
    Well,
    /// There is no room for more than this many bytes.
    Full(usize),
    /// Nothing works.
    Gone,
    /// The engine trips.
    Odd,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("mood", &self.mood)
            .finish_non_exhaustive()
    }
}

impl Contents {
    /// What is on the disk if the power is cut now: all that was synced, and of the rest those
    /// sectors for which `is_kept` says so.
    pub(super) fn cut(&self, mut is_kept: impl FnMut() -> bool) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        for sector in self.pending.iter().flat_map(Operation::sectors) {
            if is_kept() {
                sector.apply(&mut bytes);
            }
        }
        bytes
    }
}

impl Disk {
    /// A disk with these bytes.
    pub(super) fn holding(bytes: Vec<u8>) -> Self {
        let disk = Self::default();
        let mut state = disk.state();
        state.contents.live.clone_from(&bytes);
        state.contents.synced = bytes;
        drop(state);
        disk
    }

    pub(super) fn set(&self, mood: Mood) {
        self.state().mood = mood;
    }

    pub(super) fn observe(&self, observer: impl FnMut(&Contents) + Send + 'static) {
        self.state().observer = Some(Box::new(observer));
    }

    /// Has the next sync wait at a gate, twice: to say that it has begun, and to be let go on.
    pub(super) fn hold(&self) -> Arc<Barrier> {
        let gate = Arc::new(Barrier::new(2));
        self.state().gate = Some(Arc::clone(&gate));
        gate
    }

    /// What is on the disk if the power is cut now and nothing is kept that was not synced.
    pub(super) fn synced(&self) -> Vec<u8> {
        self.state().contents.cut(|| false)
    }

    pub(super) fn syncs(&self) -> u64 {
        self.state().syncs
    }

    pub(super) fn len(&self) -> usize {
        self.state().contents.live.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Operation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(*length, 0),
            Self::Write { offset, bytes: new } => {
                let end = offset + new.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*offset..end].copy_from_slice(new);
            }
        }
    }

    fn sectors(&self) -> Vec<Self> {
        match self {
            Self::Length(_) => vec![self.clone()],
            Self::Write { offset, bytes } => {
                let sectors = bytes.chunks(SECTOR).enumerate();
                let sectors = sectors.map(|(index, part)| Self::Write {
                    offset: offset + index * SECTOR,
                    bytes: part.to_vec(),
                });
                sectors.collect()
            }
        }
    }
}

impl State {
    fn change(&mut self, operation: Operation, end: usize) -> io::Result<()> {
        match self.mood {
            Mood::Gone => return Err(io::ErrorKind::NotConnected.into()),
            Mood::Full(room) if end > room => return Err(io::ErrorKind::StorageFull.into()),
            Mood::Full(_) | Mood::Well | Mood::Odd => {}
        }
        if let Some(observer) = &mut self.observer {
            observer(&self.contents);
        }
        operation.apply(&mut self.contents.live);
        self.contents.pending.push(operation);
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().contents.live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        match state.mood {
            Mood::Gone => return Err(io::ErrorKind::NotConnected.into()),
            Mood::Odd => panic!("this disk is odd"),
            Mood::Well | Mood::Full(_) => {}
        }
        let offset = usize::try_from(offset).unwrap();
        let there = state.contents.live.get(offset..offset + out.len());
        out.copy_from_slice(there.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let length = usize::try_from(length).unwrap();
        self.state().change(Operation::Length(length), length)
    }

    fn sync_data(&self) -> io::Result<()> {
        let gate = self.state().gate.take();
        if let Some(gate) = gate {
            gate.wait();
            gate.wait();
        }
        let mut state = self.state();
        state.syncs += 1;
        if state.mood == Mood::Gone {
            return Err(io::ErrorKind::NotConnected.into());
        }
        let Contents {
            synced, pending, ..
        } = &mut state.contents;
        for operation in pending.drain(..) {
            operation.apply(synced);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        let bytes = data.to_vec();
        let end = offset + bytes.len();
        self.state().change(Operation::Write { offset, bytes }, end)
    }
}
