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

use super::{scan, type_name};
use crate::{ActorId, Event, Metadata, Payload, Timestamp, Version, store::Events};

/// The events of a commit that asks nothing of others; none if the text has another form.
///
/// If they are those of the actor that is guessed, they share its id. The data of each is as it is
/// kept by who calls.
pub(crate) fn events(
    body: &[u8],
    guess: Option<&ActorId>,
    keep: impl FnMut(&str) -> Bytes,
) -> Option<Events> {
    let text = std::str::from_utf8(body).ok()?;
    let mut reader = Reader { text, keep };
    let Some(documents) = text.strip_prefix('[') else {
        let event = reader.event(guess)?;
        return reader.text.is_empty().then_some(Events::One(event));
    };
    reader.text = documents;
    let mut events = vec![reader.event(guess)?];
    while reader.text != "]" {
        reader.skip(",")?;
        let actor_id = events.first().map(|event| &event.actor_id);
        let event = reader.event(actor_id)?;
        events.push(event);
    }
    Some(events.into())
}

/// What is left of the text, and how data of it is kept.
struct Reader<'a, K> {
    text: &'a str,
    keep: K,
}

impl<'a, K: FnMut(&str) -> Bytes> Reader<'a, K> {
    fn event(&mut self, guess: Option<&ActorId>) -> Option<Event> {
        self.skip(r#"{"specversion":"1.0","id":""#)?;
        let id = self.uuid()?;
        self.skip(r#","type":""#)?;
        let event_type = not_empty(self.string()?)?;
        self.skip(r#","source":""#)?;
        not_empty(self.string()?)?;
        self.skip(r#","subject":""#)?;
        let actor_id = self.actor_id(guess)?;
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
            event_type: type_name::of(event_type),
            actor_id,
            version,
            schema_version,
            data,
            metadata,
            timestamp,
        })
    }

    fn actor_id(&mut self, guess: Option<&ActorId>) -> Option<ActorId> {
        let guessed = guess.and_then(|guess| {
            let rest = self.text.strip_prefix(guess.as_str())?;
            let rest = rest.strip_prefix('"')?;
            (scan::plain(guess.as_str().as_bytes()) == guess.as_str().len())
                .then_some((guess, rest))
        });
        if let Some((guess, rest)) = guessed {
            self.text = rest;
            return Some(guess.clone());
        }
        ActorId::new(self.string()?).ok()
    }

    /// Takes what must come next.
    fn skip(&mut self, expected: &str) -> Option<()> {
        self.text = self.text.strip_prefix(expected)?;
        Some(())
    }

    /// A string up to its end, if nothing in it is escaped.
    fn string(&mut self) -> Option<&'a str> {
        let end = scan::plain(self.text.as_bytes());
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
        if let Some((moment, rest)) = moment(self.text) {
            self.text = rest;
            return Some(moment);
        }
        self.string()?.parse().ok()
    }

    fn metadata(&mut self) -> Option<Metadata> {
        let mut metadata = Metadata::new();
        if self.text.starts_with(r#","data":"#) {
            return Some(metadata);
        }
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
        let json = match scan::value(self.text) {
            Some(length) => self.text.get(..length),
            None => any_value(self.text),
        }?;
        // White space before it would have been left out.
        self.skip(json)?;
        Some(Payload::from_checked((self.keep)(json)))
    }
}

/// A value that may have anything in it that JSON allows.
fn any_value(text: &str) -> Option<&str> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let json = <&RawValue>::deserialize(&mut reader).ok()?;
    Some(json.get())
}

fn not_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Reads `2026-11-21T08:00:00Z"`, with or without a fraction, and gives what comes after it.
fn moment(text: &str) -> Option<(Timestamp, &str)> {
    let (civil, rest) = text.as_bytes().split_first_chunk::<19>()?;
    if [civil[4], civil[7], civil[10], civil[13], civil[16]] != *b"--T::" {
        return None;
    }
    let year = i16::from(two(civil[0], civil[1])?) * 100 + i16::from(two(civil[2], civil[3])?);
    let (month, day) = (two(civil[5], civil[6])?, two(civil[8], civil[9])?);
    let (hour, minute) = (two(civil[11], civil[12])?, two(civil[14], civil[15])?);
    let second = two(civil[17], civil[18])?;
    let (nanos, length) = fraction(rest)?;
    let civil = DateTime::new(year, month, day, hour, minute, second, nanos).ok()?;
    let moment = Offset::UTC.to_timestamp(civil).ok()?;
    let rest = text.get(19 + length..)?.strip_prefix("Z\"")?;
    Some((Timestamp::from_jiff(moment), rest))
}

/// The billionths in a fraction of a second, and how many bytes it has; 0 if there is none.
fn fraction(text: &[u8]) -> Option<(i32, usize)> {
    let Some(digits) = text.strip_prefix(b".") else {
        return Some((0, 0));
    };
    let (mut nanos, mut count) = (0, 0);
    for digit in digits.iter().map_while(|byte| digit(*byte)).take(9) {
        nanos = nanos * 10 + i32::from(digit);
        count += 1;
    }
    let scale = 10_i32.pow(9_u32.checked_sub(count)?);
    (count > 0).then_some((nanos * scale, 1 + count as usize))
}

fn two(tens: u8, ones: u8) -> Option<i8> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn digit(byte: u8) -> Option<i8> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(digit.cast_signed())
}
