//! One of two processes that race for the versions of an actor.
//!
//! It is told a version in a line, tries to write the event of that version, and answers in a
//! line what became of it.

use std::{env, error::Error};

use aether::{
    ActorId, Commit, Event, EventStore as _, StoreErrorKind,
    store::jetstream::{JetStreamEventStore, JetStreamOptions},
};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, stdin, stdout};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut argument = || {
        arguments
            .next()
            .ok_or("wanted: url, namespace, actor, name")
    };
    let (url, namespace) = (argument()?, argument()?);
    let (actor, name) = (ActorId::new(argument()?)?, argument()?);
    let options = JetStreamOptions::new().namespace(namespace.parse()?);
    let store = options.connect(&url).await?;
    let mut versions = BufReader::new(stdin()).lines();
    let mut answers = stdout();
    while let Some(version) = versions.next_line().await? {
        let answer = run(&store, &actor, version.parse()?, &name).await?;
        answers.write_all(format!("{answer}\n").as_bytes()).await?;
        answers.flush().await?;
    }
    Ok(())
}

async fn run(
    store: &JetStreamEventStore,
    actor: &ActorId,
    version: u64,
    name: &str,
) -> Result<String, Box<dyn Error>> {
    let event = Event::new(actor, version, "Raced", &json!({ "by": name }))?;
    let err = match store.append(Commit::new([event])?).await {
        Ok(receipt) => return Ok(format!("won {}", receipt.version)),
        Err(err) => err,
    };
    match (err.kind(), err.version_conflict()) {
        (StoreErrorKind::Conflict, Some(conflict)) => Ok(format!(
            "lost {} at {}",
            conflict.attempted, conflict.current
        )),
        _ => Err(err.into()),
    }
}
