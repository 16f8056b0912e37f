use std::path::Path;

use eventstorming::{
    Contexts, Model,
    check::{Report, Severity},
    contract::Lock,
    files::Files,
};

use super::failure::{fail, fail_because};
use crate::domain::{EventTypes, Readers, Schemas, event_schemas};

/// Asserts that every event that was ever released can still be read.
///
/// The lock is a folder of the crate, `contracts` unless another is named. It holds the schema
/// and samples of every form of every event that was released, and belongs in version control.
/// Each form is compared with the present type, field by field; and each sample is read, through
/// its upcasters, into the present type, written again, and held against the present schema.
///
/// ```no_run
/// # use aether::prelude::*;
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
/// # pub struct Placed { order: String }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(events(Placed))]
/// # pub struct Order {}
/// # #[handlers]
/// # impl Order { #[apply] fn placed(&mut self, _: Placed) {} }
/// # bounded_context! { pub Ordering { aggregates: [Order] } }
/// aether::assert_contracts!(Ordering);
/// ```
///
/// With the environment variable `AETHER_CONTRACTS=lock` it first adds the present form of each
/// event that is not locked yet: do that when you release, and commit what it writes.
///
/// Every event type implements `JsonSchema`.
///
/// # Panics
/// If an event that was released can no longer be read, if the lock is empty or damaged, or if
/// the folder cannot be read or written.
#[macro_export]
macro_rules! assert_contracts {
    ($contexts:ty $(,)?) => {
        $crate::assert_contracts!($contexts, "contracts")
    };
    ($contexts:ty, $folder:expr $(,)?) => {
        $crate::testing::check_contracts::<$contexts>(
            &::std::path::Path::new(::std::env!("CARGO_MANIFEST_DIR")).join($folder),
        )
    };
}

/// What [`assert_contracts!`](crate::assert_contracts) does, with a folder anywhere.
///
/// # Panics
/// As [`assert_contracts!`](crate::assert_contracts) does.
#[track_caller]
pub fn check_contracts<C>(folder: &Path)
where
    C: Contexts + EventTypes<Schemas> + EventTypes<Readers>,
{
    let place = folder.display();
    let files =
        Files::read(folder).unwrap_or_else(|err| fail_because("the lock cannot be read", &err));
    let mut lock = Lock::from_files(files.map())
        .unwrap_or_else(|err| fail_because(&format!("the lock in {place} is damaged"), &err));
    let (model, readers) = (model::<C>(), Readers::of::<C>());
    if std::env::var_os("AETHER_CONTRACTS").is_some_and(|wish| wish == "lock") {
        readers.lock(&mut lock, &model);
        Files::from(lock.files())
            .write_new(folder)
            .unwrap_or_else(|err| fail_because("the lock cannot be written", &err));
    }
    if lock.forms().next().is_none() {
        fail(&format!(
            "nothing is locked in {place}; lock what is released now: \
             AETHER_CONTRACTS=lock cargo test"
        ));
    }
    let mut findings = lock.check(&model);
    findings.extend(readers.unreadable(&lock, &model));
    let report = Report::default().with(&model, findings);
    if report.reaches(Severity::Error) {
        let text = report.text(Severity::Warning, &|_| None);
        fail(&format!(
            "what was released cannot be read any more\n\n{text}"
        ));
    }
}

/// The model of contexts, with the schema of each of their events.
fn model<C: Contexts + EventTypes<Schemas>>() -> Model {
    Model::of::<C>().with_schemas(event_schemas::<C>())
}
