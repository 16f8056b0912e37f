use redb::TableDefinition;

use crate::{ActorId, Namespace, Version};

/// What the file says of itself: `format`.
pub(super) const ABOUT: TableDefinition<'static, &str, u64> = TableDefinition::new("about");
/// How far readers have come, by namespace and reader.
pub(super) const CHECKPOINTS: Beside = TableDefinition::new("checkpoints");
/// The latest snapshots, by namespace and actor.
pub(super) const SNAPSHOTS: Beside = TableDefinition::new("snapshots");

/// A table of what is kept beside the logs, by namespace and whose it is.
pub(super) type Beside = TableDefinition<'static, (&'static str, &'static str), &'static [u8]>;

/// The names of the tables of a namespace.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    log: String,
    actors: String,
}

impl Tables {
    pub(super) fn of(namespace: &Namespace) -> Self {
        Self {
            log: format!("log {namespace}"),
            actors: format!("actors {namespace}"),
        }
    }

    /// The namespace whose log is in the table of this name, if one is.
    pub(super) fn namespace(table: &str) -> Option<Namespace> {
        Namespace::new(table.strip_prefix("log ")?).ok()
    }

    /// Records by position.
    pub(super) fn log(&self) -> TableDefinition<'_, u64, &'static [u8]> {
        TableDefinition::new(&self.log)
    }

    /// Positions by actor and last version of a commit.
    pub(super) fn actors(&self) -> TableDefinition<'_, &'static [u8], u64> {
        TableDefinition::new(&self.actors)
    }
}

/// The key of an actor's commit that ends with this version.
///
/// The length stands first, so that no actor's keys lie among those of another.
pub(super) fn key(actor: &ActorId, last: Version) -> Vec<u8> {
    let name = actor.as_str().as_bytes();
    // An actor id has at most 512 bytes.
    let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
    let mut key = Vec::with_capacity(name.len() + 10);
    key.extend_from_slice(&length.to_be_bytes());
    key.extend_from_slice(name);
    key.extend_from_slice(&last.as_u64().to_be_bytes());
    key
}

/// The actor, as bytes with its length before it, and the version that a key is made of.
pub(super) fn parse_key(key: &[u8]) -> Option<(&[u8], Version)> {
    let (actor, version) = key.split_last_chunk::<8>()?;
    Some((actor, Version::new(u64::from_be_bytes(*version))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_an_actor_are_in_the_order_of_its_versions_and_apart_from_all_others() {
        let actors = ["a", "a\0", "a\0\0\0\0\0\0\0\0\u{1}", "b", "ab"];
        for actor in actors.map(|text| ActorId::new(text).unwrap()) {
            let (first, last) = (
                key(&actor, Version::NONE),
                key(&actor, Version::new(u64::MAX)),
            );
            assert!(first < key(&actor, Version::new(255)));
            assert!(key(&actor, Version::new(255)) < key(&actor, Version::new(256)));
            for other in actors.map(|text| ActorId::new(text).unwrap()) {
                let within = (first.clone()..=last.clone()).contains(&key(&other, Version::new(7)));
                assert_eq!(within, actor == other, "{actor:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let actor = ActorId::new("Order.7").unwrap();
        let key = key(&actor, Version::new(9));
        assert_eq!(
            parse_key(&key),
            Some((&b"\0\x07Order.7"[..], Version::new(9)))
        );
        assert_eq!(parse_key(&key[..7]), None);
    }
}
