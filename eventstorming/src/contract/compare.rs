//! Two forms of an event, compared field by field.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    alternative::{Alternative, Form, alternatives},
    change::{Change, Rule, Verdict},
    number::{Range, is_of_size},
    schema::Schema,
    validate,
};

/// What has changed from one schema of an event to another, and whether it can be lived with.
///
/// A field or a variant that is renamed with `#[serde(alias = "old")]` says so in its schema, as
/// schemas know no aliases: `#[schemars(extend("x-aliases" = ["old"]))]`. So does a variant that
/// stands for all others, `#[serde(other)]`: `#[schemars(extend("x-other" = true))]`. That it is
/// true is seen when the locked samples are read.
pub fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let mut comparison = Comparison::default();
    comparison.values(&Schema::new(old), &Schema::new(new), "");
    comparison.changes
}

/// What is known so far. A part of a schema may refer to itself, so a pair of definitions is
/// compared once.
#[derive(Default)]
struct Comparison {
    changes: Vec<Change>,
    known: BTreeSet<(String, String)>,
}

/// Both verdicts on a change: whether the new form reads the old one, and the old one the new.
type Verdicts = (Verdict, Verdict);

const NARROWER: Verdicts = (Verdict::Break, Verdict::Ok);
const WIDER: Verdicts = (Verdict::Ok, Verdict::Break);
const OTHER: Verdicts = (Verdict::Break, Verdict::Break);

impl Comparison {
    fn note(&mut self, path: &str, rule: Rule, verdicts: Verdicts, message: impl Into<String>) {
        self.changes.push(Change {
            path: path.to_owned(),
            rule,
            backward: verdicts.0,
            forward: verdicts.1,
            message: message.into(),
        });
    }

    /// The worst that it finds for what is stored.
    fn worst(&self) -> Verdict {
        let verdicts = self.changes.iter().map(|change| change.backward);
        verdicts.max().unwrap_or(Verdict::Ok)
    }

    /// The same question asked for itself: what it would find.
    fn trial(&self, old: &Alternative<'_>, new: &Alternative<'_>, path: &str) -> Self {
        let mut trial = Self {
            changes: Vec::new(),
            known: self.known.clone(),
        };
        trial.alternative(old, new, path);
        trial
    }

    fn values(&mut self, old: &Schema<'_>, new: &Schema<'_>, path: &str) {
        let (old, new) = (old.clone().resolved(), new.clone().resolved());
        if let (Some(from), Some(to)) = (old.name(), new.name())
            && !self.known.insert((from.to_owned(), to.to_owned()))
        {
            return;
        }
        let (old, new) = (alternatives(&old), alternatives(&new));
        let partners: Vec<Option<(usize, Self)>> = old
            .iter()
            .map(|one| self.partner(one, (&old, &new), path))
            .collect();
        let several = old.len() > 1 && new.len() > 1;
        if several && partners.iter().all(Option::is_none) {
            let message = "the cases are written in another manner";
            return self.note(path, Rule::RepresentationChanged, OTHER, message);
        }
        let met: BTreeSet<usize> = partners.iter().flatten().map(|(at, _)| *at).collect();
        for (one, partner) in old.iter().zip(partners) {
            match partner {
                Some((_, trial)) => {
                    self.changes.extend(trial.changes);
                    self.known.extend(trial.known);
                }
                None => self.without_partner(one, &old, &new, path),
            }
        }
        for (_, case) in new.iter().enumerate().filter(|(at, _)| !met.contains(at)) {
            let lone = old.len() == 1 && new.len() == 1;
            if !lone {
                let message = format!("{} may occur", case.key());
                self.note(path, Rule::CaseAdded, WIDER, message);
            }
        }
    }

    /// Where an alternative is found again: under its own key, where it is accepted, or as the
    /// only one of its form. Of several, one that breaks nothing.
    fn partner(
        &self,
        one: &Alternative<'_>,
        (old, new): (&[Alternative<'_>], &[Alternative<'_>]),
        path: &str,
    ) -> Option<(usize, Self)> {
        let key = one.key();
        let trials = new.iter().enumerate();
        let trials = trials.map(|(at, case)| (at, case, self.trial(one, case, path)));
        let (mut same, other): (Vec<_>, Vec<_>) =
            trials.partition(|(_, case, _)| case.key() == key);
        same.sort_by_key(|(.., trial)| trial.worst());
        let worst = |at: &usize| other.get(*at).map(|(.., trial)| trial.worst());
        let accepting = (0..other.len())
            .min_by_key(worst)
            .filter(|at| worst(at) < Some(Verdict::Break));
        let lone = |cases: &[Alternative<'_>]| {
            cases.iter().filter(|case| case.form == one.form).count() == 1
        };
        let alike = (lone(old) && lone(new))
            .then(|| other.iter().position(|(_, case, _)| case.form == one.form))
            .flatten();
        let found = match accepting.or(alike) {
            _ if !same.is_empty() => same.into_iter().next(),
            Some(at) => other.into_iter().nth(at),
            None => None,
        };
        found.map(|(at, _, trial)| (at, trial))
    }

    fn without_partner(
        &mut self,
        one: &Alternative<'_>,
        old: &[Alternative<'_>],
        new: &[Alternative<'_>],
        path: &str,
    ) {
        if let ([_], [only]) = (old, new) {
            return self.alternative(one, only, path);
        }
        let message = match new {
            [] => "no value is valid any more".to_owned(),
            _ => format!("{} could occur, and is not known any more", one.key()),
        };
        self.note(path, Rule::CaseRemoved, NARROWER, message);
    }

    fn alternative(&mut self, old: &Alternative<'_>, new: &Alternative<'_>, path: &str) {
        let title = |case: &Alternative<'_>| case.form.title();
        if self.case_by_another_name(old, new, path) {
            return;
        }
        match (&old.form, &new.form) {
            (Form::Value(one), Form::Value(other)) if one == other => {}
            (Form::Value(value), form) if !matches!(form, Form::Value(_)) => {
                let accepted = validate::check(&new.schema, value, "").is_empty();
                let message = format!("{} became {}", title(old), title(new));
                let rule = if accepted {
                    Rule::Widened
                } else {
                    Rule::TypeChanged
                };
                self.note(path, rule, if accepted { WIDER } else { OTHER }, message);
            }
            (one, other) if one == other => self.same_form(old, new, path),
            (_, Form::Any) => self.note(path, Rule::Widened, WIDER, "anything may occur"),
            (Form::Integer, Form::Number) => {
                let message = "an integer became a float: beyond 2^53 it is no longer exact";
                let verdicts = (Verdict::Loss, Verdict::Break);
                self.note(path, Rule::IntegerNowFloat, verdicts, message);
            }
            _ => {
                let message = format!("{} became {}", title(old), title(new));
                self.note(path, Rule::TypeChanged, OTHER, message);
            }
        }
    }

    /// A case of a union that another one says it reads as well: under an alias, or as the one that
    /// stands for all others. Says whether it is one.
    fn case_by_another_name(
        &mut self,
        old: &Alternative<'_>,
        new: &Alternative<'_>,
        path: &str,
    ) -> bool {
        let (Some(before), Some(now)) = (old.case(), new.case()) else {
            return false;
        };
        if before == now {
            return false;
        }
        if new.schema.list("x-aliases").contains(&before) {
            let message = format!("{before} is {now} now, and still read by this name");
            let verdicts = (Verdict::Ok, Verdict::Break);
            self.note(path, Rule::CaseAliased, verdicts, message);
            if let Some(renamed) = old.renamed(&now) {
                let renamed = Alternative {
                    schema: old.schema.at(&renamed),
                    form: old.form.clone(),
                };
                self.alternative(&renamed, new, path);
            }
            return true;
        }
        let absorbs = new.schema.get("x-other") == Some(&Value::Bool(true));
        if absorbs && old.form.is_tagged_like(&new.form) {
            let message = format!("{before} could occur, and is read as {now} now");
            let verdicts = (Verdict::Loss, Verdict::Break);
            self.note(path, Rule::CaseAbsorbed, verdicts, message);
            return true;
        }
        false
    }

    fn same_form(&mut self, old: &Alternative<'_>, new: &Alternative<'_>, path: &str) {
        let (one, other) = (&old.schema, &new.schema);
        match old.form {
            Form::Integer | Form::Number => self.numbers(one, other, path),
            Form::Text => self.texts(one, other, path),
            Form::List => self.lists(one, other, path),
            Form::Tuple => self.tuples(one, other, path),
            Form::Object => self.objects(one, other, path),
            Form::Any | Form::Null | Form::Boolean | Form::Value(_) => {}
        }
    }

    fn numbers(&mut self, old: &Schema<'_>, new: &Schema<'_>, path: &str) {
        let (one, other) = (Range::of(old), Range::of(new));
        if !other.holds(&one) {
            let message = format!(
                "the range is narrower: {} became {}",
                shown(one),
                shown(other)
            );
            self.note(path, Rule::Narrowed, NARROWER, message);
        } else if !one.holds(&other) {
            let message = format!("the range is wider: {} became {}", shown(one), shown(other));
            self.note(path, Rule::Widened, WIDER, message);
        }
        if let (Some("double"), Some("float")) = (old.text("format"), new.text("format")) {
            let message = "a float has fewer digits now: what is stored is rounded";
            let verdicts = (Verdict::Loss, Verdict::Ok);
            self.note(path, Rule::FloatNowShorter, verdicts, message);
        }
        let meaning = |format: &&str| !is_of_size(format);
        let (one, other) = (old.text("format"), new.text("format"));
        self.constraint("format", one.filter(meaning), other.filter(meaning), path);
    }

    fn texts(&mut self, old: &Schema<'_>, new: &Schema<'_>, path: &str) {
        for keyword in ["format", "pattern"] {
            self.constraint(keyword, old.text(keyword), new.text(keyword), path);
        }
        self.bounds(("minLength", "maxLength"), old, new, path);
    }

    fn constraint(&mut self, keyword: &str, old: Option<&str>, new: Option<&str>, path: &str) {
        match (old, new) {
            (one, other) if one == other => {}
            (Some(one), None) => {
                self.note(
                    path,
                    Rule::Widened,
                    WIDER,
                    format!("the {keyword} {one} is gone"),
                );
            }
            (one, Some(other)) => {
                let before = one.map_or_else(String::new, |one| format!(" in place of {one}"));
                let message = format!("the {keyword} {other} is asked for{before}");
                self.note(path, Rule::Narrowed, NARROWER, message);
            }
            (None, None) => {}
        }
    }

    fn bounds(&mut self, keywords: (&str, &str), old: &Schema<'_>, new: &Schema<'_>, path: &str) {
        let least = |schema: &Schema<'_>| schema.number(keywords.0).unwrap_or(0);
        let most = |schema: &Schema<'_>| schema.number(keywords.1).unwrap_or(u64::MAX);
        let (one, other) = ((least(old), most(old)), (least(new), most(new)));
        if other.0 > one.0 || other.1 < one.1 {
            let message = format!("fewer lengths are taken ({}, {})", keywords.0, keywords.1);
            self.note(path, Rule::Narrowed, NARROWER, message);
        } else if other != one {
            let message = format!("more lengths are taken ({}, {})", keywords.0, keywords.1);
            self.note(path, Rule::Widened, WIDER, message);
        }
    }

    fn lists(&mut self, old: &Schema<'_>, new: &Schema<'_>, path: &str) {
        self.bounds(("minItems", "maxItems"), old, new, path);
        let distinct = |schema: &Schema<'_>| schema.get("uniqueItems") == Some(&Value::Bool(true));
        if distinct(new) && !distinct(old) {
            let message = "the list became a set: what occurs twice is seen once";
            self.note(path, Rule::Narrowed, (Verdict::Loss, Verdict::Ok), message);
        } else if distinct(old) && !distinct(new) {
            let message = "the set became a list: a value may occur twice";
            self.note(path, Rule::Widened, (Verdict::Ok, Verdict::Loss), message);
        }
        let any = Value::Bool(true);
        let item = |schema: &Schema<'_>| schema.get("items").unwrap_or(&any).clone();
        self.values(
            &old.at(&item(old)),
            &new.at(&item(new)),
            &format!("{path}[]"),
        );
    }

    fn tuples(&mut self, old: &Schema<'_>, new: &Schema<'_>, path: &str) {
        let (one, other) = (old.list("prefixItems"), new.list("prefixItems"));
        if one.len() != other.len() {
            let message = format!("a tuple of {} became one of {}", one.len(), other.len());
            return self.note(path, Rule::ArityChanged, OTHER, message);
        }
        for (at, (one, other)) in one.iter().zip(other).enumerate() {
            self.values(&old.at(one), &new.at(other), &format!("{path}.{at}"));
        }
    }

    fn objects(&mut self, old: &Schema<'_>, new: &Schema<'_>, path: &str) {
        let mut aliased: Vec<&str> = Vec::new();
        for (name, field) in old.properties() {
            let place = join(path, name);
            match found_again(new, name) {
                Some((now, again)) => {
                    if now != name {
                        aliased.push(now);
                        let message = format!("it is `{now}` now, and still read by this name");
                        self.note(
                            &place,
                            Rule::FieldAliased,
                            (Verdict::Ok, Verdict::Break),
                            message,
                        );
                    }
                    self.presence((old.requires(name), new.requires(now)), &place);
                    self.values(&field, &again, &place);
                }
                None => self.removed(old, new, name, &place),
            }
        }
        for (name, _) in new.properties() {
            if old.property(name).is_none() && !aliased.contains(&name) {
                self.added(new.requires(name), &join(path, name));
            }
        }
        self.maps(old, new, path);
        if new.is_closed() && !old.is_closed() && old.map_values().is_none() {
            let message = "fields that are not known are refused now";
            self.note(path, Rule::FieldsNowClosed, NARROWER, message);
        }
    }

    fn presence(&mut self, required: (bool, bool), path: &str) {
        match required {
            (false, true) => {
                let message = "it could be absent, and must be there now";
                self.note(path, Rule::FieldNowRequired, NARROWER, message);
            }
            (true, false) => {
                self.note(path, Rule::FieldNowOptional, WIDER, "it may be absent now");
            }
            (true, true) | (false, false) => {}
        }
    }

    fn removed(&mut self, old: &Schema<'_>, new: &Schema<'_>, name: &str, path: &str) {
        let backward = if new.is_closed() {
            Verdict::Break
        } else {
            Verdict::Loss
        };
        let forward = if old.requires(name) {
            Verdict::Break
        } else {
            Verdict::Ok
        };
        let message = if new.is_closed() {
            "the field is gone, and a stored event that has it is refused"
        } else {
            "the field is gone: what is stored in it is no longer seen"
        };
        self.note(path, Rule::FieldRemoved, (backward, forward), message);
    }

    fn added(&mut self, required: bool, path: &str) {
        if required {
            let message = "a field that must be there was added: no stored event has it";
            self.note(path, Rule::RequiredFieldAdded, NARROWER, message);
        } else {
            let message = "a field that may be absent was added";
            self.note(
                path,
                Rule::OptionalFieldAdded,
                (Verdict::Ok, Verdict::Ok),
                message,
            );
        }
    }

    fn maps(&mut self, old: &Schema<'_>, new: &Schema<'_>, path: &str) {
        let place = format!("{path}{{}}");
        match (old.map_values(), new.map_values()) {
            (Some((key, values)), Some((other_key, other))) => {
                if key != other_key {
                    let message = "the keys of the map are of another type";
                    self.note(&place, Rule::MapChanged, OTHER, message);
                }
                self.values(&values, &other, &place);
            }
            (Some(_), None) => {
                let message = "a map became a struct";
                self.note(path, Rule::MapChanged, OTHER, message);
            }
            (None, Some((_, values)))
                if old.properties().next().is_some() && new.properties().next().is_none() =>
            {
                // Its values are all there, under their names.
                for (name, field) in old.properties() {
                    self.values(&field, &values, &join(path, name));
                }
                self.note(path, Rule::MapChanged, OTHER, "a struct became a map");
            }
            (None, _) => {}
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn shown(range: Range) -> String {
    let bound = |bound: Option<f64>, open: bool| {
        let left_out = if open { " (left out)" } else { "" };
        bound.map_or_else(String::new, |bound| format!("{bound}{left_out}"))
    };
    let (least, most) = range.open;
    format!("{}..{}", bound(range.least, least), bound(range.most, most))
}

/// A field under its own name, or under one that still reads the old name.
fn found_again<'s>(new: &'s Schema<'_>, name: &'s str) -> Option<(&'s str, Schema<'s>)> {
    if let Some(field) = new.property(name) {
        return Some((name, field));
    }
    new.properties()
        .find(|(_, field)| field.list("x-aliases").iter().any(|alias| alias == name))
}
