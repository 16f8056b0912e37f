use std::{collections::BTreeMap, path::Path};

use eventstorming::{contract::Lock, files::Files};
use proptest::{prelude::*, strategy::Union};
use serde_json::Value;

use super::values::values;
use crate::testing::failure::{fail, fail_because};

/// Arbitrary data of every form of every event that was ever released, as the contract lock in a
/// folder has it: the stored name, the version, and the data.
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
/// use aether::{domain::Readers, testing::arbitrary::{proptest::prelude::*, released}};
///
/// let readers = Readers::of::<Ordering>();
/// proptest!(|((event, version, data) in released("contracts"))| {
///     let now = readers.rewrite(&event, version, &data);
///     prop_assert!(now.is_ok(), "{:?}", now);
/// });
/// ```
///
/// # Panics
/// If the folder is no contract lock, or is empty.
#[track_caller]
pub fn released(folder: impl AsRef<Path>) -> BoxedStrategy<(String, u32, Value)> {
    let folder = folder.as_ref();
    let lock = match Files::read(folder) {
        Ok(files) => lock_of(files.map()),
        Err(err) => fail_because(&format!("{} cannot be read", folder.display()), &err),
    };
    let forms = lock.forms().map(|(form, schema, _)| {
        let (event, version) = (form.event.clone(), form.version);
        values(schema).prop_map(move |data| (event.clone(), version, data))
    });
    let forms: Vec<_> = forms.map(Strategy::boxed).collect();
    if forms.is_empty() {
        fail(&format!(
            "no form of an event is locked in {}",
            folder.display()
        ));
    }
    Union::new(forms).boxed()
}

#[track_caller]
fn lock_of(files: &BTreeMap<String, String>) -> Lock {
    match Lock::from_files(files) {
        Ok(lock) => lock,
        Err(err) => fail_because("the contract lock cannot be read", &err),
    }
}
