//! What was found, and how it is told: to people, to programs, to code hosts.

mod github;
mod json;
mod sarif;
mod text;

use super::{Allow, Code, Finding, Severity, allow, rules};
use crate::model::{ElementId, Model, ModelError};

/// Everything that was found.
///
/// The heaviest findings come first, then the lower codes, then what is declared earlier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "a report says what was found; look at it"]
pub struct Report {
    findings: Vec<Finding>,
}

impl Model {
    /// Runs every check, and honours what the doc comments allow.
    ///
    /// ```
    /// use eventstorming::Model;
    ///
    /// let report = Model::default().check();
    /// assert_eq!(report.findings().count(), 0);
    /// ```
    pub fn check(&self) -> Report {
        self.check_allowing(Vec::new())
    }

    /// Runs every check, and honours these allowances as well.
    pub fn check_allowing(&self, allows: Vec<Allow>) -> Report {
        let (mut known, mut findings) = allow::written(self);
        known.extend(allows);
        findings.extend(rules::all(self));
        let mut idle: Vec<bool> = known.iter().map(|_| true).collect();
        for finding in &mut findings {
            for (allow, idle) in known.iter().zip(&mut idle) {
                if allow.covers(finding) {
                    finding.allowed = Some(allow.reason.clone());
                    *idle = false;
                }
            }
        }
        let idle = known.iter().zip(idle).filter(|(_, idle)| *idle);
        findings.extend(idle.filter_map(|(allow, _)| idle_allow(self, allow)));
        Report {
            findings: Vec::new(),
        }
        .with_all(self, findings)
    }
}

/// Checks outside of the model, such as those of contracts, honour their own allowances.
fn idle_allow(model: &Model, allow: &Allow) -> Option<Finding> {
    if !allow.code.is_of_model() {
        return None;
    }
    let message = format!(
        "`{}` is allowed {}, and there is nothing to allow",
        allow.element, allow.code
    );
    let finding = match model.element(&allow.element) {
        Some(element) => Finding::about(element, Code::IdleAllow, message),
        None => Finding::new(Code::IdleAllow, message),
    };
    Some(finding.help("remove the allowance"))
}

impl Report {
    /// The report of a model that does not hold together.
    pub fn of_error(error: &ModelError) -> Self {
        Self {
            findings: vec![Finding::from(error)],
        }
    }

    /// The same report with more findings about a model, each in its place. What the doc comments
    /// allow is allowed to these as well.
    pub fn with(self, model: &Model, mut findings: Vec<Finding>) -> Self {
        let (allows, _) = allow::written(model);
        for finding in &mut findings {
            let allow = allows.iter().find(|allow| allow.covers(finding));
            finding.allowed = allow.map(|allow| allow.reason.clone());
        }
        self.with_all(model, findings)
    }

    fn with_all(mut self, model: &Model, findings: Vec<Finding>) -> Self {
        self.findings.extend(findings);
        let place = |id: &ElementId| model.elements().iter().position(|known| known.id == *id);
        self.findings.sort_by_cached_key(|finding| {
            let place = finding.element.as_ref().and_then(place);
            (
                std::cmp::Reverse(finding.severity),
                finding.code,
                place,
                finding.message.clone(),
            )
        });
        self.findings.dedup();
        self
    }

    /// What was found and is not allowed.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.allowed.is_none())
    }

    /// What was found and is allowed.
    pub fn allowed(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.allowed.is_some())
    }

    /// Whether anything of this weight or a heavier one was found and is not allowed.
    pub fn reaches(&self, severity: Severity) -> bool {
        self.findings().any(|finding| finding.severity >= severity)
    }

    /// How many findings of a weight there are that are not allowed.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings()
            .filter(|finding| finding.severity == severity)
            .count()
    }
}
