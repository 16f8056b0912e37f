#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use futures_util::future::join_all;

use super::{
    Buses,
    fixture::{Heard, all, end, fresh, notice, ok},
};
use crate::bus::EventBus;

/// Waits until all that a bus has published has been told by another one.
async fn told_by<E: EventBus>(listener: &E, speaker: &E, through: &crate::Namespace) {
    let mut notices = ok(listener.subscribe(all(through)).await);
    ok(end(speaker, through));
    Heard::until_end(&mut notices, 1).await;
}

/// As many notices as the capacity says wait for a subscriber that does not read.
pub async fn nothing_is_lost_below_the_capacity<B: Buses>(buses: &B) {
    for listener in buses.nodes() {
        for speaker in buses.nodes() {
            let namespace = fresh();
            let mut notices = ok(listener.subscribe(all(&namespace)).await);
            let count = listener.capacity() as u64 - 1;
            for version in 1..=count {
                ok(speaker.publish(notice(&namespace, "actor", version)));
            }
            ok(speaker.flush().await);
            ok(end(speaker, &namespace));
            let heard = Heard::until_end(&mut notices, 1).await;
            assert_eq!((heard.notices.len() as u64, heard.missed), (count, 0));
            heard.check_order();
        }
    }
}

/// A subscriber that does not read is told how much it has missed, and given the newest of it.
pub async fn what_a_slow_subscriber_misses_is_counted_and_told<B: Buses>(buses: &B) {
    for listener in buses.nodes() {
        for speaker in buses.nodes() {
            let (namespace, through) = (fresh(), fresh());
            let before = listener.status();
            let mut notices = ok(listener.subscribe(all(&namespace)).await);
            let capacity = listener.capacity() as u64;
            let count = 3 * capacity + 7;
            for version in 1..=count {
                ok(speaker.publish(notice(&namespace, "actor", version)));
                if version % (capacity / 4) == 0 {
                    ok(speaker.flush().await);
                }
            }
            ok(end(speaker, &namespace));
            // It has come as far as the end when what was published after it has come.
            told_by(listener, speaker, &through).await;
            let heard = Heard::until_end(&mut notices, 1).await;
            let kept = heard.notices.len() as u64;
            assert!(kept + 1 >= capacity, "{kept} were kept");
            assert_eq!(kept + heard.missed, count);
            let versions = heard.names().into_iter().map(|(_, version)| version);
            let newest: Vec<_> = (count - kept + 1..=count).collect();
            assert_eq!(versions.collect::<Vec<_>>(), newest);
            let after = listener.status();
            let counted = after.overflowed + after.lost - before.overflowed - before.lost;
            assert_eq!(counted, heard.missed);
        }
    }
}

/// Of a hundred subscribers those that read get everything, and the others know what they miss.
pub async fn slow_subscribers_hold_up_no_fast_ones<B: Buses>(buses: &B) {
    const EACH: usize = 50;
    let (namespace, nodes) = (fresh(), buses.nodes());
    let (mut fast, mut slow) = (Vec::new(), Vec::new());
    for node in nodes.iter().cycle().take(EACH) {
        fast.push(ok(node.subscribe(all(&namespace)).await));
        slow.push(ok(node.subscribe(all(&namespace)).await));
    }
    let Some(speaker) = nodes.first() else {
        return;
    };
    let batch = speaker.capacity() as u64 / 2;
    let mut heard = vec![0; fast.len()];
    for round in 0..6 {
        for version in 1..=batch {
            ok(speaker.publish(notice(&namespace, "actor", round * batch + version)));
        }
        ok(end(speaker, &namespace));
        let reading = fast.iter_mut().map(|it| Heard::until_end(it, 1));
        for (count, read) in heard.iter_mut().zip(join_all(reading).await) {
            assert_eq!(read.missed, 0, "a fast one misses nothing");
            *count += read.notices.len() as u64;
        }
    }
    assert!(heard.iter().all(|count| *count == 6 * batch), "{heard:?}");
    // They were told of five ends in between.
    for notices in &mut slow {
        let read = Heard::until_version(notices, 6 * batch).await;
        assert!(read.missed > 0, "a slow one misses something");
        assert_eq!(read.told + read.missed, 6 * batch + 5, "and knows what");
    }
}

/// What cannot be published is told as missed by all buses.
pub async fn what_cannot_be_published_is_told_as_missed<B: Buses>(buses: &B) {
    for listener in buses.nodes() {
        for speaker in buses.nodes() {
            let namespace = fresh();
            let mut notices = ok(listener.subscribe(all(&namespace)).await);
            ok(speaker.publish(notice(&namespace, "actor", 1)));
            ok(speaker.publish_missed(&namespace, 3));
            ok(speaker.publish(notice(&namespace, "actor", 5)));
            // Nothing follows: it is told all the same.
            ok(speaker.publish_missed(&namespace, 2));
            let mut told = Vec::new();
            while told.iter().filter(|it| **it > 1_000).sum::<u64>() < 2 * 1_000 + 5 {
                match notices.next().await {
                    Some(crate::bus::Told::Stored(notice)) => told.push(notice.position.as_u64()),
                    Some(crate::bus::Told::Missed(count)) => told.push(1_000 + count),
                    other => unreachable!("{other:?}"),
                }
            }
            assert_eq!(told, [1, 1_003, 5, 1_002]);
        }
    }
}
