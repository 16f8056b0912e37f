use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::{DataSubject, Namespace};

/// What a bucket and its keys are called.
///
/// Percent-encoded, so that two different texts never meet; in a key with `=` in the place of `%`,
/// in the name of a bucket with `_`.
#[derive(Debug, Clone)]
pub(super) struct Names {
    bucket: String,
}

/// What of a key lies in the bucket.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Keys,
    Gone,
    ToDo,
}

impl Part {
    const fn token(self) -> &'static str {
        match self {
            Self::Keys => "key",
            Self::Gone => "gone",
            Self::ToDo => "todo",
        }
    }
}

/// What stands for itself in the name of a bucket.
const BUCKET: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');
/// What stands for itself in a key.
const KEY: &AsciiSet = &BUCKET.remove(b'_').remove(b'/');

impl Names {
    pub(super) fn of(namespace: &Namespace) -> Self {
        let encoded = utf8_percent_encode(namespace.as_str(), BUCKET);
        let encoded = encoded.to_string().replace('%', "_");
        Self {
            bucket: format!("aether-keys-{encoded}"),
        }
    }

    pub(super) fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The stream that is the bucket.
    pub(super) fn stream(&self) -> String {
        format!("KV_{}", self.bucket)
    }

    /// The subject of everything in it.
    pub(super) fn everything(&self) -> String {
        format!("$KV.{}.>", self.bucket)
    }

    /// The subject of one part of everything in it.
    pub(super) fn all(&self, part: Part) -> String {
        format!("$KV.{}.{}.>", self.bucket, part.token())
    }

    /// The NATS subject of a data subject.
    pub(super) fn subject(&self, part: Part, subject: &DataSubject) -> String {
        let key = utf8_percent_encode(subject.as_str(), KEY).to_string();
        let (bucket, part, key) = (&self.bucket, part.token(), key.replace('%', "="));
        format!("$KV.{bucket}.{part}.{key}")
    }

    /// The data subject of a NATS subject, if it is one of ours.
    pub(super) fn read(&self, part: Part, subject: &str) -> Option<DataSubject> {
        let prefix = format!("$KV.{}.{}.", self.bucket, part.token());
        let key = subject.strip_prefix(&prefix)?.replace('=', "%");
        let text = percent_decode_str(&key).decode_utf8().ok()?;
        (!text.is_empty()).then(|| DataSubject::kept(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_has_a_name_of_its_own_and_is_read_back() {
        let names = Names::of(&Namespace::new("shop/eu 1_2").unwrap());
        assert_eq!(names.bucket(), "aether-keys-shop_2Feu_201_5F2");
        for text in ["7", "a.b", "a=2Eb", "*", ">", "a b", "\u{e9}/_-", "A", "a"] {
            let subject = DataSubject::new(text).unwrap();
            let name = names.subject(Part::ToDo, &subject);
            let key = name.rsplit_once('.').unwrap().1;
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"=_-/".contains(&byte);
            assert!(key.bytes().all(allowed), "{key}");
            assert_eq!(names.read(Part::ToDo, &name), Some(subject), "{name}");
            assert_eq!(names.read(Part::Gone, &name), None);
        }
    }
}
