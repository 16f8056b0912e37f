#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use super::{
    Buses,
    fixture::{Heard, all, end, fresh, namespace, notice, ok, typed},
};
use crate::bus::{EventBus as _, SubscriptionFilter};

/// Of namespaces whose names look alike each has its own notices.
pub async fn namespaces_are_kept_apart<B: Buses>(buses: &B) {
    let odd = [
        "a", "A", "a.b", "a.*", ">", "*", "a/b", "a b", "%61", "\u{e9}", ".", "a.",
    ];
    for speaker in buses.nodes() {
        for listener in buses.nodes() {
            // What was published before may still be on its way to others.
            let tail = fresh();
            let tail = tail.as_str().rsplit('-').next().unwrap_or_default();
            let tail = tail.get(tail.len() - 12..).unwrap_or_default();
            let names = odd.map(|it| namespace(&format!("{it}.{tail}.{it}")));
            let mut subscriptions = Vec::new();
            for name in &names {
                subscriptions.push(ok(listener.subscribe(all(name)).await));
            }
            for name in &names {
                ok(speaker.publish(notice(name, name.as_str(), 1)));
                ok(end(speaker, name));
            }
            for (notices, name) in subscriptions.iter_mut().zip(&names) {
                let heard = Heard::until_end(notices, 1).await;
                assert_eq!(heard.names(), [(name.to_string(), 1)]);
            }
        }
    }
}

/// `*` stands for one token of a namespace, `>` for one or more at its end.
pub async fn a_pattern_means_several_namespaces<B: Buses>(buses: &B) {
    let (told, wanted) = (
        ["", ".eu", ".eu.west", ".us"],
        [("", 1), (".*", 2), (".>", 3), (".eu.>", 1), (".*.west", 1)],
    );
    for speaker in buses.nodes() {
        for listener in buses.nodes() {
            for (pattern, count) in wanted {
                let root = fresh();
                let name = |rest: &str| namespace(&format!("{root}{rest}"));
                let pattern = ok(format!("{root}{pattern}").parse());
                let mut notices = ok(listener
                    .subscribe(SubscriptionFilter::matching(pattern))
                    .await);
                for rest in told {
                    ok(speaker.publish(notice(&name(rest), &format!("at{rest}"), 1)));
                }
                for rest in told {
                    ok(end(speaker, &name(rest)));
                }
                let heard = Heard::until_end(&mut notices, count).await;
                let names: Vec<_> = heard.notices.iter().map(|it| &it.namespace).collect();
                assert_eq!(names.len(), count, "{names:?}");
            }
        }
    }
}

/// A subscriber is told of the event types and the actors that it wants.
pub async fn a_filter_gives_what_it_wants<B: Buses>(buses: &B) {
    let end_too = |types: &[&str]| {
        types
            .iter()
            .chain(&["End"])
            .map(ToString::to_string)
            .collect()
    };
    for speaker in buses.nodes() {
        for listener in buses.nodes() {
            // What was published before may still be on its way to others.
            let namespace = fresh();
            let types: Vec<String> = end_too(&["Placed"]);
            let placed = all(&namespace).event_types(types);
            let mut placed = ok(listener.subscribe(placed).await);
            let orders = all(&namespace).actors(ok("Order.*".parse()));
            let mut orders = ok(listener.subscribe(orders).await);
            for (actor, event_type) in [
                ("Order.1", "Placed"),
                ("Order.1.line", "Placed"),
                ("Cart.1", "Emptied"),
                ("Order.2", "Shipped"),
            ] {
                ok(speaker.publish(typed(&namespace, actor, 1, event_type)));
            }
            ok(speaker.publish(typed(&namespace, "Order.last", 1, "Closed")));
            ok(end(speaker, &namespace));
            let heard = Heard::until_end(&mut placed, 1).await.names();
            assert_eq!(
                heard,
                [("Order.1".to_owned(), 1), ("Order.1.line".to_owned(), 1)]
            );
            for actor in ["Order.1", "Order.2", "Order.last"] {
                let told = orders.next().await;
                let Some(crate::bus::Told::Stored(told)) = told else {
                    unreachable!("{told:?}");
                };
                assert_eq!(told.commit.actor_id().as_str(), actor);
            }
        }
    }
}
