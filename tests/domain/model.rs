//! The model of the shop: what is drawn is what is written, and what is drawn is what runs.

use std::collections::BTreeSet;

use aether::{
    domain::{
        Aggregate, BoundedContext, ExternalSystem, Handlers, Instances, Policy, ProcessManager,
        Projection, Register,
    },
    eventstorming::{
        Model,
        model::{Kind, Verb},
    },
};
use aether_examples::order_fulfilment::{Inventory, Ordering, Payment, Shipping, Shop};

fn names(kind: Kind) -> Vec<String> {
    let model = Model::of::<Shop>();
    let elements = model.of_kind(kind);
    elements
        .map(|element| element.id.name().to_owned())
        .collect()
}

#[test]
fn the_model_has_these_elements() {
    assert_eq!(
        names(Kind::Context),
        ["Ordering", "Inventory", "Payment", "Shipping"]
    );
    assert_eq!(
        names(Kind::Aggregate),
        ["Article", "Order", "Stock", "CardPayment", "Shipment"]
    );
    assert_eq!(
        names(Kind::Policy),
        [
            "ConfirmOrderWhenPaid",
            "RejectOrderWhenUnfulfillable",
            "ReserveStockWhenPlaced",
            "ReleaseStockWhenOrderFails",
            "RequestPaymentWhenReserved",
            "CancelPaymentWhenNoParcel",
            "CreateShipmentWhenConfirmed",
        ]
    );
    assert_eq!(
        names(Kind::ReadModel),
        ["Catalogue", "OrderTracking", "BestSellers", "PickingList"]
    );
    assert_eq!(names(Kind::ExternalSystem), ["CardProcessor", "Carrier"]);
    assert_eq!(
        BTreeSet::from_iter(names(Kind::Actor)),
        ["Customer", "Merchandiser", "WarehouseClerk"]
            .map(str::to_owned)
            .into()
    );
}

#[test]
fn the_model_has_these_commands_and_events() {
    assert_eq!(
        names(Kind::Command),
        [
            "ListArticle",
            "PlaceOrder",
            "CancelOrder",
            "ConfirmOrder",
            "RejectOrder",
            "ReceiveGoods",
            "ReserveStock",
            "ReleaseStock",
            "RequestPayment",
            "RecordPaymentAnswer",
            "CancelPayment",
            "CreateShipment",
            "DispatchParcel",
            "RecordDeliveryAttempt",
        ]
    );
    assert_eq!(
        names(Kind::Event),
        [
            "ArticleListed",
            "ArticleRepriced",
            "OrderPlaced",
            "OrderConfirmed",
            "OrderRejected",
            "OrderCancelled",
            "GoodsReceived",
            "StockReserved",
            "StockShortageDetected",
            "StockReleased",
            "PaymentRequested",
            "PaymentCaptured",
            "PaymentDeclined",
            "PaymentCancelled",
            "PaymentRefunded",
            "ShipmentCreated",
            "ParcelDispatched",
            "ParcelDelivered",
            "DeliveryAttemptFailed",
            "ParcelReturned",
        ]
    );
}

#[test]
fn an_order_is_placed_in_its_second_version_and_opens_a_phase() {
    let model = Model::of::<Shop>();
    let phases: Vec<_> = model
        .of_kind(Kind::Event)
        .filter_map(|event| Some((event.id.name(), event.version()?, event.phase()?)))
        .collect();
    let expected = [
        ("OrderPlaced", 2, "Reserve and pay"),
        ("OrderConfirmed", 1, "Fulfilment"),
    ];
    assert_eq!(phases, expected);
}

#[test]
fn every_arrow_is_read_off_a_signature() {
    let model = Model::of::<Shop>();
    let says = |from: &str, verb, to: &str| {
        model.relations().iter().any(|relation| {
            relation.from.name() == from && relation.verb == verb && relation.to.name() == to
        })
    };
    assert!(says("Customer", Verb::Issues, "PlaceOrder"));
    assert!(says("Catalogue", Verb::Informs, "PlaceOrder"));
    assert!(says("PlaceOrder", Verb::HandledBy, "Order"));
    assert!(says("PlaceOrder", Verb::Emits, "OrderPlaced"));
    assert!(says(
        "OrderPlaced",
        Verb::Activates,
        "ReserveStockWhenPlaced"
    ));
    assert!(says("ReserveStockWhenPlaced", Verb::Issues, "ReserveStock"));
    assert!(says("ReserveStock", Verb::Emits, "StockShortageDetected"));
    assert!(says("PaymentRequested", Verb::Notifies, "CardProcessor"));
    assert!(says("CardProcessor", Verb::Issues, "RecordPaymentAnswer"));
    assert!(says("ParcelDelivered", Verb::Feeds, "OrderTracking"));
    assert!(!says("PlaceOrder", Verb::Emits, "OrderConfirmed"));
    assert!(!says("ReserveStock", Verb::Emits, "GoodsReceived"));
}

#[test]
fn open_questions_are_on_the_board() {
    let model = Model::of::<Shop>();
    let questions: Vec<_> = model
        .of_kind(Kind::Hotspot)
        .map(|spot| &*spot.label)
        .collect();
    assert_eq!(questions.len(), 5);
    assert!(
        questions.contains(&"who tells the customer, and how?"),
        "{questions:?}"
    );
}

/// Takes the members that a runtime would take.
#[derive(Default)]
struct Running(BTreeSet<(Kind, &'static str)>);

impl Register for Running {
    fn aggregate<A: Aggregate + Handlers>(&mut self) {
        self.0.insert((Kind::Aggregate, A::META.name.as_str()));
        let commands = A::ON_COMMAND.iter().map(|row| row.command().name.as_str());
        self.0
            .extend(commands.map(|command| (Kind::Command, command)));
    }

    fn policy<P: Policy + Handlers>(&mut self) {
        self.0.insert((Kind::Policy, P::META.name.as_str()));
    }

    fn process_manager<M: ProcessManager + Instances>(&mut self) {
        self.0.insert((Kind::Policy, M::META.name.as_str()));
    }

    fn projection<P: Projection + Handlers>(&mut self) {
        self.0.insert((Kind::ReadModel, P::META.name.as_str()));
    }

    fn external_system<S: ExternalSystem>(&mut self) {
        self.0.insert((Kind::ExternalSystem, S::META.name.as_str()));
    }
}

#[test]
fn what_runs_is_what_is_drawn() {
    let mut running = Running::default();
    Ordering::register(&mut running);
    Inventory::register(&mut running);
    Payment::register(&mut running);
    Shipping::register(&mut running);
    let model = Model::of::<Shop>();
    let drawn = model.elements().iter().filter(|element| {
        !matches!(
            element.kind(),
            Kind::Context | Kind::Event | Kind::Actor | Kind::Hotspot
        )
    });
    let drawn: BTreeSet<_> = drawn
        .map(|element| (element.kind(), element.id.name()))
        .collect();
    assert_eq!(running.0, drawn);
}
