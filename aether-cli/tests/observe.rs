use std::fs;

use serde_json::Value;

use crate::program::{Room, ends};

/// A model of the small shop that knows of no deliveries, and of returns that never came.
const MODEL: &str = r#"{
  "format": "aether.eventstorming/1",
  "elements": [
    { "id": "context/Sales", "label": "Sales" },
    { "id": "actor/Customer", "label": "Customer" },
    { "id": "Sales/aggregate/Order", "label": "Order" },
    { "id": "Sales/aggregate/Customer", "label": "Customer" },
    { "id": "Sales/command/Place", "label": "Place" },
    { "id": "Sales/event/Placed", "label": "Placed", "version": 1 },
    { "id": "Sales/event/Registered", "label": "Registered", "version": 1 },
    { "id": "Sales/event/Shipped", "label": "Shipped", "version": 1 },
    { "id": "Sales/event/Returned", "label": "Returned", "version": 1 }
  ],
  "relations": [
    { "from": "actor/Customer", "verb": "issues", "to": "Sales/command/Place" },
    { "from": "Sales/command/Place", "verb": "handled_by", "to": "Sales/aggregate/Order" },
    { "from": "Sales/command/Place", "verb": "emits", "to": "Sales/event/Placed" },
    { "from": "Sales/command/Place", "verb": "emits", "to": "Sales/event/Registered" },
    { "from": "Sales/command/Place", "verb": "emits", "to": "Sales/event/Shipped" },
    { "from": "Sales/command/Place", "verb": "emits", "to": "Sales/event/Returned" }
  ]
}"#;

#[tokio::test]
async fn a_model_is_compared_with_a_log() {
    let room = Room::new();
    let (store, model) = (room.shop("shop").await, room.path("model.json"));
    fs::write(&model, MODEL).unwrap();
    let (board, kept) = (room.path("board.svg"), room.path("seen.json"));
    let args = ["observe", "--store", &store, "--model", &model];
    let drawn = ["--board", &board, "--keep", &kept];
    let answer = ends(1, &[&args[..], &drawn[..]].concat());
    for told in [
        "In the log: 5 events of 4 types, the last on ",
        "In the log, and not in the model:\n  `Delivered`: 1 time",
        "In the model, and never seen:\n  event `Returned`\n",
    ] {
        assert!(answer.out.contains(told), "{told} in {}", answer.out);
    }
    let svg = fs::read_to_string(&board).unwrap();
    assert!(svg.contains(">2x, 20"), "how often and when last");
    let json = ends(1, &[&args[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(report["elements"]["Sales/event/Placed"]["count"], 2);
    let seen: Value = serde_json::from_str(&fs::read_to_string(&kept).unwrap()).unwrap();
    assert_eq!(seen["events"]["Delivered"]["count"], 1);
}

#[tokio::test]
async fn a_log_that_holds_what_the_model_says_is_well() {
    let room = Room::new();
    let (store, model) = (room.shop("shop").await, room.path("model.json"));
    fs::write(&model, MODEL.replace("Returned", "Delivered")).unwrap();
    let answer = ends(0, &["observe", "--store", &store, "--model", &model]);
    assert!(!answer.out.contains("not in the model"), "{}", answer.out);
    fs::write(&model, "{}").unwrap();
    let answer = ends(2, &["observe", "--store", &store, "--model", &model]);
    assert!(answer.err.contains("holds no model"), "{}", answer.err);
}
