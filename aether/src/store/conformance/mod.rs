//! What every store promises, as tests that any store can run.
//!
//! Each function is one promise of [`EventStore`] and panics if it is broken;
//! [`store_conformance!`](crate::store_conformance) makes a test of each, on a fresh store.
//!
//! Nothing here knows of a particular store.

mod appending;
mod checkpoints;
mod fixture;
mod following;
mod reading;
mod scanning;
mod snapshots;
mod transacting;
mod under_test;

pub use self::{
    appending::*, checkpoints::*, following::*, reading::*, scanning::*, snapshots::*,
    transacting::*, under_test::*,
};
#[cfg(doc)]
use super::EventStore;

/// Makes a module with a test for each promise of [`EventStore`](crate::EventStore).
///
/// Takes the name of the module, and an async closure that makes a fresh, empty store: the store
/// itself, or a [`Guarded`](crate::store::conformance::Guarded) store with what must live as
/// long as it. The crate that uses it needs tokio, with its features `macros`,
/// `rt-multi-thread` and `time`. A case that takes longer than a minute has failed.
///
/// ```
/// use aether::{InMemoryEventStore, store_conformance};
///
/// store_conformance!(memory, async || InMemoryEventStore::new());
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! store_conformance {
    ($name:ident, $make:expr) => {
        $crate::store_conformance! { @each $name, $make;
            a_commit_is_atomic
            a_refused_commit_leaves_no_trace
            a_stale_writer_is_refused
            a_writer_that_is_ahead_is_refused
            the_first_commit_is_guarded_too
            appending_at_once_is_appending_or_nothing
            a_conflict_names_actor_attempted_and_current_version
            appending_again_is_harmless
            appending_again_is_harmless_after_others_wrote
            of_many_writers_exactly_one_wins
            writers_that_load_and_try_again_lose_nothing
            versions_have_no_gaps_and_positions_grow
            a_commit_of_many_events_is_stored
            what_was_stored_is_read_at_once
            what_was_read_stays
            what_a_commit_asks_for_comes_back_unchanged
            metadata_and_payload_come_back_unchanged
            an_actor_without_events_has_no_history
            a_read_begins_after_the_version_it_is_given
            pages_cover_the_whole_history
            ids_of_any_text_are_kept_apart
            following_gives_everything_in_order
            following_begins_after_the_position_it_is_given
            following_waits_for_what_comes
            following_misses_nothing_while_writers_write
            a_slow_follower_loses_nothing
            a_dropped_follower_loses_nothing
            the_head_is_the_position_of_the_last_commit
            a_filter_finds_what_it_wants
            a_scan_gives_a_part_of_the_log_and_ends
            a_scan_backwards_gives_the_same_newest_first
            a_scan_ends_where_the_log_ended_when_it_began
            an_entry_of_a_sound_log_is_a_commit
            a_history_is_read_backwards
            a_history_is_read_back_to_a_place
            a_moment_is_a_place_in_the_log
            a_namespace_is_listed_once_it_holds_a_commit
        }
    };
    (@each $name:ident, $make:expr; $($case:ident)+) => {
        mod $name {
            use super::*;
            $(
                #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let made = ($make)().await;
                    let store = $crate::store::conformance::UnderTest::store(&made);
                    let case = $crate::store::conformance::$case(store);
                    ::tokio::time::timeout(::std::time::Duration::from_mins(1), case)
                        .await
                        .expect("the case ends within a minute");
                }
            )+
        }
    };
}

/// Makes a module with a test for each promise of [`CheckpointStore`](crate::CheckpointStore).
///
/// Takes what [`store_conformance!`](crate::store_conformance) takes.
///
/// ```
/// use aether::{InMemoryEventStore, checkpoint_conformance};
///
/// checkpoint_conformance!(memory_checkpoints, async || InMemoryEventStore::new());
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! checkpoint_conformance {
    ($name:ident, $make:expr) => {
        $crate::store_conformance! { @each $name, $make;
            a_new_reader_begins_at_the_start
            a_checkpoint_is_found_again
            a_checkpoint_never_goes_back
            a_state_is_replaced_at_the_same_position
            readers_of_any_name_are_kept_apart
            of_racing_savers_the_furthest_wins
            position_and_state_belong_together
            a_checkpoint_is_replaced_if_it_is_the_expected_one
            replacing_again_is_harmless
            of_racing_replacers_exactly_one_succeeds
        }
    };
}

/// Makes a module with a test for each promise of [`SnapshotStore`](crate::SnapshotStore).
///
/// Takes what [`store_conformance!`](crate::store_conformance) takes.
///
/// ```
/// use aether::{InMemoryEventStore, snapshot_conformance};
///
/// snapshot_conformance!(memory_snapshots, async || InMemoryEventStore::new());
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! snapshot_conformance {
    ($name:ident, $make:expr) => {
        $crate::store_conformance! { @each $name, $make;
            an_actor_without_a_snapshot_has_none
            a_snapshot_is_found_again
            a_snapshot_never_goes_back
            a_snapshot_of_another_shape_replaces_the_old_one
        }
    };
}

/// Makes a module with a test for each promise of
/// [`EventStore::transact`](crate::EventStore::transact), for a store that has transactions.
///
/// Takes what [`store_conformance!`](crate::store_conformance) takes.
///
/// ```
/// use aether::{InMemoryEventStore, transaction_conformance};
///
/// transaction_conformance!(memory_transactions, async || InMemoryEventStore::new());
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! transaction_conformance {
    ($name:ident, $make:expr) => {
        $crate::store_conformance! { @each $name, $make;
            a_transaction_is_stored_whole
            a_transaction_is_refused_whole
            a_guard_is_checked_and_not_written
            transacting_again_is_harmless
            racing_transactions_are_serialised
            a_transaction_is_seen_whole
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{DynEventStore, InMemoryEventStore};

    store_conformance!(memory, async || InMemoryEventStore::new());
    store_conformance!(dyn_memory, async || DynEventStore::new(
        InMemoryEventStore::new()
    ));
    checkpoint_conformance!(memory_checkpoints, async || InMemoryEventStore::new());
    checkpoint_conformance!(dyn_memory_checkpoints, async || DynEventStore::new(
        InMemoryEventStore::new()
    ));

    snapshot_conformance!(memory_snapshots, async || InMemoryEventStore::new());
    snapshot_conformance!(dyn_memory_snapshots, async || DynEventStore::new(
        InMemoryEventStore::new()
    ));
    transaction_conformance!(memory_transactions, async || InMemoryEventStore::new());
    transaction_conformance!(dyn_memory_transactions, async || DynEventStore::new(
        InMemoryEventStore::new()
    ));

    #[test]
    fn the_list_names_every_case() {
        let cases = [
            include_str!("appending.rs"),
            include_str!("reading.rs"),
            include_str!("following.rs"),
            include_str!("scanning.rs"),
            include_str!("checkpoints.rs"),
            include_str!("snapshots.rs"),
            include_str!("transacting.rs"),
        ];
        let list = include_str!("mod.rs");
        let lists = list.split("@each $name, $make;").skip(1).take(4);
        let mut listed: Vec<_> = lists
            .filter_map(|rest| rest.split('}').next())
            .flat_map(str::split_whitespace)
            .collect();
        let mut written: Vec<_> = cases
            .iter()
            .flat_map(|text| text.split("pub async fn ").skip(1))
            .filter_map(|text| text.split('<').next())
            .collect();
        listed.sort_unstable();
        written.sort_unstable();
        assert_eq!(listed, written);
    }
}
