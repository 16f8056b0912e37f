//! A lock and the present model: what of the one the other can no longer read.

use super::{
    change::{Change, Verdict},
    compare,
    lock::{Form, Lock},
    validate,
};
use crate::{
    check::{Code, Finding, Severity},
    model::{Element, Facts, Kind, Model, Verb},
};
use serde_json::Value;

impl Lock {
    /// What has become of every form that was released.
    ///
    /// `ES301` and `ES302` are for what would make a stored event unreadable, and can not be
    /// allowed; `ES305` is for data that is no longer seen, `ES306` for what a build before would
    /// not read, which is an error of an event that is `public`, `ES307` for what is not locked yet.
    pub fn check(&self, model: &Model) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (form, schema, samples) in self.forms() {
            findings.extend(sound(form, schema, samples));
            match reader(model, &form.event) {
                Some(event) => {
                    findings.extend(readable(model, event, form, schema));
                    findings.extend(self.moved(model, event, form));
                }
                None => findings.extend(gone(self, form)),
            }
        }
        let events = model.of_kind(Kind::Event);
        findings.extend(events.filter_map(|event| unlocked(self, model, event)));
        findings
    }

    /// The aggregates whose histories hold an event, and that do not take it any more: they could
    /// no longer be loaded.
    fn moved(&self, model: &Model, event: &Element, form: &Form) -> Vec<Finding> {
        let applied = |name: &str| {
            let mut by = model.objects(&event.id, Verb::AppliedBy);
            by.any(|aggregate| aggregate.id.name() == name)
        };
        let names = self.aggregates(form).iter();
        let lost = names.filter(|name| !applied(name) && self.retired(name).is_none());
        let findings = lost.map(|name| {
            let message = format!(
                "{} lies in histories of `{name}`, and no aggregate of that name applies it any more",
                what(form)
            );
            let help = format!(
                "keep the stored name, `#[aggregate(name = \"{name}\")]`, and let it apply the \
                 event; or say in `{}/{name}/retired.md` why they are no longer read",
                form.context
            );
            Finding::about(event, Code::ContractBreak, message).help(help)
        });
        findings.collect()
    }
}

/// The event that reads what is stored under a name.
fn reader<'a>(model: &'a Model, stored: &str) -> Option<&'a Element> {
    let known = |event: &&Element| {
        let Facts::Event { aliases, .. } = &event.facts else {
            return false;
        };
        event.id.name() == stored || aliases.iter().any(|alias| alias == stored)
    };
    model
        .of_kind(Kind::Event)
        .filter(|event| !event.is_foreign())
        .find(known)
}

fn what(form: &Form) -> String {
    let revision = if form.revision > 1 {
        format!("-{}", form.revision)
    } else {
        String::new()
    };
    format!("version {}{revision} of `{}`", form.version, form.event)
}

/// Whether the lock itself is whole: nobody has changed a schema or a sample.
fn sound(form: &Form, schema: &Value, samples: &[Value]) -> Vec<Finding> {
    let damaged = |message: String| {
        Finding::new(Code::ContractBreak, message)
            .help("a locked file never changes: take it from the history again")
    };
    let Some(_) = samples.first() else {
        let message = format!("`{}` holds no sample", form.samples_file());
        return vec![damaged(message)];
    };
    let broken = samples
        .iter()
        .filter_map(|sample| validate(schema, sample).into_iter().next());
    broken
        .map(|violation| {
            damaged(format!(
                "a sample in `{}` is not valid {violation}",
                form.samples_file()
            ))
        })
        .collect()
}

fn gone(lock: &Lock, form: &Form) -> Option<Finding> {
    if lock.retired(&form.event).is_some() {
        return None;
    }
    let message = format!("nothing reads {} any more, and it was released", what(form));
    let help = format!(
        "keep its stored name as an `alias(\"{}\")` of the event that took its place, or say in \
         `{}/{}/retired.md` why it is no longer read",
        form.event, form.context, form.event
    );
    Some(Finding::new(Code::ContractBreak, message).help(help))
}

fn readable(model: &Model, event: &Element, form: &Form, schema: &Value) -> Vec<Finding> {
    let version = event.version().unwrap_or_default();
    if form.version > version {
        let message = format!(
            "{} was released, and the present version is {version}: it cannot be read",
            what(form)
        );
        let help =
            "a version is never lowered: list the types of all earlier versions in `upcast(..)`";
        return vec![Finding::about(event, Code::UpcasterGap, message).help(help)];
    }
    if form.version < version {
        return Vec::new();
    }
    let Some(now) = model.schema(&event.id) else {
        let message = format!("the present schema of `{}` is not known", event.id.name());
        let help = "derive `JsonSchema` for it, and hand its schema to the model";
        return vec![Finding::about(event, Code::ContractBreak, message).help(help)];
    };
    compare(schema, now)
        .iter()
        .flat_map(|change| judged(event, form, change))
        .collect()
}

fn judged(event: &Element, form: &Form, change: &Change) -> Vec<Finding> {
    let message = |consequence: &str| format!("{}: {change}{consequence}", what(form));
    let mut findings = Vec::new();
    match change.backward {
        Verdict::Break => {
            let help = "undo it, give it a default or an alias, or give the event a new version \
                        with an upcaster from this one";
            findings.push(Finding::about(event, Code::ContractBreak, message("")).help(help));
        }
        Verdict::Loss => findings.push(Finding::about(event, Code::DataLoss, message(""))),
        Verdict::Ok => {}
    }
    if change.forward == Verdict::Break && change.backward != Verdict::Break {
        let message = message("; the build before cannot read that");
        let mut finding = Finding::about(event, Code::ForwardBreak, message);
        if event.visibility() == Some("public") {
            finding.severity = Severity::Error;
            finding = finding.help("others read it who are not released with you: ask them first");
        }
        findings.push(finding);
    }
    findings
}

fn unlocked(lock: &Lock, model: &Model, event: &Element) -> Option<Finding> {
    let (form, _) = lock.missing(model, event)?;
    let message = format!("{} is not locked", what(&form));
    let help = "lock it when it is released: `cargo eventstorming contract lock`";
    Some(Finding::about(event, Code::NotLocked, message).help(help))
}
