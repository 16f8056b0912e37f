use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::Kept;
use crate::DataSubject;

/// What the key store said not long ago.
///
/// Keys are believed for a while; that someone is forgotten, for ever, for it stays so.
#[derive(Debug)]
pub(super) struct Cache {
    lasting: Duration,
    limit: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Grows whenever something is dropped, so that an answer that was under way then is not
    /// kept.
    generation: u64,
    entries: HashMap<DataSubject, Entry>,
}

#[derive(Debug)]
struct Entry {
    kept: Arc<Kept>,
    until: Option<Instant>,
}

impl Cache {
    pub(super) fn new(lasting: Duration, limit: usize) -> Self {
        let inner = Mutex::default();
        Self {
            lasting,
            limit,
            inner,
        }
    }

    pub(super) fn get(&self, subject: &DataSubject) -> Option<Arc<Kept>> {
        let inner = self.lock();
        let entry = inner.entries.get(subject)?;
        let holds = entry.until.is_none_or(|until| Instant::now() < until);
        holds.then(|| Arc::clone(&entry.kept))
    }

    /// To be had before the key store is asked.
    pub(super) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Keeps an answer, unless something was dropped since `generation`.
    pub(super) fn put(&self, subject: &DataSubject, kept: &Arc<Kept>, generation: u64) {
        let until = match **kept {
            Kept::Forgotten => None,
            Kept::Keys(_) => Some(Instant::now() + self.lasting),
            // Someone who is not known now may be known in a moment.
            Kept::Nothing => return,
        };
        let mut inner = self.lock();
        if until.is_some() && inner.generation != generation {
            return;
        }
        if inner.entries.len() >= self.limit && !inner.entries.contains_key(subject) {
            inner.make_room(self.limit);
        }
        let kept = Arc::clone(kept);
        inner.entries.insert(subject.clone(), Entry { kept, until });
    }

    /// Forgets what was said of one subject.
    pub(super) fn drop_one(&self, subject: &DataSubject) {
        let mut inner = self.lock();
        inner.generation += 1;
        inner.entries.remove(subject);
    }

    /// Forgets what was said of all keys.
    pub(super) fn drop_keys(&self) {
        let mut inner = self.lock();
        inner.generation += 1;
        inner.entries.retain(|_, entry| entry.until.is_none());
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn make_room(&mut self, limit: usize) {
        let now = Instant::now();
        self.entries
            .retain(|_, entry| entry.until.is_none_or(|until| now < until));
        if self.entries.len() >= limit {
            self.entries.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personal::SubjectKey;

    fn keys() -> Arc<Kept> {
        Arc::new(Kept::Keys(vec![SubjectKey::generate().unwrap()]))
    }

    fn subject(text: &str) -> DataSubject {
        DataSubject::new(text).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn keys_are_believed_for_a_while_and_that_someone_is_forgotten_for_ever() {
        let cache = Cache::new(Duration::from_secs(1), 10);
        let (ada, bob) = (subject("ada"), subject("bob"));
        cache.put(&ada, &keys(), cache.generation());
        cache.put(&bob, &Arc::new(Kept::Forgotten), cache.generation());
        assert!(cache.get(&ada).is_some());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(cache.get(&ada).is_none());
        assert_eq!(cache.get(&bob).as_deref(), Some(&Kept::Forgotten));
    }

    #[tokio::test]
    async fn an_answer_that_was_under_way_when_something_was_dropped_is_not_kept() {
        let cache = Cache::new(Duration::from_secs(1), 10);
        let (ada, generation) = (subject("ada"), cache.generation());
        cache.drop_one(&subject("bob"));
        cache.put(&ada, &keys(), generation);
        assert!(cache.get(&ada).is_none());
    }

    #[tokio::test]
    async fn it_holds_no_more_than_its_limit() {
        let cache = Cache::new(Duration::from_secs(1), 3);
        for name in ["a", "b", "c", "d", "e"] {
            cache.put(&subject(name), &keys(), cache.generation());
            assert!(cache.get(&subject(name)).is_some());
        }
        assert!(cache.lock().entries.len() <= 3);
    }
}
