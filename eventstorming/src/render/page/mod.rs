//! The board as a page: one file, and nothing from any network.

use std::{collections::BTreeMap, fmt};

use serde_json::{Value, json};

use super::{Board, Theme, xml::Escaped};
use crate::{
    layout::{Finding, Level},
    model::{Kind, Model, Verb},
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const BODY: &str = include_str!("page.html");

/// What a page is made of.
pub(super) struct Page<'a> {
    pub(super) board: &'a Board,
    pub(super) model: &'a Model,
    pub(super) title: &'a str,
    pub(super) base: Option<&'a str>,
    pub(super) findings: &'a [Finding],
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = Escaped(self.title);
        write!(
            f,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n<style id=\"paper\"></style>\n</head>\n<body>\n"
        )?;
        f.write_str(&BODY.replace("{title}", &title.to_string()))?;
        for level in Level::ALL {
            let svg = self.board.clone().level(level).theme(Theme::Auto).svg();
            let id = level.title().replace(' ', "-");
            writeln!(f, "<template id=\"board-{id}\">{svg}</template>")?;
        }
        let data = |id: &str, value: &str| {
            let text = value.replace('<', "\\u003c");
            format!("<script type=\"application/json\" id=\"{id}\">{text}</script>\n")
        };
        f.write_str(&data("model", &self.model.to_json()))?;
        f.write_str(&data("words", &crate::json::pretty(&self.words())))?;
        write!(f, "<script>\n{SCRIPT}</script>\n</body>\n</html>\n")
    }
}

impl Page<'_> {
    /// What the script says that is not in the model.
    fn words(&self) -> Value {
        let kinds = Kind::ALL.map(|kind| (kind.as_str(), kind.title()));
        let verbs = Verb::ALL.map(|verb| (verb.as_str(), [verb.phrase(), verb.reverse()]));
        let mut findings: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for finding in self.findings {
            findings
                .entry(finding.on.to_string())
                .or_default()
                .push(&finding.text);
        }
        json!({
            "kinds": BTreeMap::from(kinds),
            "verbs": BTreeMap::from(verbs),
            "findings": findings,
            "seen": self.board.seen(),
            "base": self.base,
        })
    }
}
