use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    Effect, SessionMark,
    known::Known,
    latest::{is_asked, is_client},
};
#[cfg(feature = "runtime")]
use crate::{Commit, fence::Fence};
use crate::{Position, Recorded};

/// What a receiver knows of the sessions that had an effect on it.
///
/// There is nothing to know in most cases, and then it takes no more than a pointer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sessions(Option<Box<Known>>);

/// Says that a text does not say what is known of sessions.
#[derive(Debug, thiserror::Error)]
#[error("what is known of sessions is not written as it should be")]
pub struct InvalidSessions(#[from] serde_json::Error);

impl Sessions {
    /// What is known of one who has no history.
    #[cfg(feature = "runtime")]
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// What is known if a history up to this position was not looked at.
    pub fn unknown_until(position: Position) -> Self {
        Self::of(Known {
            unmarked: position,
            ..Known::default()
        })
    }

    fn of(known: Known) -> Self {
        Self((known != Known::default()).then(|| Box::new(known)))
    }

    /// Whether no command of any session has had an effect.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a commit of the receiver says something of sessions.
    #[cfg(feature = "runtime")]
    pub(crate) fn are_told_by(commit: &Commit) -> bool {
        Known::is_told_by(commit)
    }

    /// Takes a commit of the receiver in.
    pub fn note(&mut self, recorded: &Recorded) {
        if Known::is_told_by(&recorded.commit) {
            self.0.get_or_insert_default().note(recorded);
        }
    }

    /// Whether it is certain that the command has had no effect. If it is not, look for its id in
    /// the commits that lie behind its [cause](super::Sequence::position).
    pub fn is_new(&self, mark: &SessionMark) -> bool {
        self.0.as_ref().is_none_or(|known| {
            let last = known.last.of(&mark.session);
            let is_next = last.is_none_or(|last| last < mark.sequence);
            is_next && known.unmarked <= mark.sequence.position
        })
    }

    /// What is known of the effect of a command: more of one that a client or a node of a cluster has
    /// asked for, all of whose commands are marked, than of any other.
    pub fn effect(&self, mark: &SessionMark) -> Effect {
        if !is_asked(&mark.session) {
            return if self.is_new(mark) {
                Effect::None
            } else {
                Effect::Unknown
            };
        }
        let known = self.0.as_ref();
        let told = known.and_then(|it| it.last.effect(mark));
        told.unwrap_or_else(|| {
            let forgotten = known.map_or(Position::START, |it| it.forgotten);
            if is_client(&mark.session) && mark.sequence.position <= forgotten {
                Effect::Unknown
            } else {
                Effect::None
            }
        })
    }

    /// Since when the last node has had the receiver that took it from another one.
    #[cfg(feature = "runtime")]
    pub(crate) fn fence(&self) -> Option<&Fence> {
        self.0.as_ref()?.fence.as_ref()
    }

    /// What they take in memory besides themselves, in bytes, roughly.
    #[cfg(feature = "runtime")]
    pub(crate) fn weight(&self) -> usize {
        let known = self.0.as_ref();
        known.map_or(0, |known| size_of::<Known>() + known.last.weight())
    }
}

impl Serialize for Sessions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(known) => known.serialize(serializer),
            None => Known::default().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Sessions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Known::deserialize(deserializer).map(Self::of)
    }
}

/// As JSON.
impl fmt::Display for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self).map_err(|_names_and_numbers| fmt::Error)?;
        f.write_str(&json)
    }
}

impl FromStr for Sessions {
    type Err = InvalidSessions;

    fn from_str(text: &str) -> Result<Self, InvalidSessions> {
        Ok(serde_json::from_str(text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::known::CLIENTS;
    use crate::{CommandId, Commit, Event, InvalidMark, Sequence, Version};

    fn mark(session: &str, position: u64, number: u32) -> SessionMark {
        SessionMark {
            session: session.into(),
            sequence: Sequence {
                position: Position::new(position),
                event: 0,
                number,
            },
        }
    }

    fn recorded(position: u64, id: CommandId, mark: Option<SessionMark>) -> Recorded {
        let event = Event::new("a", 1, "Counted", &()).unwrap();
        let commit = Commit::new([event]).unwrap().caused_by(id);
        let commit = match mark {
            Some(mark) => commit.marked(mark),
            None => commit,
        };
        Recorded {
            position: Position::new(position),
            commit,
        }
    }

    fn derived() -> CommandId {
        CommandId::derived(CommandId::new().as_uuid(), "Policy/0")
    }

    #[test]
    fn only_what_is_higher_than_the_highest_of_its_session_is_certainly_new() {
        let mut sessions = Sessions::default();
        assert!(sessions.is_new(&mark("policy/A", 1, 0)));
        for (position, number) in [(5, 1), (3, 0)] {
            let mark = mark("policy/A", position, number);
            sessions.note(&recorded(9, derived(), Some(mark)));
        }
        let is_new = |session, position, number| sessions.is_new(&mark(session, position, number));
        assert!(!is_new("policy/A", 5, 1));
        assert!(!is_new("policy/A", 5, 0));
        assert!(!is_new("policy/A", 4, 7));
        assert!(is_new("policy/A", 5, 2));
        assert!(is_new("policy/A", 6, 0));
        assert!(is_new("policy/B", 1, 0));
        let effect = |position, number| sessions.effect(&mark("policy/A", position, number));
        assert_eq!(effect(5, 2), Effect::None);
        for (position, number) in [(5, 1), (5, 0), (3, 0), (4, 7)] {
            assert_eq!(effect(position, number), Effect::Unknown);
        }
    }

    #[test]
    fn what_was_caused_before_a_commit_without_a_mark_may_be_in_it() {
        let mut sessions = Sessions::default();
        sessions.note(&recorded(7, CommandId::new(), None));
        assert!(sessions.is_empty(), "an id that was made for one sending");
        sessions.note(&recorded(8, derived(), None));
        assert!(!sessions.is_new(&mark("policy/A", 7, 0)));
        assert!(sessions.is_new(&mark("policy/A", 8, 0)));
        let unknown = Sessions::unknown_until(Position::new(8));
        assert_eq!(unknown, sessions);
    }

    #[test]
    fn what_is_remembered_of_clients_is_bounded_and_none_that_was_forgotten_passes_for_new() {
        let mut sessions = Sessions::default();
        let came = |client: u64| 100 + client;
        let marked = |client: u64, number| mark(&format!("client/{client}"), came(client), number);
        for client in 0..40 {
            let first = marked(client, 1);
            assert_eq!(
                sessions.effect(&first),
                Effect::None,
                "{client} has just come"
            );
            sessions.note(&recorded(client + 1, CommandId::new(), Some(first.clone())));
            assert_eq!(sessions.effect(&first), Effect::Behind(Version::NONE));
            assert_eq!(sessions.effect(&marked(client, 2)), Effect::None);
            assert_eq!(sessions.effect(&marked(client, 0)), Effect::None);
        }
        assert_eq!(sessions.0.as_ref().unwrap().last.len(), CLIENTS);
        for client in 0..40 {
            assert_ne!(
                sessions.effect(&marked(client, 1)),
                Effect::None,
                "{client}"
            );
        }
        // One of those that are not remembered comes again: whether it is new has to be looked up.
        assert_eq!(sessions.effect(&marked(3, 2)), Effect::Unknown);
        assert_eq!(sessions.effect(&marked(39, 2)), Effect::None);
        assert_eq!(sessions.effect(&marked(40, 0)), Effect::None);
        // A node is never taken for a client.
        assert_eq!(sessions.effect(&mark("node/a", 1, 0)), Effect::None);
        let text = sessions.to_string();
        let read: Sessions = text.parse().unwrap();
        assert_eq!(read, sessions);
        // What a snapshot does not say is not taken for known.
        assert_eq!(read.effect(&marked(39, 0)), Effect::Unknown);
        assert_eq!(read.effect(&marked(39, 1)), Effect::Unknown);
        assert_eq!(read.effect(&marked(39, 2)), Effect::None);
    }

    #[test]
    fn of_what_was_asked_out_of_turn_it_is_known_whether_it_had_an_effect() {
        let told =
            |sessions: &Sessions, place, number| sessions.effect(&mark("client/a", place, number));
        let note = |sessions: &mut Sessions, place, number| {
            let mark = mark("client/a", place, number);
            sessions.note(&recorded(9, CommandId::new(), Some(mark)));
        };
        let mut sessions = Sessions::default();
        for number in [4, 8, 6] {
            assert_eq!(told(&sessions, 1, number), Effect::None);
            note(&mut sessions, 1, number);
            assert_eq!(told(&sessions, 1, number), Effect::Behind(Version::NONE));
        }
        for number in [0, 5, 7, 9] {
            assert_eq!(told(&sessions, 1, number), Effect::None, "{number}");
        }
        // One that goes on from a snapshot knows what came since.
        let mut read: Sessions = sessions.to_string().parse().unwrap();
        note(&mut read, 1, 12);
        assert_eq!(told(&read, 1, 10), Effect::None);
        assert_eq!(told(&read, 1, 12), Effect::Behind(Version::NONE));
        for number in [4, 5, 8] {
            assert_eq!(told(&read, 1, number), Effect::Unknown, "{number}");
        }
        // With another place it begins anew.
        note(&mut sessions, 2, 5);
        assert_eq!(told(&sessions, 1, 8), Effect::Unknown);
        assert_eq!(told(&sessions, 1, 9), Effect::Unknown);
        assert_eq!(told(&sessions, 2, 4), Effect::None);
        assert_eq!(told(&sessions, 2, 5), Effect::Behind(Version::NONE));
        note(&mut sessions, 1, 9);
        assert_eq!(told(&sessions, 2, 4), Effect::None);
    }

    #[test]
    fn marks_and_sessions_are_read_as_they_are_written() {
        let mark = mark("policy/Größe, \"x\" y", u64::MAX, u32::MAX);
        assert_eq!(mark.to_string().parse(), Ok(mark.clone()));
        let mut sessions = Sessions::unknown_until(Position::new(3));
        sessions.note(&recorded(5, derived(), Some(mark)));
        let text = sessions.to_string();
        assert_eq!(text.parse::<Sessions>().unwrap(), sessions, "{text}");
        assert_eq!(Sessions::default().to_string(), "{}");
        for bad in ["", "1.2.3", "1.2.3 ", "1.2 a", "1.2.3.4 a", "1.-2.3 a", "x"] {
            assert_eq!(bad.parse::<SessionMark>(), Err(InvalidMark), "{bad}");
        }
    }
}
