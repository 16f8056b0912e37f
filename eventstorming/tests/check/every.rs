//! One seed for each code, so that none is added without one.

use std::collections::BTreeSet;

use eventstorming::{
    Model,
    check::{Code, Finding, Report, TestNames},
    contract::Lock,
    files::Files,
};
use serde_json::{Value, json};

use crate::seed::{Draft, sound};

const PLACED: &str = "Sales/event/OrderPlaced";
const POLICY: &str = "Sales/policy/InvoiceWhenPlaced";

/// Each code with a report in which its fault was sown.
fn seeded() -> Vec<(Code, Report)> {
    let drafts = [
        of_the_model(),
        of_commands(),
        of_flows(),
        of_events(),
        of_names(),
    ];
    let drafts = drafts.into_iter().flatten();
    let reports = drafts.map(|(code, draft)| (code, draft.report()));
    reports.chain(beside_the_model()).collect()
}

fn of_the_model() -> Vec<(Code, Draft)> {
    let idle = json!("It.\n\nAllow ES204: no.");
    let strange = "Sales/event/OrderPlaced emits Sales/event/InvoiceSent";
    let text = || json!({ "order": { "type": "string" } });
    let more = || json!({ "carrier": { "type": "string" } });
    let none = &json!({});
    let event = sound().of("Sales/command/PlaceOrder", text(), none);
    let view = sound().of("Sales/event/InvoiceSent", text(), none);
    vec![
        (Code::IdleAllow, sound().set(PLACED, "docs", idle)),
        (Code::Grammar, sound().says(strange)),
        (
            Code::AmbiguousName,
            sound().with("Sales/command/PlaceOrder"),
        ),
        (Code::EventInformation, event.of(PLACED, more(), none)),
        (
            Code::ReadModelInformation,
            view.of("Sales/read_model/OpenOrders", more(), none),
        ),
        (
            Code::ReadModelUnreachable,
            sound().not("actor/Clerk observes Sales/read_model/OpenOrders"),
        ),
    ]
}

fn of_commands() -> Vec<(Code, Draft)> {
    let handled = "Sales/command/SendInvoice handled_by Sales/aggregate/Invoice";
    let asked = "actor/Clerk issues Sales/command/PlaceOrder";
    let count = sound()
        .with("Sales/command/CountOrders")
        .says("actor/Clerk issues Sales/command/CountOrders")
        .says("Sales/command/CountOrders handled_by Sales/aggregate/Order");
    let within = sound()
        .not(handled)
        .says("Sales/command/SendInvoice handled_by Sales/aggregate/Order");
    vec![
        (Code::CommandHandlers, sound().not(handled)),
        (Code::CommandUnissued, sound().not(asked)),
        (Code::SliceUnreachable, round_and_round().not(asked)),
        (Code::CommandWithoutOutcome, count),
        (Code::PolicyWithinAggregate, within),
    ]
}

fn of_flows() -> Vec<(Code, Draft)> {
    let again = "Sales/policy/SendAgain issues Sales/command/PlaceOrder";
    let invoices = format!("{POLICY} issues Sales/command/SendInvoice");
    let process =
        sound()
            .set(POLICY, "key", json!("OrderId"))
            .set(&invoices, "cardinality", json!("one"));
    let both = neighbours()
        .says("Stock/event/Picked feeds Sales/read_model/OpenOrders")
        .set("Stock/event/Picked", "visibility", json!("private"));
    let guarded = round_and_round().set(again, "cardinality", json!("optional"));
    vec![
        (Code::ProcessWithoutEnd, process),
        (Code::EndlessLoop, round_and_round()),
        (Code::GuardedLoop, guarded),
        (Code::ContextCycle, both),
        (Code::PrivateConsumed, neighbours()),
    ]
}

fn of_events() -> Vec<(Code, Draft)> {
    let applied = "Sales/event/InvoiceSent applied_by Sales/aggregate/Invoice";
    let emitted = "Sales/command/SendInvoice emits Sales/event/InvoiceSent";
    let jammed = sound()
        .with("Sales/external_system/Printer")
        .with("Sales/event/PaperJammed")
        .says("Sales/external_system/Printer emits Sales/event/PaperJammed");
    let deprecated = sound().set(PLACED, "deprecated", json!("since 2"));
    let crowded = (0..20).fold(sound(), |draft, number| {
        let event = format!("Sales/event/Part{number}Done");
        let applied = format!("{event} applied_by Sales/aggregate/Order");
        draft.with(&event).says(&applied)
    });
    vec![
        (Code::EventFromNowhere, sound().not(emitted)),
        (Code::EventNotApplied, sound().not(applied)),
        (Code::EventUnused, jammed),
        (Code::DeprecatedEmitted, deprecated),
        (Code::CrowdedAggregate, crowded),
    ]
}

fn of_names() -> Vec<(Code, Draft)> {
    let archive = sound()
        .with("Sales/event/OrderArchive")
        .says("Sales/command/PlaceOrder emits Sales/event/OrderArchive")
        .says("Sales/event/OrderArchive applied_by Sales/aggregate/Order");
    let shipped = sound().with("Sales/command/OrderShipped").set(
        "Sales/command/OrderShipped",
        "foreign",
        json!(true),
    );
    vec![
        (Code::EventTense, archive),
        (Code::CommandMood, shipped),
        (Code::Undocumented, sound().set(PLACED, "docs", json!(""))),
    ]
}

/// What is found with a lock, with files or with tests.
fn beside_the_model() -> Vec<(Code, Report)> {
    let model = sound().model();
    let untested = TestNames::default().untested(&model);
    let (folder, mut files) = (tempfile::tempdir().unwrap(), Files::default());
    files.add("board.svg", "<svg/>");
    let stale = files.stale(folder.path()).unwrap();
    let less = || {
        let less = sound().of(PLACED, json!({}), &json!({}));
        contract(&event(1, "integer"), &less.model())
    };
    vec![
        (Code::Untested, found(&model, untested)),
        (Code::StaleFile, found(&Model::default(), stale)),
        (
            Code::UpcasterGap,
            contract(&event(2, "integer"), &event(1, "integer")),
        ),
        (
            Code::ContractBreak,
            contract(&event(1, "integer"), &event(1, "string")),
        ),
        (Code::DataLoss, less()),
        (Code::ForwardBreak, less()),
        (Code::NotLocked, contract(&model, &event(1, "integer"))),
    ]
}

fn found(model: &Model, findings: Vec<Finding>) -> Report {
    Report::default().with(model, findings)
}

fn round_and_round() -> Draft {
    sound()
        .with("Sales/policy/SendAgain")
        .says("Sales/event/InvoiceSent activates Sales/policy/SendAgain")
        .says("Sales/policy/SendAgain issues Sales/command/PlaceOrder")
}

/// A second context, whose policy takes a private event of the first.
fn neighbours() -> Draft {
    sound()
        .set(PLACED, "visibility", json!("private"))
        .with("context/Stock")
        .with("Stock/aggregate/Shelf")
        .with("Stock/policy/PickWhenPlaced")
        .with("Stock/command/Pick")
        .with("Stock/event/Picked")
        .says("Sales/event/OrderPlaced activates Stock/policy/PickWhenPlaced")
        .says("Stock/policy/PickWhenPlaced issues Stock/command/Pick")
        .says("Stock/command/Pick handled_by Stock/aggregate/Shelf")
        .says("Stock/command/Pick emits Stock/event/Picked")
        .says("Stock/event/Picked applied_by Stock/aggregate/Shelf")
}

/// The model with a field of the event, which is always there.
fn event(version: u32, of: &str) -> Model {
    let draft = sound().set(PLACED, "version", json!(version));
    let schema: Value = json!({
        "type": "object", "properties": { "total": { "type": of } }, "required": ["total"],
    });
    draft.model().with_schemas([("OrderPlaced", schema)])
}

fn contract(older: &Model, newer: &Model) -> Report {
    let mut lock = Lock::default();
    lock.add(older, &|_, _| true);
    found(newer, lock.check(newer))
}

#[test]
fn the_fault_of_every_code_is_found_where_it_is_sown() {
    let mut without: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    for (code, report) in seeded() {
        let found: BTreeSet<Code> = report.findings().map(|finding| finding.code).collect();
        assert!(found.contains(&code), "{code} is not among {found:?}");
        without.remove(&code);
    }
    assert_eq!(without, BTreeSet::new(), "every code has a seed");
}

#[test]
fn without_a_seed_nothing_is_found() {
    assert_eq!(sound().found(), []);
    let same = contract(&event(1, "integer"), &event(1, "integer"));
    assert_eq!(same.findings().count(), 0);
}

#[test]
fn a_public_event_need_not_be_consumed_here_and_is_kept_for_those_who_do() {
    let jammed = |visibility: &str| {
        sound()
            .with("Sales/external_system/Printer")
            .with("Sales/event/PaperJammed")
            .set("Sales/event/PaperJammed", "visibility", json!(visibility))
            .says("Sales/external_system/Printer emits Sales/event/PaperJammed")
    };
    assert_eq!(jammed("public").found(), []);
    assert_eq!(jammed("private").found().len(), 1);
    let fields = |visibility: &str, fields: Value| {
        let draft = sound().set(PLACED, "visibility", json!(visibility));
        draft.of(PLACED, fields, &json!({})).model()
    };
    for (visibility, errors) in [("private", 0), ("public", 1)] {
        let older = fields(
            visibility,
            json!({ "total": { "type": "integer", "format": "uint8" } }),
        );
        let newer = fields(
            visibility,
            json!({ "total": { "type": "integer", "format": "uint32" } }),
        );
        let report = contract(&older, &newer);
        let found: Vec<_> = report.findings().map(|one| one.code).collect();
        assert!(found.contains(&Code::ForwardBreak), "{found:?}");
        assert_eq!(
            report.count(eventstorming::check::Severity::Error),
            errors,
            "{visibility}"
        );
    }
}
