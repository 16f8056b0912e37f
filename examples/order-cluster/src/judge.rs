//! Whether the log holds what was acknowledged, once, and nothing that should not be.

use std::collections::{BTreeMap, BTreeSet};

use aether::{ActorId, CommandId, EventStoreExt as _, Position, Recorded, Store, Version};

use super::{failure::Failure, load::Acknowledged};

/// A commit, as far as it matters here.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    actor: ActorId,
    /// The version after it.
    version: Version,
    /// How many events it has.
    events: u64,
    command: Option<CommandId>,
    kinds: Vec<String>,
}

/// What a log holds.
#[derive(Debug, Default)]
pub(crate) struct Log(Vec<Stored>);

/// What was found in a log that is as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) acknowledged: usize,
    pub(crate) commits: usize,
    pub(crate) actors: usize,
    /// Commands of customers and of policies that took effect.
    pub(crate) commands: usize,
    pub(crate) placed: usize,
    pub(crate) confirmed: usize,
    pub(crate) charged: usize,
}

/// What happens to an actor once at most.
const ONCE: [&str; 4] = [
    "OrderPlaced",
    "OrderConfirmed",
    "PaymentRequested",
    "PaymentCaptured",
];

impl Log {
    /// Reads on from where it was read to.
    pub(crate) async fn read_on(
        &mut self,
        store: &impl Store,
        after: Position,
    ) -> Result<Position, Failure> {
        let log = store.log(after).await?;
        let last = log.last().map_or(after, |it| it.position);
        self.0.extend(log.iter().map(Stored::from));
        Ok(last)
    }

    /// Whether every order that was placed was confirmed or turned down.
    pub(crate) fn is_settled(&self) -> bool {
        let decided = self.actors_with(&["OrderConfirmed", "OrderRejected", "OrderCancelled"]);
        self.actors_with(&["OrderPlaced"]).is_subset(&decided)
    }

    fn actors_with(&self, kinds: &[&str]) -> BTreeSet<&ActorId> {
        let has = |it: &&Stored| it.kinds.iter().any(|kind| kinds.contains(&kind.as_str()));
        self.0.iter().filter(has).map(|it| &it.actor).collect()
    }

    /// Holds the log against what was acknowledged.
    pub(crate) fn judge(&self, acknowledged: &[Acknowledged]) -> Result<Verdict, Failure> {
        let mut wrong = Vec::new();
        let commands = self.commands(&mut wrong);
        for it in acknowledged {
            let (id, actor, version) = (it.command, &it.actor, it.version);
            let found = commands.get(&id);
            if found.is_none_or(|found| found.actor != *actor || found.version != version) {
                wrong.push(format!(
                    "the command {id} was acknowledged at version {version} of {actor}, and is not \
                     there"
                ));
            }
        }
        let actors = self.versions(&mut wrong);
        self.once(&mut wrong);
        if !wrong.is_empty() {
            return Err(Failure::Wrong(wrong));
        }
        Ok(Verdict {
            acknowledged: acknowledged.len(),
            commits: self.0.len(),
            actors,
            commands: commands.len(),
            placed: self.actors_with(&["OrderPlaced"]).len(),
            confirmed: self.actors_with(&["OrderConfirmed"]).len(),
            charged: self.actors_with(&["PaymentCaptured"]).len(),
        })
    }

    /// What each command gave.
    fn commands(&self, wrong: &mut Vec<String>) -> BTreeMap<CommandId, &Stored> {
        let mut commands = BTreeMap::new();
        for stored in &self.0 {
            let Some(id) = stored.command else { continue };
            if commands.insert(id, stored).is_some() {
                wrong.push(format!("the command {id} took effect twice"));
            }
        }
        commands
    }

    /// How many actors there are, each with versions 1, 2, 3 and so on.
    fn versions(&self, wrong: &mut Vec<String>) -> usize {
        let mut versions: BTreeMap<&ActorId, u64> = BTreeMap::new();
        for stored in &self.0 {
            let known = versions.entry(&stored.actor).or_default();
            let (after, found) = (*known + stored.events, stored.version.as_u64());
            if found != after {
                let actor = &stored.actor;
                wrong.push(format!("{actor} goes from version {known} to {found}"));
            }
            *known = found;
        }
        versions.len()
    }

    fn once(&self, wrong: &mut Vec<String>) {
        let mut seen = BTreeSet::new();
        for stored in &self.0 {
            let kinds = stored.kinds.iter().map(String::as_str);
            for kind in kinds.filter(|kind| ONCE.contains(kind)) {
                if !seen.insert((&stored.actor, kind)) {
                    wrong.push(format!("{} has `{kind}` twice", stored.actor));
                }
            }
        }
    }
}

impl From<&Recorded> for Stored {
    fn from(recorded: &Recorded) -> Self {
        let events = recorded.commit.events();
        let command = events.first().and_then(|it| it.metadata.command_id);
        Self {
            actor: recorded.commit.actor_id().clone(),
            version: recorded.commit.version(),
            events: events.len() as u64,
            command,
            kinds: events.iter().map(|it| it.event_type.to_string()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn actor() -> ActorId {
        ActorId::of("Order", "7").unwrap()
    }

    fn stored(version: u64, command: CommandId, kind: &str) -> Stored {
        Stored {
            actor: actor(),
            version: version.into(),
            events: 1,
            command: Some(command),
            kinds: vec![kind.to_owned()],
        }
    }

    fn acknowledged(version: u64, command: CommandId) -> Acknowledged {
        let now = Instant::now();
        Acknowledged {
            command,
            actor: actor(),
            version: version.into(),
            began: now,
            ended: now,
        }
    }

    fn wrong(log: Vec<Stored>, acknowledged: &[Acknowledged]) -> Vec<String> {
        match Log(log).judge(acknowledged) {
            Err(Failure::Wrong(wrong)) => wrong,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_log_that_has_everything_once_is_right() {
        let (place, confirm) = (CommandId::new(), CommandId::new());
        let log = Log(vec![
            stored(1, place, "OrderPlaced"),
            stored(2, confirm, "OrderConfirmed"),
        ]);
        let verdict = log.judge(&[acknowledged(1, place)]).unwrap();
        let Verdict {
            acknowledged,
            commits,
            commands,
            ..
        } = verdict;
        assert_eq!((acknowledged, commits, commands), (1, 2, 2));
        assert!(log.is_settled());
    }

    #[test]
    fn an_acknowledged_command_that_is_lost_is_found() {
        let id = CommandId::new();
        let found = wrong(vec![], &[acknowledged(1, id)]);
        assert!(found[0].ends_with("and is not there"), "{found:?}");
        let log = vec![stored(1, id, "OrderPlaced")];
        let found = wrong(log, &[acknowledged(2, id)]);
        assert!(found[0].ends_with("and is not there"), "{found:?}");
    }

    #[test]
    fn a_command_that_took_effect_twice_is_found() {
        let id = CommandId::new();
        let log = vec![
            stored(1, id, "StockReserved"),
            stored(2, id, "StockReserved"),
        ];
        let found = wrong(log, &[]);
        assert_eq!(found, [format!("the command {id} took effect twice")]);
    }

    #[test]
    fn a_version_that_is_missing_or_there_twice_is_found() {
        let log = vec![
            stored(1, CommandId::new(), "StockReserved"),
            stored(3, CommandId::new(), "StockReserved"),
        ];
        assert_eq!(wrong(log, &[]), ["Order.7 goes from version 1 to 3"]);
        let log = vec![
            stored(1, CommandId::new(), "StockReserved"),
            stored(1, CommandId::new(), "StockReserved"),
        ];
        assert_eq!(wrong(log, &[]), ["Order.7 goes from version 1 to 1"]);
    }

    #[test]
    fn an_order_that_is_confirmed_twice_or_never_is_found() {
        let log = vec![
            stored(1, CommandId::new(), "OrderConfirmed"),
            stored(2, CommandId::new(), "OrderConfirmed"),
        ];
        assert_eq!(wrong(log, &[]), ["Order.7 has `OrderConfirmed` twice"]);
        assert!(!Log(vec![stored(1, CommandId::new(), "OrderPlaced")]).is_settled());
    }
}
