//! Contracts with real types: what is released is read through its upcasters, or the test fails.

use std::{fs, path::Path};

use aether::{prelude::*, testing::check_contracts};

/// The events of three builds, as far as they differ: each is a build of its own.
macro_rules! build {
    ($build:ident, $(#[$event:meta])* { $($fields:tt)* } $($more:item)*) => {
        pub(crate) mod $build {
            use super::*;

            #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
            $(#[$event])*
            pub(super) struct Placed { $($fields)* }
            $($more)*

            #[derive(Aggregate, Default)]
            #[aggregate(events(Placed))]
            pub(super) struct Order {}
            #[handlers]
            impl Order {
                #[apply]
                fn placed(&mut self, _: Placed) {}
            }
            bounded_context! { pub(crate) Sales { aggregates: [Order] } }
        }
    };
}

build!(first, { pub(super) order: String, pub(super) total: u32 });
build!(roomier, { pub(super) order: String, pub(super) total: u64, pub(super) note: Option<String> });
build!(broken, { pub(super) order: String, pub(super) total: String });
build!(second, #[event(upcast(PlacedV1))] { pub(super) order: String, pub(super) cents: u64 }
    #[derive(Deserialize)]
    pub(super) struct PlacedV1 { order: String, total: u32 }
    impl From<PlacedV1> for Placed {
        fn from(v1: PlacedV1) -> Self {
            Self { order: v1.order, cents: u64::from(v1.total) * 100 }
        }
    }
);
build!(forgetful, #[event(upcast(PlacedV1))] { pub(super) order: String, pub(super) cents: u64 }
    #[derive(Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    pub(super) struct PlacedV1 { order: String }
    impl From<PlacedV1> for Placed {
        fn from(v1: PlacedV1) -> Self {
            Self { order: v1.order, cents: 0 }
        }
    }
);

/// The events of the first build, of an aggregate that has another type.
macro_rules! renamed {
    ($build:ident, $aggregate:meta) => {
        mod $build {
            use super::*;

            #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
            pub(super) struct Placed {
                pub(super) order: String,
                pub(super) total: u32,
            }
            #[derive(Aggregate, Default)]
            #[$aggregate]
            pub(super) struct Purchase {}
            #[handlers]
            impl Purchase {
                #[apply]
                fn placed(&mut self, _: Placed) {}
            }
            bounded_context! { pub(crate) Sales { aggregates: [Purchase] } }
        }
    };
}

renamed!(renamed_badly, aggregate(events(Placed)));
renamed!(renamed_well, aggregate(name = "Order", events(Placed)));

fn complaint(check: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(check).expect_err("it passes");
    panic.downcast_ref::<String>().expect("a message").clone()
}

/// Locks what the first build releases.
pub(crate) fn locked(folder: &Path) {
    use aether::{
        domain::event_schemas,
        eventstorming::{Model, contract::Lock, files::Files},
    };
    let model = Model::of::<first::Sales>().with_schemas(event_schemas::<first::Sales>());
    let mut lock = Lock::default();
    assert_eq!(lock.add(&model, &|_, _| true).len(), 1);
    Files::from(lock.files()).write_new(folder).unwrap();
}

#[test]
fn an_empty_lock_proves_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let message = complaint(|| check_contracts::<first::Sales>(folder.path()));
    assert!(
        message.contains("AETHER_CONTRACTS=lock cargo test"),
        "{message}"
    );
}

#[test]
fn a_build_that_reads_what_was_released_passes() {
    let folder = tempfile::tempdir().unwrap();
    locked(folder.path());
    check_contracts::<first::Sales>(folder.path());
    check_contracts::<roomier::Sales>(folder.path());
    check_contracts::<second::Sales>(folder.path());
}

#[test]
fn a_build_that_breaks_a_version_fails_by_its_schema_and_by_its_samples() {
    let folder = tempfile::tempdir().unwrap();
    locked(folder.path());
    let message = complaint(|| check_contracts::<broken::Sales>(folder.path()));
    assert!(
        message
            .contains("error[ES302]: version 1 of `Placed`: `total`: an integer became a string"),
        "{message}"
    );
    assert!(
        message.contains("a sample of version 1 of `Placed`: it cannot be read"),
        "{message}"
    );
}

#[test]
fn an_upcaster_that_does_not_read_what_was_released_fails_by_its_samples() {
    let folder = tempfile::tempdir().unwrap();
    locked(folder.path());
    let message = complaint(|| check_contracts::<forgetful::Sales>(folder.path()));
    assert!(message.contains("missing field `ORDER`"), "{message}");
}

#[test]
fn a_released_version_that_is_taken_back_fails() {
    let folder = tempfile::tempdir().unwrap();
    locked(folder.path());
    let v1 = fs::read_to_string(folder.path().join("Sales/Placed/v1.schema.json")).unwrap();
    fs::write(folder.path().join("Sales/Placed/v2.schema.json"), v1).unwrap();
    let samples = r#"[{ "order": "7", "total": 3 }]"#;
    fs::write(folder.path().join("Sales/Placed/v2.samples.json"), samples).unwrap();
    let message = complaint(|| check_contracts::<first::Sales>(folder.path()));
    assert!(
        message.contains("error[ES301]: version 2 of `Placed` was released"),
        "{message}"
    );
}

#[test]
fn an_aggregate_that_has_lost_its_stored_name_fails() {
    let folder = tempfile::tempdir().unwrap();
    locked(folder.path());
    let message = complaint(|| check_contracts::<renamed_badly::Sales>(folder.path()));
    assert!(
        message.contains("version 1 of `Placed` lies in histories of `Order`"),
        "{message}"
    );
    check_contracts::<renamed_well::Sales>(folder.path());
}
