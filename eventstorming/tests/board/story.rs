//! What a board tells of time: what comes before what, what is drawn again, and where it goes on.

use eventstorming::{
    Model,
    layout::{Ink, Look, Note, Scene},
};
use serde_json::{Value, json};

use crate::{check, fixture::order_to_delivery};

fn model(elements: &[Value], relations: &[(&str, &str, &str)]) -> Model {
    let relations: Vec<Value> = relations
        .iter()
        .map(|(from, verb, to)| json!({ "from": from, "verb": verb, "to": to }))
        .collect();
    let document = json!({
        "format": "aether.eventstorming/1", "elements": elements, "relations": relations,
    });
    Model::from_json(&document.to_string()).unwrap()
}

fn element(id: &str) -> Value {
    let name = id.split('/').next_back().unwrap();
    let mut element = json!({ "id": id, "label": name });
    if id.contains("/event/") {
        element["version"] = json!(1);
    }
    element
}

/// The quay of a port: a sheet says what to load and to unload, and is written on by both.
fn quay() -> Model {
    let ids = [
        "context/Quay",
        "actor/Clerk",
        "actor/Hand",
        "Quay/command/Unload",
        "Quay/event/Unloaded",
        "Quay/command/Open",
        "Quay/event/Opened",
        "Quay/command/Load",
        "Quay/event/Loaded",
        "Quay/read_model/Sheet",
    ];
    let elements: Vec<Value> = ids.iter().map(|id| element(id)).collect();
    let sheet = "Quay/read_model/Sheet";
    model(
        &elements,
        &[
            ("actor/Clerk", "issues", "Quay/command/Open"),
            ("Quay/command/Open", "emits", "Quay/event/Opened"),
            ("Quay/event/Opened", "feeds", sheet),
            ("actor/Hand", "issues", "Quay/command/Unload"),
            (sheet, "informs", "Quay/command/Unload"),
            ("Quay/command/Unload", "emits", "Quay/event/Unloaded"),
            ("Quay/event/Unloaded", "feeds", sheet),
            ("actor/Hand", "issues", "Quay/command/Load"),
            (sheet, "informs", "Quay/command/Load"),
            ("Quay/command/Load", "emits", "Quay/event/Loaded"),
            ("Quay/event/Loaded", "feeds", sheet),
        ],
    )
}

fn note<'a>(scene: &'a Scene, name: &str) -> &'a Note {
    let mut notes = scene.notes().filter(|note| note.look != Look::Ghost);
    notes.find(|note| note.element.name() == name).unwrap()
}

fn x(scene: &Scene, name: &str) -> i32 {
    note(scene, name).rect.x
}

#[test]
fn what_reads_a_read_model_comes_after_what_feeds_it_wherever_that_is_declared() {
    let scene = quay().board().scene();
    check::everything(&quay(), &scene);
    assert!(x(&scene, "Open") < x(&scene, "Unload"));
    assert!(x(&scene, "Unload") < x(&scene, "Load"));
}

#[test]
fn what_feeds_a_read_model_leads_to_the_next_note_of_it() {
    let scene = quay().board().scene();
    let fed = |event: &str| {
        let mut edges = scene.edges.iter().filter(|edge| edge.from.name() == event);
        let edge = edges.next().unwrap();
        assert!(edges.next().is_none(), "{event} leads to one of them");
        (edge.points.last().unwrap().x, edge.looped)
    };
    let mut sheets: Vec<i32> = scene
        .notes()
        .filter(|note| note.element.name() == "Sheet")
        .map(|note| note.rect.x)
        .collect();
    sheets.sort_unstable();
    assert_eq!(fed("Opened"), (sheets[0], false));
    assert_eq!(fed("Unloaded"), (sheets[1], false));
    assert_eq!(fed("Loaded"), (sheets[1], true), "there is no later one");
}

#[test]
fn a_repeated_event_is_low_and_its_wire_leaves_from_its_middle() {
    let scene = order_to_delivery().board().scene();
    let ghosts: Vec<&Note> = scene
        .notes()
        .filter(|note| note.look == Look::Ghost)
        .collect();
    assert!(ghosts.len() > 1);
    assert!(ghosts.iter().all(|ghost| ghost.rect.height == 50));
    let straight = scene.edges.iter().filter(|edge| edge.points.len() == 2);
    let from = straight.filter(|edge| {
        let start = edge.points[0];
        let ends_at =
            |ghost: &&&Note| ghost.rect.right() == start.x && ghost.rect.centre().y == start.y;
        ghosts.iter().find(ends_at).is_some()
    });
    assert!(from.count() > 0, "a ghost beside what it leads to");
}

#[test]
fn a_band_that_goes_on_with_a_phase_has_a_number() {
    let scene = order_to_delivery().board().columns(2).scene();
    let names: Vec<&str> = scene.bands.iter().map(|band| band.name.as_str()).collect();
    assert!(names.contains(&"Reserve and pay (2)"), "{names:?}");
    let mut distinct = names.clone();
    distinct.dedup();
    assert_eq!(distinct, names);
}

#[test]
fn where_a_flow_goes_on_is_said_in_full_and_lies_on_no_note() {
    for columns in 1..=5 {
        let scene = order_to_delivery().board().columns(columns).scene();
        let remarks = scene.texts.iter().filter(|text| text.ink == Ink::Remark);
        let remarks: Vec<&str> = remarks.map(|text| text.text.as_str()).collect();
        assert!(!remarks.is_empty());
        assert!(
            remarks.iter().all(|text| !text.ends_with("...")),
            "{remarks:?}"
        );
        let told = scene
            .notes()
            .filter(|note| note.tooltip.contains("continue"));
        assert!(told.count() > 0, "it is told without eyes as well");
    }
}

#[test]
fn events_that_no_longer_happen_fade() {
    let mut quay: Value = serde_json::from_str(&quay().to_json()).unwrap();
    let mut old = element("Quay/event/Moved");
    old["retired"] = json!(true);
    quay["elements"].as_array_mut().unwrap().push(old);
    let model = Model::from_json(&quay.to_string()).unwrap();
    let board = model.board();
    let scene = board.scene();
    assert!(note(&scene, "Moved").faded && !note(&scene, "Loaded").faded);
    assert!(board.svg().contains("es-note es-retired"));
    assert!(
        x(&scene, "Moved") > x(&scene, "Unloaded"),
        "it stands at the end"
    );
}

#[test]
fn what_one_aggregate_emits_as_one_enum_is_drawn_low_when_it_is_drawn_again() {
    let ids = [
        "context/Sea",
        "actor/Planner",
        "Sea/aggregate/Voyage",
        "Sea/command/Schedule",
        "Sea/command/Cancel",
        "Sea/event/Scheduled",
        "Sea/event/Cancelled",
    ];
    let elements: Vec<Value> = ids.iter().map(|id| element(id)).collect();
    let mut relations = Vec::new();
    for command in ["Sea/command/Schedule", "Sea/command/Cancel"] {
        relations.push(("actor/Planner", "issues", command));
        relations.push((command, "handled_by", "Sea/aggregate/Voyage"));
        relations.push((command, "emits", "Sea/event/Scheduled"));
        relations.push((command, "emits", "Sea/event/Cancelled"));
    }
    let model = model(&elements, &relations);
    let scene = model.board().scene();
    check::everything(&model, &scene);
    let heights: Vec<i32> = scene
        .notes()
        .filter(|note| note.element.name() == "Scheduled")
        .map(|note| note.rect.height)
        .collect();
    assert_eq!(heights, [90, 50]);
}

#[test]
fn a_policy_that_asks_for_several_things_says_upon_what_it_asks_for_each() {
    let ids = [
        "context/Desk",
        "Desk/policy/Watch",
        "Desk/command/Remind",
        "Desk/command/Close",
        "Desk/event/Opened",
        "Desk/event/Paid",
    ];
    let elements: Vec<Value> = ids.iter().map(|id| element(id)).collect();
    let document = json!({
        "format": "aether.eventstorming/1",
        "elements": elements,
        "relations": [
            { "from": "Desk/event/Opened", "verb": "activates", "to": "Desk/policy/Watch" },
            { "from": "Desk/event/Paid", "verb": "activates", "to": "Desk/policy/Watch" },
            { "from": "Desk/policy/Watch", "verb": "issues", "to": "Desk/command/Remind",
              "upon": ["Desk/event/Opened"], "docs": "After a week, once. Not on Sundays." },
            { "from": "Desk/policy/Watch", "verb": "issues", "to": "Desk/command/Close",
              "upon": ["Desk/event/Paid"] },
        ],
    });
    let model = Model::from_json(&document.to_string()).unwrap();
    let scene = model.board().scene();
    let mut said: Vec<String> = scene
        .notes()
        .filter(|note| note.element.name() == "Watch")
        .map(|note| note.lettering.lines.join(" "))
        .collect();
    said.sort();
    assert_eq!(said, ["Watch: after a week, once", "Watch: upon Paid"]);
}

#[test]
fn what_hangs_together_by_itself_begins_where_its_context_begins() {
    let mut elements: Vec<Value> =
        serde_json::from_str::<Value>(&quay().to_json()).unwrap()["elements"]
            .as_array()
            .unwrap()
            .clone();
    for id in [
        "context/Gate",
        "Gate/policy/Whenever",
        "Gate/command/Let",
        "Gate/command/Count",
        "Gate/event/Counted",
    ] {
        elements.insert(0, element(id));
    }
    let mut relations = vec![
        ("Quay/event/Loaded", "activates", "Gate/policy/Whenever"),
        ("Gate/policy/Whenever", "issues", "Gate/command/Let"),
        ("Gate/command/Count", "emits", "Gate/event/Counted"),
    ];
    let known = quay();
    let known: Vec<(String, &str, String)> = known
        .relations()
        .iter()
        .map(|said| {
            (
                said.from.to_string(),
                said.verb.as_str(),
                said.to.to_string(),
            )
        })
        .collect();
    relations.extend(known.iter().map(|(from, verb, to)| (&**from, *verb, &**to)));
    let scene = model(&elements, &relations).board().scene();
    assert!(x(&scene, "Count") > x(&scene, "Loaded"));
}
