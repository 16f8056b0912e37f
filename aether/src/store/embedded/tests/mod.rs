//! The store on a disk that fails as disks do: that is slow, full, or gone, or loses its power.

mod disk;
mod group;
mod trouble;

use std::{path::Path, sync::Arc};

use serde_json::json;
use uuid::Uuid;

use self::disk::Disk;
use super::{EmbeddedEventStore, EmbeddedOptions, core::Core, engine::Engine};
use crate::{
    ActorId, ActorSnapshot, Commit, CommitRef, Event, Payload, Position, Sessions, StoreError,
    Timestamp, Transaction, Version,
};

/// A store on a disk.
fn open(disk: &Disk) -> Result<EmbeddedEventStore, StoreError> {
    let disk = disk.clone();
    let opener = Box::new(move || {
        let mut builder = redb::Builder::new();
        builder.set_cache_size(1 << 20);
        builder.create_with_backend(disk.clone())
    });
    let engine = Engine::open("a disk".into(), opener)?;
    let core = Arc::new(Core::start(engine, None)?);
    EmbeddedEventStore::on(core, Arc::from(Path::new("a disk")), EmbeddedOptions::new())
}

fn actor(number: u64) -> ActorId {
    ActorId::of("Counter", &number.to_string()).unwrap()
}

fn commit(actor: &ActorId, first: u64, count: u64) -> Commit {
    let event = |it| Event::new(actor, it, "Counted", &json!({ "n": "x".repeat(300) })).unwrap();
    Commit::new((first..first + count).map(event)).unwrap()
}

/// One event for each of two actors.
fn pair(actors: [&ActorId; 2], first: u64) -> Transaction {
    Transaction::new(actors.map(|actor| commit(actor, first, 1))).unwrap()
}

fn snapshot(actor: &ActorId, version: u64) -> ActorSnapshot {
    ActorSnapshot {
        sessions: Sessions::default(),
        actor_id: actor.clone(),
        version: version.into(),
        last_commit: CommitRef {
            id: Uuid::from_u128(version.into()).into(),
            expected: Version::NONE,
            position: Position::new(1),
        },
        state: Payload::of(&version).unwrap(),
        schema_hash: 1,
        timestamp: Timestamp::UNIX_EPOCH,
    }
}
