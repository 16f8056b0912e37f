//! What follows from an event by way of policies: whether it ever ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::name;
use crate::{
    check::{Code, Finding, Step},
    model::{Cardinality, Element, ElementId, Kind, Model, Relation, Verb},
};

pub(super) fn find(model: &Model) -> Vec<Finding> {
    let arcs = arcs(model);
    let mut findings = Vec::new();
    let certain: Vec<&Arc<'_>> = arcs.iter().filter(|arc| arc.exits().is_empty()).collect();
    let endless = cycles(&certain);
    let known: BTreeSet<&ElementId> = endless.iter().flatten().map(|arc| &arc.from.id).collect();
    findings.extend(endless.iter().filter_map(|cycle| never_ends(cycle)));
    let all: Vec<&Arc<'_>> = arcs.iter().collect();
    let guarded = cycles(&all).into_iter();
    let guarded = guarded.filter(|cycle| !cycle.iter().all(|arc| known.contains(&arc.from.id)));
    findings.extend(guarded.filter_map(|cycle| may_end(&cycle)));
    findings.extend(arcs.iter().filter_map(|arc| within_aggregate(model, arc)));
    findings
}

/// An event leads to an event: by a policy, and by the command that it issues.
struct Arc<'a> {
    from: &'a Element,
    policy: &'a Element,
    issues: &'a Relation,
    command: &'a Element,
    emits: &'a Relation,
    to: &'a Element,
}

/// Whether what a signature says may also not happen. What is not known is taken to happen.
const fn may_not_happen(relation: &Relation) -> bool {
    matches!(
        relation.cardinality,
        Some(Cardinality::Optional | Cardinality::Many | Cardinality::Alternative)
    )
}

impl<'a> Arc<'a> {
    /// The steps at which it may end.
    fn exits(&self) -> Vec<&'a Element> {
        let steps = [(self.issues, self.policy), (self.emits, self.command)];
        steps
            .into_iter()
            .filter(|(said, _)| may_not_happen(said))
            .map(|(_, by)| by)
            .collect()
    }

    fn steps(&self) -> [Step; 3] {
        let (from, policy, command) = (self.from, self.policy, self.command);
        [
            Step::at(
                from,
                format!("{} activates the policy {}", name(from), name(policy)),
            ),
            Step::at(policy, format!("{} issues {}", name(policy), name(command))),
            Step::at(
                command,
                format!("{} emits {}", name(command), name(self.to)),
            ),
        ]
    }
}

fn arcs(model: &Model) -> Vec<Arc<'_>> {
    let mut arcs = Vec::new();
    for from in model.of_kind(Kind::Event) {
        for policy in model.objects(&from.id, Verb::Activates) {
            let issued = model.relations_from(&policy.id).filter(|said| {
                said.verb == Verb::Issues && (said.upon.is_empty() || said.upon.contains(&from.id))
            });
            arcs.extend(issued.flat_map(|issues| onward(model, from, policy, issues)));
        }
    }
    arcs
}

/// What an event leads to by way of one command of a policy.
fn onward<'a>(
    model: &'a Model,
    from: &'a Element,
    policy: &'a Element,
    issues: &'a Relation,
) -> Vec<Arc<'a>> {
    let Some(command) = model.element(&issues.to) else {
        return Vec::new();
    };
    let emitted = model
        .relations_from(&command.id)
        .filter(|said| said.verb == Verb::Emits);
    let arcs = emitted.filter_map(|emits| {
        let to = model.element(&emits.to)?;
        Some(Arc {
            from,
            policy,
            issues,
            command,
            emits,
            to,
        })
    });
    arcs.collect()
}

/// For each event that leads back to itself the shortest way, unless one that was found before
/// goes through it.
fn cycles<'a>(arcs: &[&'a Arc<'a>]) -> Vec<Vec<&'a Arc<'a>>> {
    let mut onward: BTreeMap<&ElementId, Vec<&'a Arc<'a>>> = BTreeMap::new();
    let mut starts: Vec<&ElementId> = Vec::new();
    for arc in arcs {
        if !onward.contains_key(&arc.from.id) {
            starts.push(&arc.from.id);
        }
        onward.entry(&arc.from.id).or_default().push(arc);
    }
    let mut found: Vec<Vec<&'a Arc<'a>>> = Vec::new();
    let mut covered: BTreeSet<&ElementId> = BTreeSet::new();
    for start in starts {
        if covered.contains(start) {
            continue;
        }
        if let Some(cycle) = way_back(start, &onward) {
            covered.extend(cycle.iter().map(|arc| &arc.from.id));
            found.push(cycle);
        }
    }
    found
}

/// The shortest way from an event to itself.
fn way_back<'a>(
    start: &ElementId,
    onward: &BTreeMap<&ElementId, Vec<&'a Arc<'a>>>,
) -> Option<Vec<&'a Arc<'a>>> {
    let mut came_by: BTreeMap<&ElementId, &'a Arc<'a>> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for arc in onward.get(at).into_iter().flatten() {
            if !came_by.contains_key(&arc.to.id) {
                came_by.insert(&arc.to.id, arc);
                open.push_back(&arc.to.id);
            }
        }
    }
    let mut way = vec![*came_by.get(start)?];
    while let Some(arc) = way.last().filter(|arc| arc.from.id != *start) {
        way.push(came_by.get(&arc.from.id)?);
    }
    way.reverse();
    Some(way)
}

fn path(cycle: &[&Arc<'_>]) -> Vec<Step> {
    cycle.iter().flat_map(|arc| arc.steps()).collect()
}

fn never_ends(cycle: &[&Arc<'_>]) -> Option<Finding> {
    let event = cycle.first()?.from;
    let message = format!("the event {} causes itself again, without end", name(event));
    let help = "let a step decide: emit another event after a number of rounds, or return an \
                `Option` from the policy";
    let finding = Finding::about(event, Code::EndlessLoop, message).help(help);
    Some(finding.by_way_of(path(cycle)))
}

fn may_end(cycle: &[&Arc<'_>]) -> Option<Finding> {
    let event = cycle.first()?.from;
    let mut exits: Vec<&Element> = cycle.iter().flat_map(|arc| arc.exits()).collect();
    exits.dedup_by_key(|exit| &exit.id);
    let message = format!(
        "the event {} may cause itself again; only {} can end that",
        name(event),
        super::names(exits)
    );
    let help = "see that it does after a bounded number of rounds, and test that";
    let finding = Finding::about(event, Code::GuardedLoop, message).help(help);
    Some(finding.by_way_of(path(cycle)))
}

/// The aggregate that handles a command.
fn home<'a>(model: &'a Model, command: &'a Element) -> Option<&'a Element> {
    let mut handlers = model.objects(&command.id, Verb::HandledBy);
    handlers.find(|by| by.kind() == Kind::Aggregate)
}

/// A rule that leaves an aggregate only to come back to it.
fn within_aggregate(model: &Model, arc: &Arc<'_>) -> Option<Finding> {
    let target = home(model, arc.command)?;
    let mut sources = model.subjects(&arc.from.id, Verb::Emits);
    if !sources.all(|source| home(model, source).is_some_and(|by| by.id == target.id)) {
        return None;
    }
    let message = format!(
        "the policy {} answers {} of the aggregate {by} with {}, which {by} handles itself",
        name(arc.policy),
        name(arc.from),
        name(arc.command),
        by = name(target),
    );
    let help = "emit what follows in the first place, or say why it comes later or to another \
                instance: `Allow ES404: ..`";
    Some(Finding::about(arc.policy, Code::PolicyWithinAggregate, message).help(help))
}
