use std::{io::Write as _, ops::Range};

use jiff::{civil::DateTime, tz::Offset};
use uuid::Uuid;

use super::scan;
use crate::Timestamp;

/// A JSON text that is being written. Writing to memory cannot fail.
pub(super) struct Json {
    text: Vec<u8>,
    /// The second since 1970 that was written last, and how: what is stored together mostly
    /// happened together.
    last: Option<(i64, [u8; 19])>,
}

impl Json {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            text: Vec::with_capacity(bytes),
            last: None,
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text
    }

    /// What is JSON already.
    pub(super) fn raw(&mut self, json: impl AsRef<[u8]>) {
        self.text.extend_from_slice(json.as_ref());
    }

    /// How many bytes are written.
    pub(super) const fn len(&self) -> usize {
        self.text.len()
    }

    /// What was written before, once more.
    pub(super) fn again(&mut self, written: Range<usize>) {
        self.text.extend_from_within(written);
    }

    /// Takes back the last byte.
    pub(super) fn pop(&mut self) {
        self.text.pop();
    }

    pub(super) fn number(&mut self, value: u64) {
        self.raw(itoa::Buffer::new().format(value));
    }

    /// Without the quotation marks.
    pub(super) fn uuid(&mut self, id: &Uuid) {
        let mut text = Uuid::encode_buffer();
        self.raw(id.hyphenated().encode_lower(&mut text));
    }

    /// In RFC 3339, without the quotation marks.
    pub(super) fn moment(&mut self, moment: Timestamp) {
        self.up_to_the_second(moment);
        self.rest_of_the_second(moment);
    }

    /// A moment up to its second; all of it if it lies before 1970.
    pub(super) fn up_to_the_second(&mut self, moment: Timestamp) {
        let instant = moment.as_jiff();
        if is_early(moment) {
            // There a second is not what a moment begins with, and years may be negative.
            let _infallible = write!(self.text, "{moment}");
            return;
        }
        let second = instant.as_second();
        let text = match self.last {
            Some((last, text)) if last == second => text,
            _ => date_and_time(Offset::UTC.to_datetime(instant)),
        };
        self.last = Some((second, text));
        self.raw(text);
    }

    /// What a moment has beyond its second.
    pub(super) fn rest_of_the_second(&mut self, moment: Timestamp) {
        if !is_early(moment) {
            let nanos = moment.as_jiff().subsec_nanosecond();
            self.fraction(nanos.unsigned_abs());
            self.raw(b"Z");
        }
    }

    /// Of a second, in billionths, as short as it can be.
    fn fraction(&mut self, nanos: u32) {
        let mut text = *b".000000000";
        [text[1], text[2]] = two(nanos / 10_000_000);
        [text[3], text[4]] = two(nanos / 100_000 % 100);
        [text[5], text[6]] = two(nanos / 1_000 % 100);
        [text[7], text[8]] = two(nanos / 10 % 100);
        text[9] = digit(nanos % 10);
        let is_written = |byte: &u8| (b'1'..=b'9').contains(byte);
        let length = text.iter().rposition(is_written).map_or(0, |at| at + 1);
        self.raw(text.get(..length).unwrap_or_default());
    }

    pub(super) fn string(&mut self, text: &str) {
        self.raw(b"\"");
        let mut left = text.as_bytes();
        loop {
            let (plain, escaped) = left.split_at(scan::plain(left));
            self.raw(plain);
            let Some((byte, rest)) = escaped.split_first() else {
                break;
            };
            self.escape(*byte);
            left = rest;
        }
        self.raw(b"\"");
    }

    fn escape(&mut self, byte: u8) {
        match byte {
            b'"' => self.raw(r#"\""#),
            b'\\' => self.raw(r"\\"),
            b'\n' => self.raw(r"\n"),
            b'\r' => self.raw(r"\r"),
            b'\t' => self.raw(r"\t"),
            other => {
                let _infallible = write!(self.text, "\\u{other:04x}");
            }
        }
    }
}

fn is_early(moment: Timestamp) -> bool {
    moment < Timestamp::UNIX_EPOCH
}

fn date_and_time(moment: DateTime) -> [u8; 19] {
    let year = u32::from(moment.year().unsigned_abs());
    let part = |number: i8| two(number.unsigned_abs().into());
    let mut text = *b"0000-00-00T00:00:00";
    [text[0], text[1]] = two(year / 100);
    [text[2], text[3]] = two(year % 100);
    [text[5], text[6]] = part(moment.month());
    [text[8], text[9]] = part(moment.day());
    [text[11], text[12]] = part(moment.hour());
    [text[14], text[15]] = part(moment.minute());
    [text[17], text[18]] = part(moment.second());
    text
}

/// The digits of a number below 100.
fn two(number: u32) -> [u8; 2] {
    [digit(number / 10), digit(number % 10)]
}

/// The digit of a number below 10.
fn digit(number: u32) -> u8 {
    number.to_le_bytes()[0].wrapping_add(b'0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut Json)) -> String {
        let mut json = Json::with_capacity(0);
        write(&mut json);
        String::from_utf8(json.into_bytes()).unwrap()
    }

    fn check_moment(moment: Timestamp) {
        assert_eq!(written(|it| it.moment(moment)), moment.to_string());
    }

    #[test]
    fn the_first_and_the_last_moment_are_written_as_others_write_them() {
        check_moment(Timestamp::from_jiff(jiff::Timestamp::MIN));
        check_moment(Timestamp::from_jiff(jiff::Timestamp::MAX));
        check_moment(Timestamp::UNIX_EPOCH);
        check_moment("0000-01-01T00:00:00Z".parse().unwrap());
        check_moment("-000001-12-31T23:59:59.9Z".parse().unwrap());
    }

    proptest! {
        #[test]
        fn a_moment_is_written_as_others_write_it(
            second in -377_705_023_201_i64..=253_402_207_200,
            nanos in prop_oneof![Just(0), 0..1_000_000_000_i32, (0..1_000_i32).prop_map(|it| it * 1_000_000)],
        ) {
            let moment = jiff::Timestamp::new(second, 0).unwrap();
            let nanos = std::time::Duration::from_nanos(nanos.unsigned_abs().into());
            check_moment(Timestamp::from_jiff(moment).after(nanos));
        }

        #[test]
        fn moments_after_each_other_are_written_as_each_alone(
            moments in prop::collection::vec((0..3_i64, 0..2_000_000_000_i32), 2..5),
        ) {
            let moments = moments.into_iter().map(|(second, nanos)| {
                Timestamp::from_jiff(jiff::Timestamp::new(second - 1, 0).unwrap())
                    .after(std::time::Duration::from_nanos(nanos.unsigned_abs().into()))
            });
            let moments: Vec<_> = moments.collect();
            let alone: String = moments.iter().map(ToString::to_string).collect();
            prop_assert_eq!(written(|it| moments.iter().for_each(|moment| it.moment(*moment))), alone);
        }

        #[test]
        fn a_string_is_written_as_others_read_it(text in any::<String>()) {
            let json = written(|it| it.string(&text));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }

        #[test]
        fn a_number_and_an_id_are_written_as_they_are_displayed(number: u64, id: u128) {
            let id = Uuid::from_u128(id);
            prop_assert_eq!(written(|it| it.number(number)), number.to_string());
            prop_assert_eq!(written(|it| it.uuid(&id)), id.to_string());
        }
    }
}
