use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{CLIENT, Sequence, SessionMark};

/// The highest sequence of each session, by name: a map of few, that is in the memory of every actor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Latest(Vec<(Arc<str>, Sequence)>);

impl Latest {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of(&self, session: &str) -> Option<Sequence> {
        let place = self.place(session).ok()?;
        self.0.get(place).map(|(_, sequence)| *sequence)
    }

    /// Takes a mark in; says whether it is the first one of its session.
    pub(super) fn note(&mut self, mark: &SessionMark) -> bool {
        match self.place(&mark.session) {
            Ok(place) => {
                if let Some((_, last)) = self.0.get_mut(place) {
                    *last = mark.sequence.max(*last);
                }
                false
            }
            Err(place) => {
                self.0.reserve_exact(1);
                self.0
                    .insert(place, (Arc::clone(&mark.session), mark.sequence));
                true
            }
        }
    }

    /// Forgets the client that came first, if there are more than so many, and gives its place.
    pub(super) fn forget_client(&mut self, most: usize) -> Option<Sequence> {
        let clients = self.0.iter().enumerate();
        let clients = clients.filter(|(_, (session, _))| is_client(session));
        if clients.clone().count() <= most {
            return None;
        }
        // Of those that came at once it is the first by name.
        let (place, _) = clients.min_by_key(|(_, (_, sequence))| sequence.position)?;
        Some(self.0.remove(place).1)
    }

    /// What it takes in memory, in bytes, roughly.
    #[cfg(feature = "runtime")]
    pub(super) fn weight(&self) -> usize {
        let names = self.0.iter().map(|(session, _)| session.len() + 16);
        self.0.capacity() * size_of::<(Arc<str>, Sequence)>() + names.sum::<usize>()
    }

    #[cfg(test)]
    #[cfg(feature = "runtime")]
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    fn place(&self, session: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(name, _)| (**name).cmp(session))
    }
}

pub(super) fn is_client(session: &str) -> bool {
    session.starts_with(CLIENT)
}

/// As a map.
impl Serialize for Latest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.0.iter();
        serializer.collect_map(all.map(|(session, sequence)| (&**session, sequence)))
    }
}

impl<'de> Deserialize<'de> for Latest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = BTreeMap::<Box<str>, Sequence>::deserialize(deserializer)?;
        let all = all.into_iter();
        Ok(Self(
            all.map(|(session, sequence)| (session.into(), sequence))
                .collect(),
        ))
    }
}
