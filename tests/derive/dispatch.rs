//! From stored bytes to the methods, and from their answers to what is stored.

use aether::{
    ActorId, CommandId, Payload, Position, Version,
    domain::{
        Aggregate, Context, EventSet, HandleError, Handlers, NewEvent, Origin, Replayed, Stored,
    },
};

use crate::shop::{
    CancelOrder, Order, OrderCancelled, OrderId, OrderPlaced, OrderRefusal, OrderShipped, Orders,
    PlaceOrder, ShipOrder, ShipWhenPlaced, Stock, StockEvent,
};

fn actor() -> ActorId {
    ActorId::of("Order", "7").expect("the key is short")
}

fn order_id() -> OrderId {
    OrderId::from("7")
}

fn placed() -> OrderPlaced {
    OrderPlaced {
        order: order_id(),
        total: 2,
        currency: "EUR".to_owned(),
    }
}

/// Runs a command by the name it travels under.
fn run(
    state: &Order,
    name: &str,
    command: &impl serde::Serialize,
) -> Result<Vec<NewEvent>, HandleError> {
    let row = Order::ON_COMMAND
        .iter()
        .find(|row| row.command().name.as_str() == name);
    let context = Context::new(actor(), CommandId::new()).at_version(4.into());
    let data = Payload::of(command).expect("the command is JSON");
    row.expect("a handler is listed")
        .run(state, &data, &context)
}

fn names(events: &[NewEvent]) -> Vec<&str> {
    events.iter().map(|event| &*event.event_type).collect()
}

#[test]
fn a_command_finds_its_handler_by_name() {
    let order = Order::default();
    let place = PlaceOrder {
        order: order_id(),
        total: 2,
    };
    let events = run(&order, "PlaceOrder", &place).expect("it is not refused");
    assert_eq!(events, [NewEvent::of(&placed()).expect("it is JSON")]);
    let cancel = CancelOrder(order_id());
    let events = run(&order, "CancelOrder", &cancel).expect("it is not refused");
    assert_eq!(events[0].data.as_str(), r#"{"order":"7@4"}"#);
}

#[test]
fn an_option_is_an_event_or_none() {
    let ship = ShipOrder { order: order_id() };
    let mut order = Order::default();
    let events = run(&order, "Ship", &ship).expect("it is not refused");
    assert_eq!(names(&events), ["OrderShipped"]);
    order.shipped = true;
    let events = run(&order, "Ship", &ship).expect("it is not refused");
    assert_eq!(names(&events), [""; 0]);
}

#[test]
fn a_refusal_is_told_from_a_command_that_cannot_be_read() {
    let order = Order {
        total: 1,
        ..Order::default()
    };
    let place = PlaceOrder {
        order: order_id(),
        total: 2,
    };
    let Err(HandleError::Refused(refusal)) = run(&order, "PlaceOrder", &place) else {
        panic!("a second order is refused");
    };
    assert_eq!(
        refusal.downcast_ref(),
        Some(&OrderRefusal::PlacedAlready),
        "{refusal}"
    );
    let unread = run(&order, "PlaceOrder", &"place it");
    assert!(matches!(
        unread,
        Err(HandleError::Command {
            command: "PlaceOrder",
            ..
        })
    ));
}

#[test]
fn history_folds_into_the_state_by_the_apply_methods() {
    let cancelled = OrderCancelled { order: order_id() };
    let events = [
        placed().record(actor(), 1.into()),
        OrderShipped { order: order_id() }.record(actor(), 2.into()),
        cancelled.record(actor(), 3.into()),
    ];
    let events = events.map(|event| event.expect("it is JSON"));
    let order = Replayed::<Order>::replay(actor(), &events).expect("all can be read");
    assert_eq!((order.version(), order.shipped), (Version::from(3), true));
    assert!(order.is_worth(2));
    assert_eq!(order.last, "Order.7");
    let last = OrderShipped { order: order_id() };
    let last = last.record(actor(), 9.into()).expect("it is JSON");
    let mut again = Order::default();
    again.apply(
        OrderShipped { order: order_id() }.into(),
        &Origin::of(&last, Position::START),
    );
    assert!(again.shipped);
}

#[test]
fn inline_events_come_to_one_method() {
    let received = StockEvent::Received { in_pieces: 3 };
    let event = received.record(actor(), 1.into()).expect("it is JSON");
    let stock = Replayed::<Stock>::replay(actor(), [&event, &event]).expect("all can be read");
    assert_eq!(stock.pieces, 6);
    let shown = r#"Replayed { actor_id: ActorId("Order.7"), version: Version(1), state: Stock { pieces: 6 } }"#;
    assert_eq!(format!("{stock:?}"), shown);
}

#[test]
fn a_projection_hands_raw_events_what_no_other_method_takes() {
    let mut orders = Orders::default();
    let event = placed().record(actor(), 1.into()).expect("it is JSON");
    let origin = Origin::of(&event, Position::START);
    for event_type in ["OrderPlaced", "OrderRenamed", "OrderSubmitted"] {
        let stored = Stored {
            event_type,
            ..Stored::from(&event)
        };
        assert!(
            orders
                .apply_stored(stored, &origin)
                .expect("it can be read")
        );
    }
    assert_eq!(orders.placed, 2);
    assert_eq!(orders.others, ["OrderRenamed 1"]);
}

#[test]
fn a_reaction_gives_commands_with_the_key_of_their_instance() {
    let policy = ShipWhenPlaced;
    let mut free = placed();
    free.total = 0;
    let event = free.record(actor(), 1.into()).expect("it is JSON");
    let origin = Origin::of(&event, Position::START);
    let commands = policy.react_stored(Stored::from(&event), &origin);
    let commands = commands.expect("the event can be read");
    let found: Vec<_> = commands
        .iter()
        .map(|command| (command.command, command.key.as_str(), command.data.as_str()))
        .collect();
    let expected = [
        ("Ship", "7", r#"{"order":"7"}"#),
        ("CancelOrder", "7", r#""7""#),
    ];
    assert_eq!(found, expected);

    let cancelled = OrderCancelled { order: order_id() };
    let event = cancelled.record(actor(), 2.into()).expect("it is JSON");
    let commands = policy.react_stored(Stored::from(&event), &Origin::of(&event, Position::START));
    assert_eq!(commands.expect("the event can be read")[0].key, "Order.7");
    let other = OrderShipped { order: order_id() };
    let event = other.record(actor(), 3.into()).expect("it is JSON");
    let none = policy.react_stored(Stored::from(&event), &Origin::of(&event, Position::START));
    assert!(none.expect("there is nothing to read").is_empty());
}
