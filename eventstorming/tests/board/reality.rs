//! What a log shows of a model.

use eventstorming::{
    layout::Sample,
    model::{ElementId, Verb},
    reality::{Observations, Reality, Step},
};

use crate::{check, fixture::order_to_delivery};

fn id(text: &str) -> ElementId {
    text.parse().unwrap()
}

/// Two orders, of which one is paid.
fn seen() -> Observations {
    let mut seen = Observations::default();
    for hour in [1, 2] {
        let at = format!("2026-01-0{hour}T12:00:00Z");
        seen.event("OrderPlaced", 1, "Order", &at);
        seen.step(Step::default().effect("OrderPlaced"));
        seen.event("StockReserved", 1, "StockItem", &at);
        seen.step(reserved());
    }
    seen
}

fn reserved() -> Step {
    Step::default()
        .cause("OrderPlaced")
        .by("ReserveOnOrder")
        .effect("StockReserved")
}

fn reality(seen: &Observations) -> Reality {
    order_to_delivery().observed(seen)
}

#[test]
fn what_happened_is_counted_with_its_last_time() {
    let reality = reality(&seen());
    let placed = &reality.sightings[&id("Ordering/event/OrderPlaced")];
    assert_eq!(
        (placed.count, placed.last.as_deref()),
        (2, Some("2026-01-02T12:00:00Z"))
    );
    assert_eq!(reality.sightings[&id("Ordering/aggregate/Order")].count, 2);
    assert_eq!(
        reality.sightings[&id("Ordering/event/OrderRejected")].count,
        0
    );
    assert!(!reality.is_at_odds(), "{}", reality.text());
}

#[test]
fn what_led_to_what_is_counted_on_the_relations_it_took() {
    let reality = reality(&seen());
    let policy = order_to_delivery()
        .of_kind(eventstorming::model::Kind::Policy)
        .next()
        .unwrap()
        .id
        .clone();
    let times = |from: &str, verb, to: &ElementId| reality.relations[&(id(from), verb, to.clone())];
    assert_eq!(
        times("Ordering/event/OrderPlaced", Verb::Activates, &policy),
        2
    );
    let command = id("Inventory/command/ReserveStock");
    let issued = (policy, Verb::Issues, command.clone());
    assert_eq!(reality.relations[&issued], 2);
    let emitted = (
        command.clone(),
        Verb::Emits,
        id("Inventory/event/StockReserved"),
    );
    assert_eq!(reality.relations[&emitted], 2);
    assert_eq!(reality.sightings[&command].count, 2);
}

/// The only line of a section of the report.
fn told(seen: &Observations, title: &str) -> String {
    let text = reality(seen).text();
    let (_, rest) = text
        .split_once(&format!("\n{title}:\n"))
        .unwrap_or_else(|| {
            panic!("no section `{title}` in:\n{text}");
        });
    let section = rest.split("\n\n").next().unwrap();
    assert_eq!(section.trim_end().lines().count(), 1, "{section}");
    section.trim().to_owned()
}

#[test]
fn what_the_model_does_not_know_is_told() {
    let mut strange = seen();
    strange.event("OrderArchived", 1, "Order", "2026-01-03T12:00:00Z");
    assert_eq!(
        told(&strange, "In the log, and not in the model"),
        "`OrderArchived`: 1 time, the last at 2026-01-03T12:00:00Z"
    );
    let mut newer = seen();
    newer.event("OrderPlaced", 9, "Order", "2026-01-03T12:00:00Z");
    assert!(
        told(&newer, "In the log, and not in the model").starts_with("`OrderPlaced` in version 9"),
    );
}

#[test]
fn a_cause_that_is_not_declared_is_told_and_marked() {
    let title = "Seen, and not declared";
    let cases = [
        (
            reserved().effect("PaymentCaptured"),
            "`OrderPlaced` led to `PaymentCaptured` by `ReserveOnOrder` once: \
             `ReserveOnOrder` issues nothing that emits `PaymentCaptured`",
        ),
        (
            reserved().cause("ParcelDelivered"),
            "`ParcelDelivered` led to `StockReserved` by `ReserveOnOrder` once: \
             `ReserveOnOrder` does not take `ParcelDelivered`",
        ),
        (
            reserved().by("Nobody"),
            "`OrderPlaced` led to `StockReserved` by `Nobody` once: the model has no `Nobody`",
        ),
        (
            Step::default()
                .cause("ParcelDelivered")
                .effect("StockReserved"),
            "`ParcelDelivered` led to `StockReserved` once: nothing leads from `ParcelDelivered` \
             to `StockReserved`",
        ),
        (
            Step::default().effect("StockReserved"),
            "something outside led to `StockReserved` once: nobody outside asks for what emits \
             `StockReserved`",
        ),
    ];
    for (step, expected) in cases {
        let mut seen = seen();
        seen.step(step);
        assert_eq!(told(&seen, title), expected);
    }
    let mut seen = seen();
    seen.step(reserved().effect("PaymentCaptured"));
    let model = order_to_delivery();
    let scene = model.board().observed(&model.observed(&seen)).scene();
    let marked = scene.notes().filter(|note| note.finding.is_some());
    let marked: Vec<String> = marked.map(|note| note.element.to_string()).collect();
    assert_eq!(marked, ["Ordering/event/OrderPlaced"]);
}

#[test]
fn a_board_says_how_often_and_dims_what_never_happened() {
    let model = order_to_delivery();
    let board = model.board().observed(&reality(&seen()));
    let scene = board.scene();
    check::geometry(&scene);
    let strip = |name: &str| {
        let mut notes = scene.notes().filter(|note| note.element.name() == name);
        notes.find_map(|note| note.tally.clone()).unwrap()
    };
    assert_eq!(strip("OrderPlaced").text, "2x, 2026-01-02");
    assert!(strip("OrderRejected").idle);
    for note in scene.notes() {
        let Some(strip) = &note.tally else { continue };
        let last = note.baseline
            + note.lettering.leading() * (i32::try_from(note.lettering.lines.len()).unwrap() - 1);
        assert!(last < strip.rect.y, "{} is written over", note.element);
    }
    let samples: Vec<Sample> = scene.legend.iter().map(|item| item.sample).collect();
    assert!(samples.contains(&Sample::Tally) && samples.contains(&Sample::Idle));
    let svg = board.svg();
    roxmltree::Document::parse(&svg).unwrap();
    assert!(svg.contains("In the log: 4 events of 2 types, the last on 2026-01-02."));
    assert!(svg.contains("seen in the log 2 times, last at 2026-01-02T12:00:00Z"));
    let page = board.html();
    assert!(page.contains("\"seen in the log 2 times, last at 2026-01-02T12:00:00Z\""));
    assert_eq!(svg, model.board().observed(&reality(&seen())).svg());
}

#[test]
fn observations_are_read_back_and_those_of_a_later_format_are_refused() {
    let seen = seen();
    let json = seen.to_json();
    assert_eq!(Observations::from_json(&json).unwrap(), seen);
    let later = json.replace("observations/1", "observations/2");
    let refused = Observations::from_json(&later).unwrap_err().to_string();
    assert_eq!(
        refused,
        "the format is `aether.observations/2`, this reads `aether.observations/1`"
    );
    assert!(Observations::from_json("{}").is_err());
}

#[test]
fn a_report_for_programs_holds_what_people_are_told() {
    let mut seen = seen();
    seen.event("OrderArchived", 1, "Order", "2026-01-03T12:00:00Z");
    seen.unreadable();
    let reality = reality(&seen);
    let json: serde_json::Value = serde_json::from_str(&reality.json()).unwrap();
    assert_eq!(json["format"], "aether.reality/1");
    assert_eq!(json["elements"]["Ordering/event/OrderPlaced"]["count"], 2);
    assert_eq!(json["unknown"][0]["event"], "OrderArchived");
    assert_eq!(json["unreadable"], 1);
    let never = json["never"].as_array().unwrap();
    assert!(never.contains(&"Ordering/event/OrderRejected".into()));
}
