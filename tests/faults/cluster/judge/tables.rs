use std::collections::{BTreeMap, BTreeSet};

use aether::cluster::ShardTable;

use super::Violation;
use crate::cluster::sighting::Sighting;

/// The tables that somebody went by, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    pub(crate) who: String,
    pub(crate) tables: Vec<Sighting>,
}

/// In an epoch there is one table, which may be heard of again; epochs never go back, and neither do
/// the tokens of leaders.
pub(crate) fn check_sightings(all: &[Watched]) -> Vec<Violation> {
    let (mut epochs, mut violations) = (BTreeMap::<u64, &Sighting>::new(), Vec::new());
    for Watched { who, tables } in all {
        for table in tables {
            let epoch = table.epoch;
            if **epochs.entry(epoch).or_insert(table) != *table {
                let who = who.clone();
                violations.push(Violation::TablesDiffer { who, epoch });
            }
        }
        let pairs = tables.windows(2);
        let back = pairs.filter(|pair| pair[1].epoch < pair[0].epoch);
        violations.extend(back.map(|pair| Violation::EpochBack {
            who: who.clone(),
            epoch: pair[1].epoch,
            known: pair[0].epoch,
        }));
    }
    let tables: Vec<_> = epochs.into_values().collect();
    let back = tables.windows(2).filter(|it| it[1].token < it[0].token);
    violations.extend(back.map(|pair| Violation::TokenBack {
        epoch: pair[1].epoch,
        token: pair[1].token,
    }));
    violations
}

/// Who has which shard in an epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) epoch: u64,
    pub(crate) owners: Vec<Option<String>>,
    pub(crate) is_moving: bool,
}

impl Layout {
    pub(crate) fn of(table: &ShardTable) -> Self {
        let owners = table.owners().map(|(_, owner)| owner);
        Self {
            epoch: table.epoch().0,
            owners: owners.map(|it| it.map(ToString::to_string)).collect(),
            is_moving: table.moving().len() > 0,
        }
    }

    /// How many shards each has.
    fn loads(&self) -> BTreeMap<&str, usize> {
        let mut loads = BTreeMap::new();
        for owner in self.owners.iter().flatten() {
            *loads.entry(owner.as_str()).or_default() += 1;
        }
        loads
    }

    /// Whether each shard has a node, each node its share, and nothing moves.
    fn is_at_rest(&self) -> bool {
        let loads = self.loads();
        let (least, most) = (loads.values().min(), loads.values().max());
        let is_fair = most
            .zip(least)
            .is_some_and(|(most, least)| most - least <= 1);
        is_fair && !self.is_moving && self.owners.iter().all(Option::is_some)
    }

    /// How many shards have to go elsewhere for these to have their shares.
    fn least_moves(&self, to: &BTreeSet<&str>) -> usize {
        let (loads, all) = (self.loads(), self.owners.len());
        let (share, rest) = (all / to.len(), all % to.len());
        let of_them = to
            .iter()
            .map(|it| loads.get(it).copied().unwrap_or_default());
        let of_them: Vec<_> = of_them.collect();
        let kept: usize = of_them.iter().map(|load| share.min(*load)).sum();
        let fuller = of_them.iter().filter(|load| **load > share).count();
        all - kept - fuller.min(rest)
    }

    /// How many shards went elsewhere.
    fn moved(&self, since: &Self) -> usize {
        let pairs = self.owners.iter().zip(&since.owners);
        pairs.filter(|(now, before)| now != before).count()
    }
}

/// From one table at rest to the next, exactly as many shards go elsewhere as have to; says how
/// many times nodes came or went, too. A step in which some nodes come and others go is none that a single
/// plan was made for, and is not judged.
pub(crate) fn check_steps(history: &[Layout]) -> (usize, Vec<Violation>) {
    let places = history.iter().enumerate();
    let at_rest = places.filter(|(_, it)| it.is_at_rest());
    let at_rest: Vec<_> = at_rest.map(|(place, _)| place).collect();
    let (mut judged, mut violations) = (0, Vec::new());
    for pair in at_rest.windows(2) {
        let [from, to] = [pair[0], pair[1]].map(|place| &history[place]);
        let mut between = history[pair[0]..pair[1]].iter();
        let [before, after] = [from, to].map(|it| it.loads().into_keys().collect());
        let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (before, after);
        let is_one_step = before.is_subset(&after) || after.is_subset(&before);
        let of_them = |it: &Layout| {
            let loads = it.loads();
            loads
                .keys()
                .all(|it| before.contains(it) || after.contains(it))
        };
        if !is_one_step || !between.all(of_them) {
            continue;
        }
        judged += usize::from(before != after);
        let (moved, least) = (to.moved(from), from.least_moves(&after));
        if moved != least {
            violations.push(Violation::NeedlessMoves {
                epoch: to.epoch,
                moved,
                least,
            });
        }
    }
    (judged, violations)
}
