//! Orders of few things at least cost.

/// More than these are ordered greedily.
const EXACT: usize = 12;

/// The order of `0..count` with the least sum of `cost(placed, next)`: the cost of putting `next`
/// after all that are in `placed`. Of equal orders, the first by
/// the alphabet.
pub(super) fn best_order(count: usize, cost: impl Fn(&[bool], usize) -> u64) -> Vec<usize> {
    if count > EXACT {
        greedy(count, cost)
    } else {
        exact(count, cost)
    }
}

/// For every set of things that are left, from the smaller sets up: which of them comes first.
fn exact(count: usize, cost: impl Fn(&[bool], usize) -> u64) -> Vec<usize> {
    let all = (1_usize << count) - 1;
    let mut best: Vec<(u64, usize)> = vec![(0, 0)];
    for left in 1..=all {
        let placed = flags(all & !left, count);
        let firsts = (0..count).filter(|first| left & (1 << first) != 0);
        let choices = firsts.map(|first| {
            let rest = best.get(left & !(1 << first)).map_or(0, |(sum, _)| *sum);
            (rest + cost(&placed, first), first)
        });
        best.push(choices.min().unwrap_or_default());
    }
    let mut order = Vec::with_capacity(count);
    let mut left = all;
    while let (1.., Some((_, first))) = (left, best.get(left)) {
        order.push(*first);
        left &= !(1 << first);
    }
    order
}

fn flags(set: usize, count: usize) -> Vec<bool> {
    (0..count).map(|item| set & (1 << item) != 0).collect()
}

fn greedy(count: usize, cost: impl Fn(&[bool], usize) -> u64) -> Vec<usize> {
    let mut placed = vec![false; count];
    let mut order = Vec::with_capacity(count);
    for _ in 0..count {
        let left = placed.iter().enumerate().filter(|(_, placed)| !**placed);
        let Some(next) = left
            .map(|(item, _)| item)
            .min_by_key(|item| cost(&placed, *item))
        else {
            break;
        };
        if let Some(flag) = placed.get_mut(next) {
            *flag = true;
        }
        order.push(next);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_order_is_the_cheapest_of_all() {
        let before = [[0, 3, 1, 4], [2, 0, 9, 1], [2, 6, 0, 5], [7, 1, 1, 0]];
        let sum = |order: &[usize]| -> u64 {
            let pairs = order.iter().enumerate();
            pairs
                .flat_map(|(at, a)| order[at + 1..].iter().map(move |b| before[*a][*b]))
                .sum()
        };
        let order = best_order(4, |placed, next| {
            (0..4)
                .filter(|item| placed[*item])
                .map(|item| before[item][next])
                .sum()
        });
        let mut cheapest = u64::MAX;
        for code in 0..256 {
            let all = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6];
            if (0..4).all(|item| all.contains(&item)) {
                cheapest = cheapest.min(sum(&all));
            }
        }
        assert_eq!(sum(&order), cheapest);
    }

    #[test]
    fn without_a_cost_nothing_moves() {
        for count in [0, 1, 5, 12, 20] {
            assert_eq!(best_order(count, |_, _| 0), (0..count).collect::<Vec<_>>());
        }
    }
}
