use std::fs;

use aether::{EmbeddedEventStore, EventStoreExt as _, Position};
use aether_tests::harness::NatsServer;
use serde_json::json;

use crate::program::{Room, commits, ends, event, json, on_server};

#[tokio::test]
async fn a_namespace_goes_from_a_folder_to_a_server_and_back() {
    let (room, server) = (Room::new(), NatsServer::start().await);
    let (from, url, into) = (room.shop("from").await, server.url(), room.store("into"));
    let (there, back) = (room.path("there.jsonl"), room.path("back.jsonl"));

    let answer = ends(0, &["export", "--store", &from, &there]);
    assert_eq!(answer.out, "");
    let said = format!("exported to {there}: 5 commits with 5 events\n");
    assert_eq!(answer.err, said);

    let answer = ends(
        0,
        &["import", "--store", &url, "--namespace", "shop", &there],
    );
    let said = format!(
        "{there} is whole and holds 5 commits with 5 events of the namespace `default`\nimporting \
         it into the namespace `shop` of {url}\nimported: 5 commits were stored, 0 were there \
         already\n"
    );
    assert_eq!(answer.err, said);
    let again = ends(
        0,
        &["import", "--store", &url, "--namespace", "shop", &there],
    );
    assert!(
        again
            .err
            .ends_with("0 commits were stored, 5 were there already\n"),
        "{}",
        again.err
    );

    ends(
        0,
        &["export", "--store", &url, "--namespace", "shop", &back],
    );
    ends(0, &["import", "--store", &into, &back]);
    assert!(room.log("into").await == room.log("from").await);
    let store = on_server("shop").connect(&url).await.unwrap();
    let log = commits(store.log(Position::START).await.unwrap());
    assert!(log == room.log("from").await);
}

#[tokio::test]
async fn an_export_goes_to_standard_output_without_a_file() {
    let room = Room::new();
    let (store, file) = (room.shop("shop").await, room.path("shop.jsonl"));
    ends(0, &["export", "--store", &store, &file]);
    let answer = ends(0, &["export", "--store", &store]);
    assert_eq!(answer.out, fs::read_to_string(&file).unwrap());
    assert_eq!(answer.err, "");
    let lines = json(&answer.out);
    assert_eq!(lines[0]["type"], "aether.export.opening");
    assert_eq!(lines[1]["type"], "Placed");
    assert_eq!(lines[6]["type"], "aether.export.ending");
}

#[tokio::test]
async fn programs_are_told_what_was_done() {
    let room = Room::new();
    let (store, file) = (room.shop("shop").await, room.path("shop.jsonl"));
    let exported = json(&ends(0, &["export", "--json", "--store", &store, &file]).out);
    let wanted = json!({
        "complete": true, "until": 5, "commits": 5, "events": 5, "unreadable": 0, "lines": 6,
    });
    assert_eq!(exported, [wanted]);
    let into = room.store("into");
    let imported = json(&ends(0, &["import", "--json", "--store", &into, &file]).out);
    assert_eq!(
        (&imported[0]["stored"], &imported[0]["known"]),
        (&json!(5), &json!(0))
    );
    let checked = [
        "import",
        "--json",
        "--dry-run",
        "--store",
        "embedded:nowhere",
        &file,
    ];
    let checked = json(&ends(0, &checked).out);
    assert_eq!(
        (&checked[0]["commits"], &checked[0]["namespace"]),
        (&json!(5), &json!("default"))
    );
}

#[tokio::test]
async fn parts_are_exported_by_place_and_filter() {
    let room = Room::new();
    let store = room.shop("shop").await;
    let exported = |args: &[&str]| {
        let answer = ends(0, &[&["export", "--store", &store], args].concat());
        let lines = json(&answer.out);
        let events = lines.iter().filter_map(|line| line["subject"].as_str());
        events.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(exported(&["--after", "3"]), ["Order.7", "Order.7"]);
    assert_eq!(exported(&["--until", "2"]), ["Order.7", "Customer.ada"]);
    assert_eq!(exported(&["--actors", "Customer.*"]), ["Customer.ada"]);
    assert_eq!(
        exported(&["--type", "Placed", "--type", "Shipped"]).len(),
        3
    );
    assert_eq!(exported(&["--before", "2001-01-01T00:00:00Z"]).len(), 0);
    assert_eq!(exported(&["--since", "2001-01-01T00:00:00Z"]).len(), 5);
}

#[tokio::test]
async fn a_file_that_is_there_is_not_written_over() {
    let room = Room::new();
    let (store, file) = (room.shop("shop").await, room.path("shop.jsonl"));
    for (text, code) in [
        ("something dear", 2),
        ("something dear\n", 1),
        ("{\"special", 2),
    ] {
        fs::write(&file, text).unwrap();
        let answer = ends(2, &["export", "--store", &store, &file]);
        assert!(answer.err.contains("exists already"), "{}", answer.err);
        ends(code, &["export", "--store", &store, "--resume", &file]);
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[tokio::test]
async fn a_file_that_is_not_whole_is_refused_before_anything_is_stored() {
    let room = Room::new();
    let (store, file) = (room.shop("shop").await, room.path("shop.jsonl"));
    ends(0, &["export", "--store", &store, &file]);
    let good = fs::read_to_string(&file).unwrap();
    let (bad, into) = (room.path("bad.jsonl"), room.store("into"));
    let cut = good.lines().take(4).collect::<Vec<_>>().join("\n");
    let altered = good.replacen("\"n\":2", "\"n\":3", 1);
    for (text, said) in [
        (cut, "it breaks off after 4 lines"),
        (altered, "the file was altered: its SHA-256 is "),
        ("[]\n".to_owned(), "line 1 is not what an export has there"),
        (String::new(), "it breaks off after 0 lines"),
    ] {
        fs::write(&bad, text).unwrap();
        let answer = ends(1, &["import", "--store", &into, &bad]);
        assert!(
            answer.err.contains("nothing was imported"),
            "{}",
            answer.err
        );
        assert!(answer.err.contains(said), "{said}: {}", answer.err);
        assert!(
            !fs::exists(room.path("into")).unwrap(),
            "the store was not even opened"
        );
    }
    ends(2, &["import", "--store", &into, &room.path("no file")]);
}

#[tokio::test]
async fn a_namespace_with_another_history_is_refused() {
    let room = Room::new();
    let (store, file) = (room.shop("shop").await, room.path("shop.jsonl"));
    ends(0, &["export", "--store", &store, &file]);
    let other = EmbeddedEventStore::open(room.path("other")).await.unwrap();
    other.save(event("Order.7", 1, "Placed")).await.unwrap();
    drop(other);
    let answer = ends(1, &["import", "--store", &room.store("other"), &file]);
    assert!(
        answer.err.contains("holds another history: at position 1"),
        "{}",
        answer.err
    );
    assert!(
        answer.err.contains("import into an empty namespace"),
        "{}",
        answer.err
    );
    assert_eq!(room.log("other").await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_finding() {
    let (room, server) = (Room::new(), NatsServer::start().await);
    let (url, file) = (server.url(), room.path("shop.jsonl"));
    let store = on_server("shop").connect(&url).await.unwrap();
    store.save(event("Order.7", 1, "Placed")).await.unwrap();
    let context = async_nats::jetstream::new(async_nats::connect(&url).await.unwrap());
    let stray = context.publish(
        format!("{}.x", store.subject(&"Order.7".parse().unwrap())),
        "stray".into(),
    );
    stray.await.unwrap().await.unwrap();
    store.save(event("Order.7", 2, "Shipped")).await.unwrap();

    let at = ["--store", &*url, "--namespace", "shop"];
    let answer = ends(1, &[&["export"], &at[..], &[&file]].concat());
    assert!(answer.err.contains("(at position 2)"), "{}", answer.err);
    assert!(
        answer.err.contains("`--resume --lenient` goes on"),
        "{}",
        answer.err
    );
    let answer = ends(
        1,
        &[&["export"], &at[..], &["--resume", "--lenient", &file]].concat(),
    );
    assert!(
        answer.err.contains("and 1 that cannot be read"),
        "{}",
        answer.err
    );
    let answer = ends(1, &["import", "--store", &room.store("into"), &file]);
    assert!(
        answer.err.contains("2 commits were stored"),
        "{}",
        answer.err
    );
    assert!(answer.err.contains("1 could not be read"), "{}", answer.err);
    let answer = ends(1, &[&["events", "search"], &at[..]].concat());
    assert!(
        answer
            .out
            .contains("2  cannot be read: a message in the stream"),
        "{}",
        answer.out
    );
}
