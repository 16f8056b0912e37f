//! What every key store promises, as tests that any key store can run.
//!
//! Each function is one promise of [`KeyStore`] and panics if it is broken;
//! [`key_conformance!`](crate::key_conformance) makes a test of each, on a fresh key store.
#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]
#![expect(
    clippy::panic,
    reason = "a failed case is a panic that says what went wrong"
)]

use futures_util::future::join_all;

use super::{Kept, KeyStore, KeyStoreError, SubjectKey};
use crate::{DataSubject, KeyId};

/// Makes a module with a test for each promise of [`KeyStore`](crate::personal::KeyStore).
///
/// Takes the name of the module, and an async closure that makes a fresh, empty key store and what
/// must live as long as it. The crate that uses it needs tokio, with its features `macros`,
/// `rt-multi-thread` and `time`. A case that takes longer than a minute has failed.
///
/// ```
/// use aether::{key_conformance, personal::InMemoryKeyStore};
///
/// key_conformance!(memory, async || (InMemoryKeyStore::new(), ()));
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! key_conformance {
    ($name:ident, $make:expr) => {
        $crate::key_conformance! { @each $name, $make;
            a_subject_that_is_not_known_has_no_keys
            a_key_that_was_added_is_found_again
            of_racing_writers_exactly_one_adds
            a_key_is_added_only_behind_the_last_one
            subjects_of_any_name_are_kept_apart
            retired_keys_are_gone_and_the_last_one_stays
            what_is_destroyed_stays_destroyed
            destroying_wins_over_adding
            a_forgotten_subject_is_unsettled_until_it_is_settled
        }
    };
    (@each $name:ident, $make:expr; $($case:ident)+) => {
        mod $name {
            use super::*;
            $(
                #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let (keys, _guard) = ($make)().await;
                    let case = $crate::personal::conformance::$case(&keys);
                    ::tokio::time::timeout(::std::time::Duration::from_mins(1), case)
                        .await
                        .expect("the case ends within a minute");
                }
            )+
        }
    };
}

#[track_caller]
fn ok<T>(answer: Result<T, KeyStoreError>) -> T {
    answer.unwrap_or_else(|err| {
        let source = std::error::Error::source(&err);
        panic!("{err}: {source:?}")
    })
}

fn subject(text: &str) -> DataSubject {
    DataSubject::new(text).unwrap_or_else(|err| panic!("{err}"))
}

fn key() -> SubjectKey {
    ok(SubjectKey::generate())
}

async fn filled<K: KeyStore>(keys: &K, subject: &DataSubject, count: usize) -> Vec<SubjectKey> {
    let mut added: Vec<SubjectKey> = Vec::new();
    for _ in 0..count {
        let (key, after) = (key(), added.last().map(|key| key.id));
        added.push(key.clone());
        assert_eq!(
            ok(keys.add(subject, key, after).await),
            Kept::Keys(added.clone())
        );
    }
    added
}

/// Of a subject that nothing was said of nothing is kept.
pub async fn a_subject_that_is_not_known_has_no_keys<K: KeyStore>(keys: &K) {
    let nobody = subject("nobody");
    assert_eq!(ok(keys.keys(&nobody).await), Kept::Nothing);
    ok(keys.retire(&nobody).await);
    ok(keys.settle(&nobody).await);
    assert_eq!(ok(keys.keys(&nobody).await), Kept::Nothing);
    assert_eq!(ok(keys.forgotten().await), []);
}

/// Keys come back as they were added, oldest first.
pub async fn a_key_that_was_added_is_found_again<K: KeyStore>(keys: &K) {
    let ada = subject("ada");
    let added = filled(keys, &ada, 5).await;
    let kept = ok(keys.keys(&ada).await);
    assert_eq!(kept.current(), added.last());
    assert_eq!(kept, Kept::Keys(added));
}

/// Of writers that add a first key exactly one does, and all are told which.
pub async fn of_racing_writers_exactly_one_adds<K: KeyStore>(keys: &K) {
    let ada = subject("ada");
    let added = join_all((0..16).map(|_| keys.add(&ada, key(), None))).await;
    let kept = ok(keys.keys(&ada).await);
    assert!(
        matches!(&kept, Kept::Keys(keys) if keys.len() == 1),
        "{kept:?}"
    );
    for told in added {
        assert_eq!(ok(told), kept);
    }
}

/// A key that is to follow another one than the last is not added.
pub async fn a_key_is_added_only_behind_the_last_one<K: KeyStore>(keys: &K) {
    let ada = subject("ada");
    let nothing = ok(keys.add(&ada, key(), Some(KeyId::new())).await);
    assert_eq!(nothing, Kept::Nothing);
    let added = filled(keys, &ada, 2).await;
    let first = added.first().map(|key| key.id);
    for after in [None, first, Some(KeyId::new())] {
        let kept = ok(keys.add(&ada, key(), after).await);
        assert_eq!(kept, Kept::Keys(added.clone()));
    }
}

/// Two names that differ are two subjects.
pub async fn subjects_of_any_name_are_kept_apart<K: KeyStore>(keys: &K) {
    let names = [
        "a", "A", "a.b", "a=2Eb", "*", ">", "a b", "\u{e9}", "/", "_", "%",
    ];
    let mut added = Vec::new();
    for name in names {
        added.push((subject(name), filled(keys, &subject(name), 1).await));
    }
    ok(keys.destroy(&subject("a")).await);
    for (subject, keys_of) in added.into_iter().skip(1) {
        assert_eq!(
            ok(keys.keys(&subject).await),
            Kept::Keys(keys_of),
            "{subject}"
        );
    }
    assert_eq!(ok(keys.forgotten().await), [subject("a")]);
}

/// Retiring leaves the last key alone.
pub async fn retired_keys_are_gone_and_the_last_one_stays<K: KeyStore>(keys: &K) {
    let ada = subject("ada");
    let mut added = filled(keys, &ada, 3).await;
    ok(keys.retire(&ada).await);
    let last = added.split_off(2);
    assert_eq!(ok(keys.keys(&ada).await), Kept::Keys(last.clone()));
    ok(keys.retire(&ada).await);
    assert_eq!(ok(keys.keys(&ada).await), Kept::Keys(last));
}

/// A subject that was forgotten gets no key again.
pub async fn what_is_destroyed_stays_destroyed<K: KeyStore>(keys: &K) {
    let (ada, bob) = (subject("ada"), subject("bob"));
    let added = filled(keys, &ada, 2).await;
    for gone in [&ada, &bob] {
        ok(keys.destroy(gone).await);
        ok(keys.destroy(gone).await);
        assert_eq!(ok(keys.keys(gone).await), Kept::Forgotten);
        for after in [None, added.last().map(|key| key.id)] {
            assert_eq!(ok(keys.add(gone, key(), after).await), Kept::Forgotten);
        }
        ok(keys.retire(gone).await);
        assert_eq!(ok(keys.keys(gone).await), Kept::Forgotten);
    }
    assert_eq!(ok(keys.forgotten().await), [ada, bob]);
}

/// Whatever is added while a subject is being destroyed, it is forgotten in the end.
pub async fn destroying_wins_over_adding<K: KeyStore>(keys: &K) {
    let ada = subject("ada");
    let adding = join_all((0..8).map(|_| keys.add(&ada, key(), None)));
    let (added, destroyed) = futures_util::future::join(adding, keys.destroy(&ada)).await;
    ok(destroyed);
    for told in added {
        ok(told);
    }
    assert_eq!(ok(keys.keys(&ada).await), Kept::Forgotten);
}

/// What is left half done is known, until it is done.
pub async fn a_forgotten_subject_is_unsettled_until_it_is_settled<K: KeyStore>(keys: &K) {
    let (ada, bob) = (subject("ada"), subject("b.o.b"));
    filled(keys, &ada, 1).await;
    ok(keys.destroy(&bob).await);
    ok(keys.destroy(&ada).await);
    assert_eq!(ok(keys.unsettled().await), [ada.clone(), bob.clone()]);
    ok(keys.settle(&bob).await);
    ok(keys.settle(&bob).await);
    assert_eq!(ok(keys.unsettled().await), std::slice::from_ref(&ada));
    ok(keys.destroy(&bob).await);
    ok(keys.settle(&ada).await);
    assert_eq!(ok(keys.unsettled().await), []);
    assert_eq!(ok(keys.forgotten().await), [ada, bob]);
}
