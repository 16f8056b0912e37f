use eventstorming::check::{Allow, Code};
use serde_json::json;

use crate::seed::{Draft, sound};

/// That one fault is found, and nothing else.
fn check(draft: &Draft, code: Code, element: &str) {
    assert_eq!(draft.found(), [(code, element.to_owned())]);
}

#[test]
fn a_sound_model_is_left_alone() {
    assert_eq!(sound().found(), []);
}

#[test]
fn a_sentence_outside_of_the_grammar_is_found() {
    let draft = sound().says("Sales/event/OrderPlaced issues Sales/command/SendInvoice");
    check(&draft, Code::Grammar, "Sales/event/OrderPlaced");
}

#[test]
fn a_name_that_stands_for_nothing_is_found() {
    let draft = sound().says("Sales/event/OrderPlaced activates Sales/policy/Nobody");
    check(&draft, Code::AmbiguousName, "Sales/event/OrderPlaced");
    let twice = sound().with("Sales/command/PlaceOrder");
    check(&twice, Code::AmbiguousName, "Sales/command/PlaceOrder");
}

#[test]
fn two_events_under_one_stored_name_are_found() {
    let other = sound()
        .with("context/Returns")
        .with("Returns/event/OrderPlaced")
        .set("Returns/event/OrderPlaced", "foreign", json!(true))
        .says("Returns/event/OrderPlaced feeds Sales/read_model/OpenOrders");
    check(&other, Code::AmbiguousName, "Returns/event/OrderPlaced");
    let alias = sound().set("Sales/event/InvoiceSent", "aliases", json!(["OrderPlaced"]));
    check(&alias, Code::AmbiguousName, "Sales/event/InvoiceSent");
}

#[test]
fn a_command_with_no_handler_or_with_two_is_found() {
    let none = sound().not("Sales/command/SendInvoice handled_by Sales/aggregate/Invoice");
    check(&none, Code::CommandHandlers, "Sales/command/SendInvoice");
    let two = sound()
        .with("Sales/external_system/Printer")
        .says("Sales/command/SendInvoice handled_by Sales/external_system/Printer");
    check(&two, Code::CommandHandlers, "Sales/command/SendInvoice");
}

#[test]
fn a_command_that_is_handled_elsewhere_needs_no_handler_here() {
    let foreign = sound()
        .with("Sales/command/ShipOrder")
        .set("Sales/command/ShipOrder", "foreign", json!(true))
        .says("Sales/policy/InvoiceWhenPlaced issues Sales/command/ShipOrder");
    assert_eq!(foreign.found(), []);
}

#[test]
fn an_event_from_nowhere_is_found() {
    let draft = sound()
        .with("Sales/event/OrderLost")
        .says("Sales/event/OrderLost feeds Sales/read_model/OpenOrders");
    check(&draft, Code::EventFromNowhere, "Sales/event/OrderLost");
    let foreign = draft.set("Sales/event/OrderLost", "foreign", json!(true));
    assert_eq!(foreign.found(), []);
}

#[test]
fn an_event_that_its_aggregate_does_not_apply_is_found() {
    let draft = sound().not("Sales/event/InvoiceSent applied_by Sales/aggregate/Invoice");
    check(&draft, Code::EventNotApplied, "Sales/command/SendInvoice");
}

#[test]
fn an_event_that_nobody_consumes_is_found() {
    let draft = sound()
        .with("Sales/external_system/Printer")
        .with("Sales/event/PaperJammed")
        .says("Sales/external_system/Printer emits Sales/event/PaperJammed");
    check(&draft, Code::EventUnused, "Sales/event/PaperJammed");
}

#[test]
fn a_command_that_nobody_issues_is_found_once_and_what_follows_is_not() {
    let draft = sound().not("actor/Clerk issues Sales/command/PlaceOrder");
    check(&draft, Code::CommandUnissued, "Sales/command/PlaceOrder");
}

#[test]
fn a_read_model_of_no_use_is_found() {
    let id = "Sales/read_model/OpenOrders";
    let unread = sound().not("actor/Clerk observes Sales/read_model/OpenOrders");
    check(&unread, Code::ReadModelUnreachable, id);
    let unfed = sound().not("Sales/event/InvoiceSent feeds Sales/read_model/OpenOrders");
    check(&unfed, Code::ReadModelUnreachable, id);
    let informs = unread.says("Sales/read_model/OpenOrders informs Sales/command/PlaceOrder");
    assert_eq!(informs.found(), []);
}

fn with_retry() -> Draft {
    sound()
        .with("Sales/policy/SendAgain")
        .says("Sales/event/InvoiceSent activates Sales/policy/SendAgain")
        .says("Sales/policy/SendAgain issues Sales/command/PlaceOrder")
}

#[test]
fn a_loop_that_never_ends_is_found_with_the_way_around() {
    let draft = with_retry();
    check(&draft, Code::EndlessLoop, "Sales/event/OrderPlaced");
    let report = draft.report();
    let finding = report.findings().next().unwrap();
    let path: Vec<&str> = finding
        .path
        .iter()
        .map(|step| step.message.as_str())
        .collect();
    let expected = [
        "`OrderPlaced` activates the policy `InvoiceWhenPlaced`",
        "`InvoiceWhenPlaced` issues `SendInvoice`",
        "`SendInvoice` emits `InvoiceSent`",
        "`InvoiceSent` activates the policy `SendAgain`",
        "`SendAgain` issues `PlaceOrder`",
        "`PlaceOrder` emits `OrderPlaced`",
    ];
    assert_eq!(path, expected);
}

#[test]
fn a_loop_that_a_signature_can_end_is_a_remark() {
    for often in ["optional", "many", "alternative"] {
        let policy = "Sales/policy/SendAgain issues Sales/command/PlaceOrder";
        let draft = with_retry().set(policy, "cardinality", json!(often));
        check(&draft, Code::GuardedLoop, "Sales/event/OrderPlaced");
        let report = draft.report();
        let message = &report.findings().next().unwrap().message;
        assert!(
            message.ends_with("only `SendAgain` can end that"),
            "{message}"
        );
    }
    let handler = "Sales/command/PlaceOrder emits Sales/event/OrderPlaced";
    let refused = with_retry().set(handler, "cardinality", json!("optional"));
    check(&refused, Code::GuardedLoop, "Sales/event/OrderPlaced");
    let certain = with_retry().set(handler, "cardinality", json!("one"));
    check(&certain, Code::EndlessLoop, "Sales/event/OrderPlaced");
}

#[test]
fn a_policy_that_issues_upon_another_event_makes_no_loop() {
    let draft = with_retry()
        .says("Sales/event/OrderPlaced activates Sales/policy/SendAgain")
        .with("Sales/command/Remind")
        .says("Sales/policy/SendAgain issues Sales/command/Remind")
        .set(
            "Sales/policy/SendAgain issues Sales/command/Remind",
            "upon",
            json!(["Sales/event/InvoiceSent"]),
        )
        .set(
            "Sales/policy/SendAgain issues Sales/command/PlaceOrder",
            "upon",
            json!(["Sales/event/OrderPlaced"]),
        )
        .set("Sales/command/Remind", "foreign", json!(true));
    let path = |draft: &Draft| draft.report().findings().next().unwrap().path.len();
    assert_eq!(draft.found()[0].0, Code::EndlessLoop);
    assert_eq!(path(&draft), 3, "the short way round is by SendAgain alone");
}

#[test]
fn two_loops_are_two_findings() {
    let draft = with_retry()
        .with("Sales/policy/Echo")
        .says("Sales/event/InvoiceSent activates Sales/policy/Echo")
        .says("Sales/policy/Echo issues Sales/command/SendInvoice");
    let loops = draft
        .found()
        .into_iter()
        .filter(|(code, _)| *code == Code::EndlessLoop);
    assert_eq!(loops.count(), 1, "the short loop lies on the long one");
    let apart = sound()
        .with("Sales/policy/PlaceAgain")
        .says("Sales/event/OrderPlaced activates Sales/policy/PlaceAgain")
        .says("Sales/policy/PlaceAgain issues Sales/command/PlaceOrder")
        .with("Sales/policy/Echo")
        .says("Sales/event/InvoiceSent activates Sales/policy/Echo")
        .says("Sales/policy/Echo issues Sales/command/SendInvoice");
    let loops = apart
        .found()
        .into_iter()
        .filter(|(code, _)| *code == Code::EndlessLoop);
    assert_eq!(loops.count(), 2);
}

#[test]
fn a_circle_that_nothing_starts_is_found() {
    let draft = with_retry().not("actor/Clerk issues Sales/command/PlaceOrder");
    let lost = draft
        .found()
        .into_iter()
        .filter(|(code, _)| *code == Code::SliceUnreachable);
    let lost: Vec<String> = lost.map(|(_, element)| element).collect();
    assert_eq!(
        lost,
        ["Sales/command/PlaceOrder", "Sales/command/SendInvoice"]
    );
}

#[test]
fn a_command_without_outcome_is_found() {
    let draft = sound()
        .with("Sales/command/CountOrders")
        .says("actor/Clerk issues Sales/command/CountOrders")
        .says("Sales/command/CountOrders handled_by Sales/aggregate/Order");
    check(
        &draft,
        Code::CommandWithoutOutcome,
        "Sales/command/CountOrders",
    );
}

#[test]
fn a_policy_that_stays_within_one_aggregate_is_found() {
    let draft = sound()
        .with("Sales/policy/ConfirmAtOnce")
        .with("Sales/command/ConfirmOrder")
        .with("Sales/event/OrderConfirmed")
        .says("Sales/event/OrderPlaced activates Sales/policy/ConfirmAtOnce")
        .says("Sales/policy/ConfirmAtOnce issues Sales/command/ConfirmOrder")
        .says("Sales/command/ConfirmOrder handled_by Sales/aggregate/Order")
        .says("Sales/command/ConfirmOrder emits Sales/event/OrderConfirmed")
        .says("Sales/event/OrderConfirmed applied_by Sales/aggregate/Order");
    check(
        &draft,
        Code::PolicyWithinAggregate,
        "Sales/policy/ConfirmAtOnce",
    );
}

#[test]
fn names_that_mislead_are_remarks() {
    let event = sound()
        .with("Sales/event/OrderArchive")
        .says("Sales/command/PlaceOrder emits Sales/event/OrderArchive")
        .says("Sales/event/OrderArchive applied_by Sales/aggregate/Order");
    check(&event, Code::EventTense, "Sales/event/OrderArchive");
    let command = sound()
        .with("Sales/command/OrderShipped")
        .set("Sales/command/OrderShipped", "foreign", json!(true))
        .says("actor/Clerk issues Sales/command/OrderShipped");
    check(&command, Code::CommandMood, "Sales/command/OrderShipped");
}

#[test]
fn what_says_nothing_about_itself_is_a_remark() {
    let silent = sound().set("Sales/aggregate/Order", "docs", json!(""));
    check(&silent, Code::Undocumented, "Sales/aggregate/Order");
    let handled = "Sales/command/PlaceOrder handled_by Sales/aggregate/Order";
    let by_its_method = sound()
        .set("Sales/command/PlaceOrder", "docs", json!(""))
        .set(handled, "docs", json!("Takes an order."));
    assert_eq!(by_its_method.found(), []);
}

#[test]
fn an_aggregate_with_very_many_events_is_a_remark() {
    let draft = (0..20).fold(sound(), |draft, number| {
        let event = format!("Sales/event/Part{number}Done");
        draft
            .with(&event)
            .says(&format!("Sales/command/PlaceOrder emits {event}"))
            .says(&format!("{event} applied_by Sales/aggregate/Order"))
    });
    check(&draft, Code::CrowdedAggregate, "Sales/aggregate/Order");
}

const JAM: &str = "Sales/event/PaperJammed";

fn jammed(docs: &str) -> Draft {
    sound()
        .with("Sales/external_system/Printer")
        .with(JAM)
        .says("Sales/external_system/Printer emits Sales/event/PaperJammed")
        .set(JAM, "docs", json!(docs))
}

#[test]
fn a_doc_comment_allows_with_a_reason() {
    let draft = jammed("No paper came out.\n\nAllow ES204: the technician\nreads the log.");
    assert_eq!(draft.found(), []);
    let report = draft.report();
    let allowed: Vec<_> = report
        .allowed()
        .map(|finding| finding.allowed.as_deref())
        .collect();
    assert_eq!(allowed, [Some("the technician reads the log.")]);
}

#[test]
fn an_allowance_without_reason_or_effect_is_found() {
    let silent = jammed("No paper.\n\nAllow ES204:");
    let codes: Vec<Code> = silent.found().into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, [Code::IdleAllow, Code::EventUnused]);
    let idle = sound().set(
        "Sales/event/OrderPlaced",
        "docs",
        json!("It.\n\nAllow ES204: no."),
    );
    check(&idle, Code::IdleAllow, "Sales/event/OrderPlaced");
}

#[test]
fn the_caller_may_allow_for_a_whole_context() {
    let model = jammed("No paper came out.").model();
    let allow = Allow::new(
        Code::EventUnused,
        "context/Sales".parse().unwrap(),
        "a draft",
    );
    let report = model.check_allowing(vec![allow]);
    assert_eq!(
        (report.findings().count(), report.allowed().count()),
        (0, 1)
    );
    let elsewhere = Allow::new(
        Code::EventUnused,
        "context/Other".parse().unwrap(),
        "a draft",
    );
    let report = model.check_allowing(vec![elsewhere]);
    let codes: Vec<Code> = report.findings().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::IdleAllow, Code::EventUnused]);
}
