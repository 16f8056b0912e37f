#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use super::{
    Buses,
    fixture::{Heard, all, fresh, notice, ok},
};
use crate::bus::{BusErrorKind, EventBus as _};

/// A subscription that is dropped is none any more, and costs nothing.
pub async fn a_dropped_subscription_is_gone<B: Buses>(buses: &B) {
    for bus in buses.nodes() {
        let namespace = fresh();
        let before = bus.status();
        let notices = ok(bus.subscribe(all(&namespace)).await);
        assert_eq!(bus.status().subscribers, before.subscribers + 1);
        drop(notices);
        for version in 1..=2 * bus.capacity() as u64 {
            ok(bus.publish(notice(&namespace, "actor", version)));
        }
        let after = bus.status();
        assert_eq!(after.subscribers, before.subscribers);
        assert_eq!(after.overflowed, before.overflowed);
        assert_eq!(
            after.published - before.published,
            2 * bus.capacity() as u64
        );
    }
}

/// When the bus is closed, each subscription gives what was delivered, and then ends for good.
pub async fn closing_ends_each_subscription_after_what_was_delivered<B: Buses>(buses: &B) {
    for bus in buses.nodes() {
        let namespace = fresh();
        let mut notices = ok(bus.subscribe(all(&namespace)).await);
        for version in 1..=3 {
            ok(bus.publish(notice(&namespace, "actor", version)));
        }
        bus.close().await;
        let heard = Heard::all(&mut notices).await;
        assert_eq!(heard.notices.len(), 3);
        assert_eq!(notices.next().await, None);
    }
}

/// A closed bus says that it is closed, to whoever wants something of it.
pub async fn a_closed_bus_takes_nothing_more<B: Buses>(buses: &B) {
    for bus in buses.nodes() {
        let namespace = fresh();
        bus.close().await;
        bus.close().await;
        let published = bus.publish(notice(&namespace, "actor", 1));
        let missed = bus.publish_missed(&namespace, 1);
        let subscribed = bus.subscribe(all(&namespace)).await.map(drop);
        let flushed = bus.flush().await;
        for answer in [published, missed, subscribed, flushed] {
            let kind = answer.map_err(|err| err.kind());
            assert_eq!(kind, Err(BusErrorKind::Closed));
        }
    }
}
