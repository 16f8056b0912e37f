use crate::EventStore;

/// Something that gives a store to test: a store, or a [`Guarded`] one.
pub trait UnderTest {
    /// The kind of store.
    type Store: EventStore;

    /// The store.
    fn store(&self) -> &Self::Store;
}

/// A store and what must live as long as it: a server, a folder.
#[derive(Debug)]
pub struct Guarded<S, G> {
    store: S,
    _guard: G,
}

impl<S, G> Guarded<S, G> {
    /// Keeps `guard` for as long as `store` is in use.
    pub const fn new(store: S, guard: G) -> Self {
        Self {
            store,
            _guard: guard,
        }
    }
}

impl<S: EventStore, G> UnderTest for Guarded<S, G> {
    type Store = S;

    fn store(&self) -> &S {
        &self.store
    }
}

impl<S: EventStore> UnderTest for S {
    type Store = S;

    fn store(&self) -> &S {
        self
    }
}
