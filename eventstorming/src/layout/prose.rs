//! What a board says in words: tooltips, and the flow for those who cannot see it.

use super::level::Level;
use crate::model::{Element, ElementId, Facts, Kind, Model, Relation, Verb};

/// What a check has found about an element.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) on: ElementId,
    pub(crate) text: String,
}

/// `14 events, 11 commands, ..`: what there is at all.
pub(super) fn counts(model: &Model, level: Level) -> String {
    const ORDER: [Kind; 9] = [
        Kind::Event,
        Kind::Command,
        Kind::Policy,
        Kind::Aggregate,
        Kind::ReadModel,
        Kind::Query,
        Kind::ExternalSystem,
        Kind::Actor,
        Kind::Hotspot,
    ];
    let counts = ORDER
        .into_iter()
        .filter(|kind| level.shows(*kind))
        .map(|kind| (kind, model.of_kind(kind).count()));
    let parts: Vec<String> = counts
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| {
            format!(
                "{count} {}",
                if count == 1 {
                    kind.title()
                } else {
                    kind.plural()
                }
            )
        })
        .collect();
    if parts.is_empty() {
        "nothing yet".to_owned()
    } else {
        parts.join(", ")
    }
}

/// The flow as sentences.
pub(super) fn description(model: &Model, title: &str, lanes: &[&str]) -> String {
    let mut text = format!(
        "{title}: {}. Time runs left to right, then on to the next band; one lane for each bounded \
         context: {}.",
        counts(model, Level::Design),
        lanes.join(", ")
    );
    for command in model.of_kind(Kind::Command) {
        text.push_str(&told(model, command));
    }
    text
}

fn told(model: &Model, command: &Element) -> String {
    let issuers = labels(model.subjects(&command.id, Verb::Issues), " or ");
    let issuers = if issuers.is_empty() {
        issuers
    } else {
        format!(" ({issuers})")
    };
    let events = labels(model.objects(&command.id, Verb::Emits), " or ");
    let outcome = if events.is_empty() {
        "emits nothing".to_owned()
    } else {
        format!("leads to {events}")
    };
    format!(" {}{issuers} {outcome}.", command.label)
}

fn labels<'a>(elements: impl Iterator<Item = &'a Element>, between: &str) -> String {
    elements
        .map(|element| element.label.as_str())
        .collect::<Vec<_>>()
        .join(between)
}

/// What is told of a note: kind, name, docs, relations, and where it is written.
pub(super) fn tooltip(model: &Model, element: &Element) -> String {
    let context = element
        .id
        .context()
        .and_then(|name| model.element(&ElementId::shared(Kind::Context, name)));
    let place = context.map_or_else(String::new, |context| format!(" in {}", context.label));
    let mut lines = vec![format!("{}: {}{place}", title(element), element.label)];
    lines.extend(element.docs.lines().map(str::to_owned));
    lines.extend(element.owner().map(|owner| format!("owned by {owner}")));
    lines.extend(facts(element));
    lines.extend((!element.tags.is_empty()).then(|| format!("tagged {}", element.tags.join(", "))));
    lines.extend(
        element
            .invariants
            .iter()
            .map(|rule| format!("always: {rule}")),
    );
    lines.extend(relations(model, element));
    lines.extend(element.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(element.location.as_ref().map(ToString::to_string));
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

/// What a reader calls the element.
pub(super) fn title(element: &Element) -> &'static str {
    if element.is_stateful() {
        "process manager"
    } else {
        element.kind().title()
    }
}

fn facts(element: &Element) -> Vec<String> {
    match &element.facts {
        Facts::Context { upstream } => {
            let upstream =
                (!upstream.is_empty()).then(|| format!("downstream of {}", upstream.join(", ")));
            upstream.into_iter().collect()
        }
        Facts::Event {
            version,
            aliases,
            pivotal,
            phase,
            visibility,
            deprecated,
            retired,
            foreign,
            ..
        } => {
            let opens = phase.as_ref().map_or_else(
                || "a phase".to_owned(),
                |phase| format!("the phase {phase}"),
            );
            let said = [
                (*version > 1, format!("schema version {version}")),
                (
                    !aliases.is_empty(),
                    format!("also stored as {}", aliases.join(", ")),
                ),
                (*pivotal, format!("pivotal: opens {opens}")),
                (visibility.is_some(), visibility.clone().unwrap_or_default()),
                (
                    deprecated.is_some(),
                    format!("deprecated {}", deprecated.as_deref().unwrap_or_default()),
                ),
                (*retired, "retired: read, but no longer emitted".to_owned()),
                (*foreign, "emitted outside of this model".to_owned()),
            ];
            said.into_iter()
                .filter(|(is, _)| *is)
                .map(|(_, line)| line)
                .collect()
        }
        Facts::Command { foreign, refusals } => {
            let foreign = foreign.then(|| "handled outside of this model".to_owned());
            let refused =
                (!refusals.is_empty()).then(|| format!("refused as {}", refusals.join(", ")));
            foreign.into_iter().chain(refused).collect()
        }
        Facts::Policy { after, key } => {
            let after = after.iter().map(|after| format!("after {after}"));
            let key = key
                .iter()
                .map(|key| format!("keeps a state for each {key}"));
            after.chain(key).collect()
        }
        Facts::Query { answer } => answer
            .iter()
            .map(|answer| format!("answered with {answer}"))
            .collect(),
        Facts::None => Vec::new(),
    }
}

fn relations(model: &Model, element: &Element) -> Vec<String> {
    let id = &element.id;
    let towards = Verb::ALL.into_iter().filter_map(|verb| {
        let known = model
            .relations_to(id)
            .filter(|relation| relation.verb == verb);
        sentence(
            verb.reverse(),
            known.filter_map(|relation| part(model, relation, &relation.from)),
        )
    });
    let away = Verb::ALL.into_iter().filter_map(|verb| {
        let known = model
            .relations_from(id)
            .filter(|relation| relation.verb == verb);
        sentence(
            verb.phrase(),
            known.filter_map(|relation| part(model, relation, &relation.to)),
        )
    });
    let handled = model
        .relations_from(id)
        .filter(|relation| relation.verb == Verb::HandledBy);
    let handling = handled.map(|relation| relation.docs.clone());
    towards.chain(away).chain(handling).collect()
}

fn sentence(verb: &str, parts: impl Iterator<Item = String>) -> Option<String> {
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| format!("{verb} {}", parts.join(", ")))
}

fn part(model: &Model, relation: &Relation, end: &ElementId) -> Option<String> {
    let label = &model.element(end)?.label;
    let mut remarks: Vec<String> = Vec::new();
    remarks.extend(
        relation
            .cardinality
            .and_then(crate::model::Cardinality::remark)
            .map(str::to_owned),
    );
    remarks.extend(relation.after.iter().map(|after| format!("after {after}")));
    let upon = labels(
        relation
            .upon
            .iter()
            .filter_map(|event| model.element(event)),
        " or ",
    );
    if !upon.is_empty() {
        remarks.push(format!("upon {upon}"));
    }
    Some(if remarks.is_empty() {
        label.clone()
    } else {
        format!("{label} ({})", remarks.join(", "))
    })
}

/// What is written on a note of a policy that asks for several things, before one of them.
pub(super) fn reaction(model: &Model, policy: &Element, command: &ElementId) -> Option<String> {
    let issued = model.relations_from(&policy.id);
    let issued: Vec<&Relation> = issued
        .filter(|relation| relation.verb == Verb::Issues)
        .collect();
    if policy.kind() != Kind::Policy || issued.len() < 2 {
        return None;
    }
    let relation = issued.iter().find(|relation| relation.to == *command)?;
    let why = first_sentence(&relation.docs).or_else(|| upon(model, &relation.upon))?;
    Some(format!("{}: {why}", policy.label))
}

/// A first sentence that is short enough for a note, as the part of another sentence.
fn first_sentence(docs: &str) -> Option<String> {
    const LONGEST: usize = 48;
    let line: Vec<&str> = docs.split_whitespace().collect();
    let line = line.join(" ");
    let sentence = line.split(". ").next()?.trim_end_matches('.');
    if sentence.is_empty() || sentence.chars().count() > LONGEST {
        return None;
    }
    let mut letters = sentence.chars();
    let (first, rest) = (letters.next()?, letters.as_str());
    let is_name = rest.chars().next().is_some_and(char::is_uppercase);
    if is_name {
        return Some(sentence.to_owned());
    }
    Some(first.to_lowercase().chain(rest.chars()).collect())
}

/// `upon Order Placed or Order Changed`
fn upon(model: &Model, events: &[ElementId]) -> Option<String> {
    let labels: Vec<&str> = events
        .iter()
        .filter_map(|event| Some(model.element(event)?.label.as_str()))
        .collect();
    match labels.as_slice() {
        [] => None,
        [one] => Some(format!("upon {one}")),
        [one, other] => Some(format!("upon {one} or {other}")),
        [one, rest @ ..] => Some(format!("upon {one} or {} others", rest.len())),
    }
}

/// What is told of an edge.
pub(super) fn edge(model: &Model, from: &ElementId, verb: Verb, to: &ElementId) -> String {
    let label = |id: &ElementId| {
        model
            .element(id)
            .map_or_else(|| id.to_string(), |element| element.label.clone())
    };
    format!("{} {} {}", label(from), verb.phrase(), label(to))
}
