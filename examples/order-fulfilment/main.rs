//! Runs a day in a shop on Aether: see `order-fulfilment --help`.

mod args;
mod failure;
mod screen;

use std::process::ExitCode;

use aether::{DynEventStore, EventStoreExt as _, InMemoryEventStore, Position, runtime::Aether};
use aether_examples::order_fulfilment::{
    Inventory, Ordering, Payment, Shipping, board,
    day::Day,
    ordering::{BestSellers, Catalogue, OrderTracking},
    outside::{SimulatedCardProcessor, SimulatedCarrier},
    report::{Report, Run},
    shift,
};
use clap::Parser as _;
use tokio::time::{Duration, Instant};

use self::{args::Args, failure::Failure, screen::Screen};

#[tokio::main]
async fn main() -> ExitCode {
    let (args, screen) = (Args::parse(), Screen::new());
    match run(&args, &screen).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            Screen::tell(&failure);
            failure.exit_code()
        }
    }
}

async fn run(args: &Args, screen: &Screen) -> Result<(), Failure> {
    let (store, kept) = open(args).await?;
    let day = Day::of(args.seed, args.orders as usize);
    let aether = start(store, &day).await?;
    let report = live(&aether, &day, args.seed, (screen, kept)).await?;
    aether.shutdown().await;
    screen.show(&report)?;
    std::fs::write(&args.board, board().svg())
        .map_err(|source| Failure::board(&args.board, source))?;
    Screen::say(&format!(
        "the board of the domain is in {}",
        args.board.display()
    ))
}

/// The store, and where it keeps the events, in words.
async fn open(args: &Args) -> Result<(DynEventStore, String), Failure> {
    Ok((
        DynEventStore::new(InMemoryEventStore::new()),
        "in memory".to_owned(),
    ))
}

async fn start(store: DynEventStore, day: &Day) -> Result<Aether, Failure> {
    let cards = SimulatedCardProcessor {
        declines: day.declined.clone(),
        thinks_for: Duration::from_millis(1),
    };
    let carrier = SimulatedCarrier {
        rings_in_vain: day.not_at_home.clone(),
    };
    Ok(Aether::builder()
        .store(store)
        .context::<Ordering>()
        .context::<Inventory>()
        .context::<Payment>()
        .context::<Shipping>()
        .adapter(cards)
        .adapter(carrier)
        .start()
        .await?)
}

async fn live(
    aether: &Aether,
    day: &Day,
    seed: u64,
    (screen, store): (&Screen, String),
) -> Result<Report, Failure> {
    let (progress, began) = (screen.progress(day.orders()), Instant::now());
    let diary = shift::work(aether, day, |moment| progress.note(moment)).await?;
    let elapsed = began.elapsed();
    progress.end();
    let run = Run {
        seed,
        store,
        elapsed,
        diary,
    };
    let log = aether.store().log(Position::START).await?;
    let tracking = aether.read::<OrderTracking>().await?;
    let (best, catalogue) = (
        aether.read::<BestSellers>().await?,
        aether.read::<Catalogue>().await?,
    );
    Ok(Report::of(run, &log, &tracking, (&best, &catalogue)))
}
