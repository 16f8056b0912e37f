use std::{fmt, str::FromStr};

/// A moment, in UTC, to the nanosecond; written as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// Says why a text is not a moment.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a moment in RFC 3339")]
pub struct InvalidTimestamp {
    text: String,
    source: jiff::Error,
}

impl Timestamp {
    /// The beginning of 1970.
    pub const UNIX_EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// The moment that many milliseconds after the beginning of 1970, or none if that lies
    /// outside the years -9999 to 9999.
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(millis).ok().map(Self)
    }

    /// Milliseconds since the beginning of 1970.
    pub fn as_unix_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The moment a while later; the last moment there is, if that would be later still.
    #[must_use]
    pub fn after(self, duration: std::time::Duration) -> Self {
        Self(
            self.0
                .saturating_add(duration)
                .unwrap_or(jiff::Timestamp::MAX),
        )
    }

    /// How long it is from here to a later moment; none if that is not later.
    pub fn until(self, later: Self) -> Option<std::time::Duration> {
        let left = self.0.duration_until(later.0);
        (!left.is_zero()).then(|| left.try_into().ok()).flatten()
    }

    /// Nanoseconds since the beginning of 1970, as far as 64 bits hold them: to the year 2262.
    #[cfg(feature = "embedded")]
    pub(crate) fn as_unix_nanos(self) -> i64 {
        i64::try_from(self.0.as_nanosecond()).unwrap_or(i64::MAX)
    }

    /// The moment that many nanoseconds after the beginning of 1970.
    #[cfg(feature = "embedded")]
    pub(crate) fn from_unix_nanos(nanos: i64) -> Option<Self> {
        let moment = jiff::Timestamp::from_nanosecond(nanos.into());
        moment.ok().map(Self)
    }

    pub(crate) const fn from_jiff(timestamp: jiff::Timestamp) -> Self {
        Self(timestamp)
    }

    pub(crate) const fn as_jiff(self) -> jiff::Timestamp {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|source| InvalidTimestamp {
            text: text.to_owned(),
            source,
        })
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}
