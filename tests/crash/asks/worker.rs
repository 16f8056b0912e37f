use std::{
    io::{self, Write as _},
    time::Duration,
};

use aether::{
    Clock as _, CommandId, Commit, DynEventStore, EmbeddedEventStore, Event, EventStore as _,
    JetStreamOptions, Namespace, OutgoingCommand, Payload, SystemClock, Timer, runtime::Aether,
};
use tokio::time::sleep;

use super::{
    Failed,
    bells::{Asked, Asker, Belfry, Ring},
};

/// Opens the store at a place: the address of a server, or a folder.
pub(super) async fn open(place: &str) -> Result<DynEventStore, Failed> {
    if !place.starts_with("nats://") {
        return Ok(DynEventStore::new(EmbeddedEventStore::open(place).await?));
    }
    let options = JetStreamOptions::new()
        .namespace(Namespace::new("belfry")?)
        .patience(Duration::from_secs(30));
    Ok(DynEventStore::new(options.connect(place).await?))
}

/// Runs the domain over a store.
pub(super) async fn start(store: DynEventStore) -> Result<Aether, Failed> {
    let builder = Aether::builder().store(store).context::<Belfry>();
    Ok(builder.asks_of::<Asker>().start().await?)
}

/// Asks for bells to be rung, for ever, while what was asked for is carried out.
///
/// # Errors
/// If anything fails.
pub async fn ask_for_ever(place: &str) -> Result<(), Failed> {
    let aether = start(open(place).await?).await?;
    tell("open")?;
    for number in 0.. {
        ask(aether.store(), number).await?;
        tell("asked")?;
        sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// One write, so that it is told whole or not at all.
fn tell(line: &str) -> Result<(), Failed> {
    Ok(io::stdout().write_all(format!("{line}\n").as_bytes())?)
}

/// Two commits of a new actor. The first asks for a command now, one soon, and two for some time
/// that never comes; the second cancels one of those, and moves the other to soon.
async fn ask(store: &DynEventStore, number: u64) -> Result<(), Failed> {
    let bell = CommandId::new().to_string();
    let (soon, never) = (
        Duration::from_millis(number * 7 % 300),
        Duration::from_hours(1),
    );
    let first = event(&bell, 1)?
        .asking(ring(&bell, "outgoing")?)
        .setting(timer("soon", soon, ring(&bell, "soon")?))
        .setting(timer("cancelled", never, ring(&bell, "cancelled")?))
        .setting(timer("moved", never, ring(&bell, "replaced")?));
    store.append(first).await?;
    let second = event(&bell, 2)?.cancelling("cancelled").setting(timer(
        "moved",
        soon,
        ring(&bell, "moved")?,
    ));
    store.append(second).await?;
    Ok(())
}

fn event(bell: &str, version: u64) -> Result<Commit, Failed> {
    let asked = Asked {
        bell: bell.to_owned(),
    };
    let event = Event::new(format!("Asker.{bell}"), version, "Asked", &asked)?;
    Ok(Commit::new([event])?)
}

fn ring(bell: &str, by: &str) -> Result<OutgoingCommand, Failed> {
    let ring = Ring {
        bell: bell.to_owned(),
        by: by.to_owned(),
    };
    Ok(OutgoingCommand {
        id: CommandId::new(),
        command: "Ring".into(),
        key: ring.bell.clone(),
        data: Payload::of(&ring)?,
    })
}

fn timer(key: &str, delay: Duration, command: OutgoingCommand) -> Timer {
    Timer {
        key: key.to_owned(),
        due: SystemClock.now().after(delay),
        command,
    }
}
