use std::cmp::Ordering;

use super::{memo::Place, store::Shared, stored::Heading};
use crate::{ActorId, Commit, Receipt, StoreError, Version};

/// How far back a commit is looked for step by step.
const STEPS: u64 = 16;

/// Whom to ask where an actor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    Replica,
    Leader,
}

/// How a commit and its actor stand to each other.
#[derive(Debug)]
pub(super) enum Standing {
    /// It is stored.
    Stored(Receipt),
    /// The actor is where the commit expects it; its last message has this sequence.
    Open(u64),
    /// The actor is at this version, and the commit can never be stored.
    Elsewhere(Version),
}

impl Shared {
    /// Finds out where an actor stands, and whether a commit is stored already. `Unavailable` if
    /// that cannot be told now.
    pub(super) async fn standing(
        &self,
        commit: &Commit,
        subject: &str,
        whom: Whom,
    ) -> Result<Standing, StoreError> {
        let mut last = self.last(commit.actor_id(), subject, whom).await?;
        if whom == Whom::Replica && version(last) < commit.expected() {
            last = self.last(commit.actor_id(), subject, Whom::Leader).await?;
        }
        match (version(last).cmp(&commit.expected()), last) {
            (Ordering::Greater, Some(last)) => self.overtaken(commit, last).await,
            (Ordering::Less, _) => {
                self.check_ahead(commit.actor_id(), version(last)).await?;
                Ok(Standing::Elsewhere(version(last)))
            }
            (Ordering::Equal | Ordering::Greater, _) => Ok(Standing::Open(place(last).sequence)),
        }
    }

    /// Where an actor stands, in the words of the leader.
    pub(super) async fn leader_place(&self, actor: &ActorId) -> Result<Place, StoreError> {
        let subject = self.names.subject(actor);
        let place = place(self.last(actor, &subject, Whom::Leader).await?);
        self.check_ahead(actor, place.version).await?;
        Ok(place)
    }

    async fn last(
        &self,
        actor: &ActorId,
        subject: &str,
        whom: Whom,
    ) -> Result<Option<Heading>, StoreError> {
        let last = match whom {
            Whom::Replica => self.replica_last(subject).await?,
            Whom::Leader => self.leader_last(subject).await?,
        };
        let last = last.map(|message| message.heading()).transpose()?;
        self.memo.saw_tail(actor, place(last));
        Ok(last)
    }

    /// A leader may not know yet of all that was seen before.
    async fn check_ahead(&self, actor: &ActorId, current: Version) -> Result<(), StoreError> {
        let known = self.memo.known(actor).tail;
        if known.version > current {
            return Err(self.lagging(known).await);
        }
        Ok(())
    }

    /// The actor is past what the commit expects. Either the commit is what brought it there, or
    /// it can never be stored.
    async fn overtaken(&self, commit: &Commit, last: Heading) -> Result<Standing, StoreError> {
        let stored = self.stored_before(commit, last).await?;
        Ok(stored.map_or(Standing::Elsewhere(last.last), Standing::Stored))
    }

    /// Looks for the commit that stands where this one should.
    async fn stored_before(
        &self,
        commit: &Commit,
        last: Heading,
    ) -> Result<Option<Receipt>, StoreError> {
        let (expected, mut heading) = (commit.expected(), last);
        if last.last.as_u64() - expected.as_u64() > STEPS + commit.events().len() as u64 {
            return self.stored_long_before(commit).await;
        }
        while heading.first > expected.next() {
            match self.before(heading).await? {
                Some(before) => heading = before,
                None => return Ok(None),
            }
        }
        Ok((heading.commit_id == commit.id()).then(|| heading.receipt()))
    }

    async fn stored_long_before(&self, commit: &Commit) -> Result<Option<Receipt>, StoreError> {
        let page = self.page(commit.actor_id(), commit.expected()).await?;
        let recorded = page.commits.first();
        let recorded = recorded.filter(|recorded| recorded.commit.id() == commit.id());
        Ok(recorded.map(|recorded| Receipt {
            position: recorded.position,
            version: recorded.commit.version(),
        }))
    }
}

fn place(last: Option<Heading>) -> Place {
    last.map_or_else(Place::default, |heading| heading.place())
}

fn version(last: Option<Heading>) -> Version {
    place(last).version
}
