//! Export and import: between all stores, broken off anywhere, and of files that are not whole.

use std::path::Path;

use aether::{
    CommandId, Commit, DynEventStore, EmbeddedOptions, Event, EventStore, EventStoreExt as _,
    InMemoryEventStore, Namespace, OutgoingCommand, Payload, Position, Recorded, StoreErrorKind,
    Timer, Timestamp, Transaction,
    store::{
        Filter,
        jetstream::JetStreamEventStore,
        transfer::{
            Ending, Export, ExportOptions, ExportReader, Import, Imported, Partial, Resumed,
            TransferError,
        },
    },
};
use aether_tests::{crash::Dice, harness::NatsServer};
use async_nats::jetstream;
use serde_json::{Value, json};

use crate::{
    fixture::{fresh, options},
    misfits::{actor, event},
};

type Store = DynEventStore;

/// A store of each kind, each empty.
async fn stores(server: &NatsServer, folder: &Path) -> Vec<(&'static str, Store)> {
    let (nats, disk) = (options(), EmbeddedOptions::new().page_bytes(10_000));
    vec![
        (
            "memory",
            DynEventStore::new(InMemoryEventStore::in_namespace(fresh())),
        ),
        (
            "disk",
            DynEventStore::new(disk.namespace(fresh()).open(folder).await.unwrap()),
        ),
        (
            "nats",
            DynEventStore::new(
                nats.page_bytes(10_000)
                    .connect(&server.url())
                    .await
                    .unwrap(),
            ),
        ),
    ]
}

/// A log of everything that a commit may hold, as chance has it.
async fn fill<S: EventStore>(store: &S, seed: u64) {
    let mut dice = Dice::new(seed);
    let actors = ["Order.7", "Order.8", "caf\u{e9} \"1\"", "a\nb", "*.>"];
    let mut versions = [0; 5];
    for _ in 0..60 {
        let first = usize::try_from(dice.roll(5)).unwrap();
        let mut commits = vec![commit(actors[first], &mut versions[first], &mut dice)];
        if dice.roll(4) == 0 {
            let second = (first + 1) % 5;
            commits.push(commit(actors[second], &mut versions[second], &mut dice));
        }
        store
            .transact(Transaction::new(commits).unwrap())
            .await
            .unwrap();
    }
}

fn commit(actor: &str, version: &mut u64, dice: &mut Dice) -> Commit {
    let count = 1 + dice.roll(3);
    let events = (0..count).map(|_| {
        *version += 1;
        event_of_chance(actor, *version, dice)
    });
    let events: Vec<Event> = events.collect();
    let mut commit = Commit::new(events).unwrap();
    if dice.roll(3) == 0 {
        commit = commit.caused_by(CommandId::new());
    }
    if dice.roll(3) == 0 {
        commit = commit.asking(command()).cancelling("x\n");
    }
    if dice.roll(3) == 0 {
        commit = commit.setting(Timer {
            key: "late".to_owned(),
            due: Timestamp::UNIX_EPOCH,
            command: command(),
        });
    }
    commit
}

fn event_of_chance(actor: &str, version: u64, dice: &mut Dice) -> Event {
    let data = match dice.roll(5) {
        0 => "{ \"b\" :\r\n 1.50,\n\"a\":1e2 ,\"b\":2}".to_owned(),
        1 => "\"\\u00e9\\/\\n\"".to_owned(),
        2 => "null".to_owned(),
        3 => json!("x".repeat(usize::try_from(dice.roll(3_000)).unwrap())).to_string(),
        _ => json!({ "n": version, "aethercommit": "no attribute" }).to_string(),
    };
    let data = Payload::from_json(data).unwrap();
    let mut event = Event::recorded(self::actor(actor), version.into(), "Counted", data);
    event = event.with_schema_version(1 + u32::try_from(dice.roll(3)).unwrap());
    if dice.roll(2) == 0 {
        event.metadata.insert("tenant", "\u{dc}ber\n\"x\"").unwrap();
        event.metadata.correlation_id = Some("c".to_owned());
    }
    event
}

fn command() -> OutgoingCommand {
    OutgoingCommand {
        id: CommandId::new(),
        command: "Ship".into(),
        key: "7".to_owned(),
        data: Payload::from_json("{\n}").unwrap(),
    }
}

/// All pieces of an export.
async fn pieces<S: EventStore>(store: &S, options: ExportOptions) -> Vec<Vec<u8>> {
    let mut export = Export::begin(store, options).await.unwrap();
    rest(&mut export).await
}

async fn rest<S: EventStore>(export: &mut Export<'_, S>) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    while let Some(piece) = export.next().await.unwrap() {
        assert!(piece.ends_with(b"\n"));
        pieces.push(piece);
    }
    assert_eq!(export.position(), export.until());
    pieces
}

async fn exported<S: EventStore>(store: &S) -> Vec<u8> {
    pieces(store, ExportOptions::new()).await.concat()
}

fn lines(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = file.split_inclusive(|byte| *byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}

fn check(file: &[u8]) -> Result<Ending, TransferError> {
    let mut reader = ExportReader::new();
    for line in lines(file) {
        reader.take(line)?;
    }
    reader.finish()
}

async fn import<S: EventStore>(store: &S, file: &[u8]) -> Result<Imported, TransferError> {
    let mut import = Import::new(store);
    for line in lines(file) {
        import.take(line).await?;
    }
    import.finish()
}

async fn commits<S: EventStore>(store: &S) -> Vec<Commit> {
    let log = store.log(Position::START).await.unwrap();
    log.into_iter()
        .map(|Recorded { commit, .. }| commit)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_exported_from_any_store_and_imported_into_any_other_is_the_same_log() {
    let server = NatsServer::shared().await;
    for seed in 1..=3 {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        for (from, source) in stores(&server, folders[0].path()).await {
            fill(&source, seed).await;
            let (log, file) = (commits(&source).await, exported(&source).await);
            assert!(log.len() > 60);
            assert_eq!(check(&file).unwrap().tally.commits, log.len() as u64);
            for (into, target) in stores(&server, folders[1].path()).await {
                let pair = format!("seed {seed}, {from} into {into}");
                let imported = import(&target, &file).await.unwrap();
                assert_eq!(imported.stored, log.len() as u64, "{pair}");
                assert!(commits(&target).await == log, "{pair}");
                let again = import(&target, &file).await.unwrap();
                assert_eq!((again.known, again.stored), (imported.stored, 0), "{pair}");
                assert!(commits(&target).await == log, "{pair}");
            }
        }
    }
}

#[tokio::test]
async fn an_export_that_is_repeated_or_of_the_same_log_elsewhere_is_the_same_file() {
    let namespace: Namespace = "same/\u{e9}".parse().unwrap();
    let store = InMemoryEventStore::in_namespace(namespace.clone());
    fill(&store, 7).await;
    let file = exported(&store).await;
    assert!(exported(&store).await == file);
    let folder = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions::new().namespace(namespace);
    let other = options.open(folder.path()).await.unwrap();
    import(&other, &file).await.unwrap();
    assert!(exported(&other).await == file);
}

#[tokio::test]
async fn each_line_is_a_cloudevent() {
    let store = InMemoryEventStore::new();
    fill(&store, 8).await;
    let file = exported(&store).await;
    for line in lines(&file) {
        let event: Value = serde_json::from_slice(line).unwrap();
        assert_eq!(event["specversion"], "1.0");
        for attribute in ["id", "type", "source"] {
            assert!(
                event[attribute].as_str().is_some_and(|it| !it.is_empty()),
                "{event}"
            );
        }
        let names = event.as_object().unwrap().keys();
        let mut names = names.filter(|name| !["data", "data_base64"].contains(&name.as_str()));
        assert!(names.all(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric())));
    }
}

/// A file that is broken off after so many bytes is gone on with, and is then the whole file.
async fn check_resumed<S: EventStore>(store: &S, file: &[u8], cut: usize, options: ExportOptions) {
    let mut partial = Partial::new();
    let whole = file[..cut]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    for line in lines(&file[..whole]) {
        partial.take(line).unwrap();
    }
    match partial.resume(store, options).await.unwrap() {
        Resumed::Complete(ending) => {
            assert_eq!(whole, file.len());
            assert_eq!(ending, check(file).unwrap());
        }
        Resumed::GoOn { keep, mut export } => {
            let mut resumed = file[..usize::try_from(keep).unwrap()].to_vec();
            assert!(resumed.len() <= whole);
            resumed.extend(rest(&mut export).await.concat());
            assert!(resumed == file, "broken off at {cut}");
        }
    }
}

#[tokio::test]
async fn an_export_that_is_broken_off_anywhere_is_gone_on_with() {
    let server = NatsServer::shared().await;
    let folder = tempfile::tempdir().unwrap();
    for (_, store) in stores(&server, folder.path()).await {
        fill(&store, 9).await;
        let file = exported(&store).await;
        for cut in (0..=file.len())
            .step_by(file.len() / 60)
            .chain([file.len()])
        {
            check_resumed(&store, &file, cut, ExportOptions::new()).await;
        }
        let filter = Filter::new().actors("Order.*".parse().unwrap());
        let options = ExportOptions::new().only(filter).after(Position::new(9));
        let file = pieces(&store, options.clone()).await.concat();
        for cut in (0..file.len()).step_by(file.len() / 20) {
            check_resumed(&store, &file, cut, options.clone()).await;
        }
    }
}

#[tokio::test]
async fn a_file_of_another_export_is_not_gone_on_with() {
    let (store, other) = (InMemoryEventStore::new(), InMemoryEventStore::new());
    fill(&store, 10).await;
    fill(&other, 11).await;
    let file = exported(&store).await;
    let half = || {
        let mut partial = Partial::new();
        for line in lines(&file).take(20) {
            partial.take(line).unwrap();
        }
        partial
    };
    let refused = |resumed: Result<Resumed<'_, InMemoryEventStore>, TransferError>| {
        assert!(matches!(
            resumed.unwrap_err(),
            TransferError::OtherExport(_)
        ));
    };
    refused(half().resume(&other, ExportOptions::new()).await);
    let later = ExportOptions::new().after(Position::new(3));
    refused(half().resume(&store, later).await);
    let filtered = ExportOptions::new().only(Filter::new());
    refused(half().resume(&store, filtered).await);
    assert!(half().resume(&store, ExportOptions::new()).await.is_ok());
}

#[tokio::test]
async fn an_import_that_is_broken_off_after_any_line_is_gone_on_with() {
    let source = InMemoryEventStore::new();
    fill(&source, 12).await;
    let (log, file) = (commits(&source).await, exported(&source).await);
    let target = InMemoryEventStore::new();
    for count in (0..lines(&file).count()).step_by(7) {
        let mut import = Import::new(&target);
        for line in lines(&file).take(count) {
            import.take(line).await.unwrap();
        }
        let stored = commits(&target).await;
        assert!(log.starts_with(&stored), "after {count} lines");
    }
    let imported = import(&target, &file).await.unwrap();
    assert!(imported.known > 0 && imported.stored > 0, "{imported:?}");
    assert!(commits(&target).await == log);
}

#[tokio::test]
async fn any_change_to_a_file_is_noticed() {
    let store = InMemoryEventStore::new();
    for version in 1..=3 {
        store.save(event("a", version)).await.unwrap();
    }
    let file = exported(&store).await;
    check(&file).unwrap();
    for at in 0..file.len() {
        let mut bad = file.clone();
        bad[at] ^= 1;
        assert!(
            check(&bad).is_err(),
            "{at}: {}",
            String::from_utf8_lossy(&bad)
        );
    }
    let all: Vec<&[u8]> = lines(&file).collect();
    for gone in 0..all.len() {
        let mut fewer = all.clone();
        fewer.remove(gone);
        assert!(check(&fewer.join(&b'\n')).is_err(), "without line {gone}");
    }
    let mut swapped = all.clone();
    swapped.swap(1, 2);
    assert!(matches!(
        check(&swapped.join(&b'\n')).unwrap_err(),
        TransferError::Altered { .. }
    ));
    let mut more = all.clone();
    more.push(all[1]);
    assert!(check(&more.join(&b'\n')).is_err());
    for count in 0..all.len() {
        let err = check(&all[..count].join(&b'\n')).unwrap_err();
        assert!(matches!(err, TransferError::Truncated { .. }), "{err}");
    }
}

#[tokio::test]
async fn a_namespace_of_another_history_is_left_as_it_is() {
    let server = NatsServer::shared().await;
    let folder = tempfile::tempdir().unwrap();
    let source = InMemoryEventStore::new();
    fill(&source, 13).await;
    let file = exported(&source).await;
    for (name, target) in stores(&server, folder.path()).await {
        target.save(event("someone else", 1)).await.unwrap();
        let before = commits(&target).await;
        let err = import(&target, &file).await.unwrap_err();
        assert!(
            matches!(err, TransferError::OtherHistory { position, .. } if position.as_u64() == 1),
            "{name}: {err}"
        );
        assert!(commits(&target).await == before, "{name}");
    }
}

#[tokio::test]
async fn a_file_that_goes_on_from_a_commit_is_imported_behind_it() {
    let (source, target) = (InMemoryEventStore::new(), InMemoryEventStore::new());
    fill(&source, 14).await;
    let (log, middle) = (commits(&source).await, Position::new(20));
    let first = pieces(&source, ExportOptions::new().until(middle))
        .await
        .concat();
    let second = pieces(&source, ExportOptions::new().after(middle))
        .await
        .concat();
    let err = import(&target, &second).await.unwrap_err();
    assert!(
        matches!(err, TransferError::NoPredecessor(id) if id == log[19].id()),
        "{err}"
    );
    assert_eq!(target.head().await.unwrap(), Position::START);
    import(&target, &first).await.unwrap();
    import(&target, &second).await.unwrap();
    import(&target, &second).await.unwrap();
    assert!(commits(&target).await == log);
}

#[tokio::test]
async fn the_actors_that_a_filter_wants_can_be_imported_alone() {
    let (source, target) = (InMemoryEventStore::new(), InMemoryEventStore::new());
    fill(&source, 15).await;
    let filter = Filter::new().actors("Order.*".parse().unwrap());
    let file = pieces(&source, ExportOptions::new().only(filter))
        .await
        .concat();
    import(&target, &file).await.unwrap();
    let mut wanted = commits(&source).await;
    wanted.retain(|commit| commit.actor_id().actor_type() == "Order");
    assert!(!wanted.is_empty());
    assert!(commits(&target).await == wanted);
}

/// A store whose log has a stray message at position 2.
async fn with_a_stray(server: &NatsServer) -> JetStreamEventStore {
    let store = options().connect(&server.url()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let stray = context.publish(store.subject(&actor("b")), "stray".into());
    stray.await.unwrap().await.unwrap();
    store.save(event("a", 2)).await.unwrap();
    store
}

#[tokio::test]
async fn what_cannot_be_read_stops_an_export_every_time_it_is_met() {
    let server = NatsServer::shared().await;
    let store = with_a_stray(&server).await;
    let mut export = Export::begin(&store, ExportOptions::new()).await.unwrap();
    for _ in 0..2 {
        assert!(export.next().await.unwrap().is_some());
    }
    for _ in 0..2 {
        let TransferError::Unreadable(err) = export.next().await.unwrap_err() else {
            panic!("another error");
        };
        assert_eq!(err.kind(), StoreErrorKind::Corrupt);
        assert_eq!(err.position(), Some(Position::new(2)));
    }
}

#[tokio::test]
async fn a_lenient_export_keeps_what_cannot_be_read_and_counts_it() {
    let server = NatsServer::shared().await;
    let store = with_a_stray(&server).await;
    let options = ExportOptions::new().lenient();
    let file = pieces(&store, options.clone()).await.concat();
    let tally = check(&file).unwrap().tally;
    assert_eq!((tally.commits, tally.unreadable, tally.lines), (2, 1, 4));
    let stray: Value = serde_json::from_slice(lines(&file).nth(2).unwrap()).unwrap();
    assert_eq!(stray["type"], "aether.export.unreadable");
    assert_eq!(stray["aetherposition"], "2");
    assert_eq!(stray["data_base64"], "c3RyYXk=");
    assert_eq!(
        stray["aetherproblem"],
        "a message in the stream is not a commit (at position 2): the header `Aether-Versions` is \
         missing"
    );
    for cut in 0..=file.len() {
        check_resumed(&store, &file, cut, options.clone()).await;
    }
    let target = InMemoryEventStore::new();
    let imported = import(&target, &file).await.unwrap();
    assert_eq!((imported.stored, imported.ending.tally.unreadable), (2, 1));
}
