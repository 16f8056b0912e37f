use std::error::Error;

use aether::{
    ActorId, Commit, Event, EventStore as _, EventStoreExt as _, InMemoryEventStore, Version,
    testing::assert_replay_snapshot,
};
use serde_json::json;

use crate::account::{Account, Deposited, Withdrawn};

#[test]
fn a_snapshot_is_a_file_beside_the_test() {
    assert_replay_snapshot!(Account, [Deposited { cents: 30 }, Withdrawn { cents: 10 }]);
    assert_replay_snapshot!("deposited_only", Account, [Deposited { cents: 30 }]);
}

#[test]
fn a_snapshot_may_stand_in_the_test() {
    assert_replay_snapshot!(Account, [Deposited { cents: 30 }, Withdrawn { cents: 10 }], @r"
    Account
        cents: 0

    1 Deposited, schema version 1
      | cents: 30
      - cents: 0
      + cents: 30

    2 Withdrawn, schema version 1
      | cents: 10
      - cents: 30
      + cents: 20
    ");
}

#[tokio::test]
async fn the_history_of_a_store_gives_the_same_snapshot() -> Result<(), Box<dyn Error>> {
    let store = InMemoryEventStore::new();
    let account = ActorId::of("Account", "ada")?;
    let deposited = Event::new(&account, 1, "Deposited", &json!({ "cents": 30 }))?;
    let withdrawn = Event::new(&account, 2, "Withdrawn", &json!({ "cents": 10 }))?;
    store.append(Commit::new([deposited, withdrawn])?).await?;

    let events = store.events(&account, Version::NONE).await?;
    assert_replay_snapshot!("a_snapshot_is_a_file_beside_the_test", Account, events);
    Ok(())
}
