//! Projections that are kept, built anew, waited for, and in step with commands.

use std::{sync::atomic::Ordering, time::Duration};

use aether::{
    Checkpoint, CheckpointStore, DynEventStore, Event, EventStore as _, EventStoreExt as _,
    InMemoryEventStore, Payload, Position, ReaderState, StoreErrorKind,
    runtime::{
        Aether, FollowerState, ReadError,
        projections::{self, Keeping, KeptProjection, ProjectionStatus, RebuildError, Saving},
    },
};

use crate::{
    books::{
        Booking, BookingAtOnce, BookingInFear, BookingSince, Latest, Superstitious, Totals,
        TotalsSince, book, booking_on, fill, over, sum,
    },
    unreliable_store::UnreliableStore,
};

/// Waits for what nobody tells of: what is kept, and what another process has done.
async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let found = tokio::time::timeout(Duration::from_mins(1), looking).await;
    found.expect("it comes within a minute")
}

fn status(aether: &Aether) -> ProjectionStatus {
    let mut all = aether.projections();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn kept(store: &InMemoryEventStore) -> KeptProjection {
    let mut all = projections::kept(store).await.unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// A store in which the projection says what cannot be, as if a build before had been wrong.
async fn misled() -> InMemoryEventStore {
    let store = InMemoryEventStore::new();
    let aether = booking_on(store.clone()).await;
    fill(&aether, 50).await;
    aether.settled().await.unwrap();
    aether.shutdown().await;
    let KeptProjection {
        schema, generation, ..
    } = kept(&store).await;
    let key = format!("projection/Totals/{schema:016x}/{generation}");
    let honest = store.checkpoint(&key).await.unwrap();
    let wrong = Totals {
        cents: 999,
        ..Totals::default()
    };
    let wrong = Checkpoint {
        position: honest.position,
        state: Some(ReaderState {
            schema_hash: schema,
            data: Payload::of(&wrong).unwrap(),
        }),
    };
    store.save_checkpoint(&key, wrong).await.unwrap();
    store
}

#[tokio::test]
async fn a_projection_goes_on_where_it_was_kept() {
    let store = InMemoryEventStore::new();
    let before = booking_on(store.clone()).await;
    fill(&before, 20).await;
    before.settled().await.unwrap();
    before.shutdown().await;

    let store = UnreliableStore::over(store);
    let after = booking_on(store.clone()).await;
    let totals = after.read::<Totals>().await.unwrap();
    assert_eq!((totals.cents, totals.bookings), (sum(20), 20));
    assert_eq!(totals.position(), Position::new(20));
    assert_eq!(store.followed_from(), [20], "no event was read again");
}

#[tokio::test]
async fn what_came_after_the_last_keeping_is_read_again_and_counted_once() {
    let store = InMemoryEventStore::new();
    let before = booking_on(store.clone()).await;
    fill(&before, 10).await;
    before.settled().await.unwrap();
    before.shutdown().await;

    let forgetful = UnreliableStore::over(store.clone());
    let crashed = booking_on(forgetful.clone()).await;
    crashed.read::<Totals>().await.unwrap();
    let faults = forgetful.faults();
    faults.no_checkpoints.store(true, Ordering::SeqCst);
    fill(&crashed, 15).await;
    crashed.settled().await.unwrap();
    crashed.shutdown().await;

    let store = UnreliableStore::over(store);
    let after = booking_on(store.clone()).await;
    let totals = after.read::<Totals>().await.unwrap();
    assert_eq!((totals.cents, totals.bookings), (sum(10) + sum(15), 25));
    assert_eq!(store.followed_from(), [10]);
}

#[tokio::test]
async fn another_schema_makes_its_own_and_leaves_the_other_as_it_was() {
    let store = InMemoryEventStore::new();
    let first = booking_on(store.clone()).await;
    fill(&first, 10).await;
    first.settled().await.unwrap();
    first.shutdown().await;

    let seen = UnreliableStore::over(store.clone());
    let builder = over(seen.clone()).context::<BookingSince>();
    let second = builder.start().await.unwrap();
    fill(&second, 2).await;
    let totals = second.read::<TotalsSince>().await.unwrap();
    assert_eq!(totals.cents, (sum(10) + sum(2)) * 2);
    drop(totals);
    second.shutdown().await;
    assert_eq!(
        seen.followed_from(),
        [0],
        "what another build kept is not used"
    );
    assert_eq!(projections::kept(&store).await.unwrap().len(), 2);

    let seen = UnreliableStore::over(store);
    let again = booking_on(seen.clone()).await;
    assert_eq!(again.read::<Totals>().await.unwrap().bookings, 12);
    assert_eq!(seen.followed_from(), [10], "nor is its own lost");
}

#[tokio::test]
async fn a_state_is_kept_after_so_many_events() {
    let store = InMemoryEventStore::new();
    let saving = Saving::new().every(5).or_after(Duration::from_hours(1));
    let builder = over(store.clone()).context::<Booking>().saving(saving);
    let aether = builder.start().await.unwrap();
    aether.settled().await.unwrap();
    fill(&aether, 4).await;
    aether.settled().await.unwrap();
    assert_eq!(projections::kept(&store).await.unwrap(), []);
    fill(&aether, 1).await;
    let found = eventually(async || projections::kept(&store).await.unwrap().pop()).await;
    assert_eq!(
        (found.name.as_str(), found.position.as_u64()),
        ("Totals", 5)
    );
    assert!(found.bytes > 0 && found.rebuild.is_none(), "{found:?}");
    let Keeping::State {
        position, failure, ..
    } = status(&aether).keeping
    else {
        panic!("{:?}", status(&aether));
    };
    assert_eq!((position, failure), (Position::new(5), None));
}

#[tokio::test]
async fn a_state_is_kept_a_while_after_the_first_event() {
    let store = InMemoryEventStore::new();
    let saving = Saving::new().or_after(Duration::from_millis(1));
    let builder = over(store.clone()).context::<Booking>().saving(saving);
    let aether = builder.start().await.unwrap();
    fill(&aether, 3).await;
    eventually(async || {
        let kept = projections::kept(&store).await.unwrap().pop()?;
        (kept.position == Position::new(3)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_state_that_cannot_be_kept_is_told_and_costs_nothing_but_time() {
    let store = UnreliableStore::default();
    let saving = Saving::new().every(1);
    let builder = over(store.clone()).context::<Booking>().saving(saving);
    let aether = builder.start().await.unwrap();
    fill(&aether, 1).await;
    aether.read::<Totals>().await.unwrap();
    let faults = store.faults();
    faults.no_checkpoints.store(true, Ordering::SeqCst);
    fill(&aether, 3).await;
    assert_eq!(aether.read::<Totals>().await.unwrap().bookings, 4);
    let reason = eventually(async || match status(&aether).keeping {
        Keeping::State { failure, .. } => failure,
        Keeping::Nothing | Keeping::Unseen(_) | Keeping::Elsewhere | _ => None,
    })
    .await;
    assert!(reason.contains("out of reach"), "{reason}");
}

#[tokio::test]
async fn a_state_of_another_log_is_not_used() {
    let store = misled().await;
    let other = InMemoryEventStore::new();
    for (key, from) in [("projections".to_owned(), 0), (key_of(&store).await, 50)] {
        let kept = store.checkpoint(&key).await.unwrap();
        assert_eq!(kept.position, Position::new(from));
        other.save_checkpoint(&key, kept).await.unwrap();
    }
    let aether = booking_on(other.clone()).await;
    fill(&aether, 1).await;
    assert_eq!(aether.read::<Totals>().await.unwrap().cents, 1);
    // Nor when the log has come as far.
    fill(&aether, 50).await;
    aether.settled().await.unwrap();
    aether.shutdown().await;
    let again = booking_on(other).await;
    assert_eq!(again.read::<Totals>().await.unwrap().cents, 1 + sum(50));
}

async fn key_of(store: &InMemoryEventStore) -> String {
    let KeptProjection {
        schema, generation, ..
    } = kept(store).await;
    format!("projection/Totals/{schema:016x}/{generation}")
}

#[tokio::test]
async fn what_is_read_is_the_old_state_until_a_rebuild_takes_its_place() {
    let inner = misled().await;
    let store = UnreliableStore::over(inner.clone());
    let aether = booking_on(store.clone()).await;
    assert_eq!(aether.read::<Totals>().await.unwrap().cents, 999);

    let blind = store.faults().blind.write().await;
    let rebuild = aether.rebuild::<Totals>().await.unwrap();
    eventually(async || status(&aether).rebuild).await;
    let old = aether.read_at::<Totals>(Position::START).await.unwrap();
    assert_eq!((old.cents, status(&aether).generation), (999, 0));
    drop(old);
    let found = kept(&inner).await;
    let ordered = found.rebuild.unwrap();
    assert_eq!((found.generation, ordered.generation), (0, 1));
    drop(blind);

    let progress = rebuild.await.unwrap();
    assert_eq!((progress.events, progress.total_events()), (50, 50));
    assert_eq!(progress.eta(), Some(Duration::ZERO));
    let new = aether.read_at::<Totals>(Position::START).await.unwrap();
    assert_eq!((new.cents, new.bookings), (sum(50), 50));
    drop(new);
    assert_eq!(
        (status(&aether).generation, status(&aether).rebuild),
        (1, None)
    );
    // It is kept when it takes its place: a crash does not bring the old one back.
    let found = kept(&inner).await;
    assert_eq!((found.generation, found.rebuild), (1, None));
    let again = booking_on(inner).await;
    assert_eq!(again.read::<Totals>().await.unwrap().cents, sum(50));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_misses_nothing_while_commands_pour_in() {
    let store = misled().await;
    let aether = booking_on(store).await;
    let pouring = tokio::spawn({
        let aether = aether.clone();
        async move { fill(&aether, 2_000).await }
    });
    for _ in 0..5 {
        aether.rebuild::<Totals>().await.unwrap().await.unwrap();
    }
    pouring.await.unwrap();
    let totals = aether.read::<Totals>().await.unwrap();
    assert_eq!(totals.cents, sum(50) + sum(2_000));
    assert_eq!(totals.bookings, 2_050);
}

#[tokio::test]
async fn a_rebuild_that_has_fallen_behind_catches_up_before_it_takes_its_place() {
    let store = UnreliableStore::over(misled().await);
    let saving = Saving::new().or_after(Duration::from_hours(1));
    let builder = over(store.clone()).context::<Booking>().saving(saving);
    let aether = builder.start().await.unwrap();
    assert_eq!(aether.read::<Totals>().await.unwrap().cents, 999);
    let held = store.faults().saving.write().await;
    let rebuild = aether.rebuild::<Totals>().await.unwrap();
    let head = Position::new(50);
    let is_at_its_end = async || (rebuild.progress().position == head).then_some(());
    eventually(is_at_its_end).await;
    fill(&aether, 15).await;
    aether.wait_for::<Totals>(Position::new(65)).await.unwrap();
    drop(held);
    rebuild.await.unwrap();
    let totals = aether.read_at::<Totals>(Position::START).await.unwrap();
    assert_eq!((totals.cents, totals.bookings), (sum(50) + sum(15), 65));
}

#[tokio::test]
async fn a_rebuild_that_is_cancelled_leaves_what_is_read() {
    let inner = misled().await;
    let store = UnreliableStore::over(inner.clone());
    let aether = booking_on(store.clone()).await;
    assert_eq!(aether.read::<Totals>().await.unwrap().cents, 999);
    let blind = store.faults().blind.write().await;
    let rebuild = aether.rebuild::<Totals>().await.unwrap();
    eventually(async || status(&aether).rebuild).await;
    rebuild.cancel().await.unwrap();
    let err = rebuild.await.unwrap_err();
    assert!(matches!(err, RebuildError::Cancelled { .. }), "{err:?}");
    drop(blind);
    eventually(async || status(&aether).rebuild.is_none().then_some(())).await;
    fill(&aether, 1).await;
    assert_eq!(aether.read::<Totals>().await.unwrap().cents, 1_000);
    aether.shutdown().await;
    // Nor is it begun again by whoever comes next.
    let next = booking_on(inner).await;
    assert_eq!(next.read::<Totals>().await.unwrap().cents, 1_000);
    assert_eq!(status(&next).rebuild, None);
}

#[tokio::test]
async fn an_order_that_comes_from_elsewhere_is_heeded_by_all_who_run() {
    let store = misled().await;
    let (one, other) = (
        booking_on(store.clone()).await,
        booking_on(store.clone()).await,
    );
    for aether in [&one, &other] {
        assert_eq!(aether.read::<Totals>().await.unwrap().cents, 999);
    }
    let generation = projections::rebuild(&store, "Totals").await.unwrap();
    for aether in [&one, &other] {
        eventually(async || (status(aether).generation == generation).then_some(())).await;
        let totals = aether.read::<Totals>().await.unwrap();
        assert_eq!(totals.cents, sum(50));
    }
}

#[tokio::test]
async fn an_order_waits_for_whoever_runs_next_who_reads_the_old_state_meanwhile() {
    let inner = misled().await;
    projections::rebuild(&inner, "Totals").await.unwrap();
    let store = UnreliableStore::over(inner);
    let blind = store.faults().blind.write().await;
    let aether = booking_on(store.clone()).await;
    aether.wait_for::<Totals>(Position::new(50)).await.unwrap();
    let old = aether.read_at::<Totals>(Position::START).await.unwrap();
    assert_eq!(old.cents, 999);
    drop((old, blind));
    eventually(async || (status(&aether).generation == 1).then_some(())).await;
    assert_eq!(aether.read::<Totals>().await.unwrap().cents, sum(50));
}

#[tokio::test]
async fn an_order_to_what_is_not_kept_is_refused() {
    let err = projections::rebuild(&misled().await, "Totels")
        .await
        .unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Invalid);
    assert_eq!(
        err.to_string(),
        "nothing was ordered: no projection `Totels` is kept"
    );
}

#[tokio::test]
async fn a_rebuild_that_meets_what_it_cannot_read_says_so_and_leaves_what_is_read() {
    let store = InMemoryEventStore::new();
    let aether = booking_on(store.clone()).await;
    fill(&aether, 3).await;
    spoil(&store).await;
    let err = aether.read::<Totals>().await.unwrap_err();
    assert!(matches!(err, ReadError::Halted { .. }), "{err:?}");
    let err = aether.rebuild::<Totals>().await.unwrap().await.unwrap_err();
    let RebuildError::Failed { reason, .. } = &err else {
        panic!("{err:?}");
    };
    assert!(
        reason.starts_with("event 1 of `Account.z` at position 4"),
        "{reason}"
    );
    aether.shutdown().await;
    // What may be half of a commit is not kept.
    assert_eq!(projections::kept(&store).await.unwrap(), []);
}

/// Something that no build can apply.
async fn spoil(store: &InMemoryEventStore) {
    let bad = Event::new("Account.z", 1, "Booked", &"not an amount").unwrap();
    store.save(bad).await.unwrap();
}

#[tokio::test]
async fn a_rebuild_that_fails_is_seen_by_whoever_has_ordered_it_until_it_is_taken_back() {
    let store = misled().await;
    let aether = booking_on(store.clone()).await;
    aether.settled().await.unwrap();
    spoil(&store).await;
    let generation = projections::rebuild(&store, "Totals").await.unwrap();
    let failed = async || {
        let ordered = kept(&store).await.rebuild?;
        Some((ordered.generation, ordered.failure?))
    };
    let (number, reason) = eventually(failed).await;
    assert_eq!(number, generation);
    assert!(
        reason.starts_with("event 1 of `Account.z` at position 51"),
        "{reason}"
    );
    projections::cancel(&store, "Totals").await.unwrap();
    assert_eq!(kept(&store).await.rebuild, None);
    aether.shutdown().await;
    projections::rebuild(&store, "Totals").await.unwrap();
    let anew = kept(&store).await.rebuild.unwrap();
    assert_eq!(anew.failure, None, "that of before is not meant");
}

#[tokio::test]
async fn a_rebuild_without_a_runtime_hears_that_it_is_taken_back() {
    let inner = misled().await;
    let before = kept(&inner).await;
    let store = UnreliableStore::over(inner.clone());
    let blind = store.faults().blind.write().await;
    let through = DynEventStore::new(store.clone());
    let here = projections::rebuild_here::<Totals>(&through, |_| {});
    let cancel = async {
        eventually(async || kept(&inner).await.rebuild).await;
        projections::cancel(&inner, "Totals").await.unwrap();
    };
    let both = futures_util::future::join(here, cancel);
    let ended = tokio::time::timeout(Duration::from_mins(1), both).await;
    let err = ended.expect("it ends").0.unwrap_err();
    assert!(matches!(err, RebuildError::Cancelled { .. }), "{err:?}");
    drop(blind);
    assert_eq!(kept(&inner).await, before);
}

#[tokio::test]
async fn an_apply_that_panics_halts_its_projection_and_is_not_kept() {
    let store = InMemoryEventStore::new();
    let builder = over(store.clone()).context::<BookingInFear>();
    let aether = builder.start().await.unwrap();
    fill(&aether, 13).await;
    let err = aether.read::<Superstitious>().await.unwrap_err();
    let ReadError::Halted { reason, .. } = &err else {
        panic!("{err:?}");
    };
    assert!(reason.contains("applying it panicked"), "{reason}");
    assert!(reason.contains("thirteen"), "{reason}");
    let half = aether.read_at::<Superstitious>(Position::START).await;
    let err = half.expect_err("a commit is applied in part");
    assert!(matches!(err, ReadError::Halted { .. }), "{err:?}");
    let halted = aether.status().into_iter().map(|status| status.state);
    assert!(
        halted
            .into_iter()
            .any(|it| matches!(it, FollowerState::Halted { .. }))
    );
    aether.shutdown().await;
    assert_eq!(projections::kept(&store).await.unwrap(), []);
}

#[tokio::test]
async fn an_inline_projection_has_the_events_when_the_command_is_answered() {
    let store = UnreliableStore::default();
    let builder = over(store.clone()).context::<BookingAtOnce>();
    let aether = builder.start().await.unwrap();
    aether.send(book("a", 0)).await.unwrap();
    // Nobody reads the log any more: it is the command that applies its events.
    let blind = store.faults().blind.write().await;
    for cents in 1..=20 {
        aether.send(book("a", cents)).await.unwrap();
        let latest = aether.read_at::<Latest>(Position::START).await.unwrap();
        assert_eq!(latest.cents.last(), Some(&cents));
    }
    drop(blind);
    aether.settled().await.unwrap();
    let latest = aether.read::<Latest>().await.unwrap();
    assert_eq!(
        latest.cents,
        (0..=20).collect::<Vec<_>>(),
        "and no event twice"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inline_projection_is_in_the_order_of_the_log_though_others_write_too() {
    let store = InMemoryEventStore::new();
    let at_once = async || {
        let builder = over(store.clone()).context::<BookingAtOnce>();
        builder.start().await.unwrap()
    };
    let writers = [at_once().await, at_once().await];
    let tasks = writers.iter().enumerate().map(|(writer, aether)| {
        let aether = aether.clone();
        tokio::spawn(async move {
            for number in 0..300 {
                let cents = writer as u64 * 1_000 + number;
                aether.send(book(&writer.to_string(), cents)).await.unwrap();
                let latest = aether.read_at::<Latest>(Position::START).await.unwrap();
                assert!(latest.cents.contains(&cents), "{cents} was just stored");
            }
        })
    });
    futures_util::future::try_join_all(tasks).await.unwrap();
    let log = store.log(Position::START).await.unwrap();
    let booked = log.iter().flat_map(|it| it.commit.events());
    let booked = booked.map(|it| it.data.decode::<crate::books::Booked>().unwrap().cents);
    let booked: Vec<_> = booked.collect();
    for aether in &writers {
        assert_eq!(aether.read::<Latest>().await.unwrap().cents, booked);
    }
}

#[tokio::test]
async fn whoever_waits_for_a_projection_reads_what_was_sent_without_asking_the_store() {
    let aether = booking_on(InMemoryEventStore::new()).await;
    for number in 1..=50 {
        let sending = aether.send(book("a", 1)).wait_for::<Totals>();
        let sent = sending.await.unwrap();
        let totals = aether.read_at::<Totals>(Position::START).await.unwrap();
        assert_eq!(totals.bookings, number);
        assert!(Some(totals.position()) >= sent.position);
    }
}

#[tokio::test]
async fn whoever_waits_for_a_projection_that_halts_is_told_that_the_events_are_stored() {
    let store = InMemoryEventStore::new();
    let builder = over(store.clone()).context::<BookingInFear>();
    let aether = builder.start().await.unwrap();
    let sending = aether.send(book("a", 13)).wait_for::<Superstitious>();
    let err = sending.await.unwrap_err();
    let aether::runtime::CommandError::Unprojected { sent, source } = &err else {
        panic!("{err:?}");
    };
    assert_eq!(sent.position, Some(store.head().await.unwrap()));
    assert!(matches!(source, ReadError::Halted { .. }), "{source:?}");
}

#[tokio::test]
async fn what_is_not_kept_is_built_anew_in_its_process_alone() {
    let store = InMemoryEventStore::new();
    let builder = over(store.clone()).context::<BookingAtOnce>();
    let aether = builder.start().await.unwrap();
    fill(&aether, 5).await;
    let progress = aether.rebuild::<Latest>().await.unwrap().await.unwrap();
    assert_eq!(progress.events, 5);
    assert_eq!(aether.read::<Latest>().await.unwrap().cents.len(), 5);
    let status = status(&aether);
    assert_eq!((status.keeping, status.is_inline), (Keeping::Nothing, true));
    assert_eq!(projections::kept(&store).await.unwrap(), []);
}

#[tokio::test]
async fn a_rebuild_ends_with_the_runtime() {
    let store = UnreliableStore::over(misled().await);
    let aether = booking_on(store.clone()).await;
    aether.read::<Totals>().await.unwrap();
    let blind = store.faults().blind.write().await;
    let rebuild = aether.rebuild::<Totals>().await.unwrap();
    eventually(async || status(&aether).rebuild).await;
    drop(blind);
    let ((), ended) = tokio::join!(aether.shutdown(), rebuild.clone());
    // It may have been done in time.
    assert!(
        matches!(ended, Ok(_) | Err(RebuildError::Stopped)),
        "{ended:?}"
    );
}
