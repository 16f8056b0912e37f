//! Forgets the subject `7` in a folder, and stands still at a step of it until it is killed.
//!
//! Takes the folder and the step: `before` or `after`, and what the key store is asked for then.
//! Writes a line when it stands there.
#![expect(
    clippy::expect_used,
    reason = "a program for tests, whose every failure is one of the test"
)]

use std::{
    env,
    future::pending,
    io::{self, Write as _},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aether::{
    DataSubject, EmbeddedEventStore, KeyId, Namespace,
    personal::{EmbeddedKeyStore, Kept, KeyStore, KeyStoreError, SealedStore, SubjectKey},
};

/// A key store that stands still at a step.
struct Halting {
    keys: EmbeddedKeyStore,
    step: (String, String),
    /// Not before the store is open.
    armed: Arc<AtomicBool>,
}

impl Halting {
    async fn stand(&self, when: &str, what: &str) {
        let is_here = self.step.0 == when && self.step.1 == what;
        if is_here && self.armed.load(Ordering::Relaxed) {
            let mut out = io::stdout();
            writeln!(out, "here")
                .and_then(|()| out.flush())
                .expect("an output");
            pending::<()>().await;
        }
    }
}

impl KeyStore for Halting {
    fn namespace(&self) -> &Namespace {
        self.keys.namespace()
    }

    async fn keys(&self, subject: &DataSubject) -> Result<Kept, KeyStoreError> {
        self.keys.keys(subject).await
    }

    async fn add(
        &self,
        subject: &DataSubject,
        key: SubjectKey,
        after: Option<KeyId>,
    ) -> Result<Kept, KeyStoreError> {
        self.stand("before", "add").await;
        let added = self.keys.add(subject, key, after).await;
        self.stand("after", "add").await;
        added
    }

    async fn retire(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        self.stand("before", "retire").await;
        let retired = self.keys.retire(subject).await;
        self.stand("after", "retire").await;
        retired
    }

    async fn destroy(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        self.stand("before", "destroy").await;
        let destroyed = self.keys.destroy(subject).await;
        self.stand("after", "destroy").await;
        destroyed
    }

    async fn settle(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        self.stand("before", "settle").await;
        let settled = self.keys.settle(subject).await;
        self.stand("after", "settle").await;
        settled
    }

    async fn unsettled(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        self.keys.unsettled().await
    }

    async fn forgotten(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        self.keys.forgotten().await
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let mut argument = || arguments.next().expect("a folder, when and what");
    let (folder, when, what) = (argument(), argument(), argument());
    let folder = Path::new(&folder);
    let store = EmbeddedEventStore::open(folder.join("events")).await;
    let keys = EmbeddedKeyStore::open(folder.join("keys"), Namespace::default()).await;
    let armed = Arc::new(AtomicBool::new(false));
    let keys = Halting {
        keys: keys.expect("the keys"),
        step: (when, what),
        armed: Arc::clone(&armed),
    };
    let store = SealedStore::builder(store.expect("the events"), keys)
        .open()
        .await;
    let store = store.expect("the store");
    armed.store(true, Ordering::Relaxed);
    let subject = DataSubject::new("7").expect("a subject");
    store
        .forget(&subject)
        .await
        .expect("to get here is to have missed the step");
}
