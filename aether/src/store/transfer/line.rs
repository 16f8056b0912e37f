use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::{Commit, CommitId, Namespace, wire};

const BEGIN: &str = r#"{"aethercommit":""#;
const PART: &str = r#"","aetherpart":""#;
const BREAKS: &str = r#","aetherbreaks":""#;

/// The attributes that an export adds.
pub(super) const ADDED: [&str; 3] = ["aethercommit", "aetherpart", "aetherbreaks"];

/// A line that is a document of a commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) commit: CommitId,
    /// Which document of the commit it is, counted from 1.
    pub(super) part: u64,
    /// How many documents the commit has.
    pub(super) parts: u64,
    breaks: &'a str,
    /// The document, without its first brace.
    rest: &'a str,
}

/// The lines of a commit, and how many they are; or the name of an attribute that its events have
/// and must not have.
pub(super) fn write(
    commit: &Commit,
    namespace: &Namespace,
) -> Result<(Vec<u8>, u64), &'static str> {
    let customs = commit.events().iter().map(|event| event.metadata.custom());
    let taken = |name: &&str| customs.clone().any(|custom| custom.contains_key(*name));
    if let Some(name) = ADDED.iter().copied().find(|name| taken(name)) {
        return Err(name);
    }
    // Places in this log mean nothing in another.
    let body = match commit.session() {
        Some(_) => wire::encode(&commit.clone().unmarked(), namespace),
        None => wire::encode(commit, namespace),
    };
    let documents = documents(&body);
    let mut lines = String::with_capacity(body.len() + documents.len() * 80);
    for (part, document) in (1..).zip(&documents) {
        write_line(&mut lines, commit.id(), (part, documents.len()), document);
    }
    Ok((lines.into_bytes(), documents.len() as u64))
}

/// The documents of a commit, each as it is.
fn documents(body: &[u8]) -> Vec<&str> {
    if let Ok(batch) = serde_json::from_slice::<Vec<&RawValue>>(body) {
        return batch.into_iter().map(RawValue::get).collect();
    }
    std::str::from_utf8(body).into_iter().collect()
}

fn write_line(lines: &mut String, commit: CommitId, (part, parts): (u64, usize), document: &str) {
    let rest = document.strip_prefix('{').unwrap_or(document);
    let (commit, part) = (commit.to_string(), format!("{part}/{parts}"));
    lines.extend([BEGIN, &*commit, PART, &*part, "\""]);
    let breaks = breaks(document);
    if breaks.is_empty() {
        lines.extend([",", rest]);
    } else {
        let rest = rest.replace(['\n', '\r'], " ");
        lines.extend([BREAKS, &*breaks, "\",", &*rest]);
    }
    lines.push('\n');
}

/// Where line breaks are in a document, and which: `12n 40r`.
fn breaks(document: &str) -> String {
    let bytes = document.bytes().enumerate();
    let places = bytes.filter_map(|(at, byte)| match byte {
        b'\n' => Some(format!("{at}n")),
        b'\r' => Some(format!("{at}r")),
        _ => None,
    });
    places.collect::<Vec<_>>().join(" ")
}

impl<'a> Line<'a> {
    /// Whether a line claims to be a document of a commit.
    pub(super) fn is_one(line: &[u8]) -> bool {
        line.starts_with(BEGIN.as_bytes())
    }

    /// Reads a line, without its line feed; none if it is not as an export writes it.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?.strip_prefix(BEGIN)?;
        let (commit, text) = text.split_once(PART)?;
        let (part, text) = text.split_once('"')?;
        let (part, parts) = part.split_once('/')?;
        let (breaks, rest) = match text.strip_prefix(BREAKS) {
            Some(text) => text.split_once("\",")?,
            None => ("", text.strip_prefix(',')?),
        };
        let line = Self {
            commit: commit.parse().ok()?,
            part: part.parse().ok()?,
            parts: parts.parse().ok()?,
            breaks,
            rest,
        };
        (0 < line.part && line.part <= line.parts).then_some(line)
    }

    /// The document as it was; none if line breaks cannot be where they are said to have been.
    pub(super) fn document(&self) -> Option<Vec<u8>> {
        let mut document = Vec::with_capacity(self.rest.len() + 1);
        document.push(b'{');
        document.extend_from_slice(self.rest.as_bytes());
        for place in self.breaks.split_terminator(' ') {
            let (at, sign) = match place.strip_suffix('n') {
                Some(at) => (at, b'\n'),
                None => (place.strip_suffix('r')?, b'\r'),
            };
            let byte = document.get_mut(at.parse::<usize>().ok()?)?;
            if *byte != b' ' {
                return None;
            }
            *byte = sign;
        }
        Some(document)
    }
}

/// The documents of a commit, put together as a store keeps them.
pub(super) fn body(documents: &[Vec<u8>]) -> Cow<'_, [u8]> {
    if let [document] = documents {
        return Cow::Borrowed(document);
    }
    let mut body = vec![b'['];
    body.extend(documents.join(&b','));
    body.push(b']');
    Cow::Owned(body)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::{Value, json};

    use super::*;
    use crate::{Event, Payload};

    fn lines(commit: &Commit) -> Vec<String> {
        let (lines, count) = write(commit, &Namespace::default()).unwrap();
        let lines: Vec<String> = std::str::from_utf8(&lines)
            .unwrap()
            .lines()
            .map(ToOwned::to_owned)
            .collect();
        assert_eq!(lines.len() as u64, count);
        lines
    }

    fn read_back(lines: &[String]) -> Commit {
        let lines = lines
            .iter()
            .map(|line| Line::read(line.as_bytes()).unwrap());
        let lines: Vec<Line<'_>> = lines.collect();
        let documents: Vec<_> = lines.iter().map(|it| it.document().unwrap()).collect();
        let contents = wire::decode(&Bytes::from(body(&documents).into_owned())).unwrap();
        Commit::try_from(contents).unwrap().with_id(lines[0].commit)
    }

    fn event(version: u64, data: Payload) -> Event {
        let event = Event::new("a", version, "Counted", &()).unwrap();
        Event { data, ..event }
    }

    #[test]
    fn each_document_is_a_line_and_a_cloudevent() {
        let data = || Payload::of(&json!({ "n": 1 })).unwrap();
        let commit = Commit::new([event(1, data()), event(2, data())])
            .unwrap()
            .cancelling("late");
        let lines = lines(&commit);
        assert_eq!(lines.len(), 3);
        for (part, line) in (1..).zip(&lines) {
            let document: Value = serde_json::from_str(line).unwrap();
            assert_eq!(document["specversion"], "1.0");
            assert_eq!(document["aethercommit"], commit.id().to_string());
            assert_eq!(document["aetherpart"], format!("{part}/3"));
        }
        assert_eq!(read_back(&lines), commit);
    }

    #[test]
    fn line_breaks_in_data_come_back_where_they_were() {
        let json = "{ \"b\" :\r\n 1.50,\n\"a\":\"\\n\" }";
        let commit = Commit::new([event(1, Payload::from_json(json).unwrap())]).unwrap();
        let lines = lines(&commit);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains("\"aetherbreaks\":\""), "{}", lines[0]);
        let document: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(document["data"], json!({ "b": 1.5, "a": "\n" }));
        let back = read_back(&lines);
        assert_eq!(back.events()[0].data.as_str(), json);
        assert_eq!(back, commit);
    }

    #[test]
    fn an_attribute_of_ours_is_not_taken_for_one_of_theirs() {
        let mut event = event(1, Payload::of(&1).unwrap());
        event
            .metadata
            .keep("aetherpart".to_owned(), "1/1".to_owned());
        let commit = Commit::new([event]).unwrap();
        assert_eq!(write(&commit, &Namespace::default()), Err("aetherpart"));
    }

    #[test]
    fn a_line_that_is_not_as_it_was_written_is_none() {
        let commit = Commit::new([event(1, Payload::of(&1).unwrap())]).unwrap();
        let line = lines(&commit).remove(0);
        for (good, bad) in [
            (r#""1/1""#, r#""2/1""#),
            (r#""1/1""#, r#""0/1""#),
            (r#""1/1""#, r#""1""#),
            (r#"{"aether"#, r#"{ "aether"#),
            ("aetherpart", "aetherport"),
        ] {
            let bad = line.replacen(good, bad, 1);
            assert_ne!(bad, line);
            assert_eq!(Line::read(bad.as_bytes()), None, "{bad}");
        }
    }
}
