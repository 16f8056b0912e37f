//! A report as annotations of a pull request: workflow commands of GitHub Actions.

use std::fmt::Write as _;

use super::Report;
use crate::check::{Finding, Severity};

impl Report {
    /// The report as workflow commands, one a line.
    pub fn github(&self) -> String {
        self.findings().fold(String::new(), |mut text, finding| {
            writeln!(text, "{}", command(finding)).ok();
            text
        })
    }
}

fn command(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place = finding.location.as_ref().map_or_else(String::new, |at| {
        format!("file={},line={},", property(&at.file), at.line)
    });
    let title = property(&format!("{} {}", finding.code, finding.code.title()));
    let steps = finding
        .path
        .iter()
        .map(|step| format!("\n{}", step.message));
    let help = finding.help.iter().map(|help| format!("\n{help}"));
    let message: String = std::iter::once(finding.message.clone())
        .chain(steps)
        .chain(help)
        .collect();
    format!("::{level} {place}title={title}::{}", data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_taken_for_a_command() {
        assert_eq!(data("50%\nof it"), "50%25%0Aof it");
        assert_eq!(property("a: b, c"), "a%3A b%2C c");
    }
}
