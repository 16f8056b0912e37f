//! The picture of the guide: who serves which shard, over time, as the simulation has it.

use std::{fmt::Write as _, fs, path::Path, time::Duration};

use super::{
    model::{Model, NODES, SHARDS},
    script::Trouble,
    trace::{State, Trace},
};
use crate::cluster::{ClusterOrder, Monotonic, NodeId};

const SECONDS: u64 = 36;
/// Pixels: where time begins, a second, and the heights of a node's row and of a shard's.
const LEFT: f64 = 96.0;
const SECOND: f64 = 28.0;
const NODES_TOP: f64 = 92.0;
const NODE: f64 = 22.0;
const SHARDS_TOP: f64 = 210.0;
const SHARD: f64 = 11.0;

/// When what happens, and what it is called.
fn script() -> Vec<(u64, Trouble, &'static str)> {
    let b = || NodeId::new("node-1").unwrap();
    vec![
        (0, Trouble::Start(0), ""),
        (100, Trouble::Start(1), ""),
        (200, Trouble::Start(2), ""),
        (6_000, Trouble::Start(3), "d joins"),
        (11_000, Trouble::Crash(0), "a crashes"),
        (13_000, Trouble::Start(0), "a is back"),
        (
            19_000,
            Trouble::Freeze(2, Duration::from_secs(3)),
            "c freezes",
        ),
        (
            28_000,
            Trouble::Order(ClusterOrder::Drain(b())),
            "b is drained",
        ),
        (
            31_500,
            Trouble::Order(ClusterOrder::Uncordon(b())),
            "b is wanted again",
        ),
    ]
}

fn x(at: Monotonic) -> f64 {
    LEFT + at.since(Monotonic::ORIGIN).as_secs_f64() * SECOND
}

/// The spans of what holds from a moment to the next.
fn spans<T: Copy>(all: &[(Monotonic, T)]) -> impl Iterator<Item = (f64, f64, T)> {
    let end = Monotonic::after(Duration::from_secs(SECONDS));
    let ends = all.iter().skip(1).map(|(at, _)| *at).chain([end]);
    all.iter()
        .zip(ends)
        .map(|((from, what), until)| (x(*from), x(until), *what))
        .filter(|(from, until, _)| until > from)
}

/// The stretches in which nodes were frozen.
fn frozen(trace: &Trace, node: usize) -> Vec<(f64, f64)> {
    let states = spans(&trace.nodes[&node]);
    let frozen = states.filter(|(.., state)| *state == State::Frozen);
    frozen.map(|(from, until, _)| (from, until)).collect()
}

const STYLE: &str = r#"<style>
.c { font: 12px Inter, "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif; fill: #1c2029 }
.h { font-size: 17px; font-weight: 700 }
.q { fill: #565d6b }
.paper { fill: #fff }
.bed { fill: #eceef4 }
.mark { stroke: #1c2029; stroke-width: 1; stroke-dasharray: 3 3; fill: none }
.tick { stroke: #9aa1b0; stroke-width: 1; fill: none }
.lead { fill: #1c2029 }
.n0 { fill: #3566c4 } .n1 { fill: #e08a1e } .n2 { fill: #2f9268 } .n3 { fill: #b0478f }
.idle { opacity: .35 }
.ice { stroke: #fff; stroke-width: 3 }
@media (prefers-color-scheme: dark) {
.c { fill: #e9ebf1 } .q { fill: #a4abba } .paper { fill: #14161c } .bed { fill: #23262f }
.mark { stroke: #e9ebf1 } .tick { stroke: #5b6272 } .lead { fill: #e9ebf1 }
.n0 { fill: #6f9bf0 } .n1 { fill: #f0ab55 } .n2 { fill: #56bd91 } .n3 { fill: #d67fb9 }
.ice { stroke: #14161c }
}
</style>
<defs><pattern id="ice" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="ice" d="M0 0V8"/></pattern></defs>
"#;

fn rect(out: &mut String, class: &str, (from, until): (f64, f64), (top, height): (f64, f64)) {
    let width = until - from;
    let fill = if class == "ice" {
        r#" fill="url(#ice)""#
    } else {
        ""
    };
    let class = if class == "ice" { "hatch" } else { class };
    writeln!(
        out,
        r#"<rect class="{class}"{fill} x="{from:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}"/>"#
    )
    .unwrap();
}

fn text(out: &mut String, class: &str, (x, y): (f64, f64), (anchor, text): (&str, &str)) {
    writeln!(
        out,
        r#"<text class="c {class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#
    )
    .unwrap();
}

fn draw(trace: &Trace) -> String {
    let mut out = String::new();
    let right = LEFT + SECOND * f64::from(u32::try_from(SECONDS).unwrap());
    let bottom = SHARDS_TOP + SHARD * f64::from(SHARDS);
    let (width, height) = (right + 24.0, bottom + 66.0);
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img" aria-labelledby="t d">
<title id="t">Who serves which shard, over time</title>
<desc id="d">{SHARDS} shards on four nodes. Three start; a fourth joins and gets its share; the one that leads crashes, another leads, and the others have its shards at once; it comes back; one freezes for three seconds, loses its shards after one, and comes back as another process; one is drained, and wanted again.</desc>
{STYLE}<rect class="paper" width="{width:.0}" height="{height:.0}"/>"#
    )
    .unwrap();
    text(
        &mut out,
        "h",
        (24.0, 30.0),
        ("start", "Who serves which shard"),
    );
    draw_nodes(&mut out, trace, right);
    draw_shards(&mut out, trace, right);
    draw_time(&mut out, bottom);
    draw_marks(&mut out, bottom);
    draw_legend(&mut out, bottom + 52.0);
    out.push_str("</svg>\n");
    out
}

fn draw_nodes(out: &mut String, trace: &Trace, right: f64) {
    for number in 0..NODES {
        let top = NODES_TOP + NODE * f64::from(u32::try_from(number).unwrap());
        rect(out, "bed", (LEFT, right), (top, NODE - 6.0));
        let name = format!("node {}", name(number));
        text(out, "", (LEFT - 10.0, top + 12.0), ("end", &name));
        for (from, until, state) in spans(&trace.nodes[&number]) {
            let class = match state {
                State::Gone => continue,
                State::Here | State::Frozen => format!("n{number}"),
                State::Draining => format!("n{number} idle"),
            };
            rect(out, &class, (from, until), (top, NODE - 6.0));
        }
        for span in frozen(trace, number) {
            rect(out, "ice", span, (top, NODE - 6.0));
        }
        for (from, until, leader) in spans(&trace.leaders) {
            if leader == Some(number) {
                rect(out, "lead", (from, until), (top + NODE - 5.0, 3.0));
            }
        }
    }
}

fn draw_shards(out: &mut String, trace: &Trace, right: f64) {
    let all = SHARD * f64::from(SHARDS);
    rect(out, "bed", (LEFT, right), (SHARDS_TOP, all));
    text(
        out,
        "",
        (LEFT - 10.0, SHARDS_TOP + 10.0),
        ("end", "shard 0"),
    );
    let last = format!("shard {}", SHARDS - 1);
    text(
        out,
        "",
        (LEFT - 10.0, SHARDS_TOP + all - 2.0),
        ("end", &last),
    );
    for (shard, served) in &trace.shards {
        let row = (SHARDS_TOP + SHARD * f64::from(shard.number()), SHARD - 1.0);
        for (from, until, by) in spans(served) {
            let Some(by) = by else { continue };
            rect(out, &format!("n{by}"), (from, until), row);
            for (begin, end) in frozen(trace, by) {
                let both = (from.max(begin), until.min(end));
                if both.0 < both.1 {
                    rect(out, "ice", both, row);
                }
            }
        }
    }
}

fn draw_time(out: &mut String, bottom: f64) {
    for second in (0..=SECONDS).step_by(4) {
        let at = x(Monotonic::after(Duration::from_secs(second)));
        writeln!(out, r#"<path class="tick" d="M{at:.1} {bottom:.1}v6"/>"#).unwrap();
        let label = format!("{second} s");
        text(out, "q", (at, bottom + 20.0), ("middle", &label));
    }
}

fn draw_marks(out: &mut String, bottom: f64) {
    let named = script().into_iter().filter(|(.., label)| !label.is_empty());
    for (nth, (millis, _, label)) in named.enumerate() {
        let at = x(Monotonic::after(Duration::from_millis(millis)));
        let top = if nth % 2 == 0 { 76.0 } else { 58.0 };
        writeln!(
            out,
            r#"<path class="mark" d="M{at:.1} {:.1}V{bottom:.1}"/>"#,
            top + 4.0
        )
        .unwrap();
        text(out, "", (at, top), ("middle", label));
    }
}

fn draw_legend(out: &mut String, y: f64) {
    let mut at = LEFT;
    let sample = |out: &mut String, classes: &[&str], label: &str, at: f64| {
        for class in classes {
            rect(out, class, (at, at + 22.0), (y - 10.0, 12.0));
        }
        text(out, "q", (at + 28.0, y), ("start", label));
    };
    for (classes, label, room) in [
        (&["n0"][..], "a serves it", 106.0),
        (&["n1"], "b", 54.0),
        (&["n2"], "c", 54.0),
        (&["n3"], "d", 54.0),
        (&["bed"], "nobody does", 116.0),
        (&["n2", "ice"], "frozen", 88.0),
        (&["n1 idle"], "told to drain", 120.0),
    ] {
        sample(out, classes, label, at);
        at += room;
    }
    rect(out, "lead", (at, at + 22.0), (y - 5.0, 3.0));
    text(out, "q", (at + 28.0, y), ("start", "leads the cluster"));
}

fn name(number: usize) -> char {
    char::from(b'a' + u8::try_from(number).unwrap())
}

#[test]
fn the_picture_in_the_guide_is_what_the_simulation_does() {
    let script = script();
    let script: Vec<_> = script.into_iter().map(|(at, it, _)| (at, it)).collect();
    let mut model = Model::scripted(&script, Duration::from_secs(SECONDS));
    model.run().unwrap();
    let drawn = draw(&model.trace);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cluster/shards.svg");
    if std::env::var_os("AETHER_UPDATE_BOARD").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &drawn).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == drawn,
        "docs/cluster/shards.svg is stale: run `make board` and look at the change"
    );
}
