//! From constants, written here by hand as the macros write them, to the model.

use eventstorming::{
    BoundedContext, Model,
    meta::{
        Aggregate, Command, Context, Docs, Event, ExternalSystem, Flow, Handler, Initiator,
        Location, Marks, Name, Persona, Policy, Projection, Reaction, Rejection, SchemaOf,
    },
    model::{Cardinality, ElementId, Kind, ModelError, Verb},
};

use crate::check;

const fn at(line: u32) -> Location {
    Location {
        file: "src/shop.rs",
        line,
    }
}

const fn docs(text: &'static str) -> Docs {
    Docs { text, ..Docs::NONE }
}

const fn event(name: &'static str, line: u32) -> Event {
    Event {
        name: Name::new(name),
        aliases: &[],
        version: 1,
        marks: Marks::NONE,
        rust_type: name,
        pivotal: false,
        phase: None,
        personal: &[],
        docs: Docs::NONE,
        location: at(line),
    }
}

const fn command(name: &'static str, line: u32) -> Command {
    Command {
        name: Name::new(name),
        aliases: &[],
        personal: &[],
        schema: SchemaOf::UNKNOWN,
        docs: Docs::NONE,
        location: at(line),
    }
}

const fn persona(name: &'static str, line: u32) -> Persona {
    Persona {
        name: Name::new(name),
        docs: Docs::NONE,
        location: at(line),
    }
}

static ORDER_PLACED: Event = Event {
    version: 2,
    aliases: &["OrderSubmitted"],
    pivotal: true,
    phase: Some("Pay"),
    docs: docs("A customer placed an order."),
    ..event("OrderPlaced", 10)
};
static ORDER_SHIPPED: Event = event("OrderShipped", 20);
static ORDER_CANCELLED: Event = event("OrderCancelled", 30);
static PAYMENT_REQUESTED: Event = event("PaymentRequested", 40);
static PAYMENT_CAPTURED: Event = event("PaymentCaptured", 50);
static PAYMENT_DECLINED: Event = event("PaymentDeclined", 60);
static STOCK_RESERVED: Event = event("StockReserved", 70);
static PARCEL_LOST: Event = event("ParcelLost", 80);

static PLACE_ORDER: Command = command("PlaceOrder", 110);
static SHIP_ORDER: Command = command("ShipOrder", 120);
static CANCEL_ORDER: Command = command("CancelOrder", 130);
static REQUEST_PAYMENT: Command = command("RequestPayment", 140);
static RESERVE_STOCK: Command = command("ReserveStock", 150);
static BOOK_COURIER: Command = command("BookCourier", 160);
static PRINT_LABEL: Command = command("PrintLabel", 170);

static CUSTOMER: Persona = persona("Customer", 210);
static CLERK: Persona = persona("Clerk", 220);

static CATALOGUE: Projection = Projection {
    name: Name::new("Catalogue"),
    schema: SchemaOf::UNKNOWN,
    applies: &[&[&STOCK_RESERVED]],
    read_by: &[&CUSTOMER, &CLERK],
    remarks: &[],
    answers: &[],
    docs: Docs::NONE,
    location: at(310),
};
static ORDER_SUMMARIES: Projection = Projection {
    name: Name::new("OrderSummaries"),
    schema: SchemaOf::UNKNOWN,
    applies: &[&[&ORDER_PLACED, &ORDER_CANCELLED], &[&PAYMENT_CAPTURED]],
    read_by: &[&CUSTOMER, &CLERK],
    remarks: &[],
    answers: &[],
    docs: Docs::NONE,
    location: at(320),
};

static CARD_PROCESSOR: ExternalSystem = ExternalSystem {
    name: Name::new("CardProcessor"),
    notified_of: &[&[&PAYMENT_REQUESTED]],
    handles: &[],
    emits: &[&[&PAYMENT_CAPTURED, &PAYMENT_DECLINED]],
    docs: Docs::NONE,
    location: at(410),
};
static COURIER: ExternalSystem = ExternalSystem {
    name: Name::new("Courier"),
    notified_of: &[&[&ORDER_SHIPPED]],
    handles: &[&BOOK_COURIER],
    emits: &[],
    docs: Docs::NONE,
    location: at(420),
};

static ORDER: Aggregate = Aggregate {
    name: Name::new("Order"),
    events: &[&ORDER_PLACED, &ORDER_SHIPPED, &ORDER_CANCELLED],
    remarks: &[],
    handlers: &[
        Handler {
            command: &PLACE_ORDER,
            rejects: Rejection::UNKNOWN,
            emits: &Flow::One(&ORDER_PLACED),
            by: &[Initiator::Persona(&CUSTOMER), Initiator::Persona(&CLERK)],
            informed_by: &[&CATALOGUE],
            docs: Docs::NONE,
        },
        Handler {
            command: &SHIP_ORDER,
            rejects: Rejection::UNKNOWN,
            emits: &Flow::Maybe(&Flow::One(&ORDER_SHIPPED)),
            by: &[],
            informed_by: &[],
            docs: Docs {
                text: "Repeating it is harmless.",
                hotspots: &["Who pays for a second parcel?"],
                invariants: &[],
                notes: &["Weight is checked elsewhere."],
            },
        },
        Handler {
            command: &CANCEL_ORDER,
            rejects: Rejection::UNKNOWN,
            emits: &Flow::One(&ORDER_CANCELLED),
            by: &[
                Initiator::Persona(&CUSTOMER),
                Initiator::ExternalSystem(&COURIER),
            ],
            informed_by: &[],
            docs: Docs::NONE,
        },
    ],
    docs: docs("A customer's order."),
    location: at(510),
};
static PAYMENT: Aggregate = Aggregate {
    name: Name::new("Payment"),
    events: &[&PAYMENT_REQUESTED],
    remarks: &[],
    handlers: &[Handler {
        command: &REQUEST_PAYMENT,
        rejects: Rejection::UNKNOWN,
        emits: &Flow::One(&PAYMENT_REQUESTED),
        by: &[],
        informed_by: &[],
        docs: Docs::NONE,
    }],
    docs: Docs::NONE,
    location: at(520),
};
static STOCK: Aggregate = Aggregate {
    name: Name::new("Stock"),
    events: &[&STOCK_RESERVED],
    remarks: &[],
    handlers: &[Handler {
        command: &RESERVE_STOCK,
        rejects: Rejection::UNKNOWN,
        emits: &Flow::Many(&Flow::One(&STOCK_RESERVED)),
        by: &[],
        informed_by: &[],
        docs: Docs::NONE,
    }],
    docs: Docs::NONE,
    location: at(530),
};

static START_WHEN_PLACED: Policy = Policy {
    name: Name::new("StartWhenPlaced"),
    reactions: &[Reaction {
        on: &[&ORDER_PLACED],
        issues: &Flow::AllOf(&[&Flow::One(&REQUEST_PAYMENT), &Flow::One(&RESERVE_STOCK)]),
        docs: Docs::NONE,
    }],
    docs: Docs::NONE,
    location: at(610),
};
static FULFILMENT: Policy = Policy {
    name: Name::new("Fulfilment"),
    reactions: &[
        Reaction {
            on: &[&ORDER_CANCELLED],
            issues: &Flow::Nothing,
            docs: Docs::NONE,
        },
        Reaction {
            on: &[&PAYMENT_CAPTURED],
            issues: &Flow::Maybe(&Flow::One(&SHIP_ORDER)),
            docs: Docs {
                text: "Once both are there.",
                hotspots: &["What if the stock is gone?"],
                invariants: &[],
                notes: &[],
            },
        },
        Reaction {
            on: &[&ORDER_PLACED],
            issues: &Flow::One(&CANCEL_ORDER),
            docs: Docs::NONE,
        },
        Reaction {
            on: &[&PARCEL_LOST],
            issues: &Flow::One(&PRINT_LABEL),
            docs: Docs::NONE,
        },
    ],
    docs: Docs {
        text: "Ships an order that is paid for.",
        hotspots: &["Who refunds a payment that arrives after the cancellation?"],
        invariants: &[],
        notes: &[],
    },
    location: at(620),
};

static ORDERING_META: Context = Context {
    name: Name::new("Ordering"),
    owner: Some("Team Checkout"),
    aggregates: &[&ORDER, &PAYMENT],
    policies: &[&START_WHEN_PLACED, &FULFILMENT],
    process_managers: &[],
    projections: &[&ORDER_SUMMARIES],
    external_systems: &[&CARD_PROCESSOR, &COURIER],
    upstream: &[Name::new("Warehouse")],
    docs: Docs {
        text: "Takes orders and gets them out of the door.",
        hotspots: &["Is this one context or two?"],
        invariants: &[],
        notes: &[],
    },
    location: at(710),
};
static WAREHOUSE_META: Context = Context {
    name: Name::new("Warehouse"),
    owner: None,
    aggregates: &[&STOCK],
    policies: &[],
    process_managers: &[],
    projections: &[&CATALOGUE],
    external_systems: &[],
    upstream: &[],
    docs: Docs::NONE,
    location: at(720),
};

struct Ordering;
impl BoundedContext for Ordering {
    const NAME: Name = ORDERING_META.name;
    const META: &'static Context = &ORDERING_META;
}
struct Warehouse;
impl BoundedContext for Warehouse {
    const NAME: Name = WAREHOUSE_META.name;
    const META: &'static Context = &WAREHOUSE_META;
}

fn shop() -> Model {
    Model::of::<(Ordering, Warehouse)>()
}

fn id(text: &str) -> ElementId {
    text.parse().unwrap()
}

/// Whether a relation is there, and how often it says.
#[derive(Debug, PartialEq)]
enum Said {
    Not,
    Uncounted,
    Often(Cardinality),
}

fn said(model: &Model, from: &str, verb: Verb, to: &str) -> Said {
    let (from, to) = (id(from), id(to));
    let mut relations = model.relations_from(&from);
    match relations.find(|known| known.verb == verb && known.to == to) {
        None => Said::Not,
        Some(known) => known.cardinality.map_or(Said::Uncounted, Said::Often),
    }
}

#[test]
fn the_shop_is_drawn_soundly() {
    let model = shop();
    for columns in 1..6 {
        check::everything(&model, &model.board().columns(columns).scene());
    }
}

#[test]
fn elements_belong_to_the_context_that_answers_for_them() {
    let model = shop();
    let ids: Vec<String> = model
        .elements()
        .iter()
        .map(|element| element.id.to_string())
        .collect();
    for known in [
        "context/Ordering",
        "Ordering/command/PlaceOrder",
        "Warehouse/command/ReserveStock",
        "Warehouse/event/StockReserved",
        "Ordering/event/PaymentCaptured",
        "Ordering/command/BookCourier",
        "Warehouse/read_model/Catalogue",
        "actor/Customer",
    ] {
        assert!(
            ids.iter().any(|id| id == known),
            "{known} is not in {ids:#?}"
        );
    }
}

#[test]
fn relations_say_how_often_as_return_types_do() {
    let model = shop();
    let said = |from, verb, to| said(&model, from, verb, to);
    let issued = said(
        "Ordering/policy/StartWhenPlaced",
        Verb::Issues,
        "Warehouse/command/ReserveStock",
    );
    assert_eq!(issued, Said::Often(Cardinality::One));
    let shipped = said(
        "Ordering/command/ShipOrder",
        Verb::Emits,
        "Ordering/event/OrderShipped",
    );
    assert_eq!(shipped, Said::Often(Cardinality::Optional));
    let reserved = said(
        "Warehouse/command/ReserveStock",
        Verb::Emits,
        "Warehouse/event/StockReserved",
    );
    assert_eq!(reserved, Said::Often(Cardinality::Many));
    let never = said(
        "Ordering/command/ShipOrder",
        Verb::Emits,
        "Ordering/event/OrderPlaced",
    );
    assert_eq!(never, Said::Not);
}

#[test]
fn relations_are_read_off_the_metadata() {
    let model = shop();
    for sentence in [
        "actor/Clerk issues Ordering/command/PlaceOrder",
        "actor/Clerk observes Ordering/read_model/OrderSummaries",
        "Warehouse/read_model/Catalogue informs Ordering/command/PlaceOrder",
        "Ordering/external_system/Courier issues Ordering/command/CancelOrder",
        "Ordering/command/BookCourier handled_by Ordering/external_system/Courier",
        "Ordering/external_system/CardProcessor emits Ordering/event/PaymentDeclined",
        "Ordering/event/PaymentRequested notifies Ordering/external_system/CardProcessor",
        "Ordering/event/OrderPlaced applied_by Ordering/aggregate/Order",
        "Ordering/event/PaymentCaptured feeds Ordering/read_model/OrderSummaries",
        "Ordering/event/OrderCancelled activates Ordering/policy/Fulfilment",
    ] {
        let said = model
            .relations()
            .iter()
            .any(|relation| relation.to_string() == sentence);
        assert!(said, "{sentence}");
    }
}

#[test]
fn a_policy_knows_upon_what_it_issues_what() {
    let model = shop();
    let policy = id("Ordering/policy/Fulfilment");
    let upon = |command: &str| {
        let command = id(command);
        let issues = model
            .relations_from(&policy)
            .find(|known| known.to == command)
            .unwrap();
        issues
            .upon
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        upon("Ordering/command/ShipOrder"),
        ["Ordering/event/PaymentCaptured"]
    );
    assert_eq!(
        upon("Ordering/command/CancelOrder"),
        ["Ordering/event/OrderPlaced"]
    );
}

#[test]
fn questions_of_members_and_of_their_functions_become_hot_spots() {
    let model = shop();
    let questions: Vec<(String, String)> = model
        .of_kind(Kind::Hotspot)
        .map(|spot| {
            let on = model.objects(&spot.id, Verb::On).next().unwrap();
            (on.id.to_string(), spot.label.clone())
        })
        .collect();
    let expected = [
        ("context/Ordering", "Is this one context or two?"),
        (
            "Ordering/command/ShipOrder",
            "Who pays for a second parcel?",
        ),
        (
            "Ordering/policy/Fulfilment",
            "Who refunds a payment that arrives after the cancellation?",
        ),
        ("Ordering/policy/Fulfilment", "What if the stock is gone?"),
    ];
    assert_eq!(
        questions,
        expected.map(|(on, text)| (on.to_owned(), text.to_owned()))
    );
    let command = model.element(&id("Ordering/command/ShipOrder")).unwrap();
    assert_eq!(command.notes, ["Weight is checked elsewhere."]);
}

#[test]
fn what_lies_outside_of_the_contexts_given_is_foreign() {
    let alone = Model::of::<Ordering>();
    let event = alone.element(&id("Ordering/event/ParcelLost")).unwrap();
    assert!(event.is_foreign());
    let command = alone.element(&id("Ordering/command/ReserveStock")).unwrap();
    assert!(command.is_foreign());
    assert!(
        !shop()
            .element(&id("Warehouse/command/ReserveStock"))
            .unwrap()
            .is_foreign()
    );
    check::everything(&alone, &alone.board().scene());
}

#[test]
fn json_of_the_shop_is_read_back_as_the_same_model() {
    assert_eq!(Model::from_json(&shop().to_json()).unwrap(), shop());
}

#[test]
fn a_context_may_be_given_twice_but_a_name_belongs_to_one() {
    static NAMESAKE: Context = Context {
        name: Name::new("Ordering"),
        location: at(999),
        aggregates: &[],
        policies: &[],
        process_managers: &[],
        projections: &[],
        external_systems: &[],
        owner: None,
        upstream: &[],
        docs: Docs::NONE,
    };
    let twice = Model::from_contexts(&[&ORDERING_META, &ORDERING_META]).unwrap();
    assert_eq!(twice, Model::of::<Ordering>());
    let error = Model::from_contexts(&[&ORDERING_META, &NAMESAKE]).unwrap_err();
    assert!(matches!(error, ModelError::DefinedTwice { .. }));
    assert_eq!(
        error.to_string(),
        "`context/Ordering` is defined twice, at src/shop.rs:710 and at src/shop.rs:999; rename one of them"
    );
}
