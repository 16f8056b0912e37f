//! What the model says about the domain.

use aether::domain::{
    Aggregate, BoundedContext, Command, EventSet, ExternalSystem, Handlers, Initiator, Instances,
    Persona, Policy, ProcessManager, Projection, Register,
};
use aether::eventstorming::meta::{self, BoundedContext as _, Flow};

use crate::shop::{
    Customer, Order, OrderEvent, Ordering, Orders, PlaceOrder, ShipOrder, ShipWhenPlaced, Shop,
    StockEvent,
};

/// `Maybe(One(OrderShipped))`
fn flow<T>(flow: &Flow<T>, name: fn(&T) -> &'static str) -> String {
    let inner = |inner: &Flow<T>| self::flow(inner, name);
    match flow {
        Flow::Nothing => "Nothing".to_owned(),
        Flow::One(one) => format!("One({})", name(one)),
        Flow::Maybe(some) => format!("Maybe({})", inner(some)),
        Flow::Many(some) => format!("Many({})", inner(some)),
        Flow::Later(some, None) => format!("Later({})", inner(some)),
        Flow::Later(some, Some(delay)) => format!("Later({}, {delay:?})", inner(some)),
        Flow::AllOf(all) => {
            let all: Vec<_> = all.iter().map(|some| inner(some)).collect();
            format!("AllOf({})", all.join(", "))
        }
        Flow::OneOf(set) => {
            let set: Vec<_> = set.iter().map(|one| name(one)).collect();
            format!("OneOf({})", set.join(", "))
        }
        Flow::Either(flows) => {
            let flows: Vec<_> = flows.iter().map(|some| inner(some)).collect();
            format!("Either({})", flows.join(", "))
        }
    }
}

fn events(set: meta::Set<meta::Event>) -> Vec<&'static str> {
    set.iter().map(|event| event.name.as_str()).collect()
}

#[test]
fn an_event_says_how_it_is_stored_and_what_it_means() {
    let [placed, shipped, cancelled] = OrderEvent::EVENTS else {
        panic!("an order has three events");
    };
    assert_eq!(placed.aliases, ["OrderSubmitted"]);
    assert_eq!((placed.version, placed.rust_type), (3, "OrderPlaced"));
    assert_eq!((placed.pivotal, placed.phase), (true, Some("Sales")));
    assert_eq!(placed.docs.text, "A customer placed an order.");
    assert_eq!(placed.docs.hotspots, ["what if the total is zero?"]);
    assert_eq!(placed.docs.notes, ["seldom on Sundays."]);
    assert!(placed.location.file.ends_with("derive/shop.rs"));
    assert!(placed.location.line > 20 && placed.location.line < shipped.location.line);
    assert_eq!((shipped.pivotal, shipped.phase), (true, None));
    let stored = (cancelled.name.as_str(), cancelled.rust_type);
    assert_eq!(stored, ("OrderVoided", "OrderCancelled"));
    assert!(!cancelled.pivotal);
}

#[test]
fn inline_events_are_named_behind_the_prefix() {
    assert_eq!(
        events(StockEvent::EVENTS),
        ["StockReceived", "StockCounted"]
    );
    let received = StockEvent::EVENTS[0];
    assert_eq!(
        (received.rust_type, received.version),
        ("StockEvent::Received", 2)
    );
    assert_eq!(received.docs.text, "Goods came in.");
}

#[test]
fn handlers_say_what_their_signatures_say() {
    let found: Vec<_> = Order::META
        .handlers
        .iter()
        .map(|handler| {
            let emits = flow(handler.emits, |event| event.name.as_str());
            (handler.command.name.as_str(), emits)
        })
        .collect();
    let expected = [
        ("PlaceOrder", "One(OrderPlaced)"),
        ("Ship", "Maybe(One(OrderShipped))"),
        (
            "CancelOrder",
            "Many(OneOf(OrderPlaced, OrderShipped, OrderVoided))",
        ),
    ];
    assert_eq!(
        found,
        expected.map(|(name, emits)| (name, emits.to_owned()))
    );

    let place = &Order::META.handlers[0];
    let by: Vec<_> = place.by.iter().map(|by| by.name().as_str()).collect();
    assert_eq!(by, ["Customer", "Counter"]);
    assert_eq!(place.informed_by[0].name.as_str(), "Orders");
    assert_eq!(place.docs.text, "Only once.");
    assert_eq!(events(Order::META.events), events(OrderEvent::EVENTS));
}

#[test]
fn reactions_say_what_they_issue() {
    let policy = ShipWhenPlaced::META;
    assert_eq!(policy.name.as_str(), "ShipAtOnce");
    let found: Vec<_> = policy
        .reactions
        .iter()
        .map(|reaction| {
            let issues = flow(reaction.issues, |command| command.name.as_str());
            (events(reaction.on), issues)
        })
        .collect();
    let expected = [
        (
            vec!["OrderPlaced"],
            "AllOf(One(Ship), Maybe(One(CancelOrder)))".to_owned(),
        ),
        (vec!["OrderVoided"], "Many(One(CancelOrder))".to_owned()),
    ];
    assert_eq!(found, expected);
    assert_eq!(policy.reactions[0].docs.text, "Without delay.");
}

#[test]
fn a_projection_says_what_feeds_it_and_who_reads_it() {
    let fed: Vec<_> = Orders::META.applies.iter().copied().map(events).collect();
    assert_eq!(fed, [vec![], vec!["OrderPlaced"]]);
    assert_eq!(Orders::META.read_by[0].name, Customer::META.name);
    assert_eq!(Orders::APPLIES.len(), Orders::ON_APPLY.len());
}

#[test]
fn an_external_system_says_what_is_declared() {
    let shop = Shop::META;
    assert_eq!(events(shop.notified_of[0]), ["OrderShipped"]);
    assert_eq!(shop.handles[0].name.as_str(), "Dun");
    assert_eq!(events(shop.emits[0]), ["StockReceived", "StockCounted"]);
    assert!(matches!(
        Shop::INITIATOR,
        meta::Initiator::ExternalSystem(system) if system.name.as_str() == "Counter"
    ));
    assert!(matches!(
        Customer::INITIATOR,
        meta::Initiator::Persona(persona) if persona.docs.text == "Someone who buys."
    ));
}

#[test]
fn a_command_is_addressed_by_the_field_that_is_marked() {
    let ship = ShipOrder { order: "7".into() };
    assert_eq!(ship.key(), "7");
    assert_eq!(ShipOrder::META.name.as_str(), "Ship");
    assert_eq!(PlaceOrder::META.docs.text, "Place an order.");
}

/// Notes down what it is handed.
#[derive(Default)]
struct Notebook(Vec<&'static str>);

impl Register for Notebook {
    fn aggregate<A: Aggregate + Handlers>(&mut self) {
        self.0.push(A::META.name.as_str());
    }

    fn policy<P: Policy + Handlers>(&mut self) {
        self.0.push(P::META.name.as_str());
    }

    fn process_manager<P: ProcessManager + Instances>(&mut self) {
        self.0.push(P::META.name.as_str());
    }

    fn projection<P: Projection + Handlers>(&mut self) {
        self.0.push(P::META.name.as_str());
    }

    fn external_system<S: ExternalSystem>(&mut self) {
        self.0.push(S::META.name.as_str());
    }
}

#[test]
fn what_is_run_is_what_is_drawn() {
    let context = Ordering::META;
    let aggregates = context.aggregates.iter().map(|member| &member.name);
    let policies = context.policies.iter().map(|member| &member.name);
    let projections = context.projections.iter().map(|member| &member.name);
    let systems = context.external_systems.iter().map(|member| &member.name);
    let drawn = aggregates.chain(policies).chain(projections).chain(systems);
    let drawn: Vec<_> = drawn.map(meta::Name::as_str).collect();
    let mut notebook = Notebook::default();
    Ordering::register(&mut notebook);
    assert_eq!(drawn, ["Order", "Stock", "ShipAtOnce", "Orders", "Counter"]);
    assert_eq!(notebook.0, drawn);
}

#[test]
fn a_context_has_an_owner_and_open_questions() {
    assert_eq!(Ordering::NAME.as_str(), "Ordering");
    assert_eq!(Ordering::META.owner, Some("Team Checkout"));
    assert_eq!(Ordering::META.docs.hotspots, ["who owns returns?"]);
}
