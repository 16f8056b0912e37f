use eventstorming::contract::{sample, samples, validate};
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its shape matters")]
struct Invoice {
    number: u32,
    paid: Option<bool>,
    state: State,
    lines: Vec<Line>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its shape matters")]
enum State {
    Open,
    Closed { reason: String },
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its shape matters")]
struct Line {
    #[schemars(example = "A-1")]
    article: String,
    price: f64,
}

fn invoice() -> Value {
    schema_for!(Invoice).to_value()
}

#[test]
fn a_sample_is_typical() {
    let expected = json!({
        "number": 3, "paid": true, "state": "Open",
        "lines": [{ "article": "A-1", "price": 1.5 }],
    });
    assert_eq!(sample(&invoice()), expected);
}

#[test]
fn each_choice_that_a_type_leaves_has_a_sample_that_is_read() {
    let samples = samples(&invoice());
    for sample in &samples {
        assert_eq!(validate(&invoice(), sample), []);
        assert!(
            serde_json::from_value::<Invoice>(sample.clone()).is_ok(),
            "{sample}"
        );
    }
    let any = |is: &dyn Fn(&Value) -> bool| samples.iter().any(is);
    assert!(
        any(&|sample| sample.get("paid").is_none()),
        "a field is left out"
    );
    assert!(any(&|sample| sample["paid"] == Value::Null));
    assert!(any(&|sample| sample["number"] == json!(u32::MAX)));
    assert!(any(&|sample| sample["lines"] == json!([])));
    assert!(any(
        &|sample| sample["state"]["Closed"]["reason"].is_string()
    ));
}

#[test]
fn what_is_wrong_with_a_value_is_said_with_its_place() {
    let mut wrong = sample(&invoice());
    wrong["lines"][0]["price"] = json!("much");
    let found: Vec<String> = validate(&invoice(), &wrong)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, [r#"at "/lines/0/price": "much" is not a number"#]);
    let missing = validate(&invoice(), &json!({ "number": -1, "state": "Open" }));
    let found: Vec<String> = missing.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            r#"at "": `lines` is missing"#,
            r#"at "/number": -1 is out of range"#
        ]
    );
}

#[test]
fn a_type_that_holds_itself_has_samples() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Tree {
        branches: Vec<Self>,
    }
    let schema = schema_for!(Tree).to_value();
    let samples = samples(&schema);
    assert!(!samples.is_empty() && samples.len() <= 64);
    assert!(samples.contains(&json!({ "branches": [] })));
}
