use std::{
    cell::OnceCell,
    hash::{Hash, Hasher},
};

use quick_cache::Equivalent;

use super::hashed::Hashed;
use crate::ActorId;

/// The text of an actor id that is looked up, and, if it was found, the id itself.
///
/// The cache gives a key to nobody but who compares it. So it is cloned there, which allocates
/// nothing, for an actor at rest does not know its id.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    hashed: Hashed<'a>,
    found: OnceCell<ActorId>,
}

impl<'a> Sought<'a> {
    pub(super) const fn new(hashed: Hashed<'a>) -> Self {
        let found = OnceCell::new();
        Self { hashed, found }
    }

    pub(super) fn found(self) -> Option<ActorId> {
        self.found.into_inner()
    }
}

impl Hash for Sought<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.hashed.hash(hasher);
    }
}

impl Equivalent<ActorId> for Sought<'_> {
    fn equivalent(&self, actor_id: &ActorId) -> bool {
        let is_it = self.hashed.equivalent(actor_id);
        if is_it {
            self.found.get_or_init(|| actor_id.clone());
        }
        is_it
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::actors::hashed::Hashing;

    #[test]
    fn an_id_is_found_where_it_is_compared_and_no_other_one() {
        let hashing = Hashing::default();
        let [it, other] = ["Lamp.a", "Lamp.b"].map(|text| ActorId::new(text).unwrap());
        let sought = Sought::new(hashing.of("Lamp.a"));
        assert!(!sought.equivalent(&other));
        assert!(sought.equivalent(&it));
        assert_eq!(sought.found(), Some(it));
        assert_eq!(Sought::new(hashing.of("Lamp.a")).found(), None);
    }
}
