//! Private events: what a context keeps to itself.

use std::collections::{BTreeMap, VecDeque};

use super::name;
use crate::{
    check::{Code, Finding, Step},
    model::{Element, ElementId, Kind, Model, Verb},
};

/// A member of one context that consumes a private event of another.
struct Intrusion<'a> {
    event: &'a Element,
    consumer: &'a Element,
}

impl<'a> Intrusion<'a> {
    /// The context that cannot do without the other.
    fn needs(&self) -> &'a str {
        self.consumer.id.context().unwrap_or_default()
    }

    /// The context that is needed.
    fn needed(&self) -> &'a str {
        self.event.id.context().unwrap_or_default()
    }
}

pub(super) fn find(model: &Model) -> Vec<Finding> {
    let intrusions = intrusions(model);
    let consumed = intrusions.iter().map(elsewhere);
    consumed.chain(cycles(model, &intrusions)).collect()
}

fn intrusions(model: &Model) -> Vec<Intrusion<'_>> {
    let private = model
        .of_kind(Kind::Event)
        .filter(|event| event.visibility() == Some("private"));
    private
        .flat_map(|event| {
            let uses = [Verb::Activates, Verb::Feeds, Verb::Notifies].into_iter();
            let consumers = uses.flat_map(|verb| model.objects(&event.id, verb));
            consumers.map(move |consumer| Intrusion { event, consumer })
        })
        .filter(|intrusion| intrusion.needs() != intrusion.needed())
        .collect()
}

fn elsewhere(intrusion: &Intrusion<'_>) -> Finding {
    let Intrusion { event, consumer } = intrusion;
    let message = format!(
        "{} of {} consumes {}, which is private to {}",
        name(consumer),
        intrusion.needs(),
        name(event),
        intrusion.needed(),
    );
    let help = "consume one of its public events, or take `private` away";
    let step = Step::at(event, format!("{} is private", name(event)));
    Finding::about(consumer, Code::PrivateConsumed, message)
        .help(help)
        .by_way_of(vec![step])
}

/// For each context that needs itself by way of others, the shortest way, unless one that was
/// found before goes through it.
fn cycles(model: &Model, intrusions: &[Intrusion<'_>]) -> Vec<Finding> {
    let mut covered: Vec<&str> = Vec::new();
    let mut findings = Vec::new();
    for context in model.of_kind(Kind::Context) {
        let start = context.id.name();
        if covered.contains(&start) {
            continue;
        }
        if let Some(way) = way_back(start, intrusions) {
            covered.extend(way.iter().map(|step| step.needs()));
            findings.push(cycle(model, context, &way));
        }
    }
    findings
}

fn way_back<'a>(start: &str, intrusions: &'a [Intrusion<'a>]) -> Option<Vec<&'a Intrusion<'a>>> {
    let mut came_by: BTreeMap<&str, &Intrusion<'_>> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for step in intrusions.iter().filter(|step| step.needs() == at) {
            if !came_by.contains_key(step.needed()) {
                came_by.insert(step.needed(), step);
                open.push_back(step.needed());
            }
        }
    }
    let mut way = vec![*came_by.get(start)?];
    while let Some(step) = way.last().filter(|step| step.needs() != start) {
        way.push(came_by.get(step.needs())?);
    }
    way.reverse();
    Some(way)
}

fn cycle(model: &Model, context: &Element, way: &[&Intrusion<'_>]) -> Finding {
    let contexts: Vec<String> = way
        .iter()
        .filter_map(|step| model.element(&ElementId::shared(Kind::Context, step.needs())))
        .map(name)
        .collect();
    let message = format!(
        "the contexts {} need each other's private events",
        contexts.join(" and ")
    );
    let steps = way.iter().map(|step| {
        let (by, event) = (name(step.consumer), name(step.event));
        let (needs, needed) = (step.needs(), step.needed());
        Step::at(
            step.consumer,
            format!("{by} of `{needs}` consumes {event} of `{needed}`"),
        )
    });
    let help = "let one of them publish what the other needs, or make them one context";
    Finding::about(context, Code::ContextCycle, message)
        .help(help)
        .by_way_of(steps.collect())
}
