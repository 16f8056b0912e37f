//! What the layout promises by absence: pure folders that know of no runtime and no network, and
//! features that pull in no more than they say.

#![expect(clippy::panic, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folders that decide and compute, and leave waiting and talking to others.
const PURE: [&str; 4] = [
    "aether/src/cluster",
    "aether/src/domain",
    "aether/src/wire",
    "eventstorming/src",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|err| panic!("{}: {err}", folder.display()));
    let paths = entries.map(|entry| entry.unwrap_or_else(|err| panic!("{err}")).path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// Lines of code that name a crate; comments may.
fn naming<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let code = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"));
    code.filter(move |line| line.contains(name))
}

#[test]
fn the_pure_folders_know_neither_tokio_nor_nats() {
    let mut found = Vec::new();
    let mut read = 0;
    for path in PURE.iter().flat_map(|folder| sources(&root().join(folder))) {
        let text = fs::read_to_string(&path).unwrap_or_else(|err| panic!("{err}"));
        read += 1;
        for name in ["tokio", "async_nats", "futures_util"] {
            found.extend(naming(&text, name).map(|line| format!("{}: {line}", path.display())));
        }
    }
    assert!(read > 50, "only {read} files were read");
    assert_eq!(found, Vec::<String>::new());
}

/// The crates that `aether` is built from, and the features each is built with.
fn built_from(features: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--package",
            "aether",
            "--edges",
            "normal",
            "--prefix",
            "none",
        ])
        .args(["--format", "{p} {f}", "--locked", "--offline"])
        .args(features)
        .current_dir(root())
        .output()
        .unwrap_or_else(|err| panic!("cargo does not run: {err}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

fn check_no_network(features: &[&str]) {
    let crates = built_from(features);
    assert!(
        crates.iter().any(|line| line.starts_with("serde_json ")),
        "{crates:?}"
    );
    for line in crates {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        assert!(
            !["async-nats", "mio", "socket2", "rustls"].contains(&name),
            "{line}"
        );
        assert!(name != "tokio" || !line.contains("net"), "{line}");
    }
}

#[test]
fn the_core_pulls_in_no_network() {
    check_no_network(&["--no-default-features"]);
}

#[test]
fn the_runtime_pulls_in_no_network() {
    check_no_network(&[]);
}

#[test]
fn the_decisions_of_a_cluster_pull_in_no_network() {
    check_no_network(&["--no-default-features", "--features", "cluster"]);
}

#[test]
fn nats_is_a_feature_and_brings_its_client() {
    let crates = built_from(&["--features", "nats"]);
    assert!(
        crates.iter().any(|line| line.starts_with("async-nats ")),
        "{crates:?}"
    );
}
