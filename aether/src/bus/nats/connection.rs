use std::{
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};

use async_nats::{Client, connection::State};
use tokio::time::sleep;

use super::event_bus::Inner;
use crate::bus::Told;

/// How often the connection is looked at: a client tells of its events only whoever connected it,
/// and that may be someone else.
const LOOK: Duration = Duration::from_millis(50);

/// Tells every subscriber when the connection is lost and when it is back, as long as the bus
/// lives.
pub(super) async fn watch(bus: Weak<Inner>, client: Client) {
    let statistics = client.statistics();
    let mut seen = statistics.connects.load(Ordering::Relaxed);
    let mut was_lost = false;
    loop {
        sleep(LOOK).await;
        let Some(bus) = bus.upgrade() else {
            return;
        };
        let connects = statistics.connects.load(Ordering::Relaxed);
        let is_there = client.connection_state() == State::Connected;
        if !was_lost && (!is_there || connects != seen) {
            was_lost = true;
            bus.say(&Told::Disconnected);
        }
        if was_lost && is_there {
            was_lost = !is_back(&bus).await;
            // If it was lost once more meanwhile, that is told next.
            seen = connects;
        }
    }
}

/// Whether what was subscribed to is live again.
async fn is_back(bus: &Arc<Inner>) -> bool {
    let confirmed = bus.confirm().await.is_ok();
    if confirmed {
        bus.say(&Told::Reconnected);
    }
    confirmed
}
