//! How an ask and its answer lie in a message: a letter, the version of the form, fields, and the
//! payload. A field is a number, its length and its bytes; numbers and lengths are LEB128.
//!
//! A reader takes the fields that it knows, so a later release may add some. What would make an ask
//! mean something else gets another version.

use std::time::Duration;

use bytes::Bytes;
use uuid::Uuid;

use crate::cluster::{
    Epoch, Shard, ShardCount,
    leb128::{number_length, put_bytes, put_number, take_bytes, take_number},
};

const ASK: u8 = b'A';
const ANSWER: u8 = b'R';
const VERSION: u8 = 1;

const SHARD: u64 = 1;
const EPOCH: u64 = 2;
const SESSION: u64 = 3;
const SEQUENCE: u64 = 4;
const BUDGET: u64 = 5;
const STATUS: u64 = 6;
const AFTER: u64 = 7;

/// An ask on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AskFrame {
    pub(super) shard: Shard,
    /// The epoch of the table by which it is sent.
    pub(super) epoch: Epoch,
    pub(super) session: Uuid,
    pub(super) sequence: u64,
    /// How much of its time is left.
    pub(super) budget: Duration,
    pub(super) payload: Bytes,
}

/// What became of an ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AnswerFrame {
    Ok(Bytes),
    Moved(Epoch),
    Busy(Duration),
    Expired,
}

impl AskFrame {
    pub(super) fn encode(&self) -> Bytes {
        let mut frame = Writing::new(ASK, self.payload.len());
        frame.number(SHARD, self.shard.number().into());
        frame.number(EPOCH, self.epoch.0);
        frame.bytes(SESSION, self.session.as_bytes());
        frame.number(SEQUENCE, self.sequence);
        frame.number(BUDGET, micros(self.budget));
        frame.finish(&self.payload)
    }

    pub(super) fn decode(bytes: &Bytes) -> Option<Self> {
        let (fields, payload) = unframe(ASK, bytes)?;
        let (mut shard, mut epoch, mut session) = (None, None, None);
        let (mut sequence, mut budget) = (None, None);
        each(fields, |tag, field| match tag {
            SHARD => shard = whole(field),
            EPOCH => epoch = whole(field),
            SESSION => session = Uuid::from_slice(field).ok(),
            SEQUENCE => sequence = whole(field),
            BUDGET => budget = whole(field),
            _ => {}
        })?;
        let all = ShardCount::new(ShardCount::MOST).ok()?;
        Some(Self {
            shard: all.shard(u32::try_from(shard?).ok()?)?,
            epoch: Epoch(epoch?),
            session: session?,
            sequence: sequence?,
            budget: Duration::from_micros(budget?),
            payload,
        })
    }
}

impl AnswerFrame {
    pub(super) fn encode(&self) -> Bytes {
        let payload: &[u8] = match self {
            Self::Ok(payload) => payload,
            Self::Moved(_) | Self::Busy(_) | Self::Expired => &[],
        };
        let mut frame = Writing::new(ANSWER, payload.len());
        let status = match self {
            Self::Ok(_) => 0,
            Self::Moved(_) => 1,
            Self::Busy(_) => 2,
            Self::Expired => 3,
        };
        frame.number(STATUS, status);
        match self {
            Self::Moved(epoch) => frame.number(EPOCH, epoch.0),
            Self::Busy(after) => frame.number(AFTER, micros(*after)),
            Self::Ok(_) | Self::Expired => {}
        }
        frame.finish(payload)
    }

    pub(super) fn decode(bytes: &Bytes) -> Option<Self> {
        let (fields, payload) = unframe(ANSWER, bytes)?;
        let (mut status, mut epoch, mut after) = (None, None, None);
        each(fields, |tag, field| match tag {
            STATUS => status = whole(field),
            EPOCH => epoch = whole(field),
            AFTER => after = whole(field),
            _ => {}
        })?;
        match status? {
            0 => Some(Self::Ok(payload)),
            1 => Some(Self::Moved(Epoch(epoch?))),
            2 => Some(Self::Busy(Duration::from_micros(after?))),
            3 => Some(Self::Expired),
            _ => None,
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A message that is being written, all in one piece.
struct Writing(Vec<u8>);

impl Writing {
    /// What lies before the fields: the letter, the version, and how many bytes the fields have.
    const HEAD: usize = 3;
    /// What the fields take at most. That is less than 128, so their length is one byte.
    const FIELDS: usize = 2 + 16 + 4 * (2 + 10);

    fn new(letter: u8, payload: usize) -> Self {
        let mut bytes = Vec::with_capacity(Self::HEAD + Self::FIELDS + payload);
        bytes.extend([letter, VERSION, 0]);
        Self(bytes)
    }

    fn number(&mut self, tag: u64, value: u64) {
        put_number(&mut self.0, tag);
        put_number(&mut self.0, number_length(value));
        put_number(&mut self.0, value);
    }

    fn bytes(&mut self, tag: u64, value: &[u8]) {
        put_number(&mut self.0, tag);
        put_bytes(&mut self.0, value);
    }

    fn finish(mut self, payload: &[u8]) -> Bytes {
        let fields = u8::try_from(self.0.len() - Self::HEAD).unwrap_or_default();
        if let [_, _, length, ..] = self.0.as_mut_slice() {
            *length = fields;
        }
        self.0.extend(payload);
        Bytes::from(self.0)
    }
}

/// The fields and the payload; none, if it is something else, or of a version that is not known.
fn unframe(letter: u8, bytes: &Bytes) -> Option<(&[u8], Bytes)> {
    let mut rest = bytes.strip_prefix(&[letter, VERSION])?;
    let fields = take_bytes(&mut rest)?;
    Some((fields, bytes.slice_ref(rest)))
}

fn each(mut fields: &[u8], mut take: impl FnMut(u64, &[u8])) -> Option<()> {
    while !fields.is_empty() {
        let tag = take_number(&mut fields)?;
        take(tag, take_bytes(&mut fields)?);
    }
    Some(())
}

fn whole(mut field: &[u8]) -> Option<u64> {
    let value = take_number(&mut field)?;
    field.is_empty().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> AskFrame {
        AskFrame {
            shard: ShardCount::default().shard(4_095).unwrap(),
            epoch: Epoch(u64::MAX),
            session: Uuid::now_v7(),
            sequence: 300,
            budget: Duration::from_millis(1_500),
            payload: Bytes::from_static(b"payload"),
        }
    }

    #[test]
    fn asks_and_answers_are_read_as_they_are_written() {
        let ask = ask();
        assert_eq!(AskFrame::decode(&ask.encode()), Some(ask));
        for answer in [
            AnswerFrame::Ok(Bytes::from_static(b"done")),
            AnswerFrame::Moved(Epoch(300)),
            AnswerFrame::Busy(Duration::from_micros(7)),
            AnswerFrame::Expired,
        ] {
            assert_eq!(AnswerFrame::decode(&answer.encode()), Some(answer));
        }
    }

    #[test]
    fn a_later_release_may_add_fields_and_another_version_is_not_read() {
        let mut frame = Writing::new(ANSWER, 4);
        frame.number(STATUS, 3);
        frame.number(99, 7);
        let bytes = frame.finish(b"more");
        assert_eq!(AnswerFrame::decode(&bytes), Some(AnswerFrame::Expired));
        let mut other = bytes.to_vec();
        other[1] = VERSION + 1;
        assert_eq!(AnswerFrame::decode(&Bytes::from(other)), None);
    }

    #[test]
    fn the_largest_numbers_fit_into_the_room_of_a_message() {
        let ask = AskFrame {
            sequence: u64::MAX,
            budget: Duration::from_micros(u64::MAX),
            ..ask()
        };
        let bytes = ask.encode();
        let fields = bytes.len() - ask.payload.len() - Writing::HEAD;
        assert!(fields <= Writing::FIELDS, "{fields}");
        assert_eq!(AskFrame::decode(&bytes), Some(ask));
    }

    #[test]
    fn what_is_cut_short_is_nothing() {
        let whole = ask().encode();
        for length in 0..whole.len() - ask().payload.len() {
            assert_eq!(AskFrame::decode(&whole.slice(..length)), None, "{length}");
        }
    }
}
