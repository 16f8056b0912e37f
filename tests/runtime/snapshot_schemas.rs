//! When a snapshot of another build is of use to this one.

use aether::domain::SnapshotSchema;

/// A build of the domain: a module with an `Order` of the attributes and fields that are given.
macro_rules! build {
    ($name:ident, ($($event:tt)*), ($($aggregate:tt)*), { $($fields:tt)* } $($more:item)*) => {
        mod $name {
            use aether::prelude::*;

            #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
            $($event)*
            pub(super) struct Placed {}

            #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub(super) struct Paid {}

            #[derive(Deserialize)]
            pub(super) struct PlacedV1 {}

            impl From<PlacedV1> for Placed {
                fn from(_: PlacedV1) -> Self {
                    Self {}
                }
            }

            #[derive(Aggregate, Default, Serialize, Deserialize)]
            #[aggregate($($aggregate)*)]
            pub(super) struct Order { $($fields)* }

            #[handlers]
            impl Order {
                #[apply]
                fn placed(&mut self, _event: &Placed) {}
                #[apply]
                fn paid(&mut self, _event: &Paid) {}
            }

            $($more)*
        }
    };
}

build!(first, (), (events(Placed, Paid), snapshot), { total: u64, status: Status }
    #[derive(Default, Serialize, Deserialize)]
    pub(super) enum Status { #[default] Open, Paid { cents: u64 } });
build!(moved, (), (events(Paid, Placed), snapshot(version = 1)), {
    /// What it comes to.
    total: u64,
    status: elsewhere::Status,
}
    mod elsewhere {
        #[derive(Default, serde::Serialize, serde::Deserialize)]
        pub(super) enum Status { #[default] Open, /** With money. */ Paid { cents: u64 } }
    });
build!(raised, (), (events(Placed, Paid), snapshot(version = 2)),
    { total: u64, status: super::first::Status });
build!(upcast, (#[event(version = 2, upcast(PlacedV1))]), (events(Placed, Paid), snapshot),
    { total: u64, status: super::first::Status });
build!(alias, (#[event(alias("Submitted"))]), (events(Placed, Paid), snapshot),
    { total: u64, status: super::first::Status });
build!(renamed, (#[event(name = "Submitted")]), (events(Placed, Paid), snapshot),
    { total: u64, status: super::first::Status });
build!(reshaped, (), (events(Placed, Paid), snapshot), { total: u64, status: Status }
    #[derive(Default, Serialize, Deserialize)]
    pub(super) enum Status { #[default] Open, Paid { cents: u32 } });
build!(opaque, (), (events(Placed, Paid), snapshot), { note: serde_json::Value });
build!(trusted, (), (events(Placed, Paid), snapshot(version = 3, trusted)),
    { note: serde_json::Value });

#[test]
fn neither_modules_nor_docs_nor_the_order_of_events_change_a_schema() {
    let first = SnapshotSchema::of::<first::Order>();
    assert_eq!(first.hash(), SnapshotSchema::of::<moved::Order>().hash());
}

#[test]
fn a_schema_is_the_same_in_every_process_and_build() {
    assert_eq!(
        format!("{:016x}", SnapshotSchema::of::<first::Order>().hash()),
        "a3c7ee90f66e5de3"
    );
}

#[test]
fn what_changes_the_meaning_of_a_state_is_another_schema() {
    let hashes = [
        SnapshotSchema::of::<first::Order>().hash(),
        SnapshotSchema::of::<raised::Order>().hash(),
        SnapshotSchema::of::<upcast::Order>().hash(),
        SnapshotSchema::of::<alias::Order>().hash(),
        SnapshotSchema::of::<renamed::Order>().hash(),
        SnapshotSchema::of::<reshaped::Order>().hash(),
    ];
    let different: std::collections::HashSet<_> = hashes.iter().collect();
    assert_eq!(different.len(), hashes.len(), "{hashes:x?}");
}

#[test]
fn what_is_trusted_is_not_unseen() {
    assert_eq!(SnapshotSchema::of::<opaque::Order>().unseen(), ["note"]);
    assert_eq!(
        SnapshotSchema::of::<trusted::Order>().unseen(),
        [] as [&str; 0]
    );
}
