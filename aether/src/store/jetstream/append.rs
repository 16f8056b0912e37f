use std::slice;

use super::{
    answer::{Answer, Refusal},
    denials::Denial,
    letter::{Letter, guard_of},
    memo::Place,
    patience::Patience,
    post::{Parcel, Unanswered},
    standing::{Standing, Whom},
    store::Shared,
};
use crate::{
    ActorId, Commit, Position, Receipt, StoreError, StoreErrorKind, Transaction, Version,
    VersionConflict,
};

/// Commits that are stored together, until it is known what became of them. One alone, without a
/// guard on another actor, is a plain message; otherwise it is a batch.
struct Append<'a> {
    store: &'a Shared,
    commits: &'a [Commit],
    /// The actors that are only read.
    guards: &'a [(ActorId, Version)],
    letters: Vec<Letter<'a>>,
    patience: Patience,
    /// Whether a try was sent of which nothing is known.
    in_doubt: bool,
    /// Whether a guard has failed before, of an actor that was then found where it should be.
    overtaken: bool,
}

/// What to do next.
enum Step {
    Done(Vec<Receipt>),
    /// Send it, to be stored if these are the last messages of the guarded actors and of those
    /// that are written to.
    Send(Vec<u64>),
    /// Ask them where the actors are.
    Seek(Whom),
    /// Wait a little, then ask the leader. If there is no time left, this is why.
    Wait(StoreError),
}

/// What a look at the actors has shown.
#[derive(Default)]
struct View {
    /// The last messages of the guarded actors, and of those that are written to.
    last: Vec<u64>,
    /// The commits that are stored already.
    stored: Vec<Receipt>,
    /// How many are not.
    open: usize,
    /// The guard that does not hold.
    failed: Option<StoreError>,
}

impl View {
    fn is_torn(&self) -> bool {
        self.open > 0 && !self.stored.is_empty()
    }
}

impl Shared {
    pub(super) async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let letter = self.letter(&commit)?;
        let patience = self.patience();
        let first = match self.tail(commit.actor_id(), commit.expected()) {
            Some(sequence) => Some(self.post(letter.after(sequence)).await),
            None => None,
        };
        match first {
            Some(Ok(Answer::Stored(sequence))) => Ok(self.stored(&commit, sequence)),
            // Rare and large: in a box, it does not make every append large.
            first => Box::pin(self.append_on(&commit, letter, patience, first)).await,
        }
    }

    /// Goes on after a first try that was not simply stored, or when there was none.
    async fn append_on(
        &self,
        commit: &Commit,
        letter: Letter<'_>,
        patience: Patience,
        first: Option<Result<Answer, Unanswered>>,
    ) -> Result<Receipt, StoreError> {
        let mut append = Append {
            store: self,
            commits: slice::from_ref(commit),
            guards: &[],
            letters: vec![letter],
            patience,
            in_doubt: false,
            overtaken: false,
        };
        let first = match first {
            Some(answer) => append.replied(answer).await,
            None => Ok(Step::Seek(Whom::Replica)),
        };
        let receipts = append.run(first).await?;
        receipts.into_iter().next().ok_or_else(|| {
            let text = format!("no receipt was given for version {}", commit.version());
            StoreError::new(StoreErrorKind::InDoubt, text)
        })
    }

    pub(super) async fn transact(
        &self,
        transaction: Transaction,
    ) -> Result<Vec<Receipt>, StoreError> {
        let (commits, guards) = (transaction.commits(), transaction.guards());
        self.check_batch(commits.len() + guards.len())?;
        self.append_all(commits, guards).await
    }

    async fn append_all(
        &self,
        commits: &[Commit],
        guards: &[(ActorId, Version)],
    ) -> Result<Vec<Receipt>, StoreError> {
        let letters = commits.iter().map(|commit| self.letter(commit));
        let append = Append {
            store: self,
            commits,
            guards,
            letters: letters.collect::<Result<_, _>>()?,
            patience: self.patience(),
            in_doubt: false,
            overtaken: false,
        };
        let first = append
            .remembered()
            .map_or(Step::Seek(Whom::Replica), Step::Send);
        append.run(Ok(first)).await
    }

    /// A commit as it is sent, unless it would be refused for its size.
    fn letter<'a>(&self, commit: &'a Commit) -> Result<Letter<'a>, StoreError> {
        let letter = Letter::new(commit, &self.names, &self.options.namespace);
        self.check_size(&letter)?;
        Ok(letter)
    }

    /// The last message of an actor at this version, if that is remembered. An actor of which
    /// nothing is known has none, when its first commit comes.
    fn tail(&self, actor: &ActorId, version: Version) -> Option<u64> {
        let tail = self.memo.known(actor).tail;
        (tail.version == version).then_some(tail.sequence)
    }

    /// Remembers where a commit is stored.
    fn stored(&self, commit: &Commit, sequence: u64) -> Receipt {
        let version = commit.version();
        self.memo
            .saw_tail(commit.actor_id(), Place { version, sequence });
        let position = Position::new(sequence);
        Receipt { position, version }
    }

    /// Refuses what the server or the stream would refuse.
    fn check_size(&self, letter: &Letter<'_>) -> Result<(), StoreError> {
        let client = &self.client;
        letter.check_size(client.max_payload(), "server's `max_payload`")?;
        match self.abilities.message_bytes {
            Some(limit) => letter.check_size(limit, "stream's `max_msg_size`"),
            None => Ok(()),
        }
    }

    /// Refuses more messages than are stored together.
    fn check_batch(&self, messages: usize) -> Result<(), StoreError> {
        let limit = match &self.abilities.batch {
            Ok(limit) if messages > *limit => *limit,
            Err(reason) if messages > 1 => {
                let text = format!("nothing was stored: there are no transactions here: {reason}");
                return Err(StoreError::new(StoreErrorKind::Invalid, text));
            }
            Ok(_) | Err(_) => return Ok(()),
        };
        let text = format!(
            "nothing was stored: the transaction has {messages} commits and guards, and the \
             server takes {limit}"
        );
        Err(StoreError::new(StoreErrorKind::TooLarge, text))
    }
}

impl Append<'_> {
    async fn run(mut self, first: Result<Step, StoreError>) -> Result<Vec<Receipt>, StoreError> {
        let mut step = first;
        loop {
            step = match step {
                Ok(Step::Done(receipts)) => return Ok(receipts),
                Ok(Step::Send(sequences)) => self.send(&sequences).await,
                // Rare and large, as before.
                Ok(Step::Seek(whom)) => Box::pin(self.look(whom)).await,
                Ok(Step::Wait(err)) => {
                    if let Some(denial) = self.denied() {
                        return Err(self.failed(not_permitted().because(denial)));
                    }
                    if !self.patience.pause().await {
                        return Err(self.given_up(err));
                    }
                    Ok(Step::Seek(Whom::Leader))
                }
                Err(err) => return Err(self.failed(err)),
            }
        }
    }

    /// What must be the actors' last messages, if that is remembered.
    fn remembered(&self) -> Option<Vec<u64>> {
        let guarded = self.guards.iter().map(|(actor, version)| (actor, *version));
        let written = self.commits.iter();
        let written = written.map(|commit| (commit.actor_id(), commit.expected()));
        let tails = guarded.chain(written);
        tails
            .map(|(actor, version)| self.store.tail(actor, version))
            .collect()
    }

    async fn send(&mut self, plan: &[u64]) -> Result<Step, StoreError> {
        let mut parcels = self.parcels(plan);
        let answer = match (parcels.pop(), parcels.is_empty()) {
            (Some(only), true) => self.store.post(only).await,
            (last, _) => {
                parcels.extend(last);
                self.store.post_batch(parcels).await
            }
        };
        self.replied(answer).await
    }

    async fn replied(&mut self, answer: Result<Answer, Unanswered>) -> Result<Step, StoreError> {
        match answer {
            Ok(answer) => self.answered(answer).await,
            Err(Unanswered::Unsent(reason)) => {
                let nobody = "is out of reach, is gone, or has no leader";
                Ok(Step::Wait(self.store.unavailable(nobody).because(reason)))
            }
            Err(Unanswered::Refused(kind, reason)) => Err(refused(kind).because(reason)),
            Err(Unanswered::Silent(reason)) => {
                // What may not be sent was not stored.
                self.in_doubt |= self.denied().is_none_or(|it| it.is_of_a_question());
                let silent = self.store.unavailable("did not answer");
                Ok(Step::Wait(silent.because(reason)))
            }
        }
    }

    /// What of all this the servers do not permit, if they have said so.
    fn denied(&self) -> Option<Denial> {
        let guards = (!self.guards.is_empty()).then(|| self.store.names.guards());
        let written = self.letters.iter().map(|letter| letter.subject.as_str());
        let sent: Vec<_> = written.chain(guards).collect();
        self.patience
            .denied(|it| it.is_of_a_question() || sent.iter().any(|subject| it.is_of(subject)))
    }

    /// Guards come first, so that the log never ends with one.
    fn parcels(&self, plan: &[u64]) -> Vec<Parcel<'_>> {
        let (guards, written) = plan.split_at(self.guards.len());
        let names = &self.store.names;
        let guarded = self.guards.iter().zip(guards);
        let guarded = guarded.map(|((actor, _), last)| guard_of(actor, *last, names));
        let written = self.letters.iter().zip(written);
        let written = written.map(|(letter, last)| letter.after(*last));
        guarded.chain(written).collect()
    }

    async fn answered(&mut self, answer: Answer) -> Result<Step, StoreError> {
        match answer {
            Answer::Stored(last) => Ok(Step::Done(self.stored(last))),
            Answer::Duplicate(sequence) => {
                // A try before this one may have been stored.
                self.in_doubt = true;
                self.duplicate(sequence).await
            }
            // The look that follows ends this, unless it finds the actors where the commits
            // expect them: then there is no haste.
            Answer::WrongLast(_) if !std::mem::replace(&mut self.overtaken, true) => {
                Ok(Step::Seek(Whom::Leader))
            }
            Answer::WrongLast(refusal) | Answer::InFlight(refusal) | Answer::Later(refusal) => {
                Ok(self.later(refusal))
            }
            Answer::Never(kind, refusal) => Err(refused(kind).because(refusal)),
            Answer::Garbled(text) => {
                self.in_doubt = true;
                let text = format!("answered what makes no sense: `{text}`");
                Ok(Step::Wait(self.store.unavailable(&text)))
            }
        }
    }

    fn later(&self, refusal: Refusal) -> Step {
        Step::Wait(self.store.unavailable("did not take it").because(refusal))
    }

    /// The messages of a batch have sequences without gaps.
    fn stored(&self, last: u64) -> Vec<Receipt> {
        let before = self.commits.len() as u64 - 1;
        let sequences = last.saturating_sub(before)..;
        let receipts = self.commits.iter().zip(sequences);
        let receipts = receipts.map(|(commit, sequence)| self.store.stored(commit, sequence));
        receipts.collect()
    }

    /// The server knows the commit's id. Whether it knows the commit is another question.
    async fn duplicate(&self, sequence: u64) -> Result<Step, StoreError> {
        let found = match self.store.leader_at(sequence).await {
            Ok(found) => found,
            Err(err) if err.kind() == StoreErrorKind::Unavailable => return Ok(Step::Wait(err)),
            Err(err) => return Err(err),
        };
        let (Some(message), [commit]) = (found, self.commits) else {
            return Ok(Step::Wait(self.store.behind()));
        };
        if message.subject.as_str() != self.store.names.subject(commit.actor_id()) {
            let text = format!(
                "nothing was stored: `{}` is the id of another commit",
                commit.id()
            );
            let position = Position::new(sequence);
            return Err(StoreError::new(StoreErrorKind::Invalid, text).at(position));
        }
        Ok(Step::Done(vec![message.heading()?.receipt()]))
    }

    /// Finds out where the actors stand, and whether the commits are stored already.
    async fn look(&self, whom: Whom) -> Result<Step, StoreError> {
        match self.looked(whom).await {
            Err(err) if err.kind() == StoreErrorKind::Unavailable => Ok(Step::Wait(err)),
            looked => looked,
        }
    }

    async fn looked(&self, whom: Whom) -> Result<Step, StoreError> {
        let mut view = self.view(whom).await?;
        if view.is_torn() {
            view = self.view(Whom::Leader).await?;
        }
        if view.is_torn() {
            return Err(self.torn(&view).await?);
        }
        match view {
            View { stored, .. } if !stored.is_empty() => Ok(Step::Done(stored)),
            View {
                failed: Some(conflict),
                ..
            } => Err(conflict),
            View { last, .. } => Ok(Step::Send(last)),
        }
    }

    /// Guards are looked at first: if one has failed and the commits are found to be missing
    /// afterwards, they will never be there.
    async fn view(&self, whom: Whom) -> Result<View, StoreError> {
        let mut view = View::default();
        for (actor, version) in self.guards {
            let place = self.store.leader_place(actor).await?;
            if place.version != *version && view.failed.is_none() {
                view.failed = Some(conflict(actor, *version, place.version));
            }
            view.last.push(place.sequence);
        }
        let guards = view.last.len();
        for (commit, letter) in self.commits.iter().zip(&self.letters) {
            match self.store.standing(commit, &letter.subject, whom).await? {
                Standing::Stored(receipt) => view.stored.push(receipt),
                Standing::Open(sequence) => view.last.push(sequence),
                Standing::Elsewhere(current) => {
                    return Err(conflict(commit.actor_id(), commit.expected(), current));
                }
            }
        }
        view.open = view.last.len() - guards;
        Ok(view)
    }

    /// Some of the commits are stored, some are not: either the leader does not have all of the
    /// batch yet, or those commits were appended by themselves before, which is a conflict.
    async fn torn(&self, view: &View) -> Result<StoreError, StoreError> {
        let stored = view.stored.iter().map(|receipt| receipt.position).max();
        if Some(self.store.head().await?) < stored {
            return Err(self.store.behind());
        }
        for commit in self.commits {
            let current = self.store.leader_place(commit.actor_id()).await?.version;
            if current != commit.expected() {
                return Ok(conflict(commit.actor_id(), commit.expected(), current));
            }
        }
        Err(self.store.behind())
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
        let text = match self.commits {
            [commit] => format!(
                "it is not known whether {} is stored; append the very same commit again to know",
                named(commit)
            ),
            commits => format!(
                "it is not known whether the transaction of {} is stored; append the very same \
                 transaction again to know",
                commits.iter().map(named).collect::<Vec<_>>().join("; ")
            ),
        };
        StoreError::new(StoreErrorKind::InDoubt, text)
    }
}

fn named(commit: &Commit) -> String {
    let (first, last) = (commit.expected().next(), commit.version());
    let (id, actor) = (commit.id(), commit.actor_id());
    format!("commit {id}, events {first} to {last} of `{actor}`,")
}

fn conflict(actor: &ActorId, expected: Version, current: Version) -> StoreError {
    VersionConflict {
        actor_id: actor.clone(),
        attempted: expected.next(),
        current,
    }
    .into()
}

fn refused(kind: StoreErrorKind) -> StoreError {
    StoreError::new(kind, "nothing was stored: the stream refuses the commit")
}

fn not_permitted() -> StoreError {
    let text = "nothing was stored: the servers do not permit this connection to append";
    StoreError::new(StoreErrorKind::Misconfigured, text)
}

fn unreadable() -> StoreError {
    let text = "nothing was stored: what is stored of the actor cannot be read";
    StoreError::new(StoreErrorKind::Corrupt, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From there on an allocator takes ten times as long.
    const SMALL: usize = 1_024;

    #[test]
    fn an_append_under_way_is_small() {
        fn size_of_its_future<'a, F: Future>(_: impl FnOnce(&'a Shared, Commit) -> F) -> usize {
            size_of::<F>()
        }
        assert!(size_of_its_future(Shared::append) < SMALL);
    }
}
