use std::io::{self, Write as _};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::failure::Failure;

/// The terminal, or what stands in its place.
#[derive(Debug)]
pub(crate) struct Screen {
    /// Whether a program reads along.
    pub(crate) json: bool,
}

impl Screen {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// A bar on standard error; nothing, if that is no terminal.
    pub(crate) fn progress(what: &'static str, until: u64) -> ProgressBar {
        let template = "{msg:9} {wide_bar} {percent:>3} %  {eta_precise} left";
        let style = ProgressStyle::with_template(template);
        let bar = ProgressBar::new(until).with_message(what);
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    /// A line for people, on standard error, where it is not among what is written.
    pub(crate) fn say(line: &str) {
        // Where standard error is closed, nobody is left to tell.
        let _said = writeln!(io::stderr().lock(), "{line}");
    }

    /// A remark for people; programs have what it says from the rest.
    pub(crate) fn note(&self, line: &str) {
        if !self.json {
            Self::say(line);
        }
    }

    /// What was done: for people on standard error, for programs on standard output.
    pub(crate) fn sum_up(&self, text: &str, facts: &impl Serialize) -> Result<(), Failure> {
        if !self.json {
            Self::say(text);
            return Ok(());
        }
        let facts = serde_json::to_string(facts)?;
        Ok(writeln!(io::stdout().lock(), "{facts}")?)
    }

    /// Tells on standard error what went wrong and what can be done.
    pub(crate) fn tell(failure: &Failure) {
        let mut lines = failure.lines();
        lines.extend(failure.advice().map(|advice| format!("to do: {advice}")));
        Self::say(&lines.join("\n  "));
    }
}
