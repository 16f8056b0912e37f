use std::collections::BTreeMap;

use eventstorming::{
    Model,
    check::Code,
    contract::{Form, Lock, LockError, kept},
};
use serde_json::{Value, json};

fn schema(fields: &[(&str, &str)]) -> Value {
    let properties: serde_json::Map<String, Value> = fields
        .iter()
        .map(|(name, of)| ((*name).to_owned(), json!({ "type": of })))
        .collect();
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// A context with one event.
fn model(event: &str, version: u32, aliases: &[&str], schema: Value) -> Model {
    let json = json!({
        "format": "aether.eventstorming/1",
        "elements": [
            { "id": "context/Sales", "label": "Sales" },
            { "id": format!("Sales/event/{event}"), "label": event, "version": version, "aliases": aliases },
        ],
        "relations": [],
    });
    Model::from_json(&json.to_string())
        .unwrap()
        .with_schemas([(event, schema)])
}

fn placed(version: u32, fields: &[(&str, &str)]) -> Model {
    model("OrderPlaced", version, &[], schema(fields))
}

fn locked(models: &[Model]) -> Lock {
    let mut lock = Lock::default();
    for model in models {
        assert_eq!(lock.add(model, &|_, _| true).len(), 1);
    }
    lock
}

fn codes(lock: &Lock, model: &Model) -> Vec<Code> {
    lock.check(model)
        .into_iter()
        .map(|finding| finding.code)
        .collect()
}

const V1: [(&str, &str); 1] = [("order", "string")];

#[test]
fn what_is_locked_and_unchanged_passes() {
    let model = placed(1, &V1);
    let lock = locked(std::slice::from_ref(&model));
    assert_eq!(codes(&lock, &model), []);
    let names: Vec<String> = lock.files().into_keys().collect();
    assert_eq!(
        names,
        [
            "Sales/OrderPlaced/v1.samples.json",
            "Sales/OrderPlaced/v1.schema.json"
        ]
    );
}

#[test]
fn a_lock_is_read_back_from_its_files_and_only_grows() {
    let mut lock = locked(&[placed(1, &V1)]);
    lock.retire("Sales", "OrderLost", "never stored");
    let files = lock.files();
    let mut back = Lock::from_files(&files).unwrap();
    assert_eq!(back, lock);
    assert_eq!(back.add(&placed(1, &V1), &|_, _| true), []);
    back.add(&placed(2, &[("total", "integer")]), &|_, _| true);
    for (file, text) in &files {
        assert_eq!(
            back.files().get(file),
            Some(text),
            "a released file never changes"
        );
    }
}

#[test]
fn a_file_that_is_no_part_of_a_lock_is_told() {
    let read = |file: &str, text: &str| {
        Lock::from_files(&BTreeMap::from([(file.to_owned(), text.to_owned())]))
    };
    assert!(matches!(read("notes.txt", ""), Err(LockError::Stray(_))));
    assert!(matches!(
        read("A/B/v1.schema.json", "{"),
        Err(LockError::Json { .. })
    ));
    assert!(matches!(
        read("A/B/v1.schema.json", "{}"),
        Err(LockError::Half(_))
    ));
    assert!(matches!(
        read("A/B/v1.samples.json", "[]"),
        Err(LockError::Half(_))
    ));
    assert!(read("README.md", "what this is").is_ok());
}

#[test]
fn a_break_within_a_version_is_an_error_and_a_new_version_is_not() {
    let lock = locked(&[placed(1, &V1)]);
    let broken = [("order", "integer")];
    assert_eq!(
        codes(&lock, &placed(1, &broken)),
        [Code::ContractBreak, Code::NotLocked]
    );
    assert_eq!(codes(&lock, &placed(2, &broken)), [Code::NotLocked]);
}

#[test]
fn every_released_form_of_a_version_counts_not_just_the_first() {
    let optional = |of: &str| {
        let mut schema = schema(&V1);
        schema["properties"]["note"] = json!({ "type": of });
        model("OrderPlaced", 1, &[], schema)
    };
    let lock = locked(&[placed(1, &V1), optional("string")]);
    let forms: Vec<(u32, u32)> = lock
        .forms()
        .map(|(form, ..)| (form.version, form.revision))
        .collect();
    assert_eq!(forms, [(1, 1), (1, 2)]);
    // The first form knows no `note`, so a `note` of another type looks harmless to it.
    assert_eq!(
        codes(&lock, &optional("integer")),
        [Code::ContractBreak, Code::NotLocked]
    );
    assert_eq!(codes(&lock, &placed(1, &V1)), [Code::DataLoss]);
}

#[test]
fn a_lowered_version_is_an_error() {
    let lock = locked(&[placed(1, &V1), placed(2, &[("total", "integer")])]);
    assert_eq!(codes(&lock, &placed(1, &V1)), [Code::UpcasterGap]);
}

#[test]
fn an_event_that_is_gone_is_an_error_unless_it_is_renamed_or_retired() {
    let mut lock = locked(&[placed(1, &V1)]);
    let renamed = |aliases: &[&str]| model("OrderTaken", 1, aliases, schema(&V1));
    assert_eq!(
        codes(&lock, &renamed(&[])),
        [Code::ContractBreak, Code::NotLocked]
    );
    assert_eq!(codes(&lock, &renamed(&["OrderPlaced"])), [Code::NotLocked]);
    let broken = model(
        "OrderTaken",
        1,
        &["OrderPlaced"],
        schema(&[("order", "integer")]),
    );
    assert_eq!(
        codes(&lock, &broken),
        [Code::ContractBreak, Code::NotLocked]
    );
    lock.retire("Sales", "OrderPlaced", "no shop ever stored one");
    assert_eq!(codes(&lock, &renamed(&[])), [Code::NotLocked]);
}

#[test]
fn a_schema_that_is_not_known_is_an_error() {
    let lock = locked(&[placed(1, &V1)]);
    let blind = Model::from_json(
        &json!({
            "format": "aether.eventstorming/1",
            "elements": [
                { "id": "context/Sales", "label": "Sales" },
                { "id": "Sales/event/OrderPlaced", "label": "Order Placed", "version": 1 },
            ],
            "relations": [],
        })
        .to_string(),
    )
    .unwrap();
    assert_eq!(codes(&lock, &blind), [Code::ContractBreak]);
}

#[test]
fn a_lock_that_was_tampered_with_is_an_error() {
    let model = placed(1, &V1);
    let mut files = locked(std::slice::from_ref(&model)).files();
    for samples in ["[]", r#"[{ "order": 7 }]"#] {
        files.insert(
            "Sales/OrderPlaced/v1.samples.json".to_owned(),
            samples.to_owned(),
        );
        let lock = Lock::from_files(&files).unwrap();
        assert_eq!(codes(&lock, &model), [Code::ContractBreak], "{samples}");
    }
}

#[test]
fn a_sample_that_its_type_does_not_read_is_not_locked() {
    let mut lock = Lock::default();
    let short = |_: &Form, sample: &Value| sample["order"] != json!("");
    lock.add(&placed(1, &V1), &short);
    let samples: Vec<_> = lock
        .forms()
        .flat_map(|(.., samples)| samples.to_vec())
        .collect();
    assert_eq!(samples, [json!({ "order": "text" })]);
}

#[test]
fn a_model_keeps_its_schemas_in_json() {
    let model = placed(1, &V1);
    let back = Model::from_json(&model.to_json()).unwrap();
    assert_eq!(back, model);
    assert!(
        back.schema(&"Sales/event/OrderPlaced".parse().unwrap())
            .is_some()
    );
}

/// The same context, where these aggregates apply the event.
fn applied_by(aggregates: &[&str]) -> Model {
    let element = |name: &&str| json!({ "id": format!("Sales/aggregate/{name}"), "label": name });
    let applies = |name: &&str| json!({ "from": "Sales/event/OrderPlaced", "verb": "applied_by", "to": format!("Sales/aggregate/{name}") });
    let mut elements = vec![
        json!({ "id": "context/Sales", "label": "Sales" }),
        json!({ "id": "Sales/event/OrderPlaced", "label": "Order Placed", "version": 1 }),
    ];
    elements.extend(aggregates.iter().map(element));
    let relations: Vec<Value> = aggregates.iter().map(applies).collect();
    let json = json!({
        "format": "aether.eventstorming/1", "elements": elements, "relations": relations,
    });
    let model = Model::from_json(&json.to_string()).unwrap();
    model.with_schemas([("OrderPlaced", schema(&V1))])
}

#[test]
fn an_event_stays_with_the_aggregate_in_whose_histories_it_lies() {
    let mut lock = locked(&[applied_by(&["Order"])]);
    assert!(
        lock.files()
            .contains_key("Sales/OrderPlaced/v1.stored.json")
    );
    let back = Lock::from_files(&lock.files()).unwrap();
    assert_eq!(back, lock);
    assert_eq!(codes(&back, &applied_by(&["Order"])), []);
    assert_eq!(codes(&back, &applied_by(&["Order", "Invoice"])), []);
    for lost in [&["Purchase"][..], &[]] {
        assert_eq!(
            codes(&back, &applied_by(lost)),
            [Code::ContractBreak],
            "{lost:?}"
        );
    }
    let findings = back.check(&applied_by(&["Purchase"]));
    assert_eq!(
        findings[0].message,
        "version 1 of `OrderPlaced` lies in histories of `Order`, and no aggregate of that name \
         applies it any more"
    );
    lock.retire("Sales", "Order", "each of them was closed");
    assert_eq!(codes(&lock, &applied_by(&["Purchase"])), []);
}

#[test]
fn a_lock_of_before_says_in_whose_histories_its_events_lie_when_it_is_added_to() {
    let mut files = locked(&[applied_by(&["Order"])]).files();
    files.remove("Sales/OrderPlaced/v1.stored.json");
    let mut lock = Lock::from_files(&files).unwrap();
    assert_eq!(codes(&lock, &applied_by(&["Purchase"])), [], "not known");
    assert_eq!(
        lock.add(&applied_by(&["Order"]), &|_, _| true),
        [],
        "no new form"
    );
    assert_eq!(
        codes(&lock, &applied_by(&["Purchase"])),
        [Code::ContractBreak]
    );
    let stored = &lock.files()["Sales/OrderPlaced/v1.stored.json"];
    lock.add(&applied_by(&["Order", "Purchase"]), &|_, _| true);
    assert_eq!(
        &lock.files()["Sales/OrderPlaced/v1.stored.json"],
        stored,
        "a file never changes"
    );
}

#[test]
fn a_released_file_that_is_gone_or_changed_is_found() {
    let lock = locked(&[applied_by(&["Order"]), applied_by(&["Order"])][..1]);
    let released = lock.files();
    let found = |now: &BTreeMap<String, String>| -> Vec<String> {
        let findings = kept(&released, now);
        assert!(findings.iter().all(|one| one.code == Code::ContractBreak));
        findings.into_iter().map(|one| one.message).collect()
    };
    assert_eq!(found(&released), [""; 0]);
    let schema = "Sales/OrderPlaced/v1.schema.json";
    let mut spaced = released.clone();
    spaced.insert(schema.to_owned(), released[schema].replace('\n', "\r\n"));
    assert_eq!(found(&spaced), [""; 0], "how it is laid out");
    for file in released.keys() {
        let mut without = released.clone();
        without.remove(file);
        assert_eq!(found(&without), [format!("`{file}` of the lock is gone")]);
        let mut changed = released.clone();
        changed.insert(file.clone(), "{}".to_owned());
        let expected = format!("`{file}` of the lock is not as it was released");
        assert_eq!(found(&changed), [expected]);
    }
    let mut grown = released.clone();
    grown.insert(
        "Sales/OrderPlaced/v2.schema.json".to_owned(),
        "{}".to_owned(),
    );
    assert_eq!(found(&grown), [""; 0]);
}
