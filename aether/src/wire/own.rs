//! Reading what [`encode`](super::encode) wrote, in the very form it has there.
//!
//! Such a text is read from its beginning to its end without a tree, a table of attributes or a
//! copy. Whatever has another form is left to the reader of any CloudEvents: nothing is taken
//! here that it would not take, and what is taken is what it would give.

use std::sync::Arc;

use bytes::Bytes;
use jiff::{civil::DateTime, tz::Offset};
use serde::Deserialize as _;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::json::must_be_escaped;
use crate::{ActorId, Event, Metadata, Payload, Timestamp, Version};

/// The events of a commit that asks nothing of others; none if the text has another form.
///
/// If they are those of the actor that is guessed, they share its id.
pub(super) fn events(body: &Bytes, guess: Option<&ActorId>) -> Option<Vec<Event>> {
    let text = std::str::from_utf8(body).ok()?;
    let mut reader = Reader { text, body };
    let Some(documents) = text.strip_prefix('[') else {
        let event = reader.event(guess)?;
        return reader.text.is_empty().then(|| vec![event]);
    };
    reader.text = documents;
    let mut events = vec![reader.event(guess)?];
    while reader.text != "]" {
        reader.skip(",")?;
        let actor_id = events.first().map(|event| &event.actor_id);
        let event = reader.event(actor_id)?;
        events.push(event);
    }
    Some(events)
}

/// What is left of the text, and all of it.
struct Reader<'a> {
    text: &'a str,
    body: &'a Bytes,
}

impl<'a> Reader<'a> {
    fn event(&mut self, guess: Option<&ActorId>) -> Option<Event> {
        self.skip(r#"{"specversion":"1.0","id":""#)?;
        let id = self.uuid()?;
        self.skip(r#","type":""#)?;
        let event_type = not_empty(self.string()?)?;
        self.skip(r#","source":""#)?;
        not_empty(self.string()?)?;
        self.skip(r#","subject":""#)?;
        let actor_id = actor_id(self.string()?, guess)?;
        self.skip(r#","time":""#)?;
        let timestamp = self.moment()?;
        self.skip(r#","datacontenttype":"application/json","schemaversion":"#)?;
        let schema_version = u32::try_from(self.number()?).ok()?;
        self.skip(r#","actorversion":"#)?;
        let version = Version::new(self.number()?);
        let metadata = self.metadata()?;
        let data = self.data()?;
        self.skip("}")?;
        Some(Event {
            id: id.into(),
            event_type: event_type.to_owned().into(),
            actor_id,
            version,
            schema_version,
            data,
            metadata,
            timestamp,
        })
    }

    /// Takes what must come next.
    fn skip(&mut self, expected: &str) -> Option<()> {
        self.text = self.text.strip_prefix(expected)?;
        Some(())
    }

    /// A string up to its end, if nothing in it is escaped.
    fn string(&mut self) -> Option<&'a str> {
        let end = self.text.bytes().position(must_be_escaped)?;
        let (text, rest) = self.text.split_at_checked(end)?;
        self.text = rest.strip_prefix('"')?;
        Some(text)
    }

    /// A string of a length that is known.
    fn exactly(&mut self, length: usize) -> Option<&'a str> {
        let (text, rest) = self.text.split_at_checked(length)?;
        self.text = rest.strip_prefix('"')?;
        Some(text)
    }

    fn uuid(&mut self) -> Option<Uuid> {
        Uuid::try_parse(self.exactly(uuid::fmt::Hyphenated::LENGTH)?).ok()
    }

    /// A whole number that is no string, and that is not too long to be one.
    fn number(&mut self) -> Option<u64> {
        let length = self.text.bytes().position(|byte| !byte.is_ascii_digit())?;
        let (digits, rest) = self.text.split_at_checked(length)?;
        // What else a number may have is a fraction or an exponent.
        if !rest.starts_with(',') || length > 1 && digits.starts_with('0') || length > 18 {
            return None;
        }
        self.text = rest;
        digits.parse().ok()
    }

    fn moment(&mut self) -> Option<Timestamp> {
        let text = self.string()?;
        moment(text).or_else(|| text.parse().ok())
    }

    fn metadata(&mut self) -> Option<Metadata> {
        let mut metadata = Metadata::new();
        self.optional(r#","correlationid":""#, &mut metadata.correlation_id)?;
        self.optional(r#","causationid":""#, &mut metadata.causation_id)?;
        if self.skip(r#","commandid":""#).is_some() {
            metadata.command_id = Some(self.uuid()?.into());
        }
        self.optional(r#","traceparent":""#, &mut metadata.traceparent)?;
        if self.skip(r#","aethersession":""#).is_some() {
            metadata.session = Some(Arc::new(self.string()?.parse().ok()?));
        }
        self.custom(&mut metadata)?;
        Some(metadata)
    }

    /// An attribute that need not be there.
    fn optional(&mut self, name: &str, value: &mut Option<String>) -> Option<()> {
        if self.skip(name).is_some() {
            *value = Some(self.string()?.to_owned());
        }
        Some(())
    }

    /// Attributes of the user's own, each later than the one before, so that none is there twice.
    fn custom(&mut self, metadata: &mut Metadata) -> Option<()> {
        let mut last = "";
        while !self.text.starts_with(r#","data":"#) {
            self.skip(r#",""#)?;
            let name = self.string()?;
            self.skip(r#":""#)?;
            let value = self.string()?;
            let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            if name <= last || !name.bytes().all(allowed) || Metadata::RESERVED.contains(&name) {
                return None;
            }
            metadata.keep(name.to_owned(), value.to_owned());
            last = name;
        }
        Some(())
    }

    fn data(&mut self) -> Option<Payload> {
        self.skip(r#","data":"#)?;
        let mut reader = serde_json::Deserializer::from_str(self.text);
        let json = <&RawValue>::deserialize(&mut reader).ok()?.get();
        // White space before it would have been left out.
        self.skip(json)?;
        Some(Payload::from_checked(self.body.slice_ref(json.as_bytes())))
    }
}

fn not_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn actor_id(text: &str, guess: Option<&ActorId>) -> Option<ActorId> {
    match guess {
        Some(guess) if guess.as_str() == text => Some(guess.clone()),
        _ => ActorId::new(text).ok(),
    }
}

/// Reads `2026-11-21T08:00:00Z`, with or without a fraction.
fn moment(text: &str) -> Option<Timestamp> {
    let (text, rest) = text.as_bytes().split_first_chunk::<19>()?;
    if [text[4], text[7], text[10], text[13], text[16]] != *b"--T::" {
        return None;
    }
    let year = i16::from(two(text[0], text[1])?) * 100 + i16::from(two(text[2], text[3])?);
    let (month, day) = (two(text[5], text[6])?, two(text[8], text[9])?);
    let (hour, minute) = (two(text[11], text[12])?, two(text[14], text[15])?);
    let second = two(text[17], text[18])?;
    let nanos = fraction(rest.strip_suffix(b"Z")?)?;
    let civil = DateTime::new(year, month, day, hour, minute, second, nanos).ok()?;
    let moment = Offset::UTC.to_timestamp(civil).ok()?;
    Some(Timestamp::from_jiff(moment))
}

/// The billionths in a fraction of a second; 0 if there is none.
fn fraction(text: &[u8]) -> Option<i32> {
    let Some((point, digits)) = text.split_first() else {
        return Some(0);
    };
    if *point != b'.' || digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let zeros = std::iter::repeat(&b'0');
    let mut digits = digits.iter().chain(zeros).take(9);
    digits.try_fold(0, |sum, byte| Some(sum * 10 + i32::from(digit(*byte)?)))
}

fn two(tens: u8, ones: u8) -> Option<i8> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn digit(byte: u8) -> Option<i8> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(digit.cast_signed())
}
