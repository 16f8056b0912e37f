//! The model of the conference: nothing is wrong with it, and the board in the docs is its board.

use std::path::Path;

use aether::{
    domain::event_schemas,
    eventstorming::{
        Model,
        check::Severity,
        model::{ElementId, Kind, Verb},
    },
};
use aether_examples::conference_booking::{Conference, board};

#[test]
fn the_model_has_the_elements_of_a_domain_and_not_of_a_toy() {
    let model = Model::of::<Conference>();
    let counted: Vec<_> = Kind::ALL
        .map(|kind| (kind.plural(), model.of_kind(kind).count()))
        .into();
    let expected = [
        ("contexts", 4),
        ("aggregates", 8),
        ("commands", 24),
        ("events", 29),
        ("policies", 6),
        ("read models", 4),
        ("queries", 1),
        ("systems", 1),
        ("actors", 5),
        ("hot spots", 5),
    ];
    assert_eq!(counted, expected);
}

#[test]
fn nothing_is_found_in_the_conference_but_what_is_meant_to_be_so() {
    let model = Model::of::<Conference>().with_schemas(event_schemas::<Conference>());
    let report = model.check();
    let found = report.text(Severity::Info, &|_| None);
    assert_eq!(report.findings().count(), 0, "{found}");
    let allowed = report.allowed().map(|finding| {
        let about = finding.element.as_ref().map(ElementId::name);
        (finding.code.as_str(), about.unwrap_or_default())
    });
    let mut allowed: Vec<_> = allowed.collect();
    allowed.sort_unstable();
    let meant = [
        ("ES211", "PaymentRequested"),
        ("ES404", "RegistrationDesk"),
        ("ES405", "RegistrationExpired"),
    ];
    assert_eq!(allowed, meant);
}

#[test]
fn the_desk_stands_between_seats_and_money() {
    let model = Model::of::<Conference>();
    let says = |from: &str, verb, to: &str| {
        model
            .relations()
            .iter()
            .any(|said| said.from.name() == from && said.verb == verb && said.to.name() == to)
    };
    assert!(says("SeatsHeld", Verb::Activates, "RegistrationDesk"));
    assert!(says("RegistrationDesk", Verb::Issues, "ExpireRegistration"));
    assert!(says("PaymentRequested", Verb::Notifies, "PaymentProvider"));
    assert!(says(
        "ProgrammePublished",
        Verb::Activates,
        "OpenSalesWhenPublished"
    ));
    assert!(!says("SeatsSoldOut", Verb::Activates, "RegistrationDesk"));
}

#[test]
fn every_event_that_was_released_is_read() {
    aether::assert_contracts!(Conference, "conference-booking/contracts");
}

#[test]
fn the_board_in_the_docs_is_the_board_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/boards/conference-booking.svg");
    let drawn = board().svg();
    if std::env::var_os("AETHER_UPDATE_BOARD").is_some() {
        std::fs::write(&path, &drawn).expect("the board can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let stale =
        "docs/boards/conference-booking.svg is stale: run `make board` and look at the change";
    assert!(kept == drawn, "{stale}");
}
