//! The demonstration, in short: what it tells, and what it leaves behind.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
    time::timeout,
};

/// The nats-server that all tests run.
fn nats_server() -> PathBuf {
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/nats-server");
    env::var_os("NATS_SERVER").map_or(fetched, PathBuf::from)
}

fn demo(server: &Path) -> Command {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_order-cluster"));
    let small = [
        "--customers",
        "6",
        "--pause",
        "200",
        "--calm",
        "500",
        "--shards",
        "64",
    ];
    demo.args(small).arg("--nats-server").arg(server);
    demo.stdin(Stdio::null()).kill_on_drop(true);
    demo
}

/// What `ps` has of the processes that this one has started.
async fn processes_of(parent: u32) -> Vec<String> {
    let listed = Command::new("ps")
        .args(["-e", "-o", "ppid=,pid=,args="])
        .output();
    let listed = String::from_utf8(listed.await.unwrap().stdout).unwrap();
    let parent = parent.to_string();
    let is_child = |line: &&str| line.split_whitespace().next() == Some(&parent);
    listed.lines().filter(is_child).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_is_killed_another_drained_and_the_log_has_everything_once() {
    let run = timeout(Duration::from_secs(90), demo(&nats_server()).output()).await;
    let output = run.expect("it ends").unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    for told in [
        "which leads the cluster and has",
        "its shards have new owners after",
        "has left",
        "in the second after the kill",
        "none of them twice",
        "and no version is missing",
    ] {
        assert!(out.contains(told), "{told}: {out}");
    }
    println!("{out}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_it_is_broken_off_nothing_is_left_behind() {
    let mut demo = demo(&nats_server());
    let mut demo = demo.stdout(Stdio::piped()).spawn().unwrap();
    let id = demo.id().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let come = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("customers come in") {
                return true;
            }
        }
        false
    };
    assert_eq!(timeout(Duration::from_mins(1), come).await, Ok(true));
    let children = processes_of(id).await;
    assert_eq!(
        children.len(),
        4,
        "three nodes, and a shell that has a server: {children:?}"
    );
    let told = Command::new("kill")
        .args(["-s", "INT", &id.to_string()])
        .status()
        .await;
    assert!(told.unwrap().success());
    let ended = timeout(Duration::from_secs(10), demo.wait()).await;
    assert_eq!(ended.unwrap().unwrap().code(), Some(130));
    let pids = children
        .iter()
        .map(|it| it.split_whitespace().nth(1).unwrap().to_owned());
    let pids: Vec<_> = pids.collect();
    let gone = async {
        for pid in pids {
            while is_there(&pid).await {
                tokio::task::yield_now().await;
            }
        }
    };
    assert!(
        timeout(Duration::from_secs(10), gone).await.is_ok(),
        "{children:?}"
    );
}

/// Whether a process runs; one that has ended, and of which nobody has taken notice, does not.
async fn is_there(pid: &str) -> bool {
    let asked = Command::new("ps")
        .args(["-o", "stat=", "-p", pid])
        .output()
        .await;
    let state = String::from_utf8(asked.unwrap().stdout).unwrap();
    !state.trim().is_empty() && !state.trim_start().starts_with('Z')
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_it_says_how_to_get_one() {
    let output = demo(Path::new("/nowhere/nats-server"))
        .output()
        .await
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("`make nats-server` fetches one"), "{err}");
}
