use std::time::Duration;

use aether::{
    DynEventStore, EventStore as _, Position,
    runtime::projections::{self, KeptProjection, KeptRebuild, RebuildProgress},
};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::time::interval;

use super::{Failure, Interrupt, Outcome, Screen, Use};
use crate::{
    args::{CancelArgs, RebuildArgs},
    domain::{Domain, Rebuild},
};

/// How often it is looked at how far it has come. Who builds it tells once a second.
const LOOK: Duration = Duration::from_millis(500);

/// What became of an order, as programs are told it.
#[derive(Serialize)]
struct Ordered<'a> {
    name: &'a str,
    /// The number of the state to come; none if the order was taken back.
    generation: Option<u64>,
    /// Whether it is built.
    done: bool,
}

/// How a rebuild ended.
enum End {
    Done,
    Cancelled,
}

/// Has a projection built anew.
pub(crate) async fn rebuild(
    args: RebuildArgs,
    domain: &Domain,
    screen: &Screen,
) -> Result<Outcome, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let store = args.store.open(Use::Read).await?;
    if !args.yes {
        return Err(Failure::Unconfirmed {
            projection: args.projection,
            head: store.head().await?,
        });
    }
    let name = &*args.projection;
    if let Some(build) = domain.rebuilding(name) {
        let built = interrupt.or(here(&store, build)).await;
        return ended(built, (name, &store), screen).await;
    }
    let generation = projections::rebuild(&store, name).await?;
    if args.no_wait || !args.store.place().is_shared() {
        let text = "it is ordered, and built when a runtime runs it";
        return told(screen, text, (name, Some(generation), false));
    }
    screen.note("it is ordered, and built by the runtimes that run it");
    let built = interrupt.or(elsewhere(&store, name, generation)).await;
    ended(built, (name, &store), screen).await
}

/// Takes the order back.
pub(crate) async fn cancel(args: CancelArgs, screen: &Screen) -> Result<Outcome, Failure> {
    let store = args.store.open(Use::Read).await?;
    let name = &*args.projection;
    projections::cancel(&store, name).await?;
    told(screen, "what is kept stays", (name, None, false))
}

async fn ended(
    done: Option<Result<End, Failure>>,
    (name, store): (&str, &DynEventStore),
    screen: &Screen,
) -> Result<Outcome, Failure> {
    match done.transpose()? {
        None => {
            Screen::say("the order stands; `projections cancel` takes it back");
            Ok(Outcome::BrokenOff)
        }
        Some(End::Cancelled) => {
            told(screen, "the order was taken back", (name, None, false))?;
            Ok(Outcome::Findings)
        }
        Some(End::Done) => {
            let kept = state(store, name).await?.map(|it| it.generation);
            told(screen, "it is built anew", (name, kept, true))
        }
    }
}

/// Builds it, and shows how far that has come.
async fn here(store: &DynEventStore, build: Rebuild) -> Result<End, Failure> {
    let bar = Bar::new(store.head().await?);
    let built = build(store, Box::new(|progress| bar.tell(progress))).await;
    bar.0.finish_and_clear();
    built.map(|_| End::Done).map_err(Failure::Rebuild)
}

/// Waits until others have built it, and shows how far they have come.
async fn elsewhere(store: &DynEventStore, name: &str, wanted: u64) -> Result<End, Failure> {
    let bar = Bar::new(store.head().await?);
    let mut looks = interval(LOOK);
    let end = loop {
        looks.tick().await;
        match state(store, name).await? {
            Some(it) if it.generation >= wanted => break End::Done,
            Some(KeptProjection {
                rebuild:
                    Some(KeptRebuild {
                        failure: Some(reason),
                        ..
                    }),
                ..
            }) => {
                bar.0.finish_and_clear();
                let projection = name.to_owned();
                return Err(Failure::Unbuilt { projection, reason });
            }
            Some(KeptProjection {
                rebuild: Some(it), ..
            }) => bar.0.set_position(it.position.as_u64()),
            _ => break End::Cancelled,
        }
    };
    bar.0.finish_and_clear();
    Ok(end)
}

/// What is kept for the builds that used it last.
async fn state(store: &DynEventStore, name: &str) -> Result<Option<KeptProjection>, Failure> {
    let all = projections::kept(store).await?;
    Ok(all.into_iter().rfind(|it| it.name == name))
}

struct Bar(ProgressBar);

impl Bar {
    fn new(head: Position) -> Self {
        Self(Screen::progress("building", head.as_u64()))
    }

    fn tell(&self, progress: RebuildProgress) {
        self.0.set_length(progress.head.as_u64());
        self.0.set_position(progress.position.as_u64());
    }
}

fn told(
    screen: &Screen,
    text: &str,
    (name, generation, done): (&str, Option<u64>, bool),
) -> Result<Outcome, Failure> {
    let facts = Ordered {
        name,
        generation,
        done,
    };
    screen.sum_up(&format!("`{name}`: {text}"), &facts)?;
    Ok(Outcome::Well)
}
