use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    path::Path,
};

use super::failure::Failure;

/// The most bytes a line may have: more than a commit can take in any store on a disk or server.
const LONGEST: u64 = 256 << 20;

/// The lines of a file.
pub(crate) struct Lines<'a> {
    path: &'a Path,
    file: BufReader<File>,
    line: Vec<u8>,
    read: u64,
}

/// A line, without its line feed.
pub(crate) struct Line<'a> {
    pub(crate) bytes: &'a [u8],
    /// Whether it had one.
    pub(crate) whole: bool,
}

impl<'a> Lines<'a> {
    pub(crate) fn open(path: &'a Path) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|err| Failure::file(path, "read", err))?;
        Ok(Self::of(path, file))
    }

    pub(crate) fn of(path: &'a Path, file: File) -> Self {
        Self {
            path,
            file: BufReader::with_capacity(1 << 20, file),
            line: Vec::new(),
            read: 0,
        }
    }

    /// The next line.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, Failure> {
        self.line.clear();
        let failed = |err| Failure::file(self.path, "read", err);
        let mut rest = (&mut self.file).take(LONGEST);
        let read = rest.read_until(b'\n', &mut self.line).map_err(failed)?;
        if read as u64 == LONGEST {
            let err = io::Error::new(io::ErrorKind::InvalidData, "a line is too long");
            return Err(failed(err));
        }
        self.read += read as u64;
        let whole = self.line.pop_if(|byte| *byte == b'\n').is_some();
        let bytes = &self.line;
        Ok((read > 0).then_some(Line { bytes, whole }))
    }

    /// How many bytes were read.
    pub(crate) const fn read(&self) -> u64 {
        self.read
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> Result<u64, Failure> {
        let about = self.file.get_ref().metadata();
        let about = about.map_err(|err| Failure::file(self.path, "read", err))?;
        Ok(about.len())
    }
}
