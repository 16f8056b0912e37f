use ecow::EcoString;

use super::{InvalidId, checked, text_id};

/// Says whose history an event belongs to.
///
/// An actor id is any UTF-8 text of 1 to [`ActorId::MAX_BYTES`] bytes. Its tokens are separated
/// by dots, and a pattern such as `Order.*` or `Order.>` speaks of tokens, as NATS subjects do.
/// The typed layer names the actor of an aggregate `<Aggregate>.<id>`, see [`ActorId::of`].
///
/// Cloning is cheap: clones share the text, or, if that has no more than 15 bytes, copy it; one as
/// short allocates nothing.
///
/// ```
/// use aether::ActorId;
///
/// let actor = ActorId::of("Order", "2026-0007")?;
/// assert_eq!(actor.as_str(), "Order.2026-0007");
/// assert_eq!(actor.actor_type(), "Order");
/// assert_eq!(actor.key(), Some("2026-0007"));
/// # Ok::<(), aether::InvalidId>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(EcoString);

text_id!(ActorId);

impl ActorId {
    /// The most bytes an actor id may have.
    pub const MAX_BYTES: usize = 512;

    /// Reads an actor id.
    ///
    /// # Errors
    /// If the text is empty or longer than [`ActorId::MAX_BYTES`].
    pub fn new(text: impl AsRef<str>) -> Result<Self, InvalidId> {
        let text = text.as_ref();
        checked("an actor id", text, Self::MAX_BYTES)?;
        Ok(Self(EcoString::from(text)))
    }

    /// Names the actor that an aggregate keeps under `key`: `<actor_type>.<key>`.
    ///
    /// # Errors
    /// If the key is empty, or the whole is longer than [`ActorId::MAX_BYTES`].
    pub fn of(actor_type: &str, key: &str) -> Result<Self, InvalidId> {
        Self::spelled(actor_type, key, |text| Self::new(text))?
    }

    /// Shows the text of such an id, without making one.
    pub(crate) fn spelled<T>(
        actor_type: &str,
        key: &str,
        see: impl FnOnce(&str) -> T,
    ) -> Result<T, InvalidId> {
        checked("the key of an actor id", key, Self::MAX_BYTES)?;
        let parts = [actor_type, ".", key].map(str::as_bytes);
        let (mut room, mut length) = ([0; 128], 0);
        for part in parts {
            let Some(free) = room.get_mut(length..length + part.len()) else {
                return Ok(see(&[actor_type, ".", key].concat()));
            };
            free.copy_from_slice(part);
            length += part.len();
        }
        let text = room.get(..length).unwrap_or_default();
        Ok(see(std::str::from_utf8(text).unwrap_or_default()))
    }

    /// The first token: for the actor of an aggregate, the aggregate's name.
    pub fn actor_type(&self) -> &str {
        self.0
            .split_once('.')
            .map_or(&*self.0, |(actor_type, _)| actor_type)
    }

    /// What follows the first token, if anything does.
    pub fn key(&self) -> Option<&str> {
        self.0.split_once('.').map(|(_, key)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_or_overlong_id_is_refused() {
        assert_eq!(
            ActorId::new(""),
            Err(InvalidId::Empty {
                kind: "an actor id"
            })
        );
        assert_eq!(
            ActorId::new("x".repeat(513)),
            Err(InvalidId::TooLong {
                kind: "an actor id",
                length: 513,
                limit: 512
            })
        );
        assert_eq!(
            ActorId::of("Order", ""),
            Err(InvalidId::Empty {
                kind: "the key of an actor id"
            })
        );
    }

    #[test]
    fn it_is_as_small_as_a_shared_text() {
        assert_eq!(size_of::<ActorId>(), size_of::<std::sync::Arc<str>>());
    }

    #[test]
    fn a_key_may_hold_dots() -> Result<(), InvalidId> {
        let actor = ActorId::of("Customer", "ada@example.org")?;
        assert_eq!(
            (actor.actor_type(), actor.key()),
            ("Customer", Some("ada@example.org"))
        );
        Ok(())
    }
}
