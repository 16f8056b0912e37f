use std::time::Duration;

use aether::{Commit, Event, Position, Timestamp};
use serde_json::{Value, json};

use super::*;

/// A log, written by hand.
#[derive(Default)]
struct Log(Vec<Recorded>);

impl Log {
    /// Adds an event that another one has caused, so long after the beginning of time.
    fn add(&mut self, actor: &str, what: &str, cause: Option<&Event>, millis: u64) -> Event {
        let order = actor.rsplit('.').next().unwrap();
        self.add_with(actor, what, &json!({ "order": order }), (cause, millis))
    }

    fn add_with(
        &mut self,
        actor: &str,
        what: &str,
        data: &Value,
        (cause, millis): (Option<&Event>, u64),
    ) -> Event {
        let of_actor = self
            .0
            .iter()
            .filter(|it| it.commit.actor_id().as_str() == actor);
        let version = of_actor.count() as u64 + 1;
        let event = Event::new(actor, version, what.to_owned(), data).unwrap();
        let mut event = event.at(Timestamp::UNIX_EPOCH.after(Duration::from_millis(millis)));
        event.metadata.causation_id = cause.map(|cause| cause.id.to_string());
        let position = Position::new(self.0.len() as u64 + 1);
        let commit = Commit::new([event.clone()]).unwrap();
        self.0.push(Recorded { position, commit });
        event
    }

    /// The process manager receives an event.
    fn received(&mut self, order: u64, event: &Event) -> Event {
        let data = json!({ "type": event.event_type, "time": event.timestamp });
        let manager = format!("Fulfilment.{order}");
        self.add_with(&manager, "aether.received", &data, (Some(event), 10_000))
    }

    fn counted(&mut self, order: u64, cause: &Event) -> Event {
        let data = json!({ "order": order.to_string() });
        self.add_with("Depot.1", "ParcelCounted", &data, (Some(cause), 10_000))
    }

    /// An order that is paid for.
    fn paid(&mut self, order: u64) {
        let placed = self.add(&format!("Order.{order}"), "OrderPlaced", None, 0);
        let payment = format!("Payment.{order}");
        let requested = self.add(&payment, "PaymentRequested", Some(&placed), 10);
        self.received(order, &placed);
        let captured = self.add(&payment, "PaymentCaptured", Some(&requested), 200);
        let received = self.received(order, &captured);
        let shipped = self.add(
            &format!("Order.{order}"),
            "OrderShipped",
            Some(&received),
            300,
        );
        let received = self.received(order, &shipped);
        self.counted(order, &received);
        self.add(
            &format!("Pickup.{order}"),
            "PickupNoted",
            Some(&shipped),
            400,
        );
    }

    /// An order that nobody pays for.
    fn unpaid(&mut self, order: u64, cancelled_at: u64) {
        let placed = self.add(&format!("Order.{order}"), "OrderPlaced", None, 0);
        self.add(
            &format!("Payment.{order}"),
            "PaymentRequested",
            Some(&placed),
            10,
        );
        let received = self.received(order, &placed);
        let order_id = format!("Order.{order}");
        let cancelled = self.add(&order_id, "OrderCancelled", Some(&received), cancelled_at);
        self.counted(order, &cancelled);
    }

    fn find(&self, what: &str) -> Event {
        let mut events = self.0.iter().flat_map(|it| it.commit.events());
        events.find(|it| it.event_type == what).unwrap().clone()
    }

    fn told(&self) -> Vec<Told> {
        let events = self.0.iter().flat_map(|it| it.commit.events());
        let shipped = events.filter(|it| it.event_type == "OrderShipped");
        let told = shipped.map(|event| {
            let order = event.actor_id.as_str().strip_prefix("Order.").unwrap();
            (
                order.to_owned(),
                CommandId::derived(event.id.as_uuid(), "Carrier"),
            )
        });
        told.collect()
    }

    fn check(&self) -> Vec<Violation> {
        self.check_with(&self.told(), &[])
    }

    fn check_with(&self, told: &[Told], parked: &[ActorId]) -> Vec<Violation> {
        check(&Evidence {
            orders: 4,
            log: &self.0,
            told,
            parked,
        })
    }
}

/// Four orders, the last of which is not paid for, with nothing wrong.
fn good() -> Log {
    let mut log = Log::default();
    (0..3).for_each(|order| log.paid(order));
    log.unpaid(3, 300);
    log
}

fn lost(order: u64, what: &str) -> Violation {
    let what = what.to_owned();
    Violation::Lost { order, what }
}

#[test]
fn a_good_history_has_no_fault() {
    assert_eq!(good().check(), []);
}

#[test]
fn a_reaction_that_is_doubled_is_found() {
    for what in [
        "PaymentRequested",
        "ParcelCounted",
        "PickupNoted",
        "OrderPlaced",
    ] {
        let mut log = good();
        let event = log.find(what);
        let data: Value = event.data.decode().unwrap();
        let again = log.add_with(event.actor_id.as_str(), what, &data, (None, 20_000));
        let last = log.0.last_mut().unwrap();
        let mut again = again;
        again.metadata = event.metadata.clone();
        last.commit = Commit::new([again]).unwrap();
        let doubled = Violation::Doubled {
            order: 0,
            what: what.to_owned(),
            times: 2,
        };
        assert_eq!(log.check(), [doubled]);
    }
}

#[test]
fn what_a_process_manager_receives_twice_is_found() {
    let mut log = good();
    let placed = log.find("OrderPlaced");
    log.received(0, &placed);
    let what = "received OrderPlaced".to_owned();
    let doubled = Violation::Doubled {
        order: 0,
        what,
        times: 2,
    };
    assert_eq!(log.check(), [doubled]);
}

#[test]
fn a_reaction_that_is_lost_is_found() {
    for what in ["ParcelCounted", "PickupNoted"] {
        let mut log = good();
        let at = log
            .0
            .iter()
            .position(|it| it.commit.events()[0].event_type == what);
        log.0.remove(at.unwrap());
        assert_eq!(log.check(), [lost(0, what)]);
    }
}

#[test]
fn an_order_of_which_nothing_came_is_found() {
    let mut log = good();
    log.0.retain(|it| {
        !it.commit.actor_id().as_str().ends_with(".1") || it.commit.actor_id().as_str() == "Depot.1"
    });
    let violations = log.check();
    assert!(
        violations.contains(&lost(1, "OrderPlaced")),
        "{violations:?}"
    );
    assert!(
        violations.contains(&lost(1, "received OrderPlaced")),
        "{violations:?}"
    );
    assert!(
        violations.contains(&Violation::Untold { order: 1 }),
        "{violations:?}"
    );
}

#[test]
fn what_was_called_off_and_happens_is_found() {
    let mut log = good();
    let received = log.find("aether.received");
    log.add("Order.0", "OrderCancelled", Some(&received), 20_000);
    let what = "OrderCancelled".to_owned();
    assert_eq!(log.check(), [Violation::Stray { order: 0, what }]);
}

#[test]
fn a_timer_that_fires_too_early_is_found() {
    let mut log = Log::default();
    (0..3).for_each(|order| log.paid(order));
    log.unpaid(3, 299);
    let what = "OrderCancelled".to_owned();
    assert_eq!(log.check(), [Violation::Early { order: 3, what }]);
}

#[test]
fn an_effect_with_another_cause_is_found() {
    let mut log = good();
    let pickup = log
        .0
        .iter()
        .position(|it| it.commit.events()[0].event_type == "PickupNoted");
    let pickup = &mut log.0[pickup.unwrap()];
    let mut event = pickup.commit.events()[0].clone();
    event.metadata.causation_id = Some("another".to_owned());
    pickup.commit = Commit::new([event]).unwrap();
    let wrong = Violation::WrongCause {
        order: 0,
        what: "PickupNoted".to_owned(),
        wanted: "OrderShipped".to_owned(),
    };
    assert_eq!(log.check(), [wrong]);
}

#[test]
fn what_nobody_ordered_and_what_is_about_nothing_is_found() {
    let mut log = good();
    log.add("Order.9", "OrderPlaced", None, 0);
    log.add("Order.x", "OrderPlaced", None, 0);
    let what = "OrderPlaced".to_owned();
    let nameless = Violation::Nameless {
        position: log.0.len() as u64,
        what: what.clone(),
    };
    assert_eq!(log.check(), [nameless, Violation::Stray { order: 9, what }]);
}

#[test]
fn a_carrier_that_is_told_under_two_keys_or_not_at_all_is_found() {
    let log = good();
    let mut told = log.told();
    told.push(told[0].clone());
    assert_eq!(log.check_with(&told, &[]), [], "it may be told again");
    told.push((told[1].0.clone(), CommandId::new()));
    assert_eq!(
        log.check_with(&told, &[]),
        [Violation::OtherKey { order: 1 }]
    );
    assert_eq!(
        log.check_with(&log.told()[1..], &[]),
        [Violation::Untold { order: 0 }]
    );
}

#[test]
fn what_is_parked_without_reason_or_not_parked_is_found() {
    let log = good();
    let actor = ActorId::new("Order.2").unwrap();
    let parked = log.check_with(&log.told(), std::slice::from_ref(&actor));
    assert_eq!(parked, [Violation::Parked { actor }]);
    assert_eq!(
        check_parked(&fifty_one(&[])),
        [Violation::NotParked { order: 50 }]
    );
    let poison = ActorId::new("Order.50").unwrap();
    assert_eq!(check_parked(&fifty_one(std::slice::from_ref(&poison))), []);
    let twice = [poison.clone(), poison.clone()];
    assert_eq!(
        check_parked(&fifty_one(&twice)),
        [Violation::Parked { actor: poison }]
    );
}

/// As many orders as there have to be for one that the carrier does not take.
const fn fifty_one(parked: &[ActorId]) -> Evidence<'_> {
    Evidence {
        orders: 51,
        log: &[],
        told: &[],
        parked,
    }
}
