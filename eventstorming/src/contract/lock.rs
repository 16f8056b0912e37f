//! What was released: one schema and its samples for each form of an event, for ever.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{samples, schema::bare};
use crate::{
    json::{canonical, pretty},
    model::{Element, Kind, Model, Verb},
};

/// One form of an event that was released.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Form {
    /// The context that emitted it when it was locked.
    pub context: String,
    /// The name it is stored under.
    pub event: String,
    /// The version of its schema.
    pub version: u32,
    /// Counts the forms of one version, from 1: a version may gain optional fields.
    pub revision: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Locked {
    schema: Value,
    samples: Vec<Value>,
    histories: Histories,
}

/// In whose histories an event lies: actors' ids begin with the names of their aggregates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Histories {
    aggregates: Vec<String>,
}

/// Every form of every event that was ever released, and what was retired on purpose.
///
/// As files: `Ordering/OrderPlaced/v1.schema.json` and `v1.samples.json` for each version,
/// `v1.stored.json` with the names of the aggregates in whose histories it lies,
/// `v1-2.schema.json` for the second form of a version, and `Ordering/OrderPlaced/retired.md`,
/// which says why an event, or all that an aggregate of that name has, is no longer read.
///
/// A lock only grows: nothing here changes or removes a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    forms: BTreeMap<Form, Locked>,
    retired: BTreeMap<(String, String), String>,
}

/// A lock that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// A file is not of the lock.
    #[error("`{0}` is no file of a lock")]
    Stray(String),
    /// A file is not JSON.
    #[error("`{file}` is not JSON")]
    Json {
        /// The file.
        file: String,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// A schema without samples, or samples without a schema.
    #[error("`{0}` is not there")]
    Half(String),
}

impl Form {
    fn stem(&self) -> String {
        let revision = if self.revision > 1 {
            format!("-{}", self.revision)
        } else {
            String::new()
        };
        format!(
            "{}/{}/v{}{revision}",
            self.context, self.event, self.version
        )
    }

    /// The file of its schema.
    pub fn schema_file(&self) -> String {
        format!("{}.schema.json", self.stem())
    }

    /// The file of its samples.
    pub fn samples_file(&self) -> String {
        format!("{}.samples.json", self.stem())
    }

    /// The file that says in whose histories it lies.
    pub fn stored_file(&self) -> String {
        format!("{}.stored.json", self.stem())
    }

    fn parse(file: &str) -> Option<(Self, &str)> {
        let mut segments = file.split('/');
        let (context, event, name) = (segments.next()?, segments.next()?, segments.next()?);
        let (stem, kind) = name.strip_prefix('v')?.split_once('.')?;
        let (version, revision) = stem.split_once('-').unwrap_or((stem, "1"));
        let form = Self {
            context: context.to_owned(),
            event: event.to_owned(),
            version: version.parse().ok()?,
            revision: revision.parse().ok()?,
        };
        segments.next().is_none().then_some((form, kind))
    }
}

impl Histories {
    fn of(model: &Model, event: &Element) -> Self {
        let aggregates = model.objects(&event.id, Verb::AppliedBy);
        let mut names: Vec<String> = aggregates.map(|by| by.id.name().to_owned()).collect();
        names.sort();
        Self { aggregates: names }
    }
}

fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, LockError> {
    serde_json::from_str(text).map_err(|source| LockError::Json {
        file: file.to_owned(),
        source,
    })
}

impl Lock {
    /// Reads a lock from its files, by their paths in its folder.
    ///
    /// # Errors
    /// If a file is not of a lock, or cannot be read.
    pub fn from_files(files: &BTreeMap<String, String>) -> Result<Self, LockError> {
        let mut lock = Self::default();
        let mut of_samples: BTreeMap<Form, Vec<Value>> = BTreeMap::new();
        let mut of_schemas: BTreeMap<Form, Value> = BTreeMap::new();
        let mut of_stores: BTreeMap<Form, Histories> = BTreeMap::new();
        for (file, text) in files {
            match Form::parse(file) {
                Some((form, "schema.json")) => {
                    of_schemas.insert(form, read(file, text)?);
                }
                Some((form, "samples.json")) => {
                    of_samples.insert(form, read(file, text)?);
                }
                Some((form, "stored.json")) => {
                    of_stores.insert(form, read(file, text)?);
                }
                Some(_) => return Err(LockError::Stray(file.clone())),
                None => lock.read_other(file, text)?,
            }
        }
        for (form, schema) in of_schemas {
            let samples = of_samples.remove(&form);
            let samples = samples.ok_or_else(|| LockError::Half(form.samples_file()))?;
            // Locks of before do not say it.
            let histories = of_stores.remove(&form).unwrap_or_default();
            let locked = Locked {
                schema,
                samples,
                histories,
            };
            lock.forms.insert(form, locked);
        }
        let mut lone = of_samples.into_keys().chain(of_stores.into_keys());
        lone.next()
            .map_or(Ok(lock), |form| Err(LockError::Half(form.schema_file())))
    }

    fn read_other(&mut self, file: &str, text: &str) -> Result<(), LockError> {
        let segments: Vec<&str> = file.split('/').collect();
        match segments.as_slice() {
            [context, event, "retired.md"] => {
                let key = ((*context).to_owned(), (*event).to_owned());
                self.retired.insert(key, text.trim().to_owned());
                Ok(())
            }
            ["README.md"] => Ok(()),
            _ => Err(LockError::Stray(file.to_owned())),
        }
    }

    /// The files of the lock, by their paths in its folder.
    pub fn files(&self) -> BTreeMap<String, String> {
        let forms = self.forms.iter().flat_map(|(form, locked)| {
            let said = !locked.histories.aggregates.is_empty();
            let stored = said.then(|| (form.stored_file(), pretty(&locked.histories)));
            let files = [
                (form.schema_file(), pretty(&locked.schema)),
                (form.samples_file(), pretty(&locked.samples)),
            ];
            files.into_iter().chain(stored)
        });
        let retired = self.retired.iter();
        let retired = retired.map(|((context, event), reason)| {
            (
                format!("{context}/{event}/retired.md"),
                format!("{reason}\n"),
            )
        });
        forms.chain(retired).collect()
    }

    /// Every form with its schema and its samples.
    pub fn forms(&self) -> impl Iterator<Item = (&Form, &Value, &[Value])> {
        self.forms
            .iter()
            .map(|(form, locked)| (form, &locked.schema, locked.samples.as_slice()))
    }

    /// The names of the aggregates in whose histories a form lies, as far as that was locked.
    pub fn aggregates(&self, form: &Form) -> &[String] {
        let locked = self.forms.get(form);
        locked.map_or(&[], |locked| &locked.histories.aggregates)
    }

    /// Why an event or an aggregate of this name is no longer read, if it was retired.
    pub fn retired(&self, event: &str) -> Option<&str> {
        let mut retired = self.retired.iter();
        retired
            .find(|((_, name), _)| name == event)
            .map(|(_, reason)| reason.as_str())
    }

    /// Says that an event, or all that an aggregate has, is no longer read, and why. What is in
    /// the lock stays there.
    pub fn retire(&mut self, context: &str, event: &str, reason: &str) {
        self.retired
            .insert((context.to_owned(), event.to_owned()), reason.to_owned());
    }

    /// Adds the present form of each event of a model that is not locked yet, and says which.
    ///
    /// `readable` judges each sample: what its type does not read is no sample. Only events whose
    /// schema the model has are locked. A form that is locked, and does not say yet in whose
    /// histories it lies, says that from now on.
    pub fn add(&mut self, model: &Model, readable: &dyn Fn(&Form, &Value) -> bool) -> Vec<Form> {
        let mut added = Vec::new();
        for event in model.of_kind(Kind::Event) {
            let histories = Histories::of(model, event);
            let Some((form, schema)) = self.missing(model, event) else {
                self.say_histories(event, &histories);
                continue;
            };
            let mut samples = samples(&schema);
            samples.retain(|sample| readable(&form, sample));
            let locked = Locked {
                schema,
                samples,
                histories,
            };
            self.forms.insert(form.clone(), locked);
            added.push(form);
        }
        added
    }

    fn say_histories(&mut self, event: &Element, histories: &Histories) {
        let (name, version) = (event.id.name(), event.version());
        let forms = self.forms.iter_mut().filter(|(form, locked)| {
            let silent = locked.histories.aggregates.is_empty();
            form.event == name && Some(form.version) == version && silent
        });
        for (_, locked) in forms {
            locked.histories.clone_from(histories);
        }
    }

    /// The present form of an event, if it is not locked yet.
    pub(super) fn missing(&self, model: &Model, event: &Element) -> Option<(Form, Value)> {
        let schema = canonical(model.schema(&event.id)?.clone());
        let version = event.version().filter(|_| !event.is_foreign())?;
        let mut known = self.of_version(event.id.name(), version);
        let said = bare(&schema);
        if known.any(|(_, locked)| bare(locked) == said) {
            return None;
        }
        let last = self
            .of_version(event.id.name(), version)
            .map(|(form, _)| form.revision)
            .max();
        let form = Form {
            context: event.id.context().unwrap_or_default().to_owned(),
            event: event.id.name().to_owned(),
            version,
            revision: last.unwrap_or(0) + 1,
        };
        Some((form, schema))
    }

    fn of_version(&self, event: &str, version: u32) -> impl Iterator<Item = (&Form, &Value)> {
        let forms = self
            .forms
            .iter()
            .filter(move |(form, _)| form.event == event && form.version == version);
        forms.map(|(form, locked)| (form, &locked.schema))
    }
}
