use eventstorming::check::{Allow, Code, TestNames};
use serde_json::{Value, json};

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
    // An aggregate cannot know by itself that time has passed.
    let issues = "Sales/policy/ConfirmAtOnce issues Sales/command/ConfirmOrder";
    let later = draft.set(issues, "after", json!("24 h"));
    assert_eq!(later.found(), []);
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

#[test]
fn a_deprecated_event_that_is_still_emitted_is_found() {
    let draft = sound().set("Sales/event/OrderPlaced", "deprecated", json!("since 2"));
    check(&draft, Code::DeprecatedEmitted, "Sales/event/OrderPlaced");
    let read_only = draft
        .not("Sales/command/PlaceOrder emits Sales/event/OrderPlaced")
        .set("Sales/event/OrderPlaced", "retired", json!(true));
    let codes: Vec<Code> = read_only
        .found()
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert!(!codes.contains(&Code::DeprecatedEmitted), "{codes:?}");
}

/// A second context, whose policy takes an event of the first.
fn neighbours() -> Draft {
    sound()
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

#[test]
fn a_private_event_that_is_consumed_elsewhere_is_found() {
    assert_eq!(neighbours().found(), []);
    let private = neighbours().set("Sales/event/OrderPlaced", "visibility", json!("private"));
    check(
        &private,
        Code::PrivateConsumed,
        "Stock/policy/PickWhenPlaced",
    );
    let public = neighbours().set("Sales/event/OrderPlaced", "visibility", json!("public"));
    assert_eq!(public.found(), []);
}

#[test]
fn contexts_that_need_each_others_private_events_are_found_with_the_way_around() {
    let draft = neighbours()
        .says("Stock/event/Picked feeds Sales/read_model/OpenOrders")
        .set("Sales/event/OrderPlaced", "visibility", json!("private"));
    check(&draft, Code::PrivateConsumed, "Stock/policy/PickWhenPlaced");
    let both = draft.set("Stock/event/Picked", "visibility", json!("private"));
    let report = both.report();
    let cycle = report
        .findings()
        .find(|finding| finding.code == Code::ContextCycle);
    let cycle = cycle.expect("the cycle is found");
    assert_eq!(
        cycle.message,
        "the contexts `Sales` and `Stock` need each other's private events"
    );
    let path: Vec<&str> = cycle.path.iter().map(|step| &*step.message).collect();
    let expected = [
        "`OpenOrders` of `Sales` consumes `Picked` of `Stock`",
        "`PickWhenPlaced` of `Stock` consumes `OrderPlaced` of `Sales`",
    ];
    assert_eq!(path, expected);
}

/// The policy as a process manager, whose reactions are certain or not.
fn managed(cardinality: &str) -> Draft {
    let issues = "Sales/policy/InvoiceWhenPlaced issues Sales/command/SendInvoice";
    sound()
        .set("Sales/policy/InvoiceWhenPlaced", "key", json!("OrderId"))
        .set(issues, "cardinality", json!(cardinality))
}

#[test]
fn a_process_manager_that_nothing_ends_is_found() {
    let id = "Sales/policy/InvoiceWhenPlaced";
    check(&managed("one"), Code::ProcessWithoutEnd, id);
    check(&managed("alternative"), Code::ProcessWithoutEnd, id);
    assert_eq!(managed("optional").found(), []);
    let told = managed("one").says("Sales/event/InvoiceSent feeds Sales/policy/InvoiceWhenPlaced");
    assert_eq!(told.found(), []);
}

#[test]
fn what_no_test_names_is_found() {
    let model = sound().model();
    let names = ["PlaceOrder", "SendInvoice", "OrderPlaced", "InvoiceSent"];
    assert_eq!(TestNames::from_iter(names).untested(&model), []);
    let all_but_one: TestNames = names[..3].iter().copied().collect();
    let found = all_but_one.untested(&model);
    let found: Vec<_> = found
        .iter()
        .map(|finding| (finding.code, finding.message.as_str()))
        .collect();
    assert_eq!(
        found,
        [(Code::Untested, "no test names the event `InvoiceSent`")]
    );
}

fn looped_by_a_system() -> Draft {
    sound()
        .with("Sales/external_system/Printer")
        .says("Sales/event/InvoiceSent notifies Sales/external_system/Printer")
        .says("Sales/external_system/Printer issues Sales/command/PlaceOrder")
}

#[test]
fn a_loop_by_way_of_a_system_that_we_can_end_is_none() {
    let emits = "Sales/command/PlaceOrder emits Sales/event/OrderPlaced";
    let draft = looped_by_a_system().set(emits, "cardinality", json!("alternative"));
    assert_eq!(draft.found(), []);
}

#[test]
fn a_loop_by_way_of_a_system_is_a_remark_for_it_may_end_there() {
    let draft = looped_by_a_system();
    check(&draft, Code::GuardedLoop, "Sales/event/OrderPlaced");
    let report = draft.report();
    let finding = report.findings().next().unwrap();
    assert!(
        finding.message.ends_with("only `Printer` can end that"),
        "{}",
        finding.message
    );
    assert_eq!(
        finding.path[3].message,
        "`InvoiceSent` notifies the system `Printer`"
    );
}

#[test]
fn a_delay_does_not_end_a_loop_unless_it_can_be_called_off() {
    let issues = "Sales/policy/SendAgain issues Sales/command/PlaceOrder";
    let upon = json!(["Sales/event/InvoiceSent"]);
    let later = with_retry()
        .set(issues, "after", json!("24 h"))
        .set(issues, "upon", upon);
    check(&later, Code::EndlessLoop, "Sales/event/OrderPlaced");
    let report = later.report();
    let finding = report.findings().next().unwrap();
    assert_eq!(
        finding.message,
        "the event `OrderPlaced` causes itself again, without end, waiting 24 h each time"
    );
    assert_eq!(
        finding.path[4].message,
        "`SendAgain` issues `PlaceOrder` after 24 h"
    );
    let called_off = later
        .with("Sales/external_system/Bank")
        .with("Sales/event/InvoicePaid")
        .says("Sales/external_system/Bank emits Sales/event/InvoicePaid")
        .says("Sales/event/InvoicePaid activates Sales/policy/SendAgain");
    check(&called_off, Code::GuardedLoop, "Sales/event/OrderPlaced");
}

#[test]
fn a_question_closes_no_loop() {
    let draft = sound()
        .with("Sales/query/HowMany")
        .says("actor/Clerk asks Sales/query/HowMany")
        .says("Sales/query/HowMany answered_by Sales/read_model/OpenOrders")
        .says("Sales/read_model/OpenOrders informs Sales/command/PlaceOrder");
    assert_eq!(draft.found(), []);
}

/// Types that have a name.
fn defs() -> Value {
    json!({
        "OrderId": { "type": "string" },
        "Cents": { "type": "integer", "format": "uint32" },
        "Line": { "type": "object", "properties": {
            "article": { "type": "string" }, "price": { "$ref": "#/$defs/Cents" },
        } },
        "Reason": { "oneOf": [ { "const": "Late", "type": "string" }, { "const": "Lost" } ] },
    })
}

/// An order with its schemas: `event` is what `OrderPlaced` holds beside its id.
fn informed(mut event: Value) -> Draft {
    event["order"] = json!({ "$ref": "#/$defs/OrderId" });
    let command = json!({
        "order": { "$ref": "#/$defs/OrderId" },
        "lines": { "type": "array", "items": { "$ref": "#/$defs/Line" } },
        "urgent": { "type": "boolean" },
        "remark": { "type": ["string", "null"] },
    });
    sound().of("Sales/command/PlaceOrder", command, &defs()).of(
        "Sales/event/OrderPlaced",
        event,
        &defs(),
    )
}

/// The paths of what comes from nowhere.
fn missing(draft: &Draft) -> Vec<String> {
    let report = draft.report();
    let paths = report.findings().map(|finding| {
        assert_eq!(finding.code, Code::EventInformation);
        finding.message.split('`').nth(1).unwrap().to_owned()
    });
    paths.collect()
}

#[test]
fn a_field_that_no_command_brings_is_found() {
    let draft = informed(json!({ "carrier": { "type": "string" } }));
    check(&draft, Code::EventInformation, "Sales/event/OrderPlaced");
    assert_eq!(missing(&draft), ["carrier"]);
    let nested = informed(json!({ "parcel": { "type": "object", "properties": {
        "id": { "$ref": "#/$defs/OrderId" }, "codes": { "type": "array", "items": { "type": "string" } },
    } } }));
    assert_eq!(missing(&nested), ["parcel.codes[]"]);
    let otherwise_formed = informed(json!({ "urgent": { "type": "string" } }));
    assert_eq!(missing(&otherwise_formed), ["urgent"]);
}

#[test]
fn what_a_command_brings_or_code_makes_up_comes_from_somewhere() {
    let draft = informed(json!({
        "total": { "$ref": "#/$defs/Cents" },
        "remark": { "type": "string" },
        "first": { "$ref": "#/$defs/Line" },
        "by_article": { "type": "object", "additionalProperties": { "$ref": "#/$defs/Cents" } },
        "count": { "type": "integer" },
        "late": { "type": "boolean" },
        "reason": { "anyOf": [ { "$ref": "#/$defs/Reason" }, { "type": "null" } ] },
        "placed_at": { "type": "string", "format": "date-time" },
        "anything": true,
    }));
    assert_eq!(missing(&draft), [""; 0]);
}

#[test]
fn a_number_with_a_type_of_its_own_is_not_counted() {
    let defs = json!({ "Weight": { "type": "integer" }, "OrderId": { "type": "string" } });
    let event = json!({
        "order": { "$ref": "#/$defs/OrderId" }, "weight": { "$ref": "#/$defs/Weight" },
    });
    let draft = informed(json!({})).of("Sales/event/OrderPlaced", event, &defs);
    assert_eq!(missing(&draft), ["weight"]);
}

#[test]
fn nothing_is_judged_where_a_schema_is_not_known() {
    let text = json!({ "carrier": { "type": "string" } });
    let silent = sound().of("Sales/event/OrderPlaced", text.clone(), &json!({}));
    assert_eq!(silent.found(), []);
    let by_a_system = informed(text)
        .with("Sales/external_system/Portal")
        .says("Sales/external_system/Portal emits Sales/event/OrderPlaced");
    assert_eq!(by_a_system.found(), []);
}

#[test]
fn a_field_is_allowed_to_come_from_nowhere_where_it_stands() {
    let allow = "Who brings it.\n\nAllow ES211: there is\nbut one.";
    let draft = informed(json!({ "carrier": { "type": "string", "description": allow } }));
    assert_eq!(draft.found(), []);
    let report = draft.report();
    let allowed: Vec<_> = report
        .allowed()
        .map(|finding| finding.allowed.as_deref())
        .collect();
    assert_eq!(allowed, [Some("there is but one.")]);
    let idle = informed(json!({ "remark": { "type": "string", "description": allow } }));
    check(&idle, Code::IdleAllow, "Sales/event/OrderPlaced");
    let later = json!({ "carrier": { "type": "string" } });
    let known = draft
        .with("Sales/event/OrderMoved")
        .says("Sales/command/PlaceOrder emits Sales/event/OrderMoved")
        .says("Sales/event/OrderMoved applied_by Sales/aggregate/Order")
        .of("Sales/event/OrderMoved", later, &defs());
    assert_eq!(known.found(), [], "the aggregate knows it from then on");
    let whole = informed(json!({ "carrier": { "type": "string" } })).set(
        "Sales/event/OrderPlaced",
        "docs",
        json!("It.\n\nAllow ES211: there is but one."),
    );
    assert_eq!(whole.found(), []);
}

#[test]
fn a_type_says_once_where_all_of_its_fields_come_from() {
    let allow = "A day.\n\nAllow ES211: the clock tells it.";
    let defs = json!({ "Day": { "type": "integer", "description": allow } });
    let day = json!({ "$ref": "#/$defs/Day" });
    let with_docs = json!({ "$ref": "#/$defs/Day", "description": "When it is due." });
    let perhaps = json!({ "anyOf": [day, { "type": "null" }] });
    let fields = json!({ "day": day, "due": with_docs, "perhaps": perhaps, "all": {
        "type": "array", "items": day,
    } });
    let draft = informed(json!({})).of("Sales/event/OrderPlaced", fields, &defs);
    assert_eq!(draft.found(), []);
    assert_eq!(draft.report().allowed().count(), 4);
    let known = json!({ "due": with_docs });
    let brought = draft
        .of("Sales/command/PlaceOrder", known.clone(), &defs)
        .of("Sales/event/OrderPlaced", known, &defs);
    assert_eq!(brought.found(), [], "and is idle at none");
    assert_eq!(brought.report().allowed().count(), 0);
}

#[test]
fn a_field_of_a_read_model_that_no_event_brings_is_found() {
    let row = json!({ "orders": { "type": "object", "additionalProperties": {
        "type": "object", "properties": {
            "customer": { "type": "string" }, "count": { "type": "integer" },
        },
    } } });
    let told = json!({ "order": { "type": "string" } });
    let id = "Sales/read_model/OpenOrders";
    let draft =
        sound()
            .of(id, row.clone(), &json!({}))
            .of("Sales/event/InvoiceSent", told, &json!({}));
    check(&draft, Code::ReadModelInformation, id);
    let report = draft.report();
    let message = &report.findings().next().unwrap().message;
    assert!(message.starts_with("`orders[].customer` of"), "{message}");
    let named = json!({ "customer": { "type": "string" } });
    let fed = sound()
        .of(id, row, &json!({}))
        .of("Sales/event/InvoiceSent", named, &json!({}));
    assert_eq!(fed.found(), []);
}
