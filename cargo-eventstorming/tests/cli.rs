//! The program as it is called: on a model in a file, and on a crate that it has never seen.

#![expect(
    clippy::expect_used,
    reason = "a helper of a test fails the test, and says what is wrong"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Mutex, MutexGuard, PoisonError},
};

const MODEL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../eventstorming/tests/models/order_to_delivery.json"
);

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-eventstorming"));
    command.arg("eventstorming").env("NO_COLOR", "1");
    command
}

/// Calls the program on a model in a file.
fn call(words: &[&str]) -> Output {
    program()
        .args(words)
        .args(["--model", MODEL])
        .output()
        .expect("it runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

#[test]
fn a_board_is_printed_in_each_format() {
    let begins = [
        ("svg", "<svg"),
        ("html", "<!DOCTYPE html>"),
        ("dot", "digraph"),
        ("mermaid", "flowchart LR"),
        ("event-model", "eventmodeling"),
    ];
    for (format, begin) in begins {
        let output = call(&["board", "--format", format]);
        assert_eq!(code(&output), 0, "{}", told(&output));
        assert!(said(&output).starts_with(begin), "{format}");
    }
    let part = said(&call(&[
        "board",
        "--context",
        "Shipping",
        "--level",
        "process",
    ]));
    assert!(part.contains("Create Shipment") || part.contains("Shipment"));
    assert!(!part.contains("Request Payment"));
}

#[test]
fn exit_codes_tell_findings_from_failures() {
    let found = call(&["check", "--show", "error"]);
    assert_eq!(
        code(&found),
        1,
        "the order model forgets to apply its events"
    );
    assert!(said(&found).contains("error[ES203]"), "{}", said(&found));
    assert_eq!(code(&call(&["board", "--context", "Nowhere"])), 2);
    assert_eq!(code(&call(&["board", "--no-such-option"])), 2);
    assert_eq!(code(&call(&["impact", "Nothing"])), 2);
    assert_eq!(code(&call(&["explain", "ES999"])), 2);
}

#[test]
fn what_programs_read_is_never_filtered() {
    for format in ["json", "sarif"] {
        let all = call(&["check", "--format", format]);
        let some = call(&["check", "--format", format, "--show", "error"]);
        assert_eq!(said(&all), said(&some));
        let report: serde_json::Value = serde_json::from_str(&said(&all)).expect("it is JSON");
        assert!(report.is_object());
    }
    let lines = said(&call(&["check", "--format", "github"]));
    assert!(lines.lines().all(|line| line.starts_with("::")), "{lines}");
}

#[test]
fn a_stale_file_is_told_with_its_difference_and_the_command_that_mends_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("board.svg");
    let name = file.display().to_string();
    assert_eq!(code(&call(&["board", "--out", &name])), 0);
    assert_eq!(code(&call(&["board", "--out", &name, "--check"])), 0);
    let kept = fs::read_to_string(&file).expect("it was written");
    fs::write(&file, kept.replace("Order Placed", "Order Taken")).expect("it can be written");
    let stale = call(&["board", "--out", &name, "--check"]);
    assert_eq!(code(&stale), 1);
    assert!(said(&stale).contains("@@ -"), "{}", said(&stale));
    let mends = format!("cargo eventstorming board --out {name} --model {MODEL}");
    assert!(told(&stale).contains(&mends), "{}", told(&stale));
    assert!(
        fs::read_to_string(&file)
            .expect("it is there")
            .contains("Order Taken")
    );
}

#[test]
fn a_board_is_drawn_in_pixels_and_in_a_theme() {
    let png = call(&["board", "--format", "png", "--width", "400"]);
    assert_eq!(code(&png), 0, "{}", told(&png));
    assert!(png.stdout.starts_with(b"\x89PNG"));
    let dark = said(&call(&["board", "--theme", "dark"]));
    assert!(!dark.contains("@media") && dark.contains("#14161b"));
    let font = call(&["board", "--format", "png", "--font", "no/such.ttf"]);
    assert_eq!(code(&font), 2);
    assert!(told(&font).contains("no/such.ttf"), "{}", told(&font));
}

#[test]
fn a_model_is_compared_with_what_a_log_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("seen.json");
    let mut seen = eventstorming::reality::Observations::default();
    seen.event("OrderPlaced", 2, "Order", "2026-01-31T12:00:00Z");
    fs::write(&file, seen.to_json()).expect("it can be written");
    let name = file.display().to_string();
    let told_well = call(&["observed", &name]);
    assert_eq!(code(&told_well), 0, "{}", told(&told_well));
    assert!(said(&told_well).starts_with("In the log: 1 event of 1 type"));
    let board = said(&call(&["board", "--observed", &name]));
    assert!(board.contains(">1x, 2026-01-31<"));
    seen.event("OrderArchived", 1, "Order", "2026-01-31T12:00:00Z");
    fs::write(&file, seen.to_json()).expect("it can be written");
    let json = call(&["observed", &name, "--json"]);
    assert_eq!(code(&json), 1, "the model lacks an event");
    assert!(said(&json).contains("\"OrderArchived\""));
    fs::write(&file, "{}").expect("it can be written");
    assert_eq!(code(&call(&["observed", &name])), 2);
}

#[test]
fn stale_files_are_findings_for_programs() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = folder.path().join("docs").display().to_string();
    assert_eq!(code(&call(&["docs", "--out", &name])), 0);
    let file = folder.path().join("docs/board.dot");
    let kept = fs::read_to_string(&file).expect("it was written");
    let stale: Vec<&str> = kept.lines().skip(1).collect();
    fs::write(&file, stale.join("\n")).expect("it can be written");
    let check = |format: &str| call(&["docs", "--out", &name, "--check", "--format", format]);
    let github = check("github");
    assert_eq!(code(&github), 1);
    let line = said(&github);
    assert!(
        line.starts_with("::error file=") && line.contains("board.dot,line=1,title=ES303"),
        "{line}"
    );
    assert!(said(&check("sarif")).contains("\"ES303\""));
    assert!(said(&check("human")).contains("@@ -1"));
    assert_eq!(code(&call(&["docs", "--out", &name])), 0);
    assert_eq!(code(&check("json")), 0);
}

#[test]
fn the_schema_of_a_model_is_printed_without_a_model() {
    let output = program()
        .args(["model", "--schema"])
        .output()
        .expect("it runs");
    assert_eq!(said(&output), eventstorming::Model::json_schema());
}

#[test]
fn two_models_are_compared() {
    let same = call(&["diff", "--against", MODEL]);
    assert_eq!(said(&same), "The model has not changed.\n");
    assert_eq!(code(&call(&["diff", "--against", "no-such-commit"])), 2);
}

#[test]
fn an_impact_and_every_code_are_told() {
    let impact = said(&call(&["impact", "PaymentDeclined"]));
    assert!(
        impact.contains("command `RejectOrder` of Ordering"),
        "{impact}"
    );
    let list = said(&call(&["explain"]));
    assert!(list.contains("ES401  error"), "{list}");
    for known in eventstorming::check::Code::ALL {
        let explained = call(&["explain", known.as_str()]);
        assert_eq!(code(&explained), 0, "{known}");
        assert!(said(&explained).starts_with(&format!("# {known}: ")));
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            said(&call(&["completions", shell])).contains("eventstorming"),
            "{shell}"
        );
    }
}

/// Subjects are built one after the other, in one target folder: their names are the same.
static TURN: Mutex<()> = Mutex::new(());

/// A crate in a folder of its own that depends on this `aether`.
struct Subject(
    tempfile::TempDir,
    #[expect(dead_code, reason = "held")] MutexGuard<'static, ()>,
);

impl Subject {
    fn new(library: &str) -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let workspace = workspace.canonicalize().expect("it is there");
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let subject = Self(tempfile::tempdir().expect("a folder"), turn);
        let aether = workspace.join("aether").display().to_string();
        let manifest = format!(
            "[package]\nname = \"some-shop\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             aether = {{ path = {aether:?}, default-features = false, features = [\"macros\", \"schema\"] }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\nschemars = \"1\"\n"
        );
        subject.write("Cargo.toml", &manifest);
        let lock = fs::read_to_string(workspace.join("Cargo.lock")).expect("it is there");
        subject.write("Cargo.lock", &lock);
        subject.write("src/lib.rs", library);
        subject
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    /// Calls the program on it. What is built is kept from one run of this test to the next.
    fn call(&self, words: &[&str]) -> Output {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("subjects");
        program()
            .args(words)
            .arg("--manifest-path")
            .arg(self.path("Cargo.toml"))
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true")
            .output()
            .expect("it runs")
    }
}

fn library(total: &str) -> String {
    format!(
        "mod sales {{
            use aether::prelude::*;
            use std::convert::Infallible;
            /// An order was placed.
            #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
            pub struct Placed {{ pub order: String, pub total: {total} }}
            /// Place an order.
            #[derive(Command, Serialize, Deserialize)]
            pub struct Place {{ #[command(id)] pub order: String, pub total: {total} }}
            /// Someone who buys.
            #[derive(Persona)]
            pub struct Customer;
            /// An order.
            #[derive(Aggregate, Default)]
            #[aggregate(events(Placed))]
            pub struct Order {{}}
            #[handlers]
            impl Order {{
                #[handle(by(Customer))]
                fn place(&self, command: Place) -> Result<Placed, Infallible> {{
                    Ok(Placed {{ order: command.order, total: command.total }})
                }}
                #[apply]
                fn placed(&mut self, _: &Placed) {{}}
            }}
            bounded_context! {{
                /// Sells.
                pub Sales {{ aggregates: [Order] }}
            }}
        }}
        pub use sales::Sales;"
    )
}

#[test]
fn a_crate_is_asked_for_its_model_without_a_line_in_it() {
    let subject = Subject::new(&library("u32"));
    let output = subject.call(&["model"]);
    assert_eq!(code(&output), 0, "{}", told(&output));
    let model = eventstorming::Model::from_json(&said(&output)).expect("it is a model");
    let placed = "Sales/event/Placed".parse().expect("an id");
    assert!(
        model.schema(&placed).is_some(),
        "with the schemas of its events"
    );
    let place = "Sales/command/Place".parse().expect("an id");
    assert!(model.schema(&place).is_none(), "where its type has one");
    let untested = said(&subject.call(&["check"]));
    assert!(
        untested.contains("[ES210]: no test names the event `Placed`"),
        "{untested}"
    );
    subject.write("tests/sales.rs", "#[test] fn sells() { (Place, Placed); }");
    let check = subject.call(&["check"]);
    assert_eq!(
        (code(&check), said(&check).as_str()),
        (0, "nothing found\n")
    );
    what_is_released_stays_readable(&subject);
    subject.write(
        "src/lib.rs",
        &library("u32").replace("pub use sales::Sales;", ""),
    );
    let hidden = subject.call(&["model"]);
    assert_eq!(code(&hidden), 2);
    assert!(
        told(&hidden).contains("[package.metadata.eventstorming]"),
        "{}",
        told(&hidden)
    );
}

/// What git does, as somebody who has a name.
fn git(folder: &Path, words: &[&str]) {
    let names = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    let output = Command::new("git")
        .args(names)
        .args(words)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {words:?}: {}", told(&output));
}

#[test]
fn a_branch_is_compared_with_a_commit_of_its_repository() {
    let subject = Subject::new(&library("u32"));
    let folder = subject.0.path();
    git(folder, &["init", "--quiet", "--initial-branch", "main"]);
    subject.write(".gitignore", "target\n");
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "-m", "sells"]);
    let same = subject.call(&["diff", "--against", "main"]);
    assert_eq!(
        (code(&same), said(&same).as_str()),
        (0, "The model has not changed.\n"),
        "{}",
        told(&same)
    );
    let renamed = library("u64").replace("Placed", "Ordered");
    subject.write("src/lib.rs", &renamed);
    let text = said(&subject.call(&["diff", "--against", "HEAD"]));
    for line in ["event `Ordered` of Sales", "event `Placed` of Sales"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let board = said(&subject.call(&["diff", "--against", "main", "--format", "svg"]));
    assert!(board.contains("es-added") && board.contains("es-removed"));
    let none = subject.call(&["diff", "--against", "no-such-branch"]);
    assert_eq!(code(&none), 2, "{}", said(&none));
    let left = Command::new("git")
        .args(["worktree", "list"])
        .current_dir(folder)
        .output()
        .expect("git runs");
    assert_eq!(said(&left).lines().count(), 1, "no tree is left behind");
}

#[test]
fn what_was_locked_at_a_commit_is_neither_gone_nor_changed() {
    let subject = Subject::new(&library("u32"));
    let folder = subject.0.path();
    git(folder, &["init", "--quiet", "--initial-branch", "main"]);
    assert_eq!(code(&subject.call(&["contract", "lock"])), 0);
    git(folder, &["add", "contracts"]);
    git(folder, &["commit", "--quiet", "-m", "sells"]);
    let check = || subject.call(&["contract", "check", "--against", "main"]);
    assert_eq!(code(&check()), 0, "{}", said(&check()));
    let schema = subject.path("contracts/Sales/Placed/v1.schema.json");
    let kept = fs::read_to_string(&schema).expect("it is there");
    fs::write(&schema, kept.replace("uint32", "uint64")).expect("it can be written");
    let changed = check();
    assert_eq!(code(&changed), 1, "{}", told(&changed));
    let expected = "`Sales/Placed/v1.schema.json` of the lock is not as it was released";
    assert!(said(&changed).contains(expected), "{}", said(&changed));
    fs::remove_dir_all(subject.path("contracts")).expect("it can be removed");
    let gone = check();
    assert_eq!(code(&gone), 1, "{}", told(&gone));
    assert_eq!(said(&gone).matches("of the lock is gone").count(), 3);
    let none = subject.call(&["contract", "check", "--against", "no-such-commit"]);
    assert_eq!(code(&none), 2);
}

#[test]
fn the_contexts_of_a_crate_may_be_named() {
    let subject = Subject::new(&library("u32"));
    let named = subject.call(&["model", "--contexts", "Sales"]);
    assert_eq!(code(&named), 0, "{}", told(&named));
    let strange = subject.call(&["model", "--contexts", "Purchases"]);
    assert_eq!(code(&strange), 2, "{}", said(&strange));
}

fn what_is_released_stays_readable(subject: &Subject) {
    let lock = subject.call(&["contract", "lock"]);
    assert_eq!(code(&lock), 0, "{}", told(&lock));
    let stored = subject.path("contracts/Sales/Placed/v1.stored.json");
    let stored = fs::read_to_string(stored).expect("it was locked");
    assert!(stored.contains("\"Order\""), "{stored}");
    assert!(
        subject
            .path("contracts/Sales/Placed/v1.schema.json")
            .is_file()
    );
    assert_eq!(code(&subject.call(&["contract", "check"])), 0);
    subject.write("src/lib.rs", &library("u64"));
    let wider = subject.call(&["contract", "check"]);
    assert_eq!(code(&wider), 0, "{}", said(&wider));
    subject.write("src/lib.rs", &library("String"));
    let broken = subject.call(&["contract", "check"]);
    assert_eq!(code(&broken), 1, "{}", told(&broken));
    let text = said(&broken);
    assert!(
        text.contains("`total`: an integer became a string"),
        "by its schema: {text}"
    );
    assert!(text.contains("it cannot be read"), "by its samples: {text}");
    assert!(
        text.contains(" --> src/lib.rs:5\n  |\n5 |             #[derive(Event"),
        "with the line of source: {text}"
    );
    subject.write("src/lib.rs", &library("u32"));
}
