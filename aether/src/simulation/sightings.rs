//! What is seen of a cluster's shard tables, and what must hold of them.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::Broken;
use crate::cluster::{Epoch, FencingToken, NodeProcess, ShardTable};

/// The tables that nodes went by.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    tables: BTreeMap<Epoch, Layout>,
    broken: Option<Broken>,
}

/// Who has which shard.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Layout {
    token: FencingToken,
    owners: Vec<Option<NodeProcess>>,
    is_moving: bool,
}

impl Sightings {
    /// Somebody goes by a table, after one of another epoch.
    pub(super) fn see(&mut self, who: &str, before: Epoch, table: &ShardTable) {
        let (epoch, layout) = (table.epoch(), Layout::of(table));
        let known = self.tables.entry(epoch).or_insert_with(|| layout.clone());
        if *known != layout {
            let why = format!("in {epoch:?} `{who}` goes by {layout:?}, and another by {known:?}");
            self.fail(Broken::of("a shard has one owner an epoch", why));
        }
        if epoch < before {
            let why = format!("epoch {epoch:?} comes after {before:?}");
            self.fail(Broken::of("epochs never go back", why));
        }
    }

    fn fail(&mut self, broken: Broken) {
        self.broken.get_or_insert(broken);
    }

    /// What does not hold, if anything.
    pub(super) fn broken(&self) -> Option<Broken> {
        let broken = self.broken.clone();
        let broken = broken.or_else(|| self.earlier_leader());
        broken.or_else(|| self.needless_moves())
    }

    fn pairs(&self) -> impl Iterator<Item = (&Layout, Epoch, &Layout)> {
        let later = self.tables.iter().skip(1);
        let pairs = self.tables.values().zip(later);
        pairs.map(|(before, (epoch, after))| (before, *epoch, after))
    }

    /// A leader that writes after a later one.
    fn earlier_leader(&self) -> Option<Broken> {
        let mut pairs = self.pairs();
        let (before, epoch, after) = pairs.find(|(before, _, it)| it.token < before.token)?;
        let why = format!(
            "{:?} has written {epoch:?}, after {:?}",
            after.token, before.token
        );
        Some(Broken::of("no leader writes after a later one", why))
    }

    /// From one table at rest to the next, no more shards go elsewhere than have to. A step in which
    /// some nodes come and others go is none that a single plan was made for.
    fn needless_moves(&self) -> Option<Broken> {
        let mut at_rest: Option<(&Layout, BTreeSet<&NodeProcess>)> = None;
        let mut between = BTreeSet::new();
        for (epoch, layout) in &self.tables {
            let nodes = layout.nodes();
            if !layout.is_at_rest() {
                between.extend(nodes);
                continue;
            }
            if let Some((before, known)) = &at_rest
                && (known.is_subset(&nodes) || nodes.is_subset(known))
                && between
                    .iter()
                    .all(|it| known.contains(it) || nodes.contains(it))
            {
                let (moved, least) = (layout.moved(before), before.least_moves(&nodes));
                if moved != least {
                    let why = format!("up to {epoch:?} {moved} went elsewhere, and {least} had to");
                    return Some(Broken::of("no shard moves that need not", why));
                }
            }
            at_rest = Some((layout, nodes));
            between.clear();
        }
        None
    }
}

impl Layout {
    fn of(table: &ShardTable) -> Self {
        Self {
            token: table.token(),
            owners: table.owners().map(|(_, owner)| owner.cloned()).collect(),
            is_moving: table.moving().len() > 0,
        }
    }

    fn nodes(&self) -> BTreeSet<&NodeProcess> {
        self.owners.iter().flatten().collect()
    }

    fn loads(&self) -> BTreeMap<&NodeProcess, usize> {
        let mut loads = BTreeMap::new();
        for owner in self.owners.iter().flatten() {
            *loads.entry(owner).or_default() += 1;
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

    /// How many shards went elsewhere since another table.
    fn moved(&self, before: &Self) -> usize {
        let pairs = self.owners.iter().zip(&before.owners);
        pairs.filter(|(now, before)| now != before).count()
    }

    /// How many have to go elsewhere for these nodes to have their shares.
    fn least_moves(&self, nodes: &BTreeSet<&NodeProcess>) -> usize {
        let (loads, all) = (self.loads(), self.owners.len());
        let (share, rest) = (all / nodes.len(), all % nodes.len());
        let loads = nodes
            .iter()
            .map(|it| loads.get(it).copied().unwrap_or_default());
        let loads: Vec<_> = loads.collect();
        let kept: usize = loads.iter().map(|load| share.min(*load)).sum();
        let fuller = loads.iter().filter(|load| **load > share).count();
        all - kept - fuller.min(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Incarnation, NodeId, ShardCount, TableChange};

    /// The tables in which shards are with nodes of these letters, one after the other, each written
    /// by the leader with this token.
    fn seen(tables: &[(u64, &str)]) -> Option<String> {
        let process = |letter: char| {
            NodeId::new(letter.to_string())
                .unwrap()
                .process(Incarnation(1))
        };
        let count = ShardCount::new(tables[0].1.len().try_into().unwrap()).unwrap();
        let (mut sightings, mut last) = (Sightings::default(), ShardTable::new(count));
        for (token, owners) in tables {
            let changes = count.shards().zip(owners.chars());
            let changes = changes.map(|(shard, letter)| match letter {
                '-' => TableChange::Release(shard),
                _ => TableChange::Own(shard, process(letter)),
            });
            let before = last.epoch();
            let later = last.changed(FencingToken(9), changes).unwrap();
            let mut layout = Layout::of(&later);
            layout.token = FencingToken(*token);
            sightings.tables.insert(later.epoch(), layout);
            assert!(before < later.epoch());
            last = later;
        }
        sightings.broken().map(|it| it.what)
    }

    #[test]
    fn as_many_shards_move_as_have_to() {
        assert_eq!(seen(&[(1, "aaaabbbb")]), None);
        assert_eq!(
            seen(&[(1, "aaaabbbb"), (1, "aaacbbcc")]),
            Some(NEEDLESS.to_owned())
        );
        assert_eq!(seen(&[(1, "aaaabbbb"), (1, "aaacbbbc")]), None);
        assert_eq!(
            seen(&[(1, "aaacbbbc"), (1, "aaa-bbb-"), (1, "aaaabbbb")]),
            None
        );
        assert_eq!(
            seen(&[(1, "aaaabbbb"), (1, "baaaabbb")]),
            Some(NEEDLESS.to_owned())
        );
        // Nobody knew of both when it was planned.
        assert_eq!(seen(&[(1, "aaaabbbb"), (1, "cccccccc")]), None);
    }

    const NEEDLESS: &str = "no shard moves that need not";

    #[test]
    fn a_leader_that_writes_after_a_later_one_is_found() {
        assert_eq!(seen(&[(1, "aaaa"), (3, "aaaa"), (3, "aaaa")]), None);
        let what = seen(&[(1, "aaaa"), (3, "aaaa"), (2, "aaaa")]);
        assert_eq!(what.unwrap(), "no leader writes after a later one");
    }

    #[test]
    fn tables_that_differ_or_go_back_are_found() {
        let count = ShardCount::new(2).unwrap();
        let process = NodeId::new("a").unwrap().process(Incarnation(1));
        let none = ShardTable::new(count);
        let own = |number| TableChange::Own(count.shard(number).unwrap(), process.clone());
        let [one, other] = [0, 1].map(|it| none.changed(FencingToken(1), [own(it)]).unwrap());
        let mut sightings = Sightings::default();
        sightings.see("a", none.epoch(), &one);
        assert_eq!(sightings.broken(), None);
        sightings.see("b", none.epoch(), &other);
        assert_eq!(
            sightings.broken().unwrap().what,
            "a shard has one owner an epoch"
        );
        let mut sightings = Sightings::default();
        sightings.see("a", Epoch(7), &one);
        assert_eq!(sightings.broken().unwrap().what, "epochs never go back");
    }
}
