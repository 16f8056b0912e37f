//! Two models compared.

use eventstorming::{Model, layout::Mark, model::ElementId};
use serde_json::{Value, json};

use crate::{
    check,
    fixture::{ORDER_TO_DELIVERY, order_to_delivery},
    generate,
};

fn id(text: &str) -> ElementId {
    text.parse().unwrap()
}

/// The order that is delivered, and can be refunded as well; its reservation never expires.
fn newer() -> Model {
    let mut json: Value = serde_json::from_str(ORDER_TO_DELIVERY).unwrap();
    for element in json["elements"].as_array_mut().unwrap() {
        if element["id"] == "Ordering/event/OrderPlaced" {
            element["version"] = json!(3);
        }
        if let Some(location) = element.get_mut("location") {
            location["line"] = json!(7);
        }
    }
    let refund = json!({ "id": "Payment/policy/Refund", "label": "Delivery failed: refund" });
    json["elements"].as_array_mut().unwrap().push(refund);
    json["relations"].as_array_mut().unwrap().push(json!({
        "from": "Shipping/event/DeliveryAttemptFailed", "verb": "activates",
        "to": "Payment/policy/Refund",
    }));
    let model = Model::from_json(&json.to_string()).unwrap();
    model.without(&id("Inventory/command/ExpireReservation"))
}

#[test]
fn what_was_added_removed_and_changed_is_told() {
    let difference = order_to_delivery().diff(&newer());
    assert_eq!(difference.added, [id("Payment/policy/Refund")]);
    assert!(
        difference
            .removed
            .contains(&id("Inventory/command/ExpireReservation"))
    );
    let changed: Vec<_> = difference
        .changed
        .iter()
        .map(|changed| (&changed.element, &changed.how[..]))
        .collect();
    assert_eq!(
        changed,
        [(
            &id("Ordering/event/OrderPlaced"),
            &["version 2 became 3".to_owned()][..]
        )],
        "where a source has moved to is no change"
    );
    assert_eq!(difference.relations_added.len(), 1);
    let markdown = difference.markdown();
    assert!(
        markdown.contains("## Added\n\n- policy `Refund` of Payment\n"),
        "{markdown}"
    );
    assert!(
        markdown.contains("- `DeliveryAttemptFailed` activates `Refund`\n"),
        "{markdown}"
    );
    let json: Value = serde_json::from_str(&difference.json()).unwrap();
    assert_eq!(json["added"], json!(["Payment/policy/Refund"]));
}

#[test]
fn the_board_of_a_difference_marks_every_note_with_what_became_of_it() {
    let difference = order_to_delivery().diff(&newer());
    let scene = difference.board().scene();
    check::geometry(&scene);
    let mark = |text: &str| {
        scene
            .notes()
            .find(|note| note.element == id(text))
            .unwrap()
            .mark
            .unwrap()
    };
    assert_eq!(mark("Payment/policy/Refund"), Mark::Added);
    assert_eq!(mark("Inventory/command/ExpireReservation"), Mark::Removed);
    assert_eq!(mark("Ordering/event/OrderPlaced"), Mark::Changed);
    assert_eq!(mark("Ordering/command/PlaceOrder"), Mark::Kept);
    let added = scene
        .edges
        .iter()
        .filter(|edge| edge.mark == Some(Mark::Added));
    assert_eq!(added.count(), 1);
    assert!(scene.dots.iter().any(|dot| dot.kept));
    let svg = difference.board().svg();
    assert!(
        svg.contains("aria-label=\"Added. policy: Delivery failed: refund"),
        "told without eyes"
    );
    assert!(
        order_to_delivery()
            .board()
            .scene()
            .notes()
            .all(|note| note.mark.is_none())
    );
}

#[test]
fn where_lines_join_that_are_all_as_they_were_nothing_stands_out() {
    let model = order_to_delivery();
    let dots = model.board().scene().dots;
    assert!(!dots.is_empty() && dots.iter().all(|dot| !dot.kept));
    let same = model.diff(&model).board().scene().dots;
    assert_eq!(same.len(), dots.len());
    assert!(same.iter().all(|dot| dot.kept));
}

#[test]
fn a_model_does_not_differ_from_itself_and_differs_back_as_it_differs() {
    for seed in 0..30 {
        let (one, other) = (generate::model(seed, 8), generate::model(seed + 1, 8));
        let same = one.diff(&one);
        assert!(same.is_empty());
        assert_eq!(same.markdown(), "The model has not changed.\n");
        let (there, back) = (one.diff(&other), other.diff(&one));
        assert_eq!(
            (&there.added, &there.removed),
            (&back.removed, &back.added),
            "seed {seed}"
        );
        check::geometry(&there.board().scene());
    }
}

#[test]
fn a_change_of_a_schema_is_told_field_by_field() {
    let schema = |of: &str| json!({ "type": "object", "properties": { "order": { "type": of } }, "required": ["order"] });
    let with = |of: &str| order_to_delivery().with_schemas([("OrderPlaced", schema(of))]);
    let difference = with("string").diff(&with("integer"));
    assert_eq!(
        difference.changed[0].how,
        ["its schema: `order`: a string became an integer"]
    );
}

#[test]
fn an_impact_goes_as_far_as_the_flow() {
    let model = order_to_delivery();
    let impact = model.impact(&id("Payment/event/PaymentDeclined")).unwrap();
    let follows: Vec<(usize, &str)> = impact
        .follows
        .iter()
        .map(|(steps, id)| (*steps, id.name()))
        .collect();
    assert!(follows.contains(&(2, "RejectOrder")), "{follows:?}");
    assert!(follows.contains(&(3, "OrderRejected")), "{follows:?}");
    assert!(!follows.iter().any(|(_, name)| *name == "PlaceOrder"));
    assert_eq!(
        model.named("PaymentDeclined"),
        [id("Payment/event/PaymentDeclined")]
    );
    assert!(model.impact(&id("Payment/event/Nothing")).is_none());
}
