//! What follows from an event by way of policies and systems: whether it ever ends.
//!
//! A question is no step of it: only people ask, and what they do next is up to them.

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
    // Where we decide on a system's answer, it is not for the system alone to end it.
    let ours = |arc: &&Arc<'_>| !arc.is_by_system() || !may_not_happen(arc.emits);
    let all: Vec<&Arc<'_>> = arcs.iter().filter(ours).collect();
    let guarded = cycles(&all).into_iter();
    let guarded = guarded.filter(|cycle| !cycle.iter().all(|arc| known.contains(&arc.from.id)));
    findings.extend(guarded.filter_map(|cycle| may_end(&cycle)));
    findings.extend(arcs.iter().filter_map(|arc| within_aggregate(model, arc)));
    findings
}

/// An event leads to an event: by a policy or a system, and by the command that it issues.
struct Arc<'a> {
    from: &'a Element,
    /// The policy or the system.
    agent: &'a Element,
    issues: &'a Relation,
    command: &'a Element,
    emits: &'a Relation,
    to: &'a Element,
    /// Whether the policy takes an event upon which it issues nothing.
    may_call_off: bool,
}

/// Whether what a signature says may also not happen. What is not known is taken to happen.
const fn may_not_happen(relation: &Relation) -> bool {
    matches!(
        relation.cardinality,
        Some(Cardinality::Optional | Cardinality::Many | Cardinality::Alternative)
    )
}

impl<'a> Arc<'a> {
    fn is_by_system(&self) -> bool {
        self.agent.kind() == Kind::ExternalSystem
    }

    /// The steps at which it may end. What a system does is up to it, and what comes later may be
    /// called off by a policy that does so upon another event.
    fn exits(&self) -> Vec<&'a Element> {
        let called_off = self.issues.after.is_some() && self.may_call_off;
        let left = self.is_by_system() || called_off || may_not_happen(self.issues);
        let steps = [
            (left, self.agent),
            (may_not_happen(self.emits), self.command),
        ];
        let ends = steps.into_iter().filter(|(ends, _)| *ends);
        ends.map(|(_, by)| by).collect()
    }

    fn steps(&self) -> [Step; 3] {
        let (from, agent, command) = (self.from, self.agent, self.command);
        let first = if agent.kind() == Kind::Policy {
            "activates the policy"
        } else {
            "notifies the system"
        };
        let after = self.issues.after.as_ref();
        let after = after.map_or_else(String::new, |after| format!(" after {after}"));
        let issues = format!("{} issues {}{after}", name(agent), name(command));
        [
            Step::at(from, format!("{} {first} {}", name(from), name(agent))),
            Step::at(agent, issues),
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
        let agents = [Verb::Activates, Verb::Notifies].into_iter();
        for agent in agents.flat_map(|verb| model.objects(&from.id, verb)) {
            let issued = model.relations_from(&agent.id).filter(|said| {
                said.verb == Verb::Issues && (said.upon.is_empty() || said.upon.contains(&from.id))
            });
            arcs.extend(issued.flat_map(|issues| onward(model, from, agent, issues)));
        }
    }
    arcs
}

/// Whether a policy takes an event upon which it issues nothing: only then does it take back what
/// it has asked for.
fn may_call_off(model: &Model, agent: &Element) -> bool {
    let upon = |event: &ElementId| {
        let mut issued = model.relations_from(&agent.id);
        issued.any(|said| said.upon.is_empty() || said.upon.contains(event))
    };
    let mut taken = model.subjects(&agent.id, Verb::Activates);
    taken.any(|event| !upon(&event.id))
}

/// What an event leads to by way of one command of a policy.
fn onward<'a>(
    model: &'a Model,
    from: &'a Element,
    agent: &'a Element,
    issues: &'a Relation,
) -> Vec<Arc<'a>> {
    let Some(command) = model.element(&issues.to) else {
        return Vec::new();
    };
    let emitted = model
        .relations_from(&command.id)
        .filter(|said| said.verb == Verb::Emits);
    let may_call_off = may_call_off(model, agent);
    let arcs = emitted.filter_map(|emits| {
        let to = model.element(&emits.to)?;
        Some(Arc {
            from,
            agent,
            issues,
            command,
            emits,
            to,
            may_call_off,
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

/// How long a round takes at least, where something waits.
fn pace(cycle: &[&Arc<'_>]) -> String {
    let waits: Vec<&str> = cycle
        .iter()
        .filter_map(|arc| arc.issues.after.as_deref())
        .collect();
    if waits.is_empty() {
        return String::new();
    }
    format!(", waiting {} each time", waits.join(" and "))
}

fn path(cycle: &[&Arc<'_>]) -> Vec<Step> {
    cycle.iter().flat_map(|arc| arc.steps()).collect()
}

fn never_ends(cycle: &[&Arc<'_>]) -> Option<Finding> {
    let event = cycle.first()?.from;
    let message = format!(
        "the event {} causes itself again, without end{}",
        name(event),
        pace(cycle)
    );
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
        "the event {} may cause itself again{}; only {} can end that",
        name(event),
        pace(cycle),
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

/// A rule that leaves an aggregate only to come back to it at once. What comes later is a deadline,
/// of which an aggregate cannot know by itself.
fn within_aggregate(model: &Model, arc: &Arc<'_>) -> Option<Finding> {
    if arc.agent.kind() != Kind::Policy || arc.issues.after.is_some() {
        return None;
    }
    let target = home(model, arc.command)?;
    let mut sources = model.subjects(&arc.from.id, Verb::Emits);
    if !sources.all(|source| home(model, source).is_some_and(|by| by.id == target.id)) {
        return None;
    }
    let message = format!(
        "the policy {} answers {} of the aggregate {by} with {}, which {by} handles itself",
        name(arc.agent),
        name(arc.from),
        name(arc.command),
        by = name(target),
    );
    let help = "emit what follows in the first place, or say why it goes to another instance: \
                `Allow ES404: ..`";
    Some(Finding::about(arc.agent, Code::PolicyWithinAggregate, message).help(help))
}
