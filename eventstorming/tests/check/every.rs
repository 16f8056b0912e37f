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

/// What is found where the fault of a code was sown; nothing if there is no seed for it.
fn seeded(code: Code) -> Option<Report> {
    let model = |draft: Draft| Some(draft.report());
    match code {
        Code::IdleAllow => model(sound().set(PLACED, "docs", json!("It.\n\nAllow ES204: no."))),
        Code::Grammar => {
            model(sound().says("Sales/event/OrderPlaced emits Sales/event/InvoiceSent"))
        }
        Code::AmbiguousName => model(sound().with("Sales/command/PlaceOrder")),
        Code::CommandHandlers => {
            model(sound().not("Sales/command/SendInvoice handled_by Sales/aggregate/Invoice"))
        }
        Code::EventFromNowhere => {
            model(sound().not("Sales/command/SendInvoice emits Sales/event/InvoiceSent"))
        }
        Code::EventNotApplied => {
            model(sound().not("Sales/event/InvoiceSent applied_by Sales/aggregate/Invoice"))
        }
        Code::EventUnused => model(
            sound()
                .with("Sales/external_system/Printer")
                .with("Sales/event/PaperJammed")
                .says("Sales/external_system/Printer emits Sales/event/PaperJammed"),
        ),
        Code::CommandUnissued => model(sound().not("actor/Clerk issues Sales/command/PlaceOrder")),
        Code::ReadModelUnreachable => {
            model(sound().not("actor/Clerk observes Sales/read_model/OpenOrders"))
        }
        Code::SliceUnreachable => {
            model(round_and_round().not("actor/Clerk issues Sales/command/PlaceOrder"))
        }
        Code::ProcessWithoutEnd => model(sound().set(POLICY, "key", json!("OrderId")).set(
            &format!("{POLICY} issues Sales/command/SendInvoice"),
            "cardinality",
            json!("one"),
        )),
        Code::CommandWithoutOutcome => model(
            sound()
                .with("Sales/command/CountOrders")
                .says("actor/Clerk issues Sales/command/CountOrders")
                .says("Sales/command/CountOrders handled_by Sales/aggregate/Order"),
        ),
        Code::EventInformation => model(
            sound()
                .of(
                    "Sales/command/PlaceOrder",
                    json!({ "order": { "type": "string" } }),
                    &json!({}),
                )
                .of(
                    PLACED,
                    json!({ "carrier": { "type": "string" } }),
                    &json!({}),
                ),
        ),
        Code::ReadModelInformation => model(
            sound()
                .of(
                    "Sales/event/InvoiceSent",
                    json!({ "order": { "type": "string" } }),
                    &json!({}),
                )
                .of(
                    "Sales/read_model/OpenOrders",
                    json!({ "carrier": { "type": "string" } }),
                    &json!({}),
                ),
        ),
        Code::DeprecatedEmitted => model(sound().set(PLACED, "deprecated", json!("since 2"))),
        Code::EndlessLoop => model(round_and_round()),
        Code::GuardedLoop => model(round_and_round().set(
            "Sales/policy/SendAgain issues Sales/command/PlaceOrder",
            "cardinality",
            json!("optional"),
        )),
        Code::ContextCycle => model(
            neighbours()
                .says("Stock/event/Picked feeds Sales/read_model/OpenOrders")
                .set("Stock/event/Picked", "visibility", json!("private")),
        ),
        Code::PrivateConsumed => model(neighbours()),
        Code::PolicyWithinAggregate => model(
            sound()
                .not("Sales/command/SendInvoice handled_by Sales/aggregate/Invoice")
                .says("Sales/command/SendInvoice handled_by Sales/aggregate/Order"),
        ),
        Code::EventTense => model(
            sound()
                .with("Sales/event/OrderArchive")
                .says("Sales/command/PlaceOrder emits Sales/event/OrderArchive")
                .says("Sales/event/OrderArchive applied_by Sales/aggregate/Order"),
        ),
        Code::CommandMood => model(sound().with("Sales/command/OrderShipped").set(
            "Sales/command/OrderShipped",
            "foreign",
            json!(true),
        )),
        Code::Undocumented => model(sound().set(PLACED, "docs", json!(""))),
        Code::CrowdedAggregate => model((0..20).fold(sound(), |draft, number| {
            let event = format!("Sales/event/Part{number}Done");
            let applied = format!("{event} applied_by Sales/aggregate/Order");
            draft.with(&event).says(&applied)
        })),
        Code::Untested => {
            let model = sound().model();
            Some(found(&model, TestNames::default().untested(&model)))
        }
        Code::UpcasterGap => Some(contract(&event(2, "integer"), &event(1, "integer"))),
        Code::ContractBreak => Some(contract(&event(1, "integer"), &event(1, "string"))),
        Code::DataLoss | Code::ForwardBreak => {
            let (older, newer) = (
                event(1, "integer"),
                sound().of(PLACED, json!({}), &json!({})),
            );
            Some(contract(&older, &newer.model()))
        }
        Code::NotLocked => Some(contract(&sound().model(), &event(1, "integer"))),
        Code::StaleFile => {
            let (folder, mut files) = (tempfile::tempdir().unwrap(), Files::default());
            files.add("board.svg", "<svg/>");
            let stale = files.stale(folder.path()).unwrap();
            Some(found(&Model::default(), stale))
        }
        _ => None,
    }
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
    let mut without = BTreeSet::new();
    for code in Code::ALL {
        let Some(report) = seeded(*code) else {
            without.insert(*code);
            continue;
        };
        let found: BTreeSet<Code> = report.findings().map(|finding| finding.code).collect();
        assert!(found.contains(code), "{code} is not among {found:?}");
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
