use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Tally;
use crate::json::pretty;

const FORMAT: &str = "aether.observations/1";

/// What a log holds, as far as a model can be compared with it.
///
/// Gathered by one pass over the log (`aether::observe`), and kept as JSON if need be. Names are
/// those that are stored.
///
/// ```
/// use eventstorming::reality::{Observations, Step};
///
/// let mut seen = Observations::default();
/// seen.event("OrderPlaced", 1, "Order", "2026-01-31T12:00:00Z");
/// seen.step(Step::default().cause("OrderPlaced").by("ShipWhenPlaced").effect("OrderShipped"));
/// assert_eq!(Observations::from_json(&seen.to_json())?, seen);
/// # Ok::<(), eventstorming::reality::ObservationsError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observations {
    pub(super) events: BTreeMap<String, Tally>,
    pub(super) actors: BTreeMap<String, Tally>,
    pub(super) steps: BTreeMap<Step, u64>,
    pub(super) unreadable: u64,
}

/// That one thing led to another, as far as it is known how.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Step {
    /// The event that was the cause; none if it came from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The policy, process manager or system that saw to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The command that was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The event that came of it; none if nothing more is known than what lies before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
}

impl Step {
    /// The same, caused by an event.
    #[must_use]
    pub fn cause(mut self, event: impl Into<String>) -> Self {
        self.cause = Some(event.into());
        self
    }

    /// The same, by a policy, a process manager or a system.
    #[must_use]
    pub fn by(mut self, agent: impl Into<String>) -> Self {
        self.by = Some(agent.into());
        self
    }

    /// The same, by way of a command.
    #[must_use]
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// The same, with an event that came of it.
    #[must_use]
    pub fn effect(mut self, event: impl Into<String>) -> Self {
        self.effect = Some(event.into());
        self
    }
}

/// A text that holds no observations.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObservationsError {
    /// The document is of another format or of a later version.
    #[error("the format is `{found}`, this reads `{FORMAT}`")]
    Format {
        /// What the document says.
        found: String,
    },
    /// The text is not JSON, or not of the shape of observations.
    #[error("the text holds no observations")]
    Json(#[source] serde_json::Error),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    actors: BTreeMap<String, Tally>,
    events: BTreeMap<String, Tally>,
    format: String,
    steps: Vec<Counted>,
    unreadable: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counted {
    count: u64,
    step: Step,
}

impl Observations {
    /// An event was stored: under this name, in this version of its schema, in the history of an
    /// actor of this type, at this moment as RFC 3339 writes it, with `Z`.
    pub fn event(&mut self, stored: &str, version: u32, actor_type: &str, at: &str) {
        let tally = entry(&mut self.events, stored);
        tally.add(at);
        *tally.versions.entry(version).or_default() += 1;
        entry(&mut self.actors, actor_type).add(at);
    }

    /// One thing led to another.
    pub fn step(&mut self, step: Step) {
        *self.steps.entry(step).or_default() += 1;
    }

    /// Something in the log cannot be read.
    pub const fn unreadable(&mut self) {
        self.unreadable += 1;
    }

    /// The events that were stored, by name.
    pub fn events(&self) -> impl Iterator<Item = (&str, &Tally)> {
        self.events
            .iter()
            .map(|(name, tally)| (name.as_str(), tally))
    }

    /// How often each step was seen.
    pub fn steps(&self) -> impl Iterator<Item = (&Step, u64)> {
        self.steps.iter().map(|(step, count)| (step, *count))
    }

    /// Writes them as JSON, the same bytes for the same observations.
    pub fn to_json(&self) -> String {
        let steps = self.steps.iter().map(|(step, count)| Counted {
            count: *count,
            step: step.clone(),
        });
        pretty(&Document {
            actors: self.actors.clone(),
            events: self.events.clone(),
            format: FORMAT.to_owned(),
            steps: steps.collect(),
            unreadable: self.unreadable,
        })
    }

    /// Reads them back from JSON.
    ///
    /// # Errors
    /// If the text is of another format, or holds no observations.
    pub fn from_json(json: &str) -> Result<Self, ObservationsError> {
        #[derive(Deserialize)]
        struct Header {
            format: String,
        }
        let header: Header = serde_json::from_str(json).map_err(ObservationsError::Json)?;
        if header.format != FORMAT {
            return Err(ObservationsError::Format {
                found: header.format,
            });
        }
        let document: Document = serde_json::from_str(json).map_err(ObservationsError::Json)?;
        let steps = document.steps.into_iter();
        Ok(Self {
            events: document.events,
            actors: document.actors,
            steps: steps.map(|counted| (counted.step, counted.count)).collect(),
            unreadable: document.unreadable,
        })
    }
}

fn entry<'a>(tallies: &'a mut BTreeMap<String, Tally>, name: &str) -> &'a mut Tally {
    tallies.entry(name.to_owned()).or_default()
}
