use std::time::Duration;

use aether::{
    ActorSnapshot, Sessions, SnapshotStore as _, Timestamp, Version,
    domain::{EventSet as _, Stored},
    personal::Personal,
};

use crate::{
    customers::Registered,
    world::{customer, events, memory, register, subject},
};

/// One store for two processes, each with what it believes of keys.
#[tokio::test(start_paused = true)]
async fn another_process_reads_a_forgotten_value_no_longer_than_it_believes_its_keys() {
    let world = memory().await;
    let here = world.open().await;
    let there = world
        .builder()
        .believing_keys_for(Duration::from_secs(3))
        .open()
        .await
        .unwrap();
    register(&here, "7", "Ada L.").await.unwrap();
    let name = async || {
        let read = events(&there, "7").await;
        Registered::decode(Stored::from(&read[0]))
            .unwrap()
            .full_name
    };
    assert_eq!(name().await, Personal::Known("Ada L.".to_owned()));
    tokio::time::advance(Duration::from_millis(2_999)).await;
    here.forget(&subject("7")).await.unwrap();
    assert_eq!(name().await, Personal::Known("Ada L.".to_owned()));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(name().await, Personal::Forgotten);
}

/// What was loaded with a key that is believed still must not be kept under a key that is newer.
#[tokio::test(start_paused = true)]
async fn a_snapshot_that_was_made_with_keys_of_before_is_not_kept() {
    let world = memory().await;
    let here = world.open().await;
    let there = world
        .builder()
        .believing_keys_for(Duration::from_secs(3))
        .open()
        .await
        .unwrap();
    register(&here, "7", "Ada L.").await.unwrap();
    // The key of derived states is asked for again sooner than that of the subject.
    tokio::time::advance(Duration::from_secs(2)).await;
    events(&there, "7").await;
    tokio::time::advance(Duration::from_secs(1)).await;
    here.forget(&subject("7")).await.unwrap();
    let stale = events(&there, "7").await;
    assert!(stale[0].data.as_str().contains("Ada L."));
    let snapshot = ActorSnapshot {
        sessions: Sessions::default(),
        actor_id: customer("7"),
        version: Version::FIRST,
        state: stale[0].data.clone(),
        schema_hash: 1,
        timestamp: Timestamp::UNIX_EPOCH,
        last_commit: crate::world::some_commit(),
    };
    there.save_snapshot(snapshot).await.unwrap();
    assert_eq!(there.snapshot(&customer("7")).await.unwrap(), None);
    assert_eq!(
        world.open().await.snapshot(&customer("7")).await.unwrap(),
        None
    );
    assert!(
        !events(&there, "7").await[0]
            .data
            .as_str()
            .contains("Ada L.")
    );
}
