//! What befalls nodes, server and clock while clients are at work.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use super::{
    dice::Dice,
    executor::Place,
    mishaps::{Mishap, Mishaps},
    node::Host,
    present,
    run::Shared,
};

/// Has one mishap after the other until it is dropped.
pub(super) async fn rage(shared: Arc<Shared>, mishaps: Mishaps, mut dice: Dice) {
    while let Some((after, mishap)) = mishaps.next(&mut dice) {
        sleep(after).await;
        shared.count_mishap();
        let host = dice.index(shared.hosts.len());
        let Some(host) = shared.hosts.get(host) else {
            return;
        };
        befall(&shared, host, mishap, &mut dice);
    }
}

fn befall(shared: &Arc<Shared>, host: &Arc<Host>, mishap: Mishap, dice: &mut Dice) {
    let (moment, second) = (Duration::from_millis(10), Duration::from_secs(1));
    match mishap {
        Mishap::Crash => crash(shared, host, dice.time(moment, second * 3)),
        Mishap::Pause => pause(shared, host, dice.time(moment, second * 10)),
        Mishap::Cut => {
            let duration = dice.time(moment, second * 8);
            cut(shared, host, duration);
            if let Some((cluster, line)) = host.line() {
                let what = cluster.cut(line, duration, dice);
                shared.trace.note(host.name(), what);
            }
        }
        Mishap::Outage => {
            let duration = dice.time(second, second * 9);
            shared
                .trace
                .note("server", format!("is out for {duration:?}"));
            shared.server.outage(duration);
            if let Some(cluster) = &shared.cluster {
                let what = cluster.outage(duration, dice);
                shared.trace.note("cluster", what);
            }
        }
        Mishap::Jump => {
            let by = dice.time(second, second * 60);
            shared.trace.note("clock", format!("jumps by {by:?}"));
            present::jump(by);
        }
    }
}

fn crash(shared: &Arc<Shared>, host: &Arc<Host>, down: Duration) {
    shared
        .trace
        .note(host.name(), format!("crashes, for {down:?}"));
    host.end();
    let (shared, host) = (Arc::clone(shared), Arc::clone(host));
    spawn(async move {
        sleep(down).await;
        if let Err(broken) = host.start().await {
            shared.fail(broken);
        }
    });
}

fn pause(shared: &Arc<Shared>, host: &Arc<Host>, duration: Duration) {
    let Some(life) = host.life() else { return };
    shared
        .trace
        .note(host.name(), format!("stands still for {duration:?}"));
    shared.executor.pause(life, true);
    let shared = Arc::clone(shared);
    spawn(async move {
        sleep(duration).await;
        shared.executor.pause(life, false);
    });
}

fn cut(shared: &Arc<Shared>, host: &Arc<Host>, duration: Duration) {
    let Some(store) = host.store() else { return };
    shared
        .trace
        .note(host.name(), format!("is cut off for {duration:?}"));
    store.cut(true);
    spawn(async move {
        sleep(duration).await;
        store.cut(false);
    });
}

/// Starts what goes on whatever becomes of the nodes.
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    if let Some(world) = Place::world() {
        world.spawn(task);
    }
}
