use std::fmt;

use serde::Serialize;

use super::Step;
use crate::model::ElementId;

/// One thing led to another, and the model does not say that it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stray {
    /// What was seen.
    pub step: Step,
    /// How often.
    pub count: u64,
    /// What the model does not say.
    pub lacks: String,
    /// The element of the model that it is shown on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<ElementId>,
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = if self.count == 1 { "once" } else { "times" };
        let Step {
            cause,
            by,
            command,
            effect,
        } = &self.step;
        match cause {
            Some(cause) => write!(f, "`{cause}`")?,
            None => f.write_str("something outside")?,
        }
        match effect {
            Some(effect) => write!(f, " led to `{effect}`")?,
            None if command.is_none() => f.write_str(" was taken")?,
            None => f.write_str(" led on")?,
        }
        if let Some(by) = by {
            write!(f, " by `{by}`")?;
        }
        if let Some(command) = command {
            write!(f, " with `{command}`")?;
        }
        match self.count {
            1 => write!(f, " {times}")?,
            count => write!(f, " {count} {times}")?,
        }
        write!(f, ": {}", self.lacks)
    }
}
