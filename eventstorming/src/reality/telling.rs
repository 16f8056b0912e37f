//! What was seen, in words and as JSON.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;

use super::{Reality, Sighting, Stray, Unknown};
use crate::{
    json::pretty,
    model::{Element, ElementId, Kind, Verb},
};

#[derive(Serialize)]
struct Document<'a> {
    elements: BTreeMap<String, &'a Sighting>,
    format: &'static str,
    never: Vec<&'a ElementId>,
    relations: Vec<Counted>,
    strays: &'a [Stray],
    unknown: &'a [Unknown],
    unreadable: u64,
}

#[derive(Serialize)]
struct Counted {
    count: u64,
    from: ElementId,
    to: ElementId,
    verb: Verb,
}

impl Reality {
    /// The elements that never happened, as far as a log can say so. What is emitted elsewhere,
    /// and what is retired, is not expected in it.
    pub fn never(&self) -> Vec<&ElementId> {
        let elements = self.model.elements().iter();
        let expected = elements.filter(|element| !element.is_foreign() && !element.is_retired());
        expected
            .map(|element| &element.id)
            .filter(|id| self.sightings.get(*id).is_some_and(|seen| seen.count == 0))
            .collect()
    }

    /// The relations that were never seen, as far as a log can say so, between elements that
    /// were.
    pub fn unseen(&self) -> Vec<(&ElementId, Verb, &ElementId)> {
        let happened = |id: &ElementId| self.sightings.get(id).is_none_or(|seen| seen.count > 0);
        let relations = self.model.relations().iter().filter(|said| {
            let key = (said.from.clone(), said.verb, said.to.clone());
            self.relations.get(&key) == Some(&0) && happened(&said.from) && happened(&said.to)
        });
        relations
            .map(|said| (&said.from, said.verb, &said.to))
            .collect()
    }

    /// Whether the log holds anything that the model does not say.
    pub fn is_at_odds(&self) -> bool {
        !self.unknown.is_empty() || !self.strays.is_empty() || self.observations.unreadable > 0
    }

    /// One line: how much there is, until when, and how much of it the model does not know.
    pub fn summary(&self) -> String {
        let (types, count) = (self.observations.events.len(), self.count());
        let last = self.observations.events.values();
        let last = last.filter_map(|tally| tally.last.as_deref()).max();
        let until = last.map_or_else(String::new, |last| format!(", the last on {}", day(last)));
        let mut text = format!(
            "In the log: {} of {}{until}",
            counted(count, "event"),
            counted(types as u64, "type")
        );
        let odds = [
            (self.unknown.len() as u64, "type", " that the model lacks"),
            (self.strays.len() as u64, "way", " that it does not say"),
            (self.observations.unreadable, "unreadable entry", ""),
        ];
        for (count, what, which) in odds.into_iter().filter(|(count, ..)| *count > 0) {
            write!(text, "; {}{which}", counted(count, what)).ok();
        }
        text
    }

    fn count(&self) -> u64 {
        self.observations
            .events
            .values()
            .map(|tally| tally.count)
            .sum()
    }

    /// The report for people.
    pub fn text(&self) -> String {
        let mut text = format!("{}.\n", self.summary());
        self.tell_events(&mut text);
        let unknown = self.unknown.iter().map(told_unknown).collect();
        section(&mut text, "In the log, and not in the model", unknown);
        let strays = self.strays.iter().map(ToString::to_string).collect();
        section(&mut text, "Seen, and not declared", strays);
        let never = self.never().into_iter();
        let never = never.filter_map(|id| self.model.element(id)).map(told);
        section(&mut text, "In the model, and never seen", never.collect());
        let unseen = self
            .unseen()
            .into_iter()
            .map(|(from, verb, to)| format!("`{}` {} `{}`", from.name(), verb.phrase(), to.name()));
        section(&mut text, "Declared, and never seen", unseen.collect());
        let old = self.old_versions();
        section(&mut text, "Stored in an earlier version", old);
        text
    }

    fn tell_events(&self, text: &mut String) {
        let mut rows: Vec<(&ElementId, &Sighting)> = self
            .model
            .of_kind(Kind::Event)
            .filter_map(|event| Some((&event.id, self.sightings.get(&event.id)?)))
            .filter(|(_, seen)| seen.count > 0)
            .collect();
        rows.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.count));
        if rows.is_empty() {
            return;
        }
        text.push('\n');
        for (id, seen) in rows {
            let last = seen.last.as_deref().unwrap_or_default();
            writeln!(text, "{:>12}  {last:<30}  {id}", grouped(seen.count)).ok();
        }
    }

    fn old_versions(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (stored, tally) in &self.observations.events {
            for (version, count) in &tally.versions {
                let now = self.version_of(stored);
                if now.is_some_and(|now| *version < now) {
                    let times = counted(*count, "time");
                    lines.push(format!("version {version} of `{stored}`: {times}"));
                }
            }
        }
        lines
    }

    fn version_of(&self, stored: &str) -> Option<u32> {
        let mut events = self.model.of_kind(Kind::Event);
        events
            .find(|event| event.id.name() == stored)
            .and_then(Element::version)
    }

    /// The report for programs, the same bytes for the same model and observations.
    pub fn json(&self) -> String {
        let elements = self.sightings.iter();
        let relations = self.relations.iter();
        pretty(&Document {
            elements: elements.map(|(id, seen)| (id.to_string(), seen)).collect(),
            format: "aether.reality/1",
            never: self.never(),
            relations: relations
                .map(|((from, verb, to), count)| Counted {
                    count: *count,
                    from: from.clone(),
                    to: to.clone(),
                    verb: *verb,
                })
                .collect(),
            strays: &self.strays,
            unknown: &self.unknown,
            unreadable: self.observations.unreadable,
        })
    }
}

fn section(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    writeln!(text, "\n{title}:").ok();
    for line in lines {
        writeln!(text, "  {line}").ok();
    }
}

fn told(element: &Element) -> String {
    let at = element.location.as_ref();
    let at = at.map_or_else(String::new, |at| format!(" ({at})"));
    format!("{} `{}`{at}", element.kind().title(), element.id.name())
}

fn told_unknown(unknown: &Unknown) -> String {
    let version = unknown.version;
    let version = version.map_or_else(String::new, |version| format!(" in version {version}"));
    let last = unknown.last.as_deref();
    let last = last.map_or_else(String::new, |last| format!(", the last at {last}"));
    let times = counted(unknown.count, "time");
    format!("`{}`{version}: {times}{last}", unknown.event)
}

fn counted(count: u64, one: &str) -> String {
    match (count, one.strip_suffix('y')) {
        (1, _) => format!("1 {one}"),
        (_, Some(stem)) if !one.ends_with("ay") => format!("{} {stem}ies", grouped(count)),
        _ => format!("{} {one}s", grouped(count)),
    }
}

/// The day of a moment in RFC 3339.
pub(crate) fn day(moment: &str) -> &str {
    moment.split('T').next().unwrap_or(moment)
}

/// `1,234,567`
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(count), text);
        }
        assert_eq!(counted(2, "unreadable entry"), "2 unreadable entries");
        assert_eq!(counted(3, "way"), "3 ways");
        assert_eq!(counted(1, "event"), "1 event");
    }
}
