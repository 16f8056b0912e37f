use std::io::{self, Write as _};

use aether::{ActorId, CommitId, Event, EventId, Position, Timestamp, Version};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{failure::Failure, screen::Screen};

/// How many characters of an event's data a line shows.
const DATA: usize = 100;

/// An event as programs are shown it.
#[derive(Serialize)]
struct Row<'a> {
    position: Position,
    commit: CommitId,
    id: EventId,
    time: Timestamp,
    actor: &'a ActorId,
    version: Version,
    #[serde(rename = "type")]
    event_type: &'a str,
    data: &'a RawValue,
}

/// Something that cannot be read, as programs are shown it.
#[derive(Serialize)]
struct Finding {
    position: Position,
    unreadable: String,
}

/// Something that is wrong, as programs are shown it.
#[derive(Serialize)]
struct Wrong<'a> {
    position: Option<Position>,
    finding: &'a str,
}

/// Writes a line for each event.
pub(crate) struct Table {
    json: bool,
}

impl Table {
    pub(crate) const fn new(screen: &Screen) -> Self {
        Self { json: screen.json }
    }

    pub(crate) fn event(
        &self,
        (position, commit): (Position, CommitId),
        event: &Event,
    ) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        if self.json {
            let row = Row {
                position,
                commit,
                id: event.id,
                time: event.timestamp,
                actor: &event.actor_id,
                version: event.version,
                event_type: &event.event_type,
                data: serde_json::from_str(event.data.as_str())?,
            };
            let row = serde_json::to_string(&row)?;
            return Ok(writeln!(out, "{row}")?);
        }
        let (time, actor, version) = (event.timestamp, &event.actor_id, event.version);
        let data: String = event.data.as_str().chars().take(DATA).collect();
        let more = if data.len() < event.data.as_str().len() {
            "…"
        } else {
            ""
        };
        let kind = &event.event_type;
        let line = format!("{position:>8}  {time:.19}  {actor} {version}  {kind}  {data}{more}");
        Ok(writeln!(out, "{}", plain(&line))?)
    }

    pub(crate) fn unreadable(&self, position: Position, what: String) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        if self.json {
            let unreadable = what;
            let row = serde_json::to_string(&Finding {
                position,
                unreadable,
            })?;
            return Ok(writeln!(out, "{row}")?);
        }
        let line = format!("{position:>8}  cannot be read: {what}");
        Ok(writeln!(out, "{}", plain(&line))?)
    }
}

impl Table {
    /// Something that is wrong, and where, if it has a place in the log.
    pub(crate) fn wrong(&self, position: Option<Position>, finding: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        if self.json {
            let row = serde_json::to_string(&Wrong { position, finding })?;
            return Ok(writeln!(out, "{row}")?);
        }
        let place = position.map_or_else(String::new, |position| format!("{position:>8}"));
        let line = format!("{place:>8}  {finding}");
        Ok(writeln!(out, "{}", plain(&line))?)
    }
}

/// Without signs that would do something to a terminal.
pub(crate) fn plain(text: &str) -> String {
    let plain = |sign: char| if sign.is_control() { '·' } else { sign };
    text.chars().map(plain).collect()
}
