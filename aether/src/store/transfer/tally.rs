use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// How much is in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// How many commits.
    pub commits: u64,
    /// How many events in them.
    pub events: u64,
    /// How many things that cannot be read.
    pub unreadable: u64,
    /// How many lines, the last one not among them.
    pub lines: u64,
}

/// What the last line of an export says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// How much is in the file.
    #[serde(flatten)]
    pub tally: Tally,
    /// The SHA-256 of all lines before the last, line feeds included, in hexadecimal.
    pub sha256: String,
}

/// What runs along with the lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Running {
    pub(super) tally: Tally,
    hash: Sha256,
}

impl Running {
    /// One more line, without its line feed.
    pub(super) fn line(&mut self, line: &[u8]) {
        self.hash.update(line);
        self.hash.update(b"\n");
        self.tally.lines += 1;
    }

    /// Some whole lines.
    pub(super) fn lines(&mut self, lines: &[u8], count: u64) {
        self.hash.update(lines);
        self.tally.lines += count;
    }

    pub(super) fn commit(&mut self, events: usize) {
        self.tally.commits += 1;
        self.tally.events += events as u64;
    }

    pub(super) fn ending(&self) -> Ending {
        let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
        let digest = self.hash.clone().finalize();
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let sha256 = digits.map(digit).collect();
        let tally = self.tally;
        Ending { tally, sha256 }
    }
}
