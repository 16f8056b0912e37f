//! What is to be read beside the board.

use std::{collections::BTreeSet, path::Path};

use eventstorming::{Model, files::Files};
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
fn every_link_of_a_page_leads_somewhere() {
    let files = with_schemas().documents().files();
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
    assert_eq!(channel["address"], "Ordering.OrderPlaced.v2");
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
