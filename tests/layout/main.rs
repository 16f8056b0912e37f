//! What the layout promises by absence: pure folders that know of no runtime and no network, and
//! features that pull in no more than they say.

#![expect(clippy::panic, reason = "a test that cannot go on fails")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folders that decide and compute, and leave waiting and talking to others.
const PURE: [&str; 5] = [
    "aether/src/cluster",
    "aether/src/domain",
    "aether/src/simulation/nats/servers",
    "aether/src/wire",
    "eventstorming/src",
];

/// What carries out the decisions of the cluster lies beside them.
const NOT_PURE: &str = "aether/src/cluster/nats";

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
        if path.starts_with(root().join(NOT_PURE)) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_else(|err| panic!("{err}"));
        read += 1;
        for name in ["tokio", "async_nats", "futures_util"] {
            found.extend(naming(&text, name).map(|line| format!("{}: {line}", path.display())));
        }
    }
    assert!(read > 50, "only {read} files were read");
    assert_eq!(found, Vec::<String>::new());
}

/// What would make a run depend on more than its seed.
const CHANCE: [&str; 6] = [
    "std::time::Instant",
    "SystemTime",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "spawn_blocking(",
    "tokio::spawn",
];

#[test]
fn the_runtime_leaves_nothing_to_chance() {
    let (mut found, mut selects) = (Vec::new(), 0);
    for path in sources(&root().join("aether/src/runtime")) {
        let text = fs::read_to_string(&path).unwrap_or_else(|err| panic!("{err}"));
        // The one place where tasks are started.
        let is_seam = path.ends_with("runtime/tasks.rs");
        for name in CHANCE.iter().filter(|_| !is_seam) {
            found.extend(naming(&text, name).map(|line| format!("{}: {line}", path.display())));
        }
        let chosen = text.split("select! {").skip(1);
        let unordered = chosen.filter(|body| !body.trim_start().starts_with("biased;"));
        found.extend(unordered.map(|_| format!("{}: a select by chance", path.display())));
        selects += text.matches("select! {").count();
    }
    assert!(selects > 10, "only {selects} choices were read");
    assert_eq!(found, Vec::<String>::new());
}

/// The crates that `aether` is built from, and the features each is built with.
fn built_from(features: &[&str]) -> Vec<String> {
    tree(features, &["--prefix", "none"])
}

/// The lines of `cargo tree`.
fn tree(features: &[&str], form: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "aether", "--edges", "normal"])
        .args(form)
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

/// What a domain crate needs of Aether.
const DOMAIN: [&str; 3] = ["--no-default-features", "--features", "macros,schema"];

/// The names of the crates that a domain crate is built from, and of those among them that are
/// in the trees of serde, syn and schemars, which most programs have anyway.
fn built_from_for_a_domain() -> (BTreeSet<String>, BTreeSet<String>) {
    let lines = tree(&DOMAIN, &["--prefix", "depth", "--no-dedupe"]);
    let (mut all, mut known, mut below) = (BTreeSet::new(), BTreeSet::new(), None);
    for line in lines {
        let name = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let depth: usize = line[..line.len() - name.len()]
            .parse()
            .unwrap_or_else(|err| panic!("{line}: {err}"));
        let name = name.split_whitespace().next().unwrap_or_default();
        below = below.filter(|begun| depth > *begun);
        if below.is_none() && ["serde", "syn", "schemars"].contains(&name) {
            below = Some(depth);
        }
        if below.is_some() {
            known.insert(name.to_owned());
        }
        all.insert(name.to_owned());
    }
    (all, known)
}

#[test]
fn a_domain_crate_is_built_from_few_crates() {
    let (all, known) = built_from_for_a_domain();
    assert!(known.contains("serde_derive"), "{known:?}");
    let others: Vec<_> = all.difference(&known).collect();
    assert!(others.len() <= 20, "{}: {others:?}", others.len());
    let readme = fs::read_to_string(root().join("README.md")).unwrap_or_else(|err| panic!("{err}"));
    let told = format!(
        "{} crates besides the trees of serde, syn and schemars",
        others.len()
    );
    assert!(readme.contains(&told), "the README does not say: {told}");
}

#[test]
fn a_domain_crate_needs_nothing_that_a_browser_has_not() {
    let (all, _) = built_from_for_a_domain();
    for name in [
        "async-nats",
        "mio",
        "redb",
        "rustls",
        "socket2",
        "tokio-util",
    ] {
        assert!(!all.contains(name), "{name}");
    }
    let tokio = built_from(&DOMAIN);
    let tokio = tokio.iter().find(|line| line.starts_with("tokio "));
    let features = tokio.and_then(|line| line.split_whitespace().nth(2));
    assert_eq!(features, Some("sync"));
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
