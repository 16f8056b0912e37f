use std::error::Error;

use eventstorming::{
    Model,
    check::{Code, Finding},
    contract::{Form, Lock, validate},
    model::{Element, Facts},
};
use serde_json::Value;

use super::Readers;

impl Readers {
    /// Which locked samples this build does not read, or writes again as what their schema does
    /// not describe. A sample that was retired with its event is not looked at.
    pub fn unreadable(&self, lock: &Lock, model: &Model) -> Vec<Finding> {
        let read = lock
            .forms()
            .filter(|(form, ..)| lock.retired(&form.event).is_none());
        let samples =
            read.flat_map(|(form, _, samples)| samples.iter().map(move |one| (form, one)));
        samples
            .filter_map(|(form, sample)| self.reread(model, form, sample).err().map(|found| *found))
            .collect()
    }

    /// Locks the present form of each event that is not locked yet, with the samples that its
    /// type reads, and says which.
    pub fn lock(&self, lock: &mut Lock, model: &Model) -> Vec<Form> {
        lock.add(model, &|form, sample| {
            self.reread(model, form, sample).is_ok()
        })
    }

    /// Reads a sample through its upcasters, writes it again, and holds it against the schema.
    fn reread(&self, model: &Model, form: &Form, sample: &Value) -> Result<(), Box<Finding>> {
        let what = format!("a sample of version {} of `{}`", form.version, form.event);
        let finding = |message: String| {
            let help = format!("the sample is {sample}");
            Box::new(Finding::new(Code::ContractBreak, message).help(help))
        };
        let now = self
            .rewrite(&form.event, form.version, sample)
            .map_err(|err| finding(format!("{what}: {}", reasons(&err))))?;
        let mut readers = model
            .elements()
            .iter()
            .filter(|event| reads(event, &form.event));
        let schema = readers.find_map(|event| model.schema(&event.id));
        let wrong = schema.and_then(|schema| validate(schema, &now).into_iter().next());
        match wrong {
            Some(wrong) => Err(finding(format!(
                "{what} is written again as {now}, {wrong}"
            ))),
            None => Ok(()),
        }
    }
}

fn reads(event: &Element, stored: &str) -> bool {
    let Facts::Event { aliases, .. } = &event.facts else {
        return false;
    };
    event.id.name() == stored || aliases.iter().any(|alias| alias == stored)
}

/// An error with all that is behind it, in one line.
fn reasons(err: &dyn Error) -> String {
    let sources = std::iter::successors(err.source(), |err| (*err).source());
    sources.fold(err.to_string(), |text, source| format!("{text}: {source}"))
}
