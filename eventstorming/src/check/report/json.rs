//! A report for programs.

use serde::Serialize;

use super::Report;
use crate::{check::Finding, json::pretty};

#[derive(Serialize)]
struct Document<'a> {
    findings: &'a [Finding],
    format: &'static str,
}

impl Report {
    /// The report as JSON, with what is allowed: the same bytes for the same findings.
    pub fn json(&self) -> String {
        pretty(&Document {
            findings: &self.findings,
            format: "aether.findings/1",
        })
    }
}
