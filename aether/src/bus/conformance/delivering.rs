#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use std::sync::Arc;

use serde_json::json;

use super::{
    Buses,
    fixture::{Heard, all, end, fresh, notice, ok},
};
use crate::{
    Commit, Event, OutgoingCommand, Payload, Position,
    bus::{EventBus, EventStored},
};

/// What is published right after a subscription was made is told, wherever it is published.
pub async fn a_subscription_is_live_when_it_is_made<B: Buses>(buses: &B) {
    for round in 1..=10 {
        for listener in buses.nodes() {
            for speaker in buses.nodes() {
                let namespace = fresh();
                let mut notices = ok(listener.subscribe(all(&namespace)).await);
                ok(speaker.publish(notice(&namespace, "actor", 1)));
                ok(end(speaker, &namespace));
                let heard = Heard::until_end(&mut notices, 1).await;
                assert_eq!((heard.notices.len(), heard.missed), (1, 0), "round {round}");
            }
        }
    }
}

/// What a bus publishes is told once by each bus, itself included.
pub async fn what_is_published_is_told_once_everywhere<B: Buses>(buses: &B) {
    let (namespace, nodes) = (fresh(), buses.nodes());
    let mut subscriptions = Vec::new();
    for node in nodes.iter().chain(nodes) {
        subscriptions.push(ok(node.subscribe(all(&namespace)).await));
    }
    // What others publish may wait, while one does.
    let count = nodes.first().map_or(0, EventBus::capacity) / (2 * nodes.len());
    for version in 1..=count as u64 {
        for (index, node) in nodes.iter().enumerate() {
            ok(node.publish(notice(&namespace, &format!("node{index}"), version)));
        }
    }
    for node in nodes {
        ok(end(node, &namespace));
    }
    for notices in &mut subscriptions {
        let heard = Heard::until_end(notices, nodes.len()).await;
        assert_eq!(heard.notices.len(), count * nodes.len());
        assert_eq!(heard.check_order().len(), nodes.len());
    }
}

/// A notice is told with all that is in it.
pub async fn what_is_told_is_what_was_published<B: Buses>(buses: &B) {
    let event = |version| {
        ok(Event::new(
            "Order.\u{e9} *",
            version,
            "Placed",
            &json!({ "total": 9.5 }),
        ))
    };
    let command = OutgoingCommand {
        id: crate::CommandId::new(),
        command: "Ship".into(),
        key: "7".to_owned(),
        data: ok(Payload::of(&json!({}))),
    };
    let commit = ok(Commit::new([event(3), event(4)])).asking(command);
    for listener in buses.nodes() {
        for speaker in buses.nodes() {
            // What was published before may still be on its way to others.
            let namespace = fresh();
            let published = Arc::new(EventStored {
                namespace: namespace.clone(),
                position: Position::new(u64::MAX),
                commit: commit.clone(),
            });
            let mut notices = ok(listener.subscribe(all(&namespace)).await);
            ok(speaker.publish(Arc::clone(&published)));
            ok(end(speaker, &namespace));
            let heard = Heard::until_end(&mut notices, 1).await;
            assert_eq!(heard.notices, [Arc::clone(&published)]);
        }
    }
}

/// What a bus publishes of an actor is told in that order by all.
pub async fn the_order_of_an_actor_is_kept<B: Buses>(buses: &B) {
    let (namespace, nodes) = (fresh(), buses.nodes());
    let mut subscriptions = Vec::new();
    for node in nodes {
        subscriptions.push(ok(node.subscribe(all(&namespace)).await));
    }
    let rounds = nodes.first().map_or(0, |it| it.capacity() as u64 / 20);
    for version in 1..=rounds {
        for actor in 0..10 {
            let speaker = nodes.iter().cycle().nth(actor);
            let actor = format!("actor{actor}");
            if let Some(speaker) = speaker {
                ok(speaker.publish(notice(&namespace, &actor, version)));
            }
        }
    }
    for node in nodes {
        ok(end(node, &namespace));
    }
    for notices in &mut subscriptions {
        let heard = Heard::until_end(notices, nodes.len()).await;
        let last = heard.check_order();
        assert_eq!(last.len(), 10);
        assert!(last.values().all(|last| *last == rounds), "{last:?}");
    }
}

/// However many subscribers a process has, a notice is there once.
pub async fn subscribers_of_a_process_share_the_notice<B: Buses>(buses: &B) {
    for listener in buses.nodes() {
        for speaker in buses.nodes() {
            // What was published before may still be on its way to others.
            let namespace = fresh();
            let mut one = ok(listener.subscribe(all(&namespace)).await);
            let mut other = ok(listener.subscribe(all(&namespace)).await);
            ok(speaker.publish(notice(&namespace, "actor", 1)));
            ok(end(speaker, &namespace));
            let one = Heard::until_end(&mut one, 1).await.notices;
            let other = Heard::until_end(&mut other, 1).await.notices;
            let is_shared = |(one, other)| Arc::ptr_eq(one, other);
            assert_eq!((one.len(), other.len()), (1, 1));
            assert!(one.iter().zip(&other).all(is_shared));
        }
    }
}
