//! How far a part of a JSON text goes, without a copy of it and without a tree.

/// How deep a value may be nested to be looked through here.
const DEEPEST: u32 = 64;

/// The same byte in all places of a word.
const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// How many bytes there are before the first one that cannot stand in a string as it is: a
/// control character, a quotation mark or a backslash.
pub(super) fn plain(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return at * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let in_rest = rest.iter().position(|byte| must_be_escaped(*byte));
    text.len() - rest.len() + in_rest.unwrap_or(rest.len())
}

/// The highest bit of the first byte that is special, and of some of those behind it.
///
/// A byte is below another one if taking that away borrows; it is equal if it is below 1 when
/// their difference is looked at.
const fn special(word: u64) -> u64 {
    const fn below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(all(limit)) & !word
    }
    let quotation_mark = below(word ^ all(b'"'), 1);
    let backslash = below(word ^ all(b'\\'), 1);
    (below(word, 0x20) | quotation_mark | backslash) & all(0x80)
}

const fn must_be_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// The length of the JSON value that a text begins with; none if there is none, and none if it
/// has white space, an escape or an exponent in it or is nested very deeply: what is rare in what
/// `serde_json` writes is left to it to read.
pub(super) fn value(text: &str) -> Option<usize> {
    let mut scan = Scan {
        left: text.as_bytes(),
    };
    scan.value(DEEPEST)?;
    Some(text.len() - scan.left.len())
}

/// What is left of the text.
struct Scan<'a> {
    left: &'a [u8],
}

impl Scan<'_> {
    fn value(&mut self, depth: u32) -> Option<()> {
        match self.left.first()? {
            b'"' => self.string(),
            b'{' => self.several(b'}', depth, |scan, depth| {
                scan.string()?;
                scan.expect(b":")?;
                scan.value(depth)
            }),
            b'[' => self.several(b']', depth, Self::value),
            b't' => self.expect(b"true"),
            b'f' => self.expect(b"false"),
            b'n' => self.expect(b"null"),
            _ => self.number(),
        }
    }

    /// The members of an object, or the elements of an array, with what stands around them.
    fn several(
        &mut self,
        end: u8,
        depth: u32,
        one: impl Fn(&mut Self, u32) -> Option<()>,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.left = self.left.get(1..)?;
        if self.take(end) {
            return Some(());
        }
        loop {
            one(self, depth)?;
            if !self.take(b',') {
                return self.expect(&[end]);
            }
        }
    }

    fn string(&mut self) -> Option<()> {
        self.expect(b"\"")?;
        self.left = self.left.get(plain(self.left)..)?;
        self.expect(b"\"")
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        // What comes next in a larger value ends it; anything else is none of it.
        let goes_on = |byte: &u8| byte.is_ascii_alphanumeric();
        (!self.left.first().is_some_and(goes_on)).then_some(())
    }

    /// At least one.
    fn digits(&mut self) -> Option<()> {
        let is_other = |byte: &u8| !byte.is_ascii_digit();
        let length = self.left.iter().position(is_other);
        let length = length.unwrap_or(self.left.len());
        self.left = self.left.get(length..)?;
        (length > 0).then_some(())
    }

    /// Whether the next byte is this one; then it is passed over.
    fn take(&mut self, byte: u8) -> bool {
        match self.left.split_first() {
            Some((first, rest)) if *first == byte => {
                self.left = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, expected: &[u8]) -> Option<()> {
        self.left = self.left.strip_prefix(expected)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize as _;
    use serde_json::{Value, value::RawValue};

    use super::*;

    /// How long `serde_json` finds the value that a text begins with.
    fn known(text: &str) -> Option<usize> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let json = <&RawValue>::deserialize(&mut reader).ok()?;
        text.starts_with(json.get()).then(|| json.get().len())
    }

    fn check(text: &str) {
        if let Some(length) = value(text) {
            assert_eq!(known(text), Some(length), "{text}");
        }
    }

    #[test]
    fn what_is_commonly_written_is_found() {
        for json in [
            "null",
            "true",
            "false",
            "0",
            "-12",
            "3.25",
            "\"\"",
            "\"grün und so weiter\"",
            "[]",
            "{}",
            r#"[1,"a",[[]],{"b":null}]"#,
            r#"{"sku":"A-1134","lines":[{"quantity":3,"price":19.99}],"gift":false}"#,
        ] {
            assert_eq!(value(json), Some(json.len()), "{json}");
            assert_eq!(value(&format!("{json},\"")), Some(json.len()), "{json}");
        }
    }

    #[test]
    fn what_is_no_value_is_not_found() {
        for text in [
            "",
            "-",
            "01",
            "1.",
            ".5",
            "+1",
            "1x",
            "tru",
            "nul",
            "\"",
            "\"a",
            "[",
            "[1",
            "[1,]",
            "[,]",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "]",
            "}",
            ",",
            "[1 2]",
            "\"\u{1}\"",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_that_is_nested_too_deeply_is_left_to_others() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(value(&nested(64)), Some(128));
        assert_eq!(value(&nested(65)), None);
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[ -~]{0,20}".prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{0,6}", inner, 0..6)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_others_find(json in json(), tail in "[ -~]{0,3}") {
            let text = json.to_string();
            check(&text);
            check(&format!("{text}{tail}"));
        }

        #[test]
        fn what_is_damaged_is_not_taken_for_a_value(
            json in json(),
            at: prop::sample::Index,
            byte in "[ -~]",
        ) {
            let text = json.to_string();
            let at = at.index(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                let (before, after) = (&text[..at], &text[at + 1..]);
                check(&format!("{before}{byte}{after}"));
                check(&format!("{before}{after}"));
            }
        }

        #[test]
        fn the_first_byte_to_be_escaped_is_found(text: Vec<u8>) {
            let first = text.iter().position(|byte| must_be_escaped(*byte));
            prop_assert_eq!(plain(&text), first.unwrap_or(text.len()));
        }

        #[test]
        fn the_first_byte_to_be_escaped_is_found_behind_plain_ones(
            before in "[ -!#-Z\u{80}-\u{2ff}]{0,40}",
            after: Vec<u8>,
        ) {
            let text = [before.as_bytes(), &after].concat();
            let first = text.iter().position(|byte| must_be_escaped(*byte));
            prop_assert_eq!(plain(&text), first.unwrap_or(text.len()));
        }
    }
}
