//! What is to be read beside the board.

use std::{collections::BTreeSet, path::Path};

use eventstorming::{Model, contract::Lock, files::Files};
use serde_json::{Value, json};

use crate::{fixture::order_to_delivery, generate};

fn with_schemas() -> Model {
    let line = json!({ "type": "object", "properties": { "price": { "type": "integer" } }, "required": ["price"] });
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": { "Line": line },
        "type": "object",
        "properties": {
            "order": { "type": "string", "description": "Which | order." },
            "lines": { "type": "array", "items": { "$ref": "#/$defs/Line" } },
        },
        "required": ["order", "lines"],
    });
    order_to_delivery().with_schemas([("OrderPlaced", schema)])
}

#[test]
fn a_folder_has_everything_and_the_same_bytes_every_time() {
    let files = with_schemas().documents().title("The shop").files();
    assert_eq!(files, with_schemas().documents().title("The shop").files());
    let names: BTreeSet<&str> = files.map().keys().map(String::as_str).collect();
    let wanted = [
        "README.md",
        "board.svg",
        "board.html",
        "big-picture.svg",
        "process.svg",
        "model.json",
        "board.dot",
        "flowchart.mmd",
        "event-model.mmd",
        "Ordering/README.md",
        "Ordering/board.svg",
        "Ordering/asyncapi.json",
        "Ordering/schemas/OrderPlaced.v2.schema.json",
        "Ordering/schemas/OrderPlaced.v2.samples.json",
        "eventcatalog/domains/Ordering/index.mdx",
    ];
    for name in wanted {
        assert!(names.contains(name), "{name} is missing");
    }
}

#[test]
fn a_model_in_a_file_gives_what_the_one_in_memory_gives() {
    for model in [with_schemas(), generate::model(7, 12)] {
        let read = Model::from_json(&model.to_json()).unwrap();
        assert_eq!(read.documents().files(), model.documents().files());
        let (one, other) = (read.check(), model.check());
        assert_eq!(one, other);
        assert_eq!(one.sarif(), other.sarif());
    }
}

/// What was released before: the first version of an event, in two forms.
fn released() -> Lock {
    let form = |of: &str| json!({ "type": "object", "properties": { "order": { "type": of } } });
    let mut files = std::collections::BTreeMap::new();
    for (stem, of) in [("v1", "string"), ("v1-2", "integer"), ("v2", "string")] {
        let file = |kind: &str| format!("Ordering/OrderPlaced/{stem}.{kind}.json");
        files.insert(file("schema"), form(of).to_string());
        files.insert(file("samples"), "[{}]".to_owned());
    }
    Lock::from_files(&files).unwrap()
}

#[test]
fn earlier_versions_are_documented_as_long_as_their_lock_is_there() {
    let documents = with_schemas().documents().released(released());
    let files = documents.files();
    let kept = |name: &str| files.map().contains_key(name);
    let events = "eventcatalog/domains/Ordering/services/OrderingService/events/OrderPlaced";
    assert!(kept(&format!("{events}/versioned/1.0.0/index.mdx")));
    let catalog = &files.map()[&format!("{events}/versioned/1.0.0/schema.json")];
    assert!(catalog.contains("integer"), "in its last form: {catalog}");
    assert!(files.map()[&format!("{events}/index.mdx")].contains("version: 2.0.0\n"));
    for stem in ["v2", "v1", "v1-2"] {
        let stem = format!("Ordering/schemas/OrderPlaced.{stem}");
        assert!(kept(&format!("{stem}.schema.json")) && kept(&format!("{stem}.samples.json")));
    }
    assert!(!kept("Ordering/schemas/OrderPlaced.v2-2.schema.json"));
    let page = &files.map()["Ordering/README.md"];
    let link = "version 1 ([schema](schemas/OrderPlaced.v1-2.schema.json)";
    assert!(page.contains(link), "{page}");
}

#[test]
fn a_catalog_has_the_flow_of_each_context_and_the_systems_beside_it() {
    let files = with_schemas().event_catalog(&Lock::default());
    let text = |name: &str| files.map().get(name).unwrap_or_else(|| panic!("{name}"));
    let flow = text("domains/Ordering/flows/OrderingFlow/index.mdx");
    let placed = "  - id: \"Ordering/event/OrderPlaced\"\n    title: \"Order Placed\"\n    \
                  type: message\n    message:\n      id: OrderPlaced\n      version: 2.0.0\n";
    assert!(flow.contains(placed), "{flow}");
    let (mut ids, mut next) = (BTreeSet::new(), BTreeSet::new());
    for line in flow.lines() {
        if let Some(id) = line.strip_prefix("  - id: ") {
            assert!(ids.insert(id), "{id} is there once");
        } else if let Some(id) = line.strip_prefix("      - id: ") {
            next.insert(id);
        }
    }
    assert!(!next.is_empty() && next.is_subset(&ids), "{next:?}");
    let domain = text("domains/Ordering/index.mdx");
    assert!(
        domain.contains("flows:\n  - id: OrderingFlow\n"),
        "{domain}"
    );
    let systems = files.map().iter();
    let systems = systems.filter(|(_, text)| text.contains("externalSystem: true"));
    assert!(systems.count() > 0);
}

#[test]
fn a_page_has_what_holds_at_all_times() {
    let json = order_to_delivery().to_json().replacen(
        "\"id\": \"Ordering/aggregate/Order\",",
        "\"id\": \"Ordering/aggregate/Order\", \"invariants\": [\"it has | a line\"],",
        1,
    );
    let model = Model::from_json(&json).unwrap();
    let page = model.markdown("Ordering", None).unwrap();
    let said = "## Invariants\n\n- `Order`: it has \\| a line\n";
    assert!(page.contains(said), "{page}");
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let files = with_schemas().documents().released(released()).files();
    let is_page = |name: &str| Path::new(name).extension() == Some("md".as_ref());
    for (name, text) in files.map().iter().filter(|(name, _)| is_page(name)) {
        let folder = name
            .rsplit_once('/')
            .map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.starts_with("https:")) {
            assert!(
                files.map().contains_key(&format!("{folder}{link}")),
                "{name}: {link}"
            );
        }
    }
}

#[test]
fn a_page_has_the_canvas_the_questions_the_glossary_and_each_event_with_a_sample() {
    let page = with_schemas()
        .markdown("Ordering", Some("https://example.org/"))
        .unwrap();
    for heading in [
        "# Ordering",
        "## Canvas",
        "## Open questions",
        "## Glossary",
        "## Events",
        "### Order Placed",
    ] {
        assert!(page.contains(&format!("{heading}\n")), "{heading}: {page}");
    }
    assert!(page.contains("| Owner | Team Checkout |"), "{page}");
    assert!(
        page.contains("[`OrderPlaced`](https://example.org/src/ordering.rs#L64)"),
        "{page}"
    );
    assert!(
        page.contains("| `order` | string | Which \\| order. |"),
        "{page}"
    );
    assert!(page.contains("| `lines` | list of Line |  |"), "{page}");
    assert!(page.contains("\"price\": 3"), "{page}");
    assert!(with_schemas().markdown("Nowhere", None).is_none());
}

#[test]
fn every_reference_of_an_asyncapi_document_leads_somewhere() {
    let text = with_schemas().async_api("Ordering").unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(
        references.iter().any(|path| path.ends_with("/$defs/Line")),
        "{references:?}"
    );
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let operations = document["operations"].as_object().unwrap();
    assert_eq!(operations["send.Ordering.OrderPlaced"]["action"], "send");
    assert_eq!(
        operations["receive.Payment.PaymentCaptured"]["action"],
        "receive"
    );
    let channel = &document["channels"]["Ordering.OrderPlaced"];
    assert_eq!(
        channel["address"],
        Value::Null,
        "that is not for a model to say"
    );
    let message = &document["components"]["messages"]["Ordering.OrderPlaced"];
    let fields = &message["payload"]["properties"];
    assert_eq!(fields["type"]["const"], "OrderPlaced");
    assert_eq!(fields["schemaversion"]["const"], 2);
}

fn collect(node: &Value, references: &mut Vec<String>) {
    match node {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str().filter(|_| key == "$ref") {
                    Some(reference) => references.push(reference.to_owned()),
                    None => collect(value, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn nothing_in_a_label_is_taken_for_a_graph_or_for_a_page() {
    for seed in 0..40 {
        let model = generate::model(seed, 10);
        for line in model.dot().lines() {
            let quotes = line.replace("\\\"", "").matches('"').count();
            assert_eq!(quotes % 2, 0, "{line}");
        }
        let page = model.board().title("<b>&\"").html();
        assert!(!page.contains("<b>&"), "seed {seed}");
        assert_eq!(page.matches("<script").count(), 3, "seed {seed}");
        assert_eq!(page, model.board().title("<b>&\"").html());
    }
}

#[test]
fn a_frame_of_an_event_model_follows_from_frames_before_it() {
    for model in [
        order_to_delivery(),
        generate::model(3, 12),
        generate::process(1, 30),
    ] {
        let text = model.event_model();
        let mut seen = BTreeSet::new();
        for line in text
            .lines()
            .filter(|line| line.starts_with("tf") || line.starts_with("rf"))
        {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(
                words[3]
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric()),
                "{line}"
            );
            for source in words[4..].iter().filter(|word| **word != "->>") {
                assert!(seen.contains(source), "{line}");
            }
            assert!(seen.insert(words[1]), "{line}");
        }
        assert!(!seen.is_empty());
    }
}

#[test]
fn a_page_asks_no_network_for_anything() {
    let page = order_to_delivery().board().html();
    let outside = |text: &str| {
        text.contains("src=")
            || text.contains("href=\"http")
            || text.contains("@import")
            || text.contains("url(http")
    };
    assert!(!page.lines().any(outside));
    assert!(page.contains("Content-Security-Policy"));
}

#[test]
fn generated_files_are_written_seen_to_be_current_and_removed_when_they_are_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Files::default();
    files.add("a.md", "one\n");
    files.add("deep/b.md", "two\n");
    assert!(
        files
            .difference(folder.path())
            .unwrap()
            .contains("+++ b/deep/b.md\n@@ -0,0 +1,1 @@\n+two")
    );
    files.write(folder.path()).unwrap();
    assert_eq!(files.difference(folder.path()).unwrap(), "");
    std::fs::write(folder.path().join("mine.md"), "written by hand").unwrap();
    std::fs::write(folder.path().join("a.md"), "changed").unwrap();
    let mut fewer = Files::default();
    fewer.add("a.md", "one\n");
    let difference = fewer.difference(folder.path()).unwrap();
    assert!(difference.contains("-changed\n+one"), "{difference}");
    assert!(
        difference.contains("--- a/deep/b.md\n+++ /dev/null"),
        "{difference}"
    );
    fewer.write(folder.path()).unwrap();
    assert!(!folder.path().join("deep/b.md").exists());
    assert!(
        folder.path().join("mine.md").exists(),
        "what was not generated stays"
    );
    std::fs::write(folder.path().join(".generated"), "../outside\na.md\n").unwrap();
    let outside = folder.path().join("../outside");
    assert!(!outside.exists());
    fewer.write(folder.path()).unwrap();
}

#[test]
fn a_test_shows_the_difference_and_the_command_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Files::default();
    files.add("a.md", "one\n");
    let panic =
        std::panic::catch_unwind(|| eventstorming::files::check_files(&files, folder.path()));
    let message = panic.unwrap_err().downcast_ref::<String>().unwrap().clone();
    assert!(message.contains("AETHER_UPDATE=1 cargo test"), "{message}");
    assert!(message.contains("+one"), "{message}");
    files.write(folder.path()).unwrap();
    eventstorming::files::check_files(&files, folder.path());
}
