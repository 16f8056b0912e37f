//! What is allowed, and why.

use super::{Code, Finding};
use crate::model::{Element, ElementId, Kind, Model};

/// A finding that is meant to be so.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allow {
    /// What is allowed.
    pub code: Code,
    /// The element it is allowed to; a context for all of its members.
    pub element: ElementId,
    /// Why.
    pub reason: String,
}

impl Allow {
    /// Allows a finding about an element, or about every member of a context.
    pub fn new(code: Code, element: ElementId, reason: impl Into<String>) -> Self {
        Self {
            code,
            element,
            reason: reason.into(),
        }
    }

    /// Whether it is about this finding.
    pub(super) fn covers(&self, finding: &Finding) -> bool {
        let Some(element) = &finding.element else {
            return false;
        };
        let whole = self.element.kind() == Kind::Context;
        let member = whole && element.context() == Some(self.element.name());
        self.code.may_be_allowed()
            && self.code == finding.code
            && (self.element == *element || member)
    }
}

/// The allowances that the doc comments of a model say, and what is wrong with the others.
pub(super) fn written(model: &Model) -> (Vec<Allow>, Vec<Finding>) {
    let (mut allows, mut findings) = (Vec::new(), Vec::new());
    for element in model.elements() {
        for paragraph in paragraphs(model, element) {
            match read(&paragraph) {
                Ok(Some((code, reason))) => {
                    allows.push(Allow::new(code, element.id.clone(), reason));
                }
                Ok(None) => {}
                Err(message) => {
                    let finding = Finding::about(element, Code::IdleAllow, message);
                    findings.push(finding.help("write `Allow ES204: the reason`"));
                }
            }
        }
    }
    (allows, findings)
}

/// The paragraphs that a person has written about an element: at the element, or at the method
/// that handles it.
fn paragraphs(model: &Model, element: &Element) -> Vec<String> {
    let methods = model
        .relations_from(&element.id)
        .map(|relation| relation.docs.as_str());
    let mut texts: Vec<&str> = std::iter::once(element.docs.as_str())
        .chain(methods)
        .collect();
    texts.dedup();
    let paragraphs = texts.into_iter().flat_map(|text| text.split("\n\n"));
    paragraphs
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Reads `Allow ES204: the reason`, if a paragraph begins like that.
pub(super) fn read(paragraph: &str) -> Result<Option<(Code, String)>, String> {
    let Some(rest) = paragraph.strip_prefix("Allow ES") else {
        return Ok(None);
    };
    let (number, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let code: Code = format!("ES{}", number.trim())
        .parse()
        .map_err(|unknown: super::UnknownCode| unknown.to_string())?;
    match reason.trim() {
        _ if !code.may_be_allowed() => Err(format!("{code} cannot be allowed")),
        "" => Err(format!("{code} is allowed without a reason")),
        reason => Ok(Some((code, reason.to_owned()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_has_a_code_and_a_reason() {
        let said = read("Allow ES204: the insurer reads it.");
        assert_eq!(
            said,
            Ok(Some((
                Code::EventUnused,
                "the insurer reads it.".to_owned()
            )))
        );
        assert_eq!(read("Allows ES204 and more"), Ok(None));
        assert_eq!(
            read("Allow ES204"),
            Err("ES204 is allowed without a reason".to_owned())
        );
        assert_eq!(
            read("Allow ES999: x"),
            Err("there is no check `ES999`".to_owned())
        );
    }
}
