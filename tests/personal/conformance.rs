use aether::{
    Store, checkpoint_conformance, key_conformance,
    personal::{InMemoryKeyStore, KeyStore, MasterKey, SealedStore, WrappedKeys},
    snapshot_conformance,
    store::conformance::Guarded,
    store_conformance, transaction_conformance,
};

use crate::world::{World, embedded, memory, nats};

async fn sealed<S: Store, K: KeyStore, G>(world: World<S, K, G>) -> Guarded<SealedStore<S, K>, G> {
    let World { store, keys, guard } = world;
    let builder = SealedStore::builder(store, keys).allowing_unknown_types();
    Guarded::new(builder.open().await.unwrap(), guard)
}

store_conformance!(sealed_memory, async || sealed(memory().await).await);
store_conformance!(sealed_embedded, async || sealed(embedded().await).await);
store_conformance!(sealed_nats, async || sealed(nats().await).await);
checkpoint_conformance!(sealed_checkpoints, async || sealed(memory().await).await);
snapshot_conformance!(sealed_snapshots, async || sealed(memory().await).await);
transaction_conformance!(sealed_transactions, async || sealed(memory().await).await);

key_conformance!(memory_keys, async || (InMemoryKeyStore::new(), ()));
key_conformance!(wrapped_keys, async || {
    let master = MasterKey::new([7; 32]);
    (WrappedKeys::new(InMemoryKeyStore::new(), master), ())
});
key_conformance!(embedded_keys, async || {
    let World { keys, guard, .. } = embedded().await;
    (keys, guard)
});
key_conformance!(nats_keys, async || {
    let World { keys, guard, .. } = nats().await;
    (keys, guard)
});
