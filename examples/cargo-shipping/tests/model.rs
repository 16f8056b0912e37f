//! The model of the company: nothing is wrong with it, and the board in the docs is its board.

use std::path::Path;

use aether::{
    domain::event_schemas,
    eventstorming::{
        Model,
        check::Severity,
        model::{Kind, Verb},
    },
};
use aether_examples::cargo_shipping::{ShippingCompany, board};

#[test]
fn the_model_has_the_elements_of_a_domain_and_not_of_a_toy() {
    let model = Model::of::<ShippingCompany>();
    let counted: Vec<_> = Kind::ALL
        .map(|kind| (kind.plural(), model.of_kind(kind).count()))
        .into();
    let expected = [
        ("contexts", 4),
        ("aggregates", 4),
        ("commands", 21),
        ("events", 24),
        ("policies", 5),
        ("read models", 5),
        ("queries", 2),
        ("systems", 2),
        ("actors", 5),
        ("hot spots", 4),
    ];
    assert_eq!(counted, expected);
}

#[test]
fn nothing_is_found_in_the_company_and_nothing_needs_an_excuse() {
    let model = Model::of::<ShippingCompany>().with_schemas(event_schemas::<ShippingCompany>());
    let report = model.check();
    let found = report.text(Severity::Info, &|_| None);
    assert_eq!(report.findings().count(), 0, "{found}");
    assert_eq!(report.allowed().count(), 0, "{found}");
}

#[test]
fn the_watch_stands_between_the_quay_and_the_promise() {
    let model = Model::of::<ShippingCompany>();
    let says = |from: &str, verb, to: &str| {
        model
            .relations()
            .iter()
            .any(|said| said.from.name() == from && said.verb == verb && said.to.name() == to)
    };
    assert!(says("CargoUnloaded", Verb::Activates, "DeliveryWatch"));
    assert!(says("DeliveryWatch", Verb::Issues, "ReportMisdirection"));
    assert!(says("CargoMisdirected", Verb::Notifies, "RoutePlanner"));
    assert!(says("RoutePlanner", Verb::Issues, "ProposeRoutes"));
    assert!(says("RouteChoices", Verb::Informs, "ChooseRoute"));
    assert!(!says(
        "CargoLoaded",
        Verb::Activates,
        "LodgeDeclarationWhenArrived"
    ));
}

#[test]
fn every_event_that_was_released_is_read() {
    aether::assert_contracts!(ShippingCompany, "cargo-shipping/contracts");
}

#[test]
fn the_board_in_the_docs_is_the_board_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/boards/cargo-shipping.svg");
    let drawn = board().svg();
    if std::env::var_os("AETHER_UPDATE_BOARD").is_some() {
        std::fs::write(&path, &drawn).expect("the board can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let stale = "docs/boards/cargo-shipping.svg is stale: run `make board` and look at the change";
    assert!(kept == drawn, "{stale}");
}
