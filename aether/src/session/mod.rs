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
//! with the incarnation of the node in the place of a position. It has no cause in the log, but
//! what was stored when it was first sent was stored before it: with it the node says how far the
//! log had come by the last answer that it had. A command of which it is not known whether it had an
//! effect is searched for back to that place, and in the whole history only if no place is said.
//! Many are under way at a time, and some come after a later one. So of each such session a
//! receiver in memory also knows which of the latest commands had an effect, with none left out,
//! and where: what comes a little out of turn, or once more, needs no search. That much is not kept
//! in snapshots. An actor that goes on from one knows it of what came since.
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

mod effect;
mod known;
mod latest;
mod mark;
mod sessions;
mod window;

#[cfg(all(feature = "cluster", feature = "nats", feature = "runtime"))]
pub(crate) use self::mark::{of_client, of_node};
pub use self::{
    effect::Effect,
    mark::{InvalidMark, Sequence, SessionMark},
    sessions::{InvalidSessions, Sessions},
};

/// What the sessions of clients begin with.
const CLIENT: &str = "client/";
/// What the sessions of nodes begin with.
const NODE: &str = "node/";
