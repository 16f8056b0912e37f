use crate::program::{Room, ends, json};

/// The positions and types of events, as programs are told them.
fn told(args: &[&str]) -> Vec<String> {
    let answer = ends(0, &[args, &["--json"]].concat());
    let rows = json(&answer.out);
    let told = rows
        .iter()
        .map(|row| format!("{} {}", row["position"], row["type"].as_str().unwrap()));
    told.collect()
}

#[tokio::test]
async fn events_are_found_by_actor_type_text_and_place() {
    let room = Room::new();
    let store = room.shop("shop").await;
    let search = |args: &[&str]| told(&[&["events", "search", "--store", &store], args].concat());
    assert_eq!(search(&[]).len(), 5);
    assert_eq!(search(&["--type", "Placed"]), ["1 Placed", "3 Placed"]);
    assert_eq!(
        search(&["--actors", "Order.7", "--after", "1"]),
        ["4 Shipped", "5 Delivered"]
    );
    assert_eq!(
        search(&["--backwards", "--limit", "2"]),
        ["5 Delivered", "4 Shipped"]
    );
    assert_eq!(search(&["--containing", "\"n\":3"]), ["5 Delivered"]);
    assert_eq!(search(&["--before", "2001-01-01T00:00:00Z"]), [""; 0]);
}

#[tokio::test]
async fn the_last_events_are_shown_oldest_first() {
    let room = Room::new();
    let store = room.shop("shop").await;
    let tail = |args: &[&str]| told(&[&["events", "tail", "--store", &store], args].concat());
    assert_eq!(tail(&["-n", "2"]), ["4 Shipped", "5 Delivered"]);
    assert_eq!(tail(&["--type", "Placed", "-n", "1"]), ["3 Placed"]);
    assert_eq!(tail(&[]).len(), 5);
}

#[tokio::test]
async fn what_lies_at_a_position_is_shown() {
    let room = Room::new();
    let store = room.shop("shop").await;
    let answer = ends(0, &["events", "show", "--store", &store, "4"]);
    assert!(
        answer.out.contains("Order.7 2  Shipped  {\"n\":2,"),
        "{}",
        answer.out
    );
    assert_eq!(answer.out.lines().count(), 1);
    let answer = ends(1, &["events", "show", "--store", &store, "6"]);
    assert_eq!(answer.err, "nothing lies at position 6\n");
}

#[tokio::test]
async fn a_history_is_shown_in_both_directions() {
    let room = Room::new();
    let store = room.shop("shop").await;
    let history =
        |args: &[&str]| told(&[&["actor", "history", "--store", &store, "Order.7"], args].concat());
    assert_eq!(history(&[]), ["1 Placed", "4 Shipped", "5 Delivered"]);
    assert_eq!(
        history(&["--backwards"]),
        ["5 Delivered", "4 Shipped", "1 Placed"]
    );
    assert_eq!(history(&["--after", "1"]), ["4 Shipped", "5 Delivered"]);
    assert_eq!(
        history(&["--backwards", "--after", "1", "--limit", "1"]),
        ["5 Delivered"]
    );
    let none = ends(0, &["actor", "history", "--store", &store, "Order.9"]);
    assert_eq!(none.out, "");
}
