use std::{pin::pin, sync::Arc};

use futures_util::poll;
use tokio::time::Instant;

use super::{Actors, Entered, Full, Turn};
use crate::{ActorId, InMemoryEventStore, runtime::Aether};

async fn actors() -> Arc<Actors> {
    let store = InMemoryEventStore::new();
    let aether = Aether::builder().store(store).start().await.unwrap();
    Arc::clone(&aether.0.engine.actors)
}

async fn enter(actors: &Arc<Actors>) -> Result<Turn, usize> {
    let actor_id = ActorId::new("Lamp.a").unwrap();
    actors.enter(actor_id, Full::Wait, Instant::now()).await
}

fn is_free(actors: &Arc<Actors>) -> bool {
    let entered = actors.enter_at_once(("Lamp", "a"), Instant::now());
    matches!(entered, Ok(Entered::Turn(_)))
}

#[tokio::test]
async fn a_turn_that_is_given_to_one_who_has_just_given_up_is_the_next_ones() {
    let actors = actors().await;
    let first = enter(&actors).await.unwrap();
    let (mut second, mut third) = (Box::pin(enter(&actors)), Box::pin(enter(&actors)));
    let mut last = pin!(enter(&actors));
    assert!(poll!(&mut second).is_pending());
    assert!(poll!(&mut third).is_pending());
    assert!(poll!(&mut last).is_pending());
    drop(first);
    assert!(!is_free(&actors), "it is the second one's");
    drop(third);
    assert!(poll!(&mut last).is_pending());
    drop(second);
    let last = last.await.unwrap();
    assert!(!is_free(&actors));
    drop(last);
    assert!(is_free(&actors));
}

#[tokio::test]
async fn a_turn_that_is_given_to_the_last_who_has_just_given_up_is_nobodys() {
    let actors = actors().await;
    let first = enter(&actors).await.unwrap();
    let mut second = Box::pin(enter(&actors));
    assert!(poll!(&mut second).is_pending());
    drop(first);
    drop(second);
    assert!(is_free(&actors));
    assert_eq!(actors.status().cells, 0, "there is no state to keep");
}
