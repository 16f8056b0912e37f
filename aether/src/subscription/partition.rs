use crate::{ActorId, store::spread};

/// The partition of an actor: the same in every process and in every version.
pub(super) fn partition_of(actor: &ActorId, partitions: u32) -> u32 {
    u32::try_from(spread(actor.as_str(), u64::from(partitions))).unwrap_or_default()
}

/// Who of the workers that are there has a partition.
pub(super) fn owner_of<'a>(workers: &[&'a str], partition: u32) -> Option<&'a str> {
    let workers_there = u32::try_from(workers.len()).ok()?;
    let index = partition.checked_rem(workers_there)?;
    workers.get(usize::try_from(index).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn actors_are_spread_evenly_over_partitions() {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        for number in 0..8_000 {
            let actor = ActorId::of("Order", &number.to_string()).unwrap();
            *counts.entry(partition_of(&actor, 8)).or_default() += 1;
        }
        assert_eq!(counts.len(), 8);
        assert!(
            counts.values().all(|count| (900..1_100).contains(count)),
            "{counts:?}"
        );
        let known = partition_of(&ActorId::new("Order.1").unwrap(), 8);
        assert_eq!(known, partition_of(&ActorId::new("Order.1").unwrap(), 8));
    }

    #[test]
    fn partitions_are_spread_evenly_over_workers() {
        let owners = |workers: &[&str]| {
            let owners = (0..7).map(|it| owner_of(workers, it).unwrap_or("none").to_owned());
            owners.collect::<String>()
        };
        assert_eq!(owners(&["a", "b", "c"]), "abcabca");
        assert_eq!(owners(&["a"]), "aaaaaaa");
        assert_eq!(owner_of(&[], 0), None);
    }
}
