//! A report for people, in the manner of rustc.

use std::fmt::Write as _;

use super::Report;
use crate::{
    check::{Finding, Severity},
    model::Location,
};

impl Report {
    /// The report as text, with the lines of source that it is about.
    ///
    /// `source` gives the text of a file, if it is there; without it only places are named. What
    /// weighs less than `least` is counted, not shown.
    pub fn text(&self, least: Severity, source: &dyn Fn(&str) -> Option<String>) -> String {
        let mut text = String::new();
        for finding in self.findings().filter(|finding| finding.severity >= least) {
            text.push_str(&told(finding, source));
            text.push('\n');
        }
        text.push_str(&self.summary(least));
        text
    }

    /// The last line: how much of what.
    fn summary(&self, least: Severity) -> String {
        let counts = Severity::ALL
            .into_iter()
            .map(|severity| (severity, self.count(severity)));
        let mut parts: Vec<String> = counts
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| {
                let hidden = if severity < least { " not shown" } else { "" };
                format!("{count} {}{hidden}", plural(severity, count))
            })
            .collect();
        let allowed = self.allowed().count();
        if parts.is_empty() {
            parts.push("nothing found".to_owned());
        }
        if allowed > 0 {
            parts.push(format!("{allowed} allowed"));
        }
        format!("{}\n", parts.join(", "))
    }
}

const fn plural(severity: Severity, count: usize) -> &'static str {
    match (severity, count) {
        (Severity::Error, 1) => "error",
        (Severity::Error, _) => "errors",
        (Severity::Warning, 1) => "warning",
        (Severity::Warning, _) => "warnings",
        (Severity::Info, 1) => "remark",
        (Severity::Info, _) => "remarks",
    }
}

fn told(finding: &Finding, source: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = format!(
        "{}[{}]: {}\n",
        finding.severity.as_str(),
        finding.code,
        finding.message
    );
    let indent = finding
        .location
        .as_ref()
        .map_or(1, |at| at.line.to_string().len());
    let pad = " ".repeat(indent);
    if let Some(location) = &finding.location {
        text.push_str(&excerpt(location, &pad, source));
    }
    for (number, step) in (1..).zip(&finding.path) {
        let at = step
            .location
            .as_ref()
            .map_or_else(String::new, |at| format!(" ({at})"));
        writeln!(text, "{pad} = {number}. {}{at}", step.message).ok();
    }
    if let Some(help) = &finding.help {
        writeln!(text, "{pad} = help: {help}").ok();
    }
    text
}

fn excerpt(location: &Location, pad: &str, source: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = format!("{pad}--> {location}\n");
    let Location { file, line } = location;
    let index = usize::try_from(*line)
        .unwrap_or(usize::MAX)
        .saturating_sub(1);
    let file = source(file);
    let Some(code) = file.as_deref().and_then(|file| file.lines().nth(index)) else {
        return text;
    };
    let code = code.trim_end();
    let shown = code.trim_start();
    let before = " ".repeat(code.chars().count() - shown.chars().count());
    let mark = "^".repeat(shown.chars().count().max(1));
    writeln!(text, "{pad} |\n{line} | {code}\n{pad} | {before}{mark}").ok();
    text
}
