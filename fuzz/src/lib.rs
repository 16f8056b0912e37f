//! What the targets have in common: how bytes are taken for texts and for messages.

use aether::{__fuzz::Message, Commit, Namespace, wire};
use bytes::Bytes;

/// As many texts as are wanted, separated by a byte that no text has. None if there are fewer or
/// more, or one of them is no text.
pub fn texts<const N: usize>(bytes: &[u8]) -> Option<[&str; N]> {
    let texts: Option<Vec<_>> = bytes
        .split(|byte| *byte == 0xff)
        .map(|part| str::from_utf8(part).ok())
        .collect();
    texts?.try_into().ok()
}

/// Lines of headers, an empty line, and a body; the first line is the subject.
pub fn message(bytes: &[u8]) -> Option<Message> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n")?;
    let (head, body) = (bytes.get(..end)?, bytes.get(end + 2..)?);
    let mut lines = str::from_utf8(head).ok()?.split('\n');
    let subject = lines.next()?.to_owned();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_owned(), value.to_owned()))
    });
    Some(Message {
        subject,
        headers: headers.collect::<Option<_>>()?,
        body: Bytes::copy_from_slice(body),
    })
}

/// A commit that was read is written, and read again the same.
pub fn survives(commit: &Commit) {
    let written = Bytes::from(wire::encode(commit, &Namespace::default()));
    let read = wire::decode(&written).expect("what is written can be read");
    let read = Commit::try_from(read).expect("what is written is a commit");
    assert_eq!(read.with_id(commit.id()), *commit);
}
