//! The program, as an operator meets it.

use std::{path::Path, process::Stdio, time::Duration};

use aether_tests::harness::NatsServer;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::{
    client::{Events, get, post},
    shop::order,
};

struct Program {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    at: std::net::SocketAddr,
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_order-service"));
    command.args(["--listen", "127.0.0.1:0"]).args(args);
    command.kill_on_drop(true).stdin(Stdio::null());
    command
}

impl Program {
    async fn start(args: &[&str]) -> Self {
        let mut child = command(args).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(Duration::from_secs(30), out.next_line()).await;
        let line = line.unwrap().unwrap().expect("it says where it is");
        let at = line.strip_prefix("the shop is open at http://").unwrap();
        let at = at.parse().unwrap();
        Self { child, out, at }
    }

    /// Signals it, and gives what it said until it ended well.
    async fn ends(mut self, signal: &str) -> Vec<String> {
        let pid = self.child.id().unwrap().to_string();
        let sent = Command::new("kill")
            .args([signal, &pid])
            .status()
            .await
            .unwrap();
        assert!(sent.success());
        let status = timeout(Duration::from_secs(30), self.child.wait()).await;
        assert!(status.unwrap().unwrap().success());
        let mut said = Vec::new();
        while let Some(line) = self.out.next_line().await.unwrap() {
            said.push(line);
        }
        said
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[tokio::test]
async fn what_was_ordered_is_there_after_the_service_was_ended_and_started_anew() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(&folder.path().join("events"));
    for (id, signal) in [("7", "-TERM"), ("8", "-INT")] {
        let program = Program::start(&["--data", &data]).await;
        let mut events = Events::follow(program.at, "/events", &[]).await;
        post(program.at, "/orders", &order(id)).await.is(201);
        events.next().await.expect("it is told");
        let said = program.ends(signal).await;
        assert_eq!(said, ["the shop closes", "the shop is closed"]);
    }
    let program = Program::start(&["--data", &data]).await;
    let list = get(program.at, "/orders").await.is(200).json();
    assert_eq!(list["total"], json!(2));
    program.ends("-TERM").await;
}

#[tokio::test]
async fn the_events_may_be_kept_by_a_nats_server_and_a_day_be_gone_through() {
    let server = NatsServer::start().await;
    let url = server.url();
    let args = ["--nats", &url, "--day", "6", "--pace", "1"];
    let mut program = Program::start(&args).await;
    let line = timeout(Duration::from_secs(30), program.out.next_line()).await;
    let line = line.unwrap().unwrap().unwrap();
    assert_eq!(line, "the customers of the day are served");
    let list = get(program.at, "/orders").await.is(200).json();
    assert_eq!(list["total"], json!(6));
    let head = list["position"].as_u64().unwrap();
    program.ends("-TERM").await;

    // The same customers come again, and find all done.
    let mut program = Program::start(&args).await;
    let line = timeout(Duration::from_secs(30), program.out.next_line()).await;
    assert!(line.unwrap().unwrap().is_some());
    let list = get(program.at, "/orders").await.is(200).json();
    assert_eq!(list["position"].as_u64(), Some(head));
    program.ends("-INT").await;
}

#[tokio::test]
async fn prometheus_is_told_what_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(&folder.path().join("events"));
    let program = Program::start(&["--data", &data]).await;
    post(program.at, "/orders", &order("7")).await.is(201);
    let answer = get(program.at, "/metrics").await.is(200);
    assert!(answer.header("content-type").starts_with("text/plain"));
    let mut lines = answer.text.lines();
    let stored = lines.find(|line| {
        line.starts_with("aether_commands_total{")
            && line.contains(r#"command="PlaceOrder""#)
            && line.contains(r#"outcome="stored""#)
    });
    assert!(
        stored.is_some_and(|line| line.ends_with(" 1")),
        "{stored:?} of {}",
        answer.text
    );
    let is_bucket = |line: &str| line.starts_with("aether_append_seconds_bucket{le=");
    assert!(answer.text.lines().any(is_bucket), "{}", answer.text);
    program.ends("-TERM").await;
}

#[tokio::test]
async fn what_cannot_be_is_said_and_the_program_ends() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = command(&["--data", &text(&file)]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.starts_with("the events cannot be kept at "),
        "{complaint}"
    );
    assert!(complaint.contains("\n  because "), "{complaint}");
    let output = command(&["--nats", "nats://a", "--data", "b"])
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
