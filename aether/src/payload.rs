use std::{cell::Cell, fmt};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// The data of an event: the bytes of one JSON value.
///
/// Kept as bytes, so that decoding goes to the typed value in one pass. Cloning is cheap.
///
/// ```
/// use aether::Payload;
///
/// let payload = Payload::of(&("tracking", 7))?;
/// assert_eq!(payload.as_str(), r#"["tracking",7]"#);
/// assert_eq!(payload.decode::<(String, u8)>()?, ("tracking".to_owned(), 7));
/// # Ok::<(), aether::InvalidPayload>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Bytes);

/// What a thread keeps to write payloads in, at most.
const MOST_ROOM: usize = 64 << 10;

thread_local! {
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Says why a value and JSON do not fit together.
#[derive(Debug, thiserror::Error)]
#[error("the data is not what it should be as JSON")]
pub struct InvalidPayload(#[from] serde_json::Error);

impl Payload {
    /// Writes a value as JSON.
    ///
    /// # Errors
    /// If the value cannot be written as JSON: a map with keys that are no strings, or a
    /// `Serialize` impl that fails.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, InvalidPayload> {
        Self::written(|room| Ok(serde_json::to_writer(room, value)?))
    }

    /// Takes what is written, which is JSON, with no more room than it needs: that is kept for as
    /// long as the payload is.
    pub(crate) fn written<E>(write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<Self, E> {
        // While a thread ends it may be gone.
        let mut room = ROOM.try_with(Cell::take).unwrap_or_default();
        room.clear();
        let written = write(&mut room).map(|()| Self(Bytes::copy_from_slice(&room)));
        if room.capacity() <= MOST_ROOM {
            _ = ROOM.try_with(|kept| kept.set(room));
        }
        written
    }

    /// Takes bytes that are JSON already, without the white space around the value.
    ///
    /// # Errors
    /// If they are not exactly one JSON value.
    pub fn from_json(json: impl Into<Bytes>) -> Result<Self, InvalidPayload> {
        let json = json.into();
        let value = serde_json::from_slice::<&RawValue>(&json)?;
        Ok(Self(json.slice_ref(value.get().as_bytes())))
    }

    /// Takes bytes that this crate wrote, or has read as JSON.
    pub(crate) const fn from_checked(json: Bytes) -> Self {
        Self(json)
    }

    /// Reads the value.
    ///
    /// # Errors
    /// If the JSON does not have the shape of a `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, InvalidPayload> {
        Ok(serde_json::from_slice(&self.0)?)
    }

    /// The JSON as bytes.
    pub const fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// The JSON as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Payload").field(&self.as_str()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_json_value_is_taken() {
        assert!(Payload::from_json(&b"{\"a\": 1}"[..]).is_ok());
        for bad in [&b""[..], b"{", b"1 2", b"\xff", b"\"\xff\""] {
            assert!(Payload::from_json(bad).is_err(), "{bad:?}");
        }
    }
}
