//! Judges what came of orders by what is in the log afterwards, and by what the carrier was told.
//!
//! It is pure: it knows neither stores nor processes, only how many orders were placed, and what
//! has to follow from each.

mod fact;
mod violation;

use std::collections::{BTreeMap, BTreeSet};

use aether::{ActorId, CommandId, Recorded};

use self::fact::{Fact, facts, steps};
pub(super) use self::violation::Violation;
use super::{
    carrier::Told,
    shop::{is_paid, is_poison},
};

/// The orders `0` to `orders`, exclusive, and all that came of them.
pub(super) struct Evidence<'a> {
    pub(super) orders: u64,
    pub(super) log: &'a [Recorded],
    pub(super) told: &'a [Told],
    /// What was parked for the carrier before it was repaired, and for anyone else.
    pub(super) parked: &'a [ActorId],
}

/// All that is wrong; nothing if every reaction took effect once.
pub(super) fn check(evidence: &Evidence<'_>) -> Vec<Violation> {
    let (facts, nameless) = facts(evidence.log);
    let nameless = nameless.into_iter();
    let mut violations: Vec<_> = nameless
        .map(|(position, what)| Violation::Nameless { position, what })
        .collect();
    let mut of: BTreeMap<u64, Vec<&Fact>> = BTreeMap::new();
    for fact in &facts {
        of.entry(fact.order).or_default().push(fact);
    }
    for order in 0..evidence.orders {
        let facts = of.remove(&order).unwrap_or_default();
        violations.extend(check_order(order, &facts));
    }
    let unknown = of.into_values().flatten();
    violations.extend(unknown.map(|fact| Violation::Stray {
        order: fact.order,
        what: fact.what.clone(),
    }));
    violations.extend(check_carrier(evidence, &facts));
    violations.extend(check_parked(evidence));
    violations
}

fn check_order(order: u64, facts: &[&Fact]) -> Vec<Violation> {
    let (mut violations, steps) = (Vec::new(), steps(order));
    let stray = facts
        .iter()
        .filter(|fact| steps.iter().all(|it| it.what != fact.what));
    violations.extend(stray.map(|fact| Violation::Stray {
        order,
        what: fact.what.clone(),
    }));
    for step in steps {
        let what = step.what.to_owned();
        let found: Vec<_> = facts.iter().filter(|it| it.what == what).collect();
        let fact = match *found {
            [] => {
                violations.push(Violation::Lost { order, what });
                continue;
            }
            [fact] => fact,
            [first, ..] => {
                let times = found.len();
                let doubled = what.clone();
                violations.push(Violation::Doubled {
                    order,
                    what: doubled,
                    times,
                });
                first
            }
        };
        let Some(wanted) = step.cause else {
            continue;
        };
        let cause = facts.iter().find(|it| it.what == wanted);
        match cause.filter(|cause| fact.cause.as_ref() == Some(&cause.id)) {
            Some(cause) if fact.at < cause.at.after(step.after) => {
                violations.push(Violation::Early { order, what });
            }
            Some(_) => {}
            None => violations.push(Violation::WrongCause {
                order,
                what,
                wanted: wanted.to_owned(),
            }),
        }
    }
    violations
}

/// The carrier is told of each order that is shipped, once or more often, always under one key,
/// which follows from the event.
fn check_carrier(evidence: &Evidence<'_>, facts: &[Fact]) -> Vec<Violation> {
    let shipped = facts.iter().filter(|it| it.what == "OrderShipped");
    let keys = shipped.filter_map(|it| {
        let event = it.id.parse().ok()?;
        Some((it.order.to_string(), CommandId::derived(&event, "Carrier")))
    });
    let keys: BTreeMap<_, _> = keys.collect();
    let other = evidence
        .told
        .iter()
        .filter(|(order, key)| keys.get(order) != Some(key));
    let order = |text: &str| text.parse().unwrap_or(u64::MAX);
    let mut violations: Vec<_> = other
        .map(|(text, _)| Violation::OtherKey { order: order(text) })
        .collect();
    let told: BTreeSet<&str> = evidence
        .told
        .iter()
        .map(|(order, _)| order.as_str())
        .collect();
    let untold = (0..evidence.orders).filter(|it| is_paid(*it));
    let untold = untold.filter(|it| !told.contains(it.to_string().as_str()));
    violations.extend(untold.map(|order| Violation::Untold { order }));
    violations
}

/// What the carrier refuses is parked, once, and nothing else.
fn check_parked(evidence: &Evidence<'_>) -> Vec<Violation> {
    let poison = (0..evidence.orders).filter(|it| is_poison(*it));
    let mut wanted: BTreeMap<String, u64> = poison
        .map(|order| (format!("Order.{order}"), order))
        .collect();
    let mut violations = Vec::new();
    for actor in evidence.parked {
        if wanted.remove(actor.as_str()).is_none() {
            let actor = actor.clone();
            violations.push(Violation::Parked { actor });
        }
    }
    let missing = wanted.into_values();
    violations.extend(missing.map(|order| Violation::NotParked { order }));
    violations
}

#[cfg(test)]
mod tests;
