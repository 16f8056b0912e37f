use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{CLIENT, Effect, NODE, Sequence, SessionMark, window::Window};
use crate::Version;

/// The highest sequence of each session, by name: a map of few, that is in the memory of every actor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Latest(Vec<Last>);

/// What is known of a session that had an effect.
#[derive(Debug, Clone)]
struct Last {
    session: Arc<str>,
    highest: Sequence,
    recent: Recent,
}

/// Which of those commands of a session had an effect that are beside the highest one: they have
/// the same place as that but for their number.
#[derive(Debug, Clone)]
enum Recent {
    /// That is not known.
    Unknown,
    /// The highest one is the only one, and had it behind this version.
    One(Version),
    Some(Box<Window>),
}

/// What was read from a snapshot is the same as what was folded, though less is known.
impl PartialEq for Last {
    fn eq(&self, other: &Self) -> bool {
        (&self.session, self.highest) == (&other.session, other.highest)
    }
}

impl Eq for Last {}

impl Last {
    /// The first command of a session that has an effect.
    fn of(mark: &SessionMark, expected: Version) -> Self {
        Self {
            session: Arc::clone(&mark.session),
            highest: mark.sequence,
            recent: Recent::One(expected),
        }
    }

    fn note(&mut self, sequence: Sequence, expected: Version) {
        let highest = self.highest;
        self.highest = sequence.max(highest);
        if !is_asked(&self.session) || sequence == highest {
            return;
        }
        if !is_beside(sequence, highest) {
            if sequence > highest {
                self.recent = Recent::One(expected);
            }
            return;
        }
        let mut window = match &mut self.recent {
            Recent::Some(window) => return window.note(sequence.number, expected),
            Recent::One(behind) => Window::of(highest.number, *behind),
            Recent::Unknown => Window::after(highest.number),
        };
        window.note(sequence.number, expected);
        self.recent = Recent::Some(Box::new(window));
    }

    /// What is known of a command with this sequence.
    fn effect(&self, sequence: Sequence) -> Effect {
        if sequence > self.highest {
            return Effect::None;
        }
        if !is_beside(sequence, self.highest) {
            return Effect::Unknown;
        }
        match &self.recent {
            Recent::One(expected) if sequence == self.highest => Effect::Behind(*expected),
            Recent::One(_) => Effect::None,
            Recent::Unknown => Effect::Unknown,
            Recent::Some(window) => window.effect(sequence.number),
        }
    }

    /// What it takes in memory besides itself, in bytes, roughly.
    #[cfg(feature = "runtime")]
    fn weight(&self) -> usize {
        let window = match &self.recent {
            Recent::Unknown | Recent::One(_) => 0,
            Recent::Some(window) => size_of::<Window>() + window.weight(),
        };
        self.session.len() + 16 + window
    }
}

fn is_beside(one: Sequence, other: Sequence) -> bool {
    (one.position, one.event) == (other.position, other.event)
}

impl Latest {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of(&self, session: &str) -> Option<Sequence> {
        let place = self.place(session).ok()?;
        self.0.get(place).map(|last| last.highest)
    }

    /// What is known of a command of a session that had an effect.
    pub(super) fn effect(&self, mark: &SessionMark) -> Option<Effect> {
        let place = self.place(&mark.session).ok()?;
        self.0.get(place).map(|last| last.effect(mark.sequence))
    }

    /// Takes in the mark of a commit behind this version; says whether it is the first one of its
    /// session.
    pub(super) fn note(&mut self, mark: &SessionMark, expected: Version) -> bool {
        match self.place(&mark.session) {
            Ok(place) => {
                if let Some(last) = self.0.get_mut(place) {
                    last.note(mark.sequence, expected);
                }
                false
            }
            Err(place) => {
                self.0.reserve_exact(1);
                self.0.insert(place, Last::of(mark, expected));
                true
            }
        }
    }

    /// Forgets the client that came first, if there are more than so many, and gives its place.
    pub(super) fn forget_client(&mut self, most: usize) -> Option<Sequence> {
        let clients = self.0.iter().enumerate();
        let clients = clients.filter(|(_, last)| is_client(&last.session));
        if clients.clone().count() <= most {
            return None;
        }
        // Of those that came at once it is the first by name.
        let (place, _) = clients.min_by_key(|(_, last)| last.highest.position)?;
        Some(self.0.remove(place).highest)
    }

    /// What it takes in memory, in bytes, roughly.
    #[cfg(feature = "runtime")]
    pub(super) fn weight(&self) -> usize {
        let besides = self.0.iter().map(Last::weight);
        self.0.capacity() * size_of::<Last>() + besides.sum::<usize>()
    }

    #[cfg(test)]
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    fn place(&self, session: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|last| (*last.session).cmp(session))
    }
}

/// Whether a session is that of someone who asks, a client or a node: of whom all commands are
/// marked, and come out of turn at times.
pub(super) fn is_asked(session: &str) -> bool {
    is_client(session) || session.starts_with(NODE)
}

pub(super) fn is_client(session: &str) -> bool {
    session.starts_with(CLIENT)
}

/// As a map.
impl Serialize for Latest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = self.0.iter();
        serializer.collect_map(all.map(|last| (&*last.session, &last.highest)))
    }
}

impl<'de> Deserialize<'de> for Latest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = BTreeMap::<Box<str>, Sequence>::deserialize(deserializer)?;
        let all = all.into_iter();
        let all = all.map(|(session, highest)| Last {
            session: session.into(),
            highest,
            recent: Recent::Unknown,
        });
        Ok(Self(all.collect()))
    }
}
