use serde::Serialize;

use super::{Code, Severity};
use crate::model::{Element, ElementId, Location, ModelError};

/// What a check has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of thing it is.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// The element it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<ElementId>,
    /// Where that element is written, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The path that leads to it: of a loop, each step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Step>,
    /// Why it is allowed, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
}

/// One step on the path to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The element it is about.
    pub element: ElementId,
    /// Where that element is written, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What happens there.
    pub message: String,
}

impl Step {
    /// A step at an element.
    pub fn at(element: &Element, message: impl Into<String>) -> Self {
        Self {
            element: element.id.clone(),
            location: element.location.clone(),
            message: message.into(),
        }
    }
}

impl Finding {
    /// A finding about no element in particular.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            element: None,
            location: None,
            message: message.into(),
            help: None,
            path: Vec::new(),
            allowed: None,
        }
    }

    /// A finding about an element.
    pub fn about(element: &Element, code: Code, message: impl Into<String>) -> Self {
        Self {
            element: Some(element.id.clone()),
            location: element.location.clone(),
            ..Self::new(code, message)
        }
    }

    /// The same with a word on what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with the path that leads to it.
    #[must_use]
    pub fn by_way_of(mut self, path: Vec<Step>) -> Self {
        self.path = path;
        self
    }
}

impl From<&ModelError> for Finding {
    fn from(error: &ModelError) -> Self {
        use crate::model::Ground;
        let dangling = matches!(
            error,
            ModelError::DefinedTwice { .. }
                | ModelError::UnknownContext(_)
                | ModelError::Refused {
                    ground: Ground::Dangling(_) | Ground::Upon(_),
                    ..
                }
        );
        let code = if dangling {
            Code::AmbiguousName
        } else {
            Code::Grammar
        };
        let mut finding = Self::new(code, error.to_string());
        match error {
            ModelError::DefinedTwice { id, second, .. } => {
                finding.element = Some(id.clone());
                finding.location.clone_from(second);
            }
            ModelError::Refused { relation, .. } => finding.element = Some(relation.from.clone()),
            ModelError::UnknownContext(id) | ModelError::Misfit { id, .. } => {
                finding.element = Some(id.clone());
            }
            ModelError::Format { .. } | ModelError::Json(_) => {}
        }
        finding
    }
}
