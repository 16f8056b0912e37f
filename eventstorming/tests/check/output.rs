use eventstorming::check::{Code, Severity};
use serde_json::{Value, json};

use crate::seed::{Draft, sound};

fn retrying() -> Draft {
    sound()
        .with("Sales/policy/PlaceAgain")
        .says("Sales/event/OrderPlaced activates Sales/policy/PlaceAgain")
        .says("Sales/policy/PlaceAgain issues Sales/command/PlaceOrder")
        .set(
            "Sales/policy/PlaceAgain",
            "docs",
            json!("It.\n\nAllow ES404: another order."),
        )
        .set("Sales/read_model/OpenOrders", "docs", json!(""))
}

#[test]
fn people_are_shown_the_line_and_the_way_around() {
    let source = |file: &str| {
        assert_eq!(file, "src/sales.rs");
        Some("//\n".repeat(6) + "    pub struct OrderPlaced {\n")
    };
    let expected = "\
error[ES401]: the event `OrderPlaced` causes itself again, without end
 --> src/sales.rs:7
  |
7 |     pub struct OrderPlaced {
  |     ^^^^^^^^^^^^^^^^^^^^^^^^
  = 1. `OrderPlaced` activates the policy `PlaceAgain` (src/sales.rs:7)
  = 2. `PlaceAgain` issues `PlaceOrder` (src/sales.rs:11)
  = 3. `PlaceOrder` emits `OrderPlaced` (src/sales.rs:5)
  = help: let a step decide: emit another event after a number of rounds, or return an `Option` from the policy

1 error, 1 remark not shown, 1 allowed
";
    assert_eq!(
        retrying().report().text(Severity::Warning, &source),
        expected
    );
    let unseen = retrying().report().text(Severity::Info, &|_| None);
    assert!(unseen.contains(" --> src/sales.rs:7\n  = 1."), "{unseen}");
    assert!(unseen.contains("info[ES503]"), "{unseen}");
}

#[test]
fn programs_are_told_all_of_it() {
    let report: Value = serde_json::from_str(&retrying().report().json()).unwrap();
    assert_eq!(report["format"], "aether.findings/1");
    let codes: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["code"])
        .collect();
    assert_eq!(codes, ["ES401", "ES404", "ES503"]);
    assert_eq!(report["findings"][1]["allowed"], "another order.");
    assert_eq!(
        report["findings"][0]["path"][2]["element"],
        "Sales/command/PlaceOrder"
    );
}

#[test]
fn a_code_host_is_given_annotations() {
    let report = retrying().report().github();
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with(
        "::error file=src/sales.rs,line=7,title=ES401 a loop of policies never ends::the event \
         `OrderPlaced` causes itself again, without end%0A`OrderPlaced` activates"
    ));
    assert!(lines[1].starts_with("::notice file=src/sales.rs,line=10,"));
}

#[test]
fn sarif_has_a_rule_for_each_code_and_a_flow_for_each_loop() {
    let sarif: Value = serde_json::from_str(&retrying().report().sarif()).unwrap();
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), Code::ALL.len());
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let flow = &run["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    assert_eq!(flow.as_array().unwrap().len(), 3);
    assert_eq!(
        run["results"][1]["suppressions"][0]["justification"],
        "another order."
    );
    let place = &run["results"][0]["locations"][0];
    assert_eq!(place["physicalLocation"]["region"]["startLine"], 7);
    assert_eq!(
        place["logicalLocations"][0]["fullyQualifiedName"],
        "Sales/event/OrderPlaced"
    );
}

#[test]
fn a_report_is_the_same_every_time() {
    let (one, other) = (retrying().report(), retrying().report());
    assert_eq!(one.json(), other.json());
    assert_eq!(one.sarif(), other.sarif());
    assert_eq!(one.github(), other.github());
}

#[test]
fn the_board_marks_errors_and_warnings_and_nothing_that_is_allowed() {
    let model = retrying().model();
    let svg = model.board().findings(&model.check()).svg();
    let badges = svg.matches(r#"aria-roledescription="finding""#).count();
    assert_eq!(badges, 1, "the loop");
    assert!(svg.contains("<title>ES401 the event"), "told on hovering");
}
