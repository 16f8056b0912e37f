//! Tells the tale of one container, as it runs on Aether, in memory.

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use aether::{Clock as _, InMemoryEventStore, SystemClock, runtime::Aether};
use aether_examples::{
    calendar::Day,
    cargo_shipping::{
        Booking, Customs, Handling, Port, Voyages,
        outside::{SimulatedCustomsOffice, SimulatedRoutePlanner},
        tale,
    },
};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            // Where standard error is closed, nobody is left to tell.
            let _told = writeln!(io::stderr().lock(), "{err}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let today = Day::of(SystemClock.now());
    let aether = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Voyages>()
        .context::<Booking>()
        .context::<Handling>()
        .context::<Customs>()
        .adapter(SimulatedRoutePlanner {
            legs: tale::legs(today),
        })
        .adapter(SimulatedCustomsOffice {
            strict_in: [Port::from("DEHAM")].into(),
        })
        .start()
        .await?;
    let lines = tale::tell(&aether, today).await?;
    aether.shutdown().await;
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
