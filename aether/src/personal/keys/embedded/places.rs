use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use zeroize::Zeroizing;

use crate::personal::SubjectKey;

/// A file of places of one size, each of which holds the bytes of one key.
///
/// A place is the number of bytes, the bytes, and a checksum over both at its end.
#[derive(Debug)]
pub(super) struct Places(File);

/// The bytes of a place.
const SIZE: usize = 128;
const CHECKSUM: usize = 4;

impl Places {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).read(true).write(true);
        options.open(path).map(Self)
    }

    /// Writes a key, such that it is on the disk.
    pub(super) fn write(&mut self, place: u64, key: &[u8]) -> io::Result<()> {
        let too_long = || io::Error::new(io::ErrorKind::InvalidInput, "the key is too long");
        let length = u8::try_from(key.len()).ok();
        let length = length.filter(|_| key.len() <= SubjectKey::MAX_BYTES);
        let mut bytes = Zeroizing::new(Vec::with_capacity(SIZE));
        bytes.push(length.ok_or_else(too_long)?);
        bytes.extend_from_slice(key);
        bytes.resize(SIZE - CHECKSUM, 0);
        let checksum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&checksum.to_be_bytes());
        self.overwrite(place, &bytes)?;
        self.0.sync_data()
    }

    /// Reads a key. None if what lies there is none.
    pub(super) fn read(&mut self, place: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        let mut bytes = Zeroizing::new([0; SIZE]);
        self.0.seek(SeekFrom::Start(offset(place)))?;
        match self.0.read_exact(&mut *bytes) {
            Err(err) if err.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let Some((bytes, checksum)) = bytes.split_last_chunk::<CHECKSUM>() else {
            return Ok(None);
        };
        let is_whole = crc32fast::hash(bytes).to_be_bytes() == *checksum;
        let key = bytes
            .split_first()
            .and_then(|(length, rest)| rest.get(..usize::from(*length)));
        let key = key.filter(|key| is_whole && !key.is_empty());
        Ok(key.map(|key| Zeroizing::new(key.to_vec())))
    }

    /// Overwrites places with zeros, such that the zeros are on the disk.
    pub(super) fn erase(&mut self, places: &[u64]) -> io::Result<()> {
        for place in places {
            self.overwrite(*place, &[0; SIZE])?;
        }
        self.0.sync_data()
    }

    fn overwrite(&mut self, place: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.seek(SeekFrom::Start(offset(place)))?;
        self.0.write_all(bytes)
    }
}

const fn offset(place: u64) -> u64 {
    place.saturating_mul(SIZE as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_until_its_place_is_erased_or_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.bin");
        let mut places = Places::open(&path).unwrap();
        assert_eq!(places.read(3).unwrap(), None);
        places.write(3, &[7; 120]).unwrap();
        places.write(0, &[9]).unwrap();
        assert_eq!(**places.read(3).unwrap().unwrap(), [7; 120]);
        assert_eq!(**places.read(0).unwrap().unwrap(), [9]);
        assert_eq!(places.read(1).unwrap(), None);
        places.erase(&[3]).unwrap();
        assert_eq!(places.read(3).unwrap(), None);
        assert!(!std::fs::read(&path).unwrap().contains(&7));
        places.overwrite(0, &[1, 8]).unwrap();
        assert_eq!(places.read(0).unwrap(), None);
        assert!(places.write(0, &[7; 121]).is_err());
    }
}
