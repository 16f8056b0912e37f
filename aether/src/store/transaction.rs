use super::Commit;
use crate::{ActorId, Version};

/// Several commits that are stored all together or not at all, as long as some other actors stand
/// where they stood.
///
/// The exception, not the path: on a store on a network it costs about a hundred times what a
/// commit costs. Most rules that span actors are better kept by a policy.
///
/// ```
/// use aether::{ActorId, Commit, Event, Transaction, Version};
/// use serde_json::json;
///
/// let moved = |account: &str, by: i64| {
///     let event = Event::new(account, 1, "Moved", &json!({ "by": by }))?;
///     Ok::<_, Box<dyn std::error::Error>>(Commit::new([event])?)
/// };
/// let transaction = Transaction::new([moved("Account.a", -5)?, moved("Account.b", 5)?])?
///     .guard(ActorId::of("Ledger", "2026")?, Version::new(12))?;
/// assert_eq!(transaction.commits().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    commits: Vec<Commit>,
    guards: Vec<(ActorId, Version)>,
}

/// Says why some commits are not a transaction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTransaction {
    /// There are none.
    #[error("a transaction has at least one commit")]
    Empty,
    /// Two are of one actor.
    #[error("a transaction has one commit or guard of `{actor_id}`, not two")]
    Twice {
        /// The actor.
        actor_id: ActorId,
    },
}

impl Transaction {
    /// Puts commits together, each of another actor.
    ///
    /// # Errors
    /// If there are none, or two are of one actor.
    pub fn new(commits: impl IntoIterator<Item = Commit>) -> Result<Self, InvalidTransaction> {
        let mut transaction = Self {
            commits: Vec::new(),
            guards: Vec::new(),
        };
        for commit in commits {
            transaction.check(commit.actor_id())?;
            transaction.commits.push(commit);
        }
        if transaction.commits.is_empty() {
            return Err(InvalidTransaction::Empty);
        }
        Ok(transaction)
    }

    /// The same transaction, stored only if an actor that it does not write to is at this
    /// version.
    ///
    /// # Errors
    /// If the transaction writes to the actor, or guards it already.
    pub fn guard(
        mut self,
        actor_id: ActorId,
        version: Version,
    ) -> Result<Self, InvalidTransaction> {
        self.check(&actor_id)?;
        self.guards.push((actor_id, version));
        Ok(self)
    }

    fn check(&self, actor_id: &ActorId) -> Result<(), InvalidTransaction> {
        let written = self
            .commits
            .iter()
            .any(|commit| commit.actor_id() == actor_id);
        let guarded = self.guards.iter().any(|(guarded, _)| guarded == actor_id);
        if written || guarded {
            return Err(InvalidTransaction::Twice {
                actor_id: actor_id.clone(),
            });
        }
        Ok(())
    }

    /// The commits, at least one, each of another actor.
    pub fn commits(&self) -> &[Commit] {
        &self.commits
    }

    /// The actors that are only read, and the versions they must be at.
    pub fn guards(&self) -> &[(ActorId, Version)] {
        &self.guards
    }

    /// The same transaction with each commit as another has written it.
    #[cfg(feature = "personal")]
    pub(crate) fn with_commits(mut self, commits: Vec<Commit>) -> Self {
        self.commits = commits;
        self
    }

    /// The commits alone.
    pub fn into_commits(self) -> Vec<Commit> {
        self.commits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    fn commit(actor: &str) -> Commit {
        Commit::new([Event::new(actor, 1, "Counted", &()).unwrap()]).unwrap()
    }

    #[test]
    fn each_actor_is_written_or_guarded_once() {
        assert_eq!(Transaction::new([]), Err(InvalidTransaction::Empty));
        let twice = Transaction::new([commit("a"), commit("a")]).unwrap_err();
        assert_eq!(
            twice.to_string(),
            "a transaction has one commit or guard of `a`, not two"
        );
        let a = ActorId::new("a").unwrap();
        assert!(
            Transaction::new([commit("a")])
                .unwrap()
                .guard(a.clone(), Version::FIRST)
                .is_err()
        );
        let guarded = Transaction::new([commit("b")])
            .unwrap()
            .guard(a.clone(), Version::FIRST);
        assert!(guarded.unwrap().guard(a, Version::NONE).is_err());
    }
}
