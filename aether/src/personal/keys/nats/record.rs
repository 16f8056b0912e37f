use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    KeyId,
    personal::{Kept, SubjectKey},
};

/// What is kept of a subject, as JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Record {
    Keys(Vec<Key>),
    Forgotten(bool),
}

#[derive(Serialize, Deserialize)]
struct Key {
    id: KeyId,
    /// In base64, as it is in URLs.
    key: Zeroizing<String>,
}

pub(super) fn to_json(kept: &Kept) -> Result<Vec<u8>, serde_json::Error> {
    let record = match kept {
        Kept::Keys(keys) => Record::Keys(keys.iter().map(written).collect()),
        Kept::Nothing | Kept::Forgotten => Record::Forgotten(true),
    };
    serde_json::to_vec(&record)
}

fn written(key: &SubjectKey) -> Key {
    Key {
        id: key.id,
        key: Zeroizing::new(URL_SAFE_NO_PAD.encode(key.material())),
    }
}

/// None if it is no record.
pub(super) fn from_json(json: &[u8]) -> Option<Kept> {
    let keys = match serde_json::from_slice(json).ok()? {
        Record::Forgotten(_) => return Some(Kept::Forgotten),
        Record::Keys(keys) => keys,
    };
    let keys = keys.into_iter().map(|Key { id, key }| {
        let bytes = URL_SAFE_NO_PAD.decode(key.as_bytes()).ok()?;
        Some(SubjectKey::kept(id, Zeroizing::new(bytes)))
    });
    let keys: Vec<_> = keys.collect::<Option<_>>()?;
    (!keys.is_empty()).then_some(Kept::Keys(keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_nothing_else_is_one() {
        let keys = || SubjectKey::generate().unwrap();
        for kept in [Kept::Keys(vec![keys(), keys()]), Kept::Forgotten] {
            assert_eq!(from_json(&to_json(&kept).unwrap()), Some(kept));
        }
        for json in [
            "",
            "{}",
            "null",
            r#"{"keys":[]}"#,
            r#"{"keys":[{"id":"7","key":"?"}]}"#,
        ] {
            assert_eq!(from_json(json.as_bytes()), None, "{json}");
        }
    }
}
