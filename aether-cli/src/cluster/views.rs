use std::fmt::Write as _;

use aether::cluster::NodeId;
use serde::Serialize;

use super::{
    Failure, Screen,
    args::Wanted,
    columns::columns,
    facts::{Facts, Node, Shard},
    plain,
};

/// The whole, and each node.
pub(crate) fn status(facts: &Facts, screen: &Screen) -> Result<String, Failure> {
    if screen.json {
        return line(facts);
    }
    let mut text = String::new();
    let leader = facts.leader.as_ref().map_or_else(
        || "nobody".to_owned(),
        |it| match it.token {
            Some(token) => format!("{}, with token {token}", it.process),
            None => it.process.clone(),
        },
    );
    let shards = &facts.shards;
    let table = format!(
        "{} shards in epoch {}, {} moving, {} without an owner",
        shards.all, facts.epoch, shards.moving, shards.unowned
    );
    let versions = facts.versions.iter().map(|(version, nodes)| {
        let version = if version.is_empty() {
            "unnamed"
        } else {
            version
        };
        format!("{version} on {nodes}")
    });
    let versions = versions.collect::<Vec<_>>().join(", ");
    for (what, told) in [
        ("cluster", facts.cluster.as_str()),
        ("leader", &leader),
        ("table", &table),
        ("versions", &versions),
    ] {
        // A text takes all.
        let _written = writeln!(text, "{what:9} {}", plain(told));
    }
    text.push('\n');
    text.push_str(&node_columns(facts));
    for finding in &facts.findings {
        let _written = writeln!(text, "\nwrong: {}", plain(finding));
    }
    Ok(text)
}

/// A line for each node.
pub(crate) fn nodes(facts: &Facts, screen: &Screen) -> Result<String, Failure> {
    if screen.json {
        return facts.nodes.iter().map(line).collect();
    }
    Ok(node_columns(facts))
}

/// A line for each shard.
pub(crate) fn shards(facts: &Facts, wanted: &Wanted, screen: &Screen) -> Result<String, Failure> {
    let is_wanted = |it: &&Shard| {
        let node = wanted.node.as_ref().map(NodeId::as_str);
        let is_of = node.is_none_or(|node| it.of.iter().any(|of| of.as_deref() == Some(node)));
        is_of && (!wanted.moving || it.moving_to.is_some() || it.owner.is_none())
    };
    let shards = facts.table.iter().filter(is_wanted);
    if screen.json {
        return shards.map(line).collect();
    }
    let nobody = || "nobody".to_owned();
    let rows = shards.map(|it| {
        let seized = if it.seized == 0 {
            String::new()
        } else {
            it.seized.to_string()
        };
        [
            it.number.to_string(),
            it.owner.clone().unwrap_or_else(nobody),
            it.since.to_string(),
            seized,
            it.moving_to.clone().unwrap_or_default(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    Ok(columns(
        ["SHARD", "OWNER", "SINCE", "SEIZED", "MOVING TO"],
        &rows,
    ))
}

fn node_columns(facts: &Facts) -> String {
    let text = |it: Option<String>| it.unwrap_or_else(|| "-".to_owned());
    let rows = facts.nodes.iter().map(|it: &Node| {
        [
            format!("{}/{}", it.name, it.incarnation),
            if it.leads {
                format!("{}, leads", it.state)
            } else {
                it.state.to_owned()
            },
            text(it.version.clone()),
            text(it.weight.map(|it| it.to_string())),
            it.shards.to_string(),
            it.coming.to_string(),
            it.leaving.to_string(),
            text(it.load.map(|it| it.to_string())),
            text(it.server.clone()),
        ]
    });
    let rows: Vec<_> = rows.collect();
    columns(
        [
            "NODE", "STATE", "VERSION", "WEIGHT", "SHARDS", "COMING", "LEAVING", "LOAD", "SERVER",
        ],
        &rows,
    )
}

fn line(of: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string(of)? + "\n")
}
