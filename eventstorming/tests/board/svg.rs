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
    let symbols = document
        .descendants()
        .filter(|node| node.attribute("role") == Some("graphics-symbol"));
    assert!(symbols.into_iter().all(|symbol| {
        symbol
            .first_element_child()
            .is_some_and(|title| title.has_tag_name("title"))
    }));
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
