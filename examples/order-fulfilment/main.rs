//! Runs a day in a shop on Aether: see `order-fulfilment --help`.

mod args;
mod failure;
mod keep;
mod screen;

use std::process::ExitCode;

use aether::{EventStore as _, EventStoreExt as _, Position, runtime::Aether};
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

use self::{args::Args, failure::Failure, keep::Keep, screen::Screen};

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            Screen::tell(&failure);
            failure.exit_code()
        }
    }
}

async fn run(args: &Args) -> Result<(), Failure> {
    let (screen, keep) = (Screen::new(), Keep::open(args).await?);
    let day = Day::of(args.seed, args.orders as usize);
    let aether = open(&keep, &day).await?;
    let since = keep.store.head().await?;
    let (progress, began) = (screen.progress(day.orders()), Instant::now());
    let diary = shift::work(&aether, &day, |moment| progress.note(moment)).await?;
    let run = Run {
        seed: args.seed,
        store: keep.place(),
        since,
        elapsed: began.elapsed(),
        diary,
    };
    progress.end();
    screen.show(&report(&aether, run).await?)?;
    aether.shutdown().await;
    std::fs::write(&args.board, board().svg())
        .map_err(|source| Failure::board(&args.board, source))?;
    screen.farewell(args, &keep)
}

async fn open(keep: &Keep, day: &Day) -> Result<Aether, Failure> {
    let cards = SimulatedCardProcessor {
        declines: day.declined.clone(),
        thinks_for: Duration::from_millis(1),
    };
    let carrier = SimulatedCarrier {
        rings_in_vain: day.not_at_home.clone(),
    };
    let builder = Aether::builder()
        .store(keep.store.clone())
        .context::<Ordering>()
        .context::<Inventory>()
        .context::<Payment>()
        .context::<Shipping>();
    Ok(builder.adapter(cards).adapter(carrier).start().await?)
}

async fn report(aether: &Aether, run: Run) -> Result<Report, Failure> {
    let log = aether.store().log(Position::START).await?;
    let tracking = aether.read::<OrderTracking>().await?;
    let best = aether.read::<BestSellers>().await?;
    let catalogue = aether.read::<Catalogue>().await?;
    Ok(Report::of(run, &log, &tracking, (&best, &catalogue)))
}
