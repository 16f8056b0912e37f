use tokio::{
    io::{AsyncReadExt as _, stdin},
    signal::unix::{SignalKind, signal},
};

use super::{args::NodeArgs, failure::Failure, say, shop};

/// Is a node, until it is told to leave (SIGTERM), or whoever has started it is gone.
pub(crate) async fn run(args: NodeArgs) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Signals)?;
    let aether = shop::open(&args.server).await?;
    let options = shop::cluster(args.shards)?;
    let manager = options.join_with(&args.server, args.name, &aether).await?;
    manager.ready().await;
    say("ready")?;
    tokio::select! {
        _told = terminate.recv() => {
            manager.leave().await;
            aether.shutdown().await;
            say("left")
        }
        _ended = abandoned() => Ok(()),
    }
}

/// Waits until nobody holds the other end of its input.
async fn abandoned() {
    let mut rest = Vec::new();
    // Whatever it was, nobody is there.
    let _read = stdin().read_to_end(&mut rest).await;
}
