//! Killed and broken off at any moment, and gone on with.

use std::{
    fs,
    io::Read as _,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::program::{Answer, Room, command, ends};

/// Starts the program.
fn start(args: &[&str]) -> Child {
    let mut program = command(args);
    program.stdout(Stdio::piped()).stderr(Stdio::piped());
    program.spawn().unwrap()
}

/// Waits until a file is longer than this, or the program has ended.
fn grown(child: &mut Child, file: &str, length: u64) -> bool {
    while child.try_wait().unwrap().is_none() {
        if fs::metadata(file).is_ok_and(|about| about.len() > length) {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

#[tokio::test]
async fn an_export_that_is_killed_again_and_again_is_in_the_end_the_same_file() {
    let room = Room::new();
    let store = room.large("large", 6_000).await;
    let (whole, file) = (room.path("whole.jsonl"), room.path("killed.jsonl"));
    ends(0, &["export", "--store", &store, &whole]);
    let (wanted, mut kills) = (fs::read(&whole).unwrap(), 0);
    for part in 0..6 {
        let mut child = start(&["export", "--store", &store, "--resume", &file]);
        if grown(&mut child, &file, wanted.len() as u64 * part / 6) {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
    }
    assert!(kills >= 3, "{kills} kills");
    assert!(fs::read(&file).unwrap().len() < wanted.len());
    ends(0, &["export", "--store", &store, "--resume", &file]);
    assert!(fs::read(&file).unwrap() == wanted);
    let answer = ends(0, &["export", "--store", &store, "--resume", &file]);
    assert!(
        answer.err.contains("is complete: 6000 commits"),
        "{}",
        answer.err
    );
    assert!(fs::read(&file).unwrap() == wanted);
}

#[tokio::test]
async fn an_import_that_is_killed_again_and_again_stores_everything_once() {
    let room = Room::new();
    let (store, file) = (room.large("large", 6_000).await, room.path("large.jsonl"));
    let into = room.store("into");
    ends(0, &["export", "--store", &store, &file]);
    let mut kills = 0;
    for round in 1..=12 {
        let mut child = start(&["import", "--store", &into, &file]);
        // When a kill comes is the matter of the test, not what it waits for.
        tokio::time::sleep(Duration::from_millis(round * 60)).await;
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills >= 2, "{kills} kills");
    ends(0, &["import", "--store", &into, &file]);
    assert!(room.log("into").await == room.log("large").await);
}

#[tokio::test]
async fn ctrl_c_ends_an_export_at_a_line_and_says_how_to_go_on() {
    let room = Room::new();
    let store = room.large("large", 6_000).await;
    let (whole, file) = (room.path("whole.jsonl"), room.path("broken.jsonl"));
    ends(0, &["export", "--store", &store, &whole]);
    let mut child = start(&["export", "--store", &store, &file]);
    assert!(
        grown(&mut child, &file, 0),
        "it ended before it was broken off"
    );
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let answer: Answer = child.wait_with_output().unwrap().into();
    assert_eq!(answer.code, Some(130), "{}", answer.err);
    assert!(
        answer
            .err
            .contains("go on by the same command and `--resume`"),
        "{}",
        answer.err
    );
    let part = fs::read(&file).unwrap();
    assert!(part.ends_with(b"\n") && fs::read(&whole).unwrap().starts_with(&part));
    ends(0, &["export", "--store", &store, "--resume", &file]);
    assert!(fs::read(&file).unwrap() == fs::read(&whole).unwrap());
}

#[tokio::test]
async fn ctrl_c_ends_a_tail_that_follows() {
    let room = Room::new();
    let store = room.shop("shop").await;
    let mut child = start(&["events", "tail", "--follow", "-n", "1", "--store", &store]);
    let (mut out, mut seen) = (child.stdout.take().unwrap(), [0; 1]);
    out.read_exact(&mut seen).unwrap();
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
