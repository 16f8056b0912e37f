use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use quick_cache::Equivalent;

use crate::ActorId;

/// The text of an actor id, and its hash, which is made once for all that a command looks up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hashed<'a> {
    pub(super) text: &'a str,
    pub(super) hash: u64,
}

impl Hash for Hashed<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.hash);
    }
}

impl Equivalent<ActorId> for Hashed<'_> {
    fn equivalent(&self, actor_id: &ActorId) -> bool {
        self.text == actor_id.as_str()
    }
}

/// Hashes texts so that it cannot be foreseen, for they come from outside, and leaves what is
/// hashed already as it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Hashing(RandomState);

impl Hashing {
    pub(super) fn of<'a>(&self, text: &'a str) -> Hashed<'a> {
        let hash = self.hash_one(text);
        Hashed { text, hash }
    }
}

impl BuildHasher for Hashing {
    type Hasher = Known;

    fn build_hasher(&self) -> Known {
        Known {
            hasher: self.0.build_hasher(),
            hash: None,
        }
    }
}

/// A hasher that may be told what comes out.
#[derive(Debug)]
pub(super) struct Known {
    hasher: <RandomState as BuildHasher>::Hasher,
    hash: Option<u64>,
}

impl Hasher for Known {
    fn write(&mut self, bytes: &[u8]) {
        self.hasher.write(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.hash = Some(hash);
    }

    fn finish(&self) -> u64 {
        self.hash.unwrap_or_else(|| self.hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_its_text_and_what_was_hashed_of_it_have_the_same_hash() {
        let (hashing, other) = (Hashing::default(), Hashing::default());
        let actor_id = ActorId::new("Lamp.a").unwrap();
        let hashed = hashing.of("Lamp.a");
        assert!(hashed.equivalent(&actor_id));
        assert_eq!(hashing.hash_one(&actor_id), hashed.hash);
        assert_eq!(hashing.hash_one(hashed), hashed.hash);
        assert_ne!(other.of("Lamp.a").hash, hashed.hash);
        assert_ne!(hashing.of("Lamp.b").hash, hashed.hash);
    }
}
