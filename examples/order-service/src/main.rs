//! Serves the example shop over HTTP: see `order-service --help`.

mod args;
mod failure;
mod signals;

use std::{
    future::IntoFuture as _,
    io::{self, Write as _},
    pin::pin,
    process::ExitCode,
    time::Duration,
};

use aether::{DynEventStore, EmbeddedOptions, JetStreamOptions};
use aether_examples::order_fulfilment::day::Day;
use aether_order_service::{Service, metrics, shop};
use clap::Parser as _;
use tokio::{net::TcpListener, time::timeout};

use self::{args::Args, failure::Failure, signals::Signals};

/// How long requests that are under way may take when the service is to end.
const GRACE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    let mut signals = Signals::listen().map_err(Failure::Signal)?;
    let measured = metrics::install()?;
    let day = Day::of(7, args.day as usize);
    let aether = shop::open(store(&args).await?, &day).await?;
    let service = Service::new(aether.clone()).measured(measured);
    let listening = TcpListener::bind(args.listen).await;
    let listener = listening.map_err(|source| Failure::Listen {
        address: args.listen,
        source,
    })?;
    let address = listener.local_addr().map_err(|source| Failure::Listen {
        address: args.listen,
        source,
    })?;
    say(&format!("the shop is open at http://{address}"))?;

    let stop = service.stopped();
    let serving = axum::serve(listener, service.router()).with_graceful_shutdown(stop);
    let mut serving = pin!(serving.into_future());
    let shopping = shop::work(&aether, &day, Duration::from_millis(args.pace));
    let is_over = tokio::select! {
        () = signals.come() => false,
        _ = &mut serving => true,
        () = visited(shopping, args.day) => false,
    };
    service.stop();
    say("the shop closes")?;
    if !is_over {
        let _over = timeout(GRACE, serving).await;
    }
    service.close().await;
    say("the shop is closed")
}

/// Lets customers come by, and never ends.
async fn visited<T, E: std::error::Error + 'static>(
    shopping: impl Future<Output = Result<T, E>>,
    customers: u32,
) {
    if customers > 0 {
        let told = match shopping.await {
            Ok(_) => say("the customers of the day are served"),
            Err(err) => say(&format!("the customers of the day stay away: {err}")),
        };
        drop(told);
    }
    std::future::pending::<()>().await;
}

async fn store(args: &Args) -> Result<DynEventStore, Failure> {
    let namespace = args.namespace.clone();
    let (place, opened) = if let Some(url) = &args.nats {
        let options = JetStreamOptions::new().namespace(namespace);
        let opened = options.connect(url).await.map(DynEventStore::new);
        (url.clone(), opened)
    } else {
        let options = EmbeddedOptions::new().namespace(namespace);
        let opened = options.open(&args.data).await.map(DynEventStore::new);
        (args.data.display().to_string(), opened)
    };
    opened.map_err(|source| Failure::Store { place, source })
}

fn say(line: &str) -> Result<(), Failure> {
    writeln!(io::stdout().lock(), "{line}").map_err(Failure::Print)
}
