//! The model of the library: nothing is wrong with it, and the board in the docs is its board.

use std::path::Path;

use aether::{
    domain::event_schemas,
    eventstorming::{
        Model,
        check::Severity,
        model::{ElementId, Kind, Verb},
    },
};
use aether_examples::library_lending::{Library, board};

#[test]
fn the_model_has_the_elements_of_a_domain_and_not_of_a_toy() {
    let model = Model::of::<Library>();
    let counted: Vec<_> = Kind::ALL
        .map(|kind| (kind.plural(), model.of_kind(kind).count()))
        .into();
    let expected = [
        ("contexts", 4),
        ("aggregates", 7),
        ("commands", 25),
        ("events", 28),
        ("policies", 8),
        ("read models", 5),
        ("queries", 2),
        ("systems", 1),
        ("actors", 3),
        ("hot spots", 5),
    ];
    assert_eq!(counted, expected);
}

#[test]
fn nothing_is_found_in_the_library_but_what_is_meant_to_be_so() {
    let model = Model::of::<Library>().with_schemas(event_schemas::<Library>());
    let report = model.check();
    let found = report.text(Severity::Info, &|_| None);
    assert_eq!(report.findings().count(), 0, "{found}");
    let allowed = report.allowed().map(|finding| {
        let about = finding.element.as_ref().map(ElementId::name);
        (finding.code.as_str(), about.unwrap_or_default())
    });
    let mut allowed: Vec<_> = allowed.collect();
    allowed.sort_unstable();
    let meant = [("ES404", "Pursuit"), ("ES405", "ReminderSent")];
    assert_eq!(allowed, meant);
}

#[test]
fn lending_translates_what_happens_upstream() {
    let model = Model::of::<Library>();
    let says = |from: &str, verb, to: &str| {
        model
            .relations()
            .iter()
            .any(|said| said.from.name() == from && said.verb == verb && said.to.name() == to)
    };
    assert!(says("CopyAcquired", Verb::Activates, "FollowTheCollection"));
    assert!(says("FollowTheMembers", Verb::Issues, "OpenAccount"));
    assert!(says("PostOffice", Verb::Issues, "ReportUndeliverable"));
    assert!(says("Reader", Verb::Asks, "FindBooks"));
    assert!(!says("HoldDenied", Verb::Activates, "ExpireHoldAfterTerm"));
}

#[test]
fn every_event_that_was_released_is_read() {
    aether::assert_contracts!(Library, "library-lending/contracts");
}

#[test]
fn the_board_in_the_docs_is_the_board_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/boards/library-lending.svg");
    let drawn = board().svg();
    if std::env::var_os("AETHER_UPDATE_BOARD").is_some() {
        std::fs::write(&path, &drawn).expect("the board can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let stale = "docs/boards/library-lending.svg is stale: run `make board` and look at the change";
    assert!(kept == drawn, "{stale}");
}
