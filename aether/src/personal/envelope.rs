use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::value::SEALED;
use crate::{DataSubject, KeyId};

/// An encrypted value as it lies in the JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Envelope {
    /// The version of this form.
    v: Version,
    #[serde(deserialize_with = "kept")]
    pub(super) subject: DataSubject,
    pub(super) key: KeyId,
    /// The nonce, the encrypted bytes and their tag.
    #[serde(with = "text")]
    pub(super) data: Vec<u8>,
}

/// The only version there is: 1.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        match version {
            1 => Ok(Self),
            other => Err(format!("version {other} is of a later Aether")),
        }
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        1
    }
}

/// `{"$personal":{..}}`, which nothing else looks like.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped<E> {
    #[serde(rename = "$personal")]
    sealed: E,
}

impl Envelope {
    pub(super) const fn new(subject: DataSubject, key: KeyId, data: Vec<u8>) -> Self {
        let v = Version;
        Self {
            v,
            subject,
            key,
            data,
        }
    }

    pub(super) fn to_json(&self) -> Result<Box<RawValue>, serde_json::Error> {
        to_raw_value(&Wrapped { sealed: self })
    }

    /// None if the value is not encrypted at all.
    pub(super) fn from_json(value: &RawValue) -> Option<Result<Self, serde_json::Error>> {
        if !is_sealed(value) {
            return None;
        }
        let wrapped = serde_json::from_str::<Wrapped<Self>>(value.get());
        Some(wrapped.map(|wrapped| wrapped.sealed))
    }
}

/// Whether a value is an object whose only member is the one of an encrypted value.
pub(super) fn is_sealed(value: &RawValue) -> bool {
    let text = value.get();
    // Most values are told by their first byte.
    text.starts_with('{')
        && text.contains(SEALED)
        && serde_json::from_str::<Wrapped<serde::de::IgnoredAny>>(text).is_ok()
}

/// The name under which derived states are encrypted is one as well.
fn kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DataSubject, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    Ok(DataSubject::kept(&text))
}

mod text {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(&*text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn the_form_is_this_one() {
        let key = "0198c2de-7c1f-7000-8000-000000000001".parse().unwrap();
        let envelope = Envelope::new(DataSubject::new("7").unwrap(), key, vec![255, 0, 1]);
        let json = r#"{"$personal":{"v":1,"subject":"7","key":"0198c2de-7c1f-7000-8000-000000000001","data":"_wAB"}}"#;
        assert_eq!(envelope.to_json().unwrap().get(), json);
        let read = Envelope::from_json(&raw(json)).unwrap().unwrap();
        assert_eq!((read.key, read.data), (key, vec![255, 0, 1]));
    }

    #[test]
    fn a_later_form_is_refused_and_another_value_is_none() {
        let later = r#"{"$personal":{"v":2,"subject":"7","key":"x","data":""}}"#;
        assert!(Envelope::from_json(&raw(later)).unwrap().is_err());
        for other in [
            r#""$personal""#,
            "{}",
            r#"{"$personal":1,"b":2}"#,
            r#"{"a":"$personal"}"#,
        ] {
            assert!(Envelope::from_json(&raw(other)).is_none(), "{other}");
        }
    }
}
