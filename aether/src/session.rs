//! Sessions: by which a receiver tells a command that is new from one that may be a repetition.
//!
//! Whoever follows the log and sends commands because of it, a policy say, may send a command
//! again: after a crash, after an answer that did not come. The command has the same [id] then, and
//! the receiver's history keeps the ids of all commands that had an effect. To search all of it
//! for each command would cost the more the longer it is, and to search a part of it would one day
//! be too little: there is no number of commands, and no time, after which none comes again.
//!
//! Such senders are policies, adapters, what instances of a process manager ask for, and the
//! timers of policies and process managers. Each command of one is marked with
//! its *session*, the name of the sender, and its *sequence* in it: the place of the event that
//! caused it in the log, the event's number in its commit, and the command's number among those the
//! event caused. The mark is stored with the events of the command; and a receiver knows, folded
//! from its commits as its state is, and kept in its snapshots, the highest sequence of each session
//! that ever had an effect on it.
//!
//! In a cluster, a command that a node has another one carry out is marked too, if its id was made
//! for that one sending: its session is the node, and its sequence counts what the node has sent,
//! with the incarnation of the node in the place of a position. It has no cause in the log, so a
//! command of which it is not certain that it is new is searched for in the whole history.
//!
//! So is what a process sends that is no node of the cluster: a *client*. Clients come and go, and
//! each has a session of its own, with the moment when it came in the place of a position. A
//! receiver remembers those of some clients, and of all others the latest moment at which one of
//! them came: a client that came later has had no effect on it, and one that did not may have had.
//! Clocks that differ cost a search, never the truth.
//!
//! What an instance of a process manager has received is marked in the same way: each event that it
//! receives has its place in the session of the inbox, and so it is known whether it has received it.
//!
//! # Why this is right
//!
//! - A command whose sequence is *higher* than the highest is not in the history: were it there,
//!   its own sequence would be among those of which that is the highest. It need not be searched
//!   for. This relies on one thing only: that the same command has the same mark each time. Session
//!   and sequence and id are made of the same things, the sender's name and the place of the
//!   cause, so it does. It does not rely on the order in which commands come, nor on there being
//!   one sender at a time.
//! - Any other command *may* be in the history, and is searched for by its id. It was caused by a
//!   commit, so its own lies behind that one in the log: the search goes back from the head to the
//!   place of the cause, and no further. What is sent again after a crash was caused of late, so
//!   the search is short; only who is rewound to the beginning of a log pays for all of it.
//!
//! As a sender follows the log in order, new commands come in rising sequence and repetitions in
//! one that was there before: the first kind is never searched for, and that is all that the order
//! is for. Where it does not hold, it costs a search, never the truth:
//!
//! - *Retries* have the sequence they had.
//! - *Skipped, parked and retried later*, *timers* that are due in another order than they were set
//!   in, *rewinds*: a command that has not been carried out before, though later ones have, is
//!   searched for, not found, and carried out.
//! - *Two senders of one name*, in two processes: whoever comes second is refused by the store if it
//!   has not seen what the first has stored, reads that, and finds the command.
//! - *A renamed* policy is another one: its commands have other ids and other sessions, so it does
//!   all of its work anew. That was so before.
//! - *Commits without a mark* for a command whose id was derived, stored by a build that made none:
//!   a receiver knows where the last of them lies, and commands that were caused before it are
//!   searched for.
//! - *A log that was copied* from another one has other places. An export has no marks for that
//!   reason; who copies commits otherwise leaves them out, with [`Commit::unmarked`].
//!
//! What remains is searched for in the whole history: commands whose id was given by whoever sent
//! them, and commands that commits made by hand ask for. Such an id says neither when nor why it
//! was made.
//!
//! A command that gave *no event*, or was refused, leaves nothing in the log. It is decided anew
//! when it comes again, on the state as it is then, as if it had come later; it has had no effect
//! before, so it has one at most. To make that rare, a follower saves at once how far it has come
//! after such a command, and not only now and then; what timers have fired is saved within a second
//! or more, the more of them there are.
//!
//! [id]: crate::CommandId::derived
//! [`Commit::unmarked`]: crate::Commit::unmarked

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Version as UuidVersion;

use crate::{Commit, Position, Recorded, fence::Fence};

/// The place of a command among those of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sequence {
    /// The place of the commit in the log whose event caused the command.
    pub position: Position,
    /// Which of the commit's events it was, counted from 0.
    pub event: u32,
    /// Which of the commands it is that the event caused, counted from 0.
    pub number: u32,
}

/// The session of a command, and its place in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionMark {
    /// Who sends it: `policy/CountRings`, for instance.
    pub session: Arc<str>,
    /// Its place among the commands of that sender.
    pub sequence: Sequence,
}

/// The name of a client's session.
#[cfg(all(feature = "cluster", feature = "nats", feature = "runtime"))]
pub(crate) fn of_client(client: &uuid::Uuid) -> Arc<str> {
    Arc::from(format!("{CLIENT}{}", client.simple()))
}

/// Says that a text is no mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mark is a position, two numbers and a name: `12.0.1 policy/Name`")]
pub struct InvalidMark;

impl fmt::Display for SessionMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sequence {
            position,
            event,
            number,
        } = self.sequence;
        write!(f, "{position}.{event}.{number} {}", self.session)
    }
}

impl FromStr for SessionMark {
    type Err = InvalidMark;

    fn from_str(text: &str) -> Result<Self, InvalidMark> {
        let (sequence, session) = text.split_once(' ').ok_or(InvalidMark)?;
        let mut numbers = sequence.split('.');
        let mut next = || numbers.next().ok_or(InvalidMark);
        let (position, event, number) = (next()?, next()?, next()?);
        if session.is_empty() || numbers.next().is_some() {
            return Err(InvalidMark);
        }
        let no_number = |_says_no_more| InvalidMark;
        Ok(Self {
            session: session.into(),
            sequence: Sequence {
                position: Position::new(position.parse().map_err(no_number)?),
                event: event.parse().map_err(no_number)?,
                number: number.parse().map_err(no_number)?,
            },
        })
    }
}

/// What a receiver knows of the sessions that had an effect on it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sessions {
    /// The highest sequence of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    last: BTreeMap<String, Sequence>,
    /// The place of the last commit of a command that may be one of a session, and is not marked.
    #[serde(default, skip_serializing_if = "is_start")]
    unmarked: Position,
    /// The last fence in the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fence: Option<Fence>,
    /// When the last of those clients came that are not remembered.
    #[serde(default, skip_serializing_if = "is_start")]
    forgotten: Position,
}

/// What the sessions of clients begin with.
const CLIENT: &str = "client/";
/// How many clients are remembered.
const CLIENTS: usize = 16;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks it so")]
fn is_start(position: &Position) -> bool {
    *position == Position::START
}

/// Says that a text does not say what is known of sessions.
#[derive(Debug, thiserror::Error)]
#[error("what is known of sessions is not written as it should be")]
pub struct InvalidSessions(#[from] serde_json::Error);

impl Sessions {
    /// What is known if a history up to this position was not looked at.
    pub const fn unknown_until(position: Position) -> Self {
        Self {
            last: BTreeMap::new(),
            unmarked: position,
            fence: None,
            forgotten: Position::START,
        }
    }

    /// Whether no command of any session has had an effect.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes a commit of the receiver in.
    pub fn note(&mut self, recorded: &Recorded) {
        let commit = &recorded.commit;
        if let Some(fence) = commit.fence() {
            self.fence = Some(fence.later(self.fence.take()));
        }
        if let Some(mark) = commit.session() {
            match self.last.get_mut(&*mark.session) {
                Some(last) => *last = mark.sequence.max(*last),
                None => self.meet(mark),
            }
        } else if is_derived(commit) {
            self.unmarked = self.unmarked.max(recorded.position);
        }
    }

    /// A session has its first effect.
    fn meet(&mut self, mark: &SessionMark) {
        self.last.insert(mark.session.to_string(), mark.sequence);
        if !is_client(&mark.session) {
            return;
        }
        let clients = self.last.iter().filter(|(session, _)| is_client(session));
        if clients.clone().count() <= CLIENTS {
            return;
        }
        let came = |(session, sequence): (&String, &Sequence)| (sequence.position, session.clone());
        if let Some((came, first)) = clients.map(came).min() {
            self.last.remove(&first);
            self.forgotten = self.forgotten.max(came);
        }
    }

    /// Whether it is certain that the command has had no effect. If it is not, look for its id in
    /// the commits that lie behind its [cause](Sequence::position).
    pub fn is_new(&self, mark: &SessionMark) -> bool {
        let last = self.last.get(&*mark.session);
        last.is_none_or(|last| *last < mark.sequence) && self.unmarked <= mark.sequence.position
    }

    /// Whether it is certain that a command has had no effect that a process asked for, all of whose
    /// commands are marked. If it is not, look for its id in the whole history.
    #[cfg(feature = "runtime")]
    pub(crate) fn is_later(&self, mark: &SessionMark) -> bool {
        let is_known = !is_client(&mark.session) || self.forgotten < mark.sequence.position;
        let last = self.last.get(&*mark.session);
        last.map_or(is_known, |last| *last < mark.sequence)
    }

    /// Since when the last node has had the receiver that took it from another one.
    #[cfg(feature = "runtime")]
    pub(crate) const fn fence(&self) -> Option<&Fence> {
        self.fence.as_ref()
    }

    /// What they take in memory, in bytes, roughly.
    #[cfg(feature = "runtime")]
    pub(crate) fn weight(&self) -> usize {
        self.last.len() * 64
    }
}

fn is_client(session: &str) -> bool {
    session.starts_with(CLIENT)
}

/// Whether the id of the command was derived from something, as those of followers are.
fn is_derived(commit: &Commit) -> bool {
    let id = commit.command_id();
    id.is_some_and(|id| id.as_uuid().get_version() == Some(UuidVersion::Sha1))
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
    use crate::{CommandId, Event};

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
    #[cfg(feature = "runtime")]
    fn what_is_remembered_of_clients_is_bounded_and_none_that_was_forgotten_passes_for_new() {
        let mut sessions = Sessions::default();
        let came = |client: u64| 100 + client;
        let marked = |client: u64, number| mark(&format!("client/{client}"), came(client), number);
        for client in 0..40 {
            let first = marked(client, 1);
            assert!(sessions.is_later(&first), "{client} has just come");
            sessions.note(&recorded(client + 1, CommandId::new(), Some(first.clone())));
            assert!(!sessions.is_later(&first));
            assert!(sessions.is_later(&marked(client, 2)));
        }
        assert_eq!(sessions.last.len(), CLIENTS);
        for client in 0..40 {
            assert!(!sessions.is_later(&marked(client, 1)), "{client}");
        }
        // One of those that are not remembered comes again: whether it is new has to be looked up.
        assert!(!sessions.is_later(&marked(3, 2)));
        assert!(sessions.is_later(&marked(39, 2)));
        assert!(sessions.is_later(&marked(40, 0)));
        // A node is never taken for a client.
        assert!(sessions.is_later(&mark("node/a", 1, 0)));
        let text = sessions.to_string();
        assert_eq!(text.parse::<Sessions>().unwrap(), sessions);
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
