use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap as _,
};
use serde_json::Value;

/// What is known of a person, until that person is forgotten.
///
/// The type of a field that is marked `#[personal(subject = ..)]`. Whoever reads it has to say
/// what is to be done when there is nothing to be read any more.
///
/// As JSON it is the value itself, or `{"$forgotten":true}`. `Debug` hides the value.
///
/// ```
/// use aether::Personal;
///
/// let name = Personal::Known("Ada".to_owned());
/// assert_eq!(name.known().map_or("someone", String::as_str), "Ada");
/// assert_eq!(format!("{name:?}"), "Known(..)");
/// assert_eq!(serde_json::to_string(&name)?, r#""Ada""#);
///
/// let nobody = serde_json::from_str::<Personal<String>>(r#"{"$forgotten":true}"#)?;
/// assert_eq!(nobody.known(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Personal<T> {
    /// The value.
    Known(T),
    /// There was a value, and the person it is about has been forgotten.
    Forgotten,
}

/// The only member of the JSON object that stands for a forgotten value.
pub(super) const FORGOTTEN: &str = "$forgotten";

/// The only member of the JSON object that stands for an encrypted value.
pub(super) const SEALED: &str = "$personal";

/// A forgotten value, as JSON.
#[cfg(feature = "personal")]
pub(super) const FORGOTTEN_JSON: &str = r#"{"$forgotten":true}"#;

impl<T> Personal<T> {
    /// The value, unless it is forgotten.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Forgotten => None,
        }
    }

    /// The value itself, unless it is forgotten.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Forgotten => None,
        }
    }

    /// Whether the value is forgotten.
    pub const fn is_forgotten(&self) -> bool {
        matches!(self, Self::Forgotten)
    }

    /// The same with a reference to the value.
    pub const fn as_ref(&self) -> Personal<&T> {
        match self {
            Self::Known(value) => Personal::Known(value),
            Self::Forgotten => Personal::Forgotten,
        }
    }

    /// The same with what a function makes of the value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Personal<U> {
        match self {
            Self::Known(value) => Personal::Known(make(value)),
            Self::Forgotten => Personal::Forgotten,
        }
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "Known(..)",
            Self::Forgotten => "Forgotten",
        })
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Forgotten => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(FORGOTTEN, &true)?;
                map.end()
            }
        }
    }
}

impl<'de, T: for<'a> Deserialize<'a>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match only_member(&value) {
            Some((FORGOTTEN, Value::Bool(true))) => Ok(Self::Forgotten),
            Some((SEALED, _)) => Err(D::Error::custom(
                "the personal value is encrypted: read it through a `SealedStore`",
            )),
            _ => T::deserialize(value)
                .map(Self::Known)
                .map_err(D::Error::custom),
        }
    }
}

fn only_member(value: &Value) -> Option<(&str, &Value)> {
    let mut members = value.as_object()?.iter();
    let (name, member) = members.next()?;
    members.next().is_none().then_some((name.as_str(), member))
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Personal<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Personal_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let known = generator.subschema_for::<T>();
        schemars::json_schema!({
            "x-personal": true,
            "anyOf": [known, {
                "type": "object",
                "properties": { (FORGOTTEN): { "const": true } },
                "required": [FORGOTTEN],
                "additionalProperties": false,
            }],
        })
    }
}

/// What a field marked `#[personal(..)]` may be.
#[diagnostic::on_unimplemented(
    message = "a field marked `#[personal(..)]` is a `Personal<..>`, and `{Self}` is none",
    label = "write `Personal<{Self}>`, so that every reader faces the forgotten case"
)]
pub trait PersonalField {
    /// Whether it may be left out.
    const OPTIONAL: bool;
}

impl<T> PersonalField for Personal<T> {
    const OPTIONAL: bool = false;
}

#[diagnostic::do_not_recommend]
impl<T> PersonalField for Option<Personal<T>> {
    const OPTIONAL: bool = true;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn roundtrip<T>(value: &Personal<T>)
    where
        T: Serialize + for<'a> Deserialize<'a> + PartialEq,
    {
        let json = serde_json::to_string(value).unwrap();
        assert!(
            serde_json::from_str::<Personal<T>>(&json).unwrap() == *value,
            "{json}"
        );
    }

    #[test]
    fn a_value_comes_back_as_it_was() {
        roundtrip(&Personal::Known("Ada".to_owned()));
        roundtrip(&Personal::Known(None::<u8>));
        roundtrip(&Personal::Known(u64::MAX));
        roundtrip(&Personal::Known(BTreeMap::from([(7_u8, (1.5_f64, 'x'))])));
        roundtrip(&Personal::Known(BTreeMap::from([(
            "$other".to_owned(),
            true,
        )])));
        roundtrip(&Personal::<String>::Forgotten);
        roundtrip(&Personal::<Option<u8>>::Forgotten);
    }

    #[test]
    fn a_value_that_is_still_encrypted_is_an_error_and_not_forgotten() {
        let sealed = r#"{"$personal":{"v":1}}"#;
        let err = serde_json::from_str::<Personal<BTreeMap<String, Value>>>(sealed).unwrap_err();
        assert!(
            err.to_string()
                .starts_with("the personal value is encrypted"),
            "{err}"
        );
        assert!(serde_json::from_str::<Personal<String>>("null").is_err());
    }
}
