use std::cmp::Ordering;

use async_nats::{RequestErrorKind, connection::State};

use super::{
    answer::Answer, letter::Letter, memo::Place, patience::Patience, store::Shared, stored::Heading,
};
use crate::{Commit, Position, Receipt, StoreError, StoreErrorKind, Version, VersionConflict};

/// How far back a commit is looked for step by step.
const STEPS: u64 = 16;

/// One append, until it is known what became of it.
struct Append<'a> {
    store: &'a Shared,
    commit: &'a Commit,
    letter: &'a Letter,
    patience: Patience,
    /// Whether a try was sent of which nothing is known.
    in_doubt: bool,
    /// Whether the guard has failed before.
    overtaken: bool,
}

/// Whom to ask where the actor stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    Replica,
    Leader,
}

/// What to do next.
enum Step {
    Done(Receipt),
    /// Send it, to be stored after this sequence.
    Send(u64),
    /// Ask the leader.
    Look,
    /// Wait a little, then ask the leader. If there is no time left, this is why.
    Wait(StoreError),
}

impl Shared {
    pub(super) async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let letter = Letter::new(&commit, &self.names, &self.options.namespace);
        letter.check_size(self.context.client().max_payload())?;
        let append = Append {
            store: self,
            commit: &commit,
            letter: &letter,
            patience: self.patience(),
            in_doubt: false,
            overtaken: false,
        };
        append.run().await
    }
}

impl Append<'_> {
    async fn run(mut self) -> Result<Receipt, StoreError> {
        let (mut guard, mut whom) = (self.remembered(), Whom::Replica);
        loop {
            let step = match guard.take() {
                Some(sequence) => self.send(sequence).await,
                None => self.look(whom).await,
            };
            match step {
                Ok(Step::Done(receipt)) => return Ok(receipt),
                Ok(Step::Send(sequence)) => guard = Some(sequence),
                Ok(Step::Look) => whom = Whom::Leader,
                Ok(Step::Wait(err)) => {
                    whom = Whom::Leader;
                    if !self.patience.pause().await {
                        return Err(self.given_up(err));
                    }
                }
                Err(err) => return Err(self.failed(err)),
            }
        }
    }

    /// What must be the actor's last message, if that is remembered. An actor of which nothing
    /// is known has none, when its first commit comes.
    fn remembered(&self) -> Option<u64> {
        let tail = self.store.memo.known(self.commit.actor_id()).tail;
        (tail.version == self.commit.expected()).then_some(tail.sequence)
    }

    async fn send(&mut self, guard: u64) -> Result<Step, StoreError> {
        let client = self.store.context.client();
        if client.connection_state() != State::Connected {
            return Ok(Step::Wait(self.store.unavailable("is out of reach")));
        }
        let request = self.letter.after(guard);
        let request = request.timeout(Some(self.store.options.attempt));
        let subject = self.letter.subject.clone();
        let err = match client.send_request(subject, request).await {
            Ok(reply) => return self.answered(Answer::read(&reply.payload)).await,
            Err(err) => err,
        };
        match err.kind() {
            RequestErrorKind::NoResponders => {
                let nobody = self.store.unavailable("is gone, or has no leader");
                Ok(Step::Wait(nobody.because(err)))
            }
            RequestErrorKind::MaxPayloadExceeded => {
                Err(refused(StoreErrorKind::TooLarge).because(err))
            }
            RequestErrorKind::InvalidSubject => Err(refused(StoreErrorKind::Invalid).because(err)),
            RequestErrorKind::TimedOut | RequestErrorKind::Other => {
                self.in_doubt = true;
                let silent = self.store.unavailable("did not answer");
                Ok(Step::Wait(silent.because(err)))
            }
        }
    }

    async fn answered(&mut self, answer: Answer) -> Result<Step, StoreError> {
        match answer {
            Answer::Stored(sequence) => Ok(Step::Done(self.stored(sequence))),
            Answer::Duplicate(sequence) => self.duplicate(sequence).await,
            // The look that follows ends this, unless it finds the actor where the commit
            // expects it: then there is no haste.
            Answer::WrongLast(_) if !std::mem::replace(&mut self.overtaken, true) => Ok(Step::Look),
            Answer::WrongLast(refusal) | Answer::InFlight(refusal) | Answer::Later(refusal) => {
                let later = self.store.unavailable("did not take it");
                Ok(Step::Wait(later.because(refusal)))
            }
            Answer::Never(kind, refusal) => Err(refused(kind).because(refusal)),
            Answer::Garbled(text) => {
                self.in_doubt = true;
                let text = format!("answered what makes no sense: `{text}`");
                Ok(Step::Wait(self.store.unavailable(&text)))
            }
        }
    }

    fn stored(&self, sequence: u64) -> Receipt {
        let version = self.commit.version();
        let place = Place { version, sequence };
        self.store.memo.saw_tail(self.commit.actor_id(), place);
        let position = Position::new(sequence);
        Receipt { position, version }
    }

    /// The server knows the commit's id. Whether it knows the commit is another question.
    async fn duplicate(&mut self, sequence: u64) -> Result<Step, StoreError> {
        let message = match self.store.leader_at(sequence).await {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(self.known_but_not_seen(self.store.behind())),
            Err(err) if err.kind() == StoreErrorKind::Unavailable => {
                return Ok(self.known_but_not_seen(err));
            }
            Err(err) => return Err(err),
        };
        if message.subject.as_str() != self.letter.subject {
            let text = format!(
                "nothing was stored: `{}` is the id of another commit",
                self.commit.id()
            );
            let position = Position::new(sequence);
            return Err(StoreError::new(StoreErrorKind::Invalid, text).at(position));
        }
        Ok(Step::Done(message.heading()?.receipt()))
    }

    /// The server knows the commit's id, so it would be wrong to say that nothing was stored.
    const fn known_but_not_seen(&mut self, err: StoreError) -> Step {
        self.in_doubt = true;
        Step::Wait(err)
    }

    /// Finds out where the actor stands, and whether the commit is stored already.
    async fn look(&self, whom: Whom) -> Result<Step, StoreError> {
        let looked = match whom {
            Whom::Replica => self.store.replica_last(&self.letter.subject).await,
            Whom::Leader => self.store.leader_last(&self.letter.subject).await,
        };
        let last = match looked {
            Err(err) if err.kind() == StoreErrorKind::Unavailable => return Ok(Step::Wait(err)),
            looked => looked?.map(|message| message.heading()).transpose()?,
        };
        let place = last.map_or_else(Place::default, |heading| heading.place());
        self.store.memo.saw_tail(self.commit.actor_id(), place);
        match (place.version.cmp(&self.commit.expected()), last) {
            (Ordering::Greater, Some(last)) => self.overtaken(last).await,
            (Ordering::Less, _) if whom == Whom::Replica => Ok(Step::Look),
            (Ordering::Less, _) => self.ahead(place.version),
            (Ordering::Equal | Ordering::Greater, _) => Ok(Step::Send(place.sequence)),
        }
    }

    /// The commit expects more than the leader has: a conflict, unless there was more before.
    fn ahead(&self, current: Version) -> Result<Step, StoreError> {
        if self.store.memo.known(self.commit.actor_id()).tail.version > current {
            return Ok(Step::Wait(self.store.behind()));
        }
        Err(self.conflict(current))
    }

    /// The actor is past what the commit expects. Either the commit is what brought it there,
    /// or it can never be stored.
    async fn overtaken(&self, last: Heading) -> Result<Step, StoreError> {
        match self.stored_before(last).await {
            Ok(Some(receipt)) => Ok(Step::Done(receipt)),
            Ok(None) => Err(self.conflict(last.last)),
            Err(err) if err.kind() == StoreErrorKind::Unavailable => Ok(Step::Wait(err)),
            Err(err) => Err(err),
        }
    }

    /// Looks for the commit that stands where this one should.
    async fn stored_before(&self, last: Heading) -> Result<Option<Receipt>, StoreError> {
        let (expected, mut heading) = (self.commit.expected(), last);
        if last.last.as_u64() - expected.as_u64() > STEPS + self.commit.events().len() as u64 {
            return self.stored_long_before().await;
        }
        while heading.first > expected.next() {
            match self.store.before(heading).await? {
                Some(before) => heading = before,
                None => return Ok(None),
            }
        }
        Ok((heading.commit_id == self.commit.id()).then(|| heading.receipt()))
    }

    async fn stored_long_before(&self) -> Result<Option<Receipt>, StoreError> {
        let (actor, expected) = (self.commit.actor_id(), self.commit.expected());
        let page = self.store.page(actor, expected).await?;
        let recorded = page.commits.first();
        let recorded = recorded.filter(|recorded| recorded.commit.id() == self.commit.id());
        Ok(recorded.map(|recorded| Receipt {
            position: recorded.position,
            version: recorded.commit.version(),
        }))
    }

    fn conflict(&self, current: Version) -> StoreError {
        let (actor_id, attempted) = (
            self.commit.actor_id().clone(),
            self.commit.expected().next(),
        );
        VersionConflict {
            actor_id,
            attempted,
            current,
        }
        .into()
    }

    /// What an error means if an earlier try may have been stored. A conflict is certain: what
    /// stands where the commit should is another one.
    fn failed(&self, err: StoreError) -> StoreError {
        match (err.kind(), err.position()) {
            (StoreErrorKind::Conflict, _) => err,
            _ if self.in_doubt => self.doubt().because(err),
            (StoreErrorKind::Corrupt, Some(position)) => unreadable().at(position).because(err),
            _ => err,
        }
    }

    fn given_up(&self, err: StoreError) -> StoreError {
        if self.in_doubt {
            return self.doubt().because(err);
        }
        let text = format!(
            "nothing was stored: the stream `{}` could not be written to within {:?}",
            self.store.names.stream(),
            self.store.options.patience
        );
        StoreError::new(StoreErrorKind::Unavailable, text).because(err)
    }

    fn doubt(&self) -> StoreError {
        let (first, last) = (self.commit.expected().next(), self.commit.version());
        let text = format!(
            "it is not known whether commit {}, events {first} to {last} of `{}`, is stored; \
             append the very same commit again to know",
            self.commit.id(),
            self.commit.actor_id(),
        );
        StoreError::new(StoreErrorKind::InDoubt, text)
    }
}

fn refused(kind: StoreErrorKind) -> StoreError {
    StoreError::new(kind, "nothing was stored: the stream refuses the commit")
}

fn unreadable() -> StoreError {
    let text = "nothing was stored: what is stored of the actor cannot be read";
    StoreError::new(StoreErrorKind::Corrupt, text)
}
