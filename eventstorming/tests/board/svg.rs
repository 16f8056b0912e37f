use eventstorming::Model;
use roxmltree::{Document, Node};

use crate::{fixture::order_to_delivery, generate};

fn number(node: Node<'_, '_>, name: &str) -> i32 {
    node.attribute(name).unwrap().parse().unwrap()
}

fn check(model: &Model) {
    let board = model.board().source_base("https://example.org/blob/main/");
    let svg = board.svg();
    assert_eq!(svg, board.svg());
    let document = Document::parse(&svg).unwrap();
    let forbidden = ["script", "foreignObject", "image", "use"];
    assert!(
        document
            .descendants()
            .all(|node| !forbidden.contains(&node.tag_name().name()))
    );
    notes_are_printed_where_the_scene_has_them(&document, model);
}

fn notes_are_printed_where_the_scene_has_them(document: &Document<'_>, model: &Model) {
    let scene = model.board().scene();
    let printed: Vec<(String, i32, i32, Vec<String>)> = document
        .descendants()
        .filter(|node| node.has_attribute("data-element"))
        .map(|link| {
            let papers = link.descendants().filter(|node| node.has_tag_name("rect"));
            let paper = papers
                .into_iter()
                .find(|rect| rect.attribute("class") != Some("es-shadow"))
                .unwrap();
            let lines = link.descendants().filter(|node| {
                node.attribute("class")
                    .is_some_and(|class| class.starts_with("es-label"))
            });
            let id = link.attribute("data-element").unwrap().to_owned();
            let lines = lines
                .map(|line| line.text().unwrap_or_default().to_owned())
                .collect();
            (id, number(paper, "x"), number(paper, "y"), lines)
        })
        .collect();
    let expected: Vec<(String, i32, i32, Vec<String>)> = scene
        .notes()
        .map(|note| {
            (
                note.element.to_string(),
                note.rect.x,
                note.rect.y,
                note.lettering.lines.clone(),
            )
        })
        .collect();
    assert_eq!(printed, expected);
}

#[test]
fn a_board_is_one_document_that_needs_nothing_else() {
    check(&order_to_delivery());
    for seed in 0..40 {
        check(&generate::model(seed, 8));
    }
}

#[test]
fn what_is_painted_is_ascii_unless_the_model_is_not() {
    assert!(order_to_delivery().board().svg().is_ascii());
}

#[test]
fn a_note_links_to_its_source_only_if_there_is_a_base() {
    let model = order_to_delivery();
    assert!(!model.board().svg().contains("href"));
    let linked = model.board().source_base("https://example.org/").svg();
    assert!(linked.contains(r#"href="https://example.org/src/ordering.rs#L"#));
}

#[test]
fn a_finding_marks_its_note() {
    let id = "Inventory/event/ReservationExpired".parse().unwrap();
    let svg = order_to_delivery()
        .board()
        .finding(id, "ES204 no consumer")
        .svg();
    assert!(svg.contains("<title>ES204 no consumer</title>"));
}

#[test]
fn dark_colours_have_one_media_query() {
    let svg = order_to_delivery().board().svg();
    assert_eq!(svg.matches("@media").count(), 1);
    assert!(svg.contains("@media (prefers-color-scheme: dark)"));
}

#[test]
fn a_reader_who_cannot_see_is_told_the_same() {
    let svg = order_to_delivery().board().title("Order to delivery").svg();
    let document = Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("graphics-document document"));
    let text = |name: &str| {
        document
            .descendants()
            .find(|node| node.has_tag_name(name))
            .unwrap()
            .text()
    };
    assert_eq!(
        text("title"),
        Some("Order to delivery: EventStorming board")
    );
    let told = text("desc").unwrap();
    assert!(told.contains("Charge Card (Whenever payment is requested, charge the card) leads to Payment Captured or Payment Declined."));
    assert_eq!(root.attribute("aria-labelledby"), Some("es-title"));
    assert_eq!(root.attribute("aria-describedby"), Some("es-desc"));
}

/// What a screen reader comes to in turn: roles with what they are called.
fn told<'a>(document: &'a Document<'_>) -> Vec<(&'a str, &'a str)> {
    let hidden = |node: &Node<'_, '_>| {
        let mut all = node.ancestors();
        all.any(|node| node.attribute("aria-hidden") == Some("true"))
    };
    let nodes = document.root_element().descendants().skip(1);
    let nodes = nodes.filter(|node| !hidden(node));
    nodes
        .filter_map(|node| {
            let role = node.attribute("aria-roledescription")?;
            Some((role, node.attribute("aria-label").unwrap_or_default()))
        })
        .collect()
}

#[test]
fn notes_are_told_in_order_of_time_within_slices_within_stretches_of_time() {
    let svg = order_to_delivery().board().svg();
    let document = Document::parse(&svg).unwrap();
    let told = told(&document);
    let called = |role: &str| -> Vec<&str> {
        let some = told.iter().filter(|(known, _)| *known == role);
        some.map(|(_, name)| *name).collect()
    };
    assert_eq!(
        called("stretch of time"),
        ["Start, then Reserve and pay", "Fulfilment"]
    );
    let contexts = called("bounded context");
    assert_eq!(contexts.len(), 4, "each once: {contexts:?}");
    assert!(
        contexts[0].contains("owned by Team Checkout"),
        "{contexts:?}"
    );
    let slices = called("slice");
    assert_eq!(
        slices[..2],
        ["Place Order in Ordering", "Reserve Stock in Inventory"]
    );
    let at = |name: &str| slices.iter().position(|slice| slice.starts_with(name));
    assert!(at("Request Payment") < at("Charge Card"));
    assert!(at("Charge Card") < at("Create Shipment"));
    let scene = order_to_delivery().board().scene();
    let notes = told.iter().filter(|(_, name)| {
        scene
            .notes()
            .any(|note| note.tooltip.replace('\n', ". ") == *name)
    });
    assert_eq!(notes.count(), scene.notes().count(), "each note once");
    assert!(told.iter().all(|(_, name)| !name.is_empty()));
}

#[test]
fn what_is_painted_is_told_by_groups_and_not_a_second_time() {
    let finding = "Inventory/event/ReservationExpired".parse().unwrap();
    let svg = order_to_delivery().board().finding(finding, "ES204").svg();
    let document = Document::parse(&svg).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    for text in texts {
        assert!(
            text.ancestors()
                .any(|node| node.attribute("aria-hidden") == Some("true")),
            "{:?}",
            text.text()
        );
    }
    let symbols = document
        .descendants()
        .filter(|node| node.attribute("role") == Some("graphics-symbol"));
    for symbol in symbols {
        let title = symbol.first_element_child().unwrap();
        assert!(title.has_tag_name("title"), "a tooltip");
        let label = symbol.attribute("aria-label").unwrap();
        assert_eq!(title.text().unwrap().replace('\n', ". "), label);
    }
}

#[test]
fn where_a_note_is_repeated_and_where_it_goes_on_is_told() {
    let svg = order_to_delivery().board().svg();
    let document = Document::parse(&svg).unwrap();
    let told = told(&document);
    let says = |text: &str| told.iter().filter(|(_, name)| name.contains(text)).count();
    assert_eq!(says("repeated here, it comes from above"), 3);
    assert_eq!(says("continues in Fulfilment"), 2);
}

#[test]
fn only_a_note_with_a_link_is_a_link() {
    let model = order_to_delivery();
    let links = |svg: &str| svg.matches("<a ").count();
    assert_eq!(links(&model.board().svg()), 0);
    let linked = model.board().source_base("https://example.org/").svg();
    let scene = model.board().scene();
    let written = scene.notes().filter(|note| note.location.is_some());
    assert_eq!(links(&linked), written.count());
    assert_eq!(linked.matches("href=").count(), links(&linked));
}

#[test]
fn every_class_that_is_used_has_a_style() {
    let finding = "Inventory/event/ReservationExpired".parse().unwrap();
    let svg = order_to_delivery().board().finding(finding, "ES204").svg();
    let document = Document::parse(&svg).unwrap();
    let style = document
        .descendants()
        .find(|node| node.has_tag_name("style"))
        .unwrap();
    let style = style.text().unwrap();
    let classes = document
        .descendants()
        .filter_map(|node| node.attribute("class"));
    for class in classes.flat_map(str::split_whitespace) {
        assert!(style.contains(&format!(".{class} ")), "{class}");
    }
}
