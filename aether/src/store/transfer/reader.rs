use std::borrow::Cow;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    error::TransferError,
    line::{self, Line},
    tally::{Ending, Running, Tally},
};
use crate::{Commit, CommitId, Namespace, Position, store::Filter, wire};

const OPENING: &str = "aether.export.opening";
const UNREADABLE: &str = "aether.export.unreadable";
const ENDING: &str = "aether.export.ending";
/// The form that is written and read.
const FORMAT: u32 = 1;

/// What the first line of an export says.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct Opening {
    /// The form of the file.
    format: u32,
    /// The namespace that was exported.
    pub namespace: Namespace,
    /// The commit that lies before the first one, if the file does not begin at the beginning.
    pub continues: Option<CommitId>,
    /// Whether commits are left out that a filter did not want.
    #[serde(rename = "filter", default, deserialize_with = "is_there")]
    pub filtered: bool,
}

/// What a line, and those before it that belong to it, say.
#[derive(Debug)]
pub enum Item {
    /// What is in the file.
    Opening(Opening),
    /// A commit.
    Commit(Commit),
    /// Something that could not be read, and where it lay in the log.
    Unreadable(Position),
    /// The end: the file is whole, and as it was written.
    Ending(Ending),
}

/// Reads the lines of an export and checks them.
///
/// ```
/// use aether::{InMemoryEventStore, store::transfer::{Export, ExportOptions, ExportReader}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = InMemoryEventStore::new();
/// let mut export = Export::begin(&store, ExportOptions::default()).await?;
/// let mut reader = ExportReader::new();
/// while let Some(lines) = export.next().await? {
///     for line in lines.split_inclusive(|byte| *byte == b'\n') {
///         reader.take(line.strip_suffix(b"\n").unwrap_or(line))?;
///     }
/// }
/// assert_eq!(reader.finish()?.tally.commits, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct ExportReader {
    running: Running,
    stage: Stage,
    namespace: Namespace,
    commit: Option<Gathered>,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Opening,
    Commits,
    Ended(Ending),
}

/// The documents of a commit, as far as they were read.
#[derive(Debug)]
struct Gathered {
    id: CommitId,
    parts: u64,
    documents: Vec<Vec<u8>>,
}

/// A line that is about the export itself.
#[derive(Serialize, Deserialize)]
struct Note<'a> {
    specversion: Cow<'a, str>,
    id: Cow<'a, str>,
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    source: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aetherposition: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aetherproblem: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    datacontenttype: Option<Cow<'a, str>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_base64: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct OpeningData<'a> {
    format: u32,
    namespace: &'a Namespace,
    continues: Option<CommitId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<&'a Filter>,
}

fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl ExportReader {
    /// Reads from the first line.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next line, without its line feed. Gives what ends with it; nothing in the midst
    /// of a commit.
    ///
    /// # Errors
    /// If the line is not one that an export has there, or, in the last line, if what it says is
    /// not what was read.
    pub fn take(&mut self, line: &[u8]) -> Result<Option<Item>, TransferError> {
        let number = self.running.tally.lines + 1;
        let item = match &self.stage {
            Stage::Ended(_) => Err(TransferError::line(number, "the line before was the last")),
            Stage::Opening => self.opening(line, number).map(Some),
            Stage::Commits if Line::is_one(line) => self.document(line, number),
            Stage::Commits => self.note(line, number).map(Some),
        }?;
        match &item {
            Some(Item::Ending(ending)) => self.stage = Stage::Ended(ending.clone()),
            Some(Item::Commit(commit)) => self.running.commit(commit.events().len()),
            Some(Item::Unreadable(_)) => self.running.tally.unreadable += 1,
            Some(Item::Opening(_)) | None => {}
        }
        if !matches!(item, Some(Item::Ending(_))) {
            self.running.line(line);
        }
        Ok(item)
    }

    /// How much was read.
    pub const fn tally(&self) -> Tally {
        self.running.tally
    }

    pub(super) fn running(&self) -> Running {
        self.running.clone()
    }

    /// Ends. Gives what the last line says.
    ///
    /// # Errors
    /// If the last line was not read.
    pub fn finish(self) -> Result<Ending, TransferError> {
        match self.stage {
            Stage::Ended(ending) => Ok(ending),
            Stage::Opening | Stage::Commits => Err(TransferError::Truncated {
                lines: self.running.tally.lines,
            }),
        }
    }

    fn opening(&mut self, line: &[u8], number: u64) -> Result<Item, TransferError> {
        let note = note(line, number)?;
        if note.kind != OPENING {
            return Err(TransferError::line(number, "it does not open an export"));
        }
        let opening: Opening = data(&note, number)?;
        if opening.format != FORMAT {
            let what = format!(
                "it opens a file of format {}, and this version of Aether reads format {FORMAT}",
                opening.format
            );
            return Err(TransferError::line(number, what));
        }
        self.stage = Stage::Commits;
        self.namespace = opening.namespace.clone();
        Ok(Item::Opening(opening))
    }

    fn document(&mut self, line: &[u8], number: u64) -> Result<Option<Item>, TransferError> {
        let wrong = |what| TransferError::line(number, what);
        let line = Line::read(line).ok_or_else(|| wrong("it is no document of a commit"))?;
        let gathered = self.commit.get_or_insert_with(|| Gathered {
            id: line.commit,
            parts: line.parts,
            documents: Vec::new(),
        });
        let follows = gathered.documents.len() as u64 + 1 == line.part;
        if gathered.id != line.commit || gathered.parts != line.parts || !follows {
            return Err(wrong(
                "it is another part of a commit than the one that follows",
            ));
        }
        let document = line.document();
        let document = document.ok_or_else(|| wrong("its line breaks cannot be restored"))?;
        gathered.documents.push(document);
        if line.part < line.parts {
            return Ok(None);
        }
        let Some(gathered) = self.commit.take() else {
            return Ok(None);
        };
        gathered
            .commit(number)
            .map(|commit| Some(Item::Commit(commit)))
    }

    fn note(&self, line: &[u8], number: u64) -> Result<Item, TransferError> {
        if self.commit.is_some() {
            return Err(TransferError::line(number, "a commit breaks off before it"));
        }
        let note = note(line, number)?;
        match &*note.kind {
            UNREADABLE => {
                let position = note.aetherposition.as_deref().map(str::parse);
                let Some(Ok(position)) = position else {
                    return Err(TransferError::line(number, "it does not say where it lay"));
                };
                Ok(Item::Unreadable(Position::new(position)))
            }
            ENDING => self.ending(data(&note, number)?, line).map(Item::Ending),
            _ => Err(TransferError::line(number, "it is of an unknown type")),
        }
    }

    fn ending(&self, said: Ending, line: &[u8]) -> Result<Ending, TransferError> {
        let found = self.running.ending();
        if said == found {
            let as_written = write_ending(&self.namespace, &found);
            if as_written.strip_suffix(b"\n") == Some(line) {
                return Ok(said);
            }
            let what = "its last line is not as it was written".to_owned();
            return Err(TransferError::Altered { what });
        }
        let what = if said.tally == found.tally {
            format!(
                "its SHA-256 is {} and should be {}",
                found.sha256, said.sha256
            )
        } else {
            format!(
                "it should hold {:?} and holds {:?}",
                said.tally, found.tally
            )
        };
        Err(TransferError::Altered { what })
    }
}

impl Gathered {
    fn commit(&self, number: u64) -> Result<Commit, TransferError> {
        let body = Bytes::from(line::body(&self.documents).into_owned());
        let contents = wire::decode(&body).map_err(|source| TransferError::Commit {
            line: number,
            source,
        })?;
        let commit = Commit::try_from(contents);
        let commit = commit.map_err(|err| TransferError::line(number, err.to_string()))?;
        Ok(commit.with_id(self.id))
    }
}

fn note(line: &[u8], number: u64) -> Result<Note<'_>, TransferError> {
    serde_json::from_slice(line).map_err(|err| TransferError::line(number, err.to_string()))
}

fn data<T: serde::de::DeserializeOwned>(note: &Note<'_>, number: u64) -> Result<T, TransferError> {
    let data = note.data.map_or("null", RawValue::get);
    serde_json::from_str(data).map_err(|err| TransferError::line(number, err.to_string()))
}

/// The first line.
pub(super) fn write_opening(
    namespace: &Namespace,
    continues: Option<CommitId>,
    filter: Option<&Filter>,
) -> Vec<u8> {
    let format = FORMAT;
    let data = OpeningData {
        format,
        namespace,
        continues,
        filter,
    };
    write_data(namespace, OPENING, "opening", &data)
}

/// The last line.
pub(super) fn write_ending(namespace: &Namespace, ending: &Ending) -> Vec<u8> {
    write_data(namespace, ENDING, &ending.sha256, ending)
}

/// A line for what cannot be read.
pub(super) fn write_unreadable(
    namespace: &Namespace,
    (position, problem): (Position, &str),
    bytes: &[u8],
) -> Vec<u8> {
    let (position, source) = (position.to_string(), wire::source_of(namespace));
    write_note(&Note {
        specversion: "1.0".into(),
        id: format!("unreadable/{position}").into(),
        kind: UNREADABLE.into(),
        source: source.into(),
        aetherposition: Some(position.into()),
        aetherproblem: Some(problem.into()),
        datacontenttype: Some("application/octet-stream".into()),
        data: None,
        data_base64: Some(BASE64_STANDARD.encode(bytes).into()),
    })
}

fn write_data(namespace: &Namespace, kind: &str, id: &str, data: &impl Serialize) -> Vec<u8> {
    // Texts and numbers can always be written.
    let data = serde_json::value::to_raw_value(data).unwrap_or_default();
    write_note(&Note {
        specversion: "1.0".into(),
        id: id.into(),
        kind: kind.into(),
        source: wire::source_of(namespace).into(),
        aetherposition: None,
        aetherproblem: None,
        datacontenttype: Some("application/json".into()),
        data: Some(&data),
        data_base64: None,
    })
}

fn write_note(note: &Note<'_>) -> Vec<u8> {
    let mut line = serde_json::to_vec(note).unwrap_or_default();
    line.push(b'\n');
    line
}
