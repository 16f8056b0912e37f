use std::collections::BTreeMap;

use super::{Theme, page::Page, svg};
use crate::{
    check::{Report, Severity},
    layout::{self, Asked, Finding, Folding, Level, Marks, Scene, Seen},
    model::{ElementId, Model},
    reality::Reality,
};

/// The EventStorming board of a model.
///
/// ```
/// use eventstorming::Model;
///
/// let board = Model::default().board().title("Order to delivery").columns(4);
/// assert_eq!(board.svg(), board.svg());
/// ```
#[derive(Debug, Clone)]
#[must_use = "a board is drawn by `svg`"]
pub struct Board {
    model: Model,
    title: String,
    folding: Folding,
    base: Option<String>,
    asked: Asked,
    pub(super) theme: Theme,
}

impl Model {
    /// The board of the model, to be drawn.
    pub fn board(&self) -> Board {
        let contexts = self.of_kind(crate::model::Kind::Context);
        let names: Vec<&str> = contexts.map(|context| context.label.as_str()).collect();
        Board {
            model: self.clone(),
            title: if names.is_empty() {
                "Domain".to_owned()
            } else {
                names.join(", ")
            },
            folding: Folding {
                columns: None,
                opening: "Start".to_owned(),
                level: Level::Design,
            },
            base: None,
            asked: Asked::default(),
            theme: Theme::Auto,
        }
    }
}

impl Board {
    /// The heading of the board. Without one, the names of the contexts.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The most columns side by side before the time line goes on below, and at least 1. Unless
    /// told, 5, or 4 on a board of more than 20 slices, and 8 of the big picture.
    pub const fn columns(mut self, columns: usize) -> Self {
        self.folding.columns = Some(if columns == 0 { 1 } else { columns });
        self
    }

    /// How closely the board looks; at the design unless told.
    pub const fn level(mut self, level: Level) -> Self {
        self.folding.level = level;
        self
    }

    /// Light or dark; as the reader prefers unless told.
    pub const fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// Shows what became of each element.
    pub(crate) fn marks(mut self, marks: Marks) -> Self {
        self.asked.marks = Some(marks);
        self
    }

    /// The name of the first phase, which no event opens. `Start` unless told.
    pub fn opening(mut self, phase: impl Into<String>) -> Self {
        self.folding.opening = phase.into();
        self
    }

    /// Links each note to its source: to `base`, then the file, then `#L` and the line. A base
    /// ends where a file begins: `https://example.org/blob/main/`. Without one there are no links.
    pub fn source_base(mut self, base: impl Into<String>) -> Self {
        self.base = Some(base.into());
        self
    }

    /// Marks a note with what a check has found about it.
    pub fn finding(mut self, on: ElementId, text: impl Into<String>) -> Self {
        self.asked.findings.push(Finding {
            on,
            text: text.into(),
        });
        self
    }

    /// Marks each note with what the checks have found about it: errors and warnings, not remarks
    /// and not what is allowed.
    pub fn findings(mut self, report: &Report) -> Self {
        let shown = report
            .findings()
            .filter(|finding| finding.severity > Severity::Info);
        for finding in shown {
            let text = format!("{} {}", finding.code, finding.message);
            self.asked
                .findings
                .extend(finding.element.clone().map(|on| Finding { on, text }));
        }
        self
    }

    /// Shows on each note how often it was seen in a log and when last, dims what never happened,
    /// and marks where one thing led to another in a way that the model does not say.
    pub fn observed(mut self, reality: &Reality) -> Self {
        let strays = reality.strays.iter().filter_map(|stray| {
            let (on, text) = (stray.on.clone()?, stray.to_string());
            Some(Finding { on, text })
        });
        self.asked.findings.extend(strays);
        self.asked.seen = Some(Seen::new(reality.clone()));
        self
    }

    /// What is told of each element because of a log.
    pub(super) fn seen(&self) -> BTreeMap<String, String> {
        let seen = self.asked.seen.iter();
        let told = seen.flat_map(|seen| {
            let elements = self.model.elements().iter();
            elements.filter_map(|one| Some((one.id.to_string(), seen.tooltip(&one.id)?)))
        });
        told.collect()
    }

    /// What is where on the board.
    pub fn scene(&self) -> Scene {
        layout::paint(&self.model, &self.title, &self.folding, &self.asked)
    }

    /// The board as an SVG document: self-contained, without scripts, and the same bytes every
    /// time.
    pub fn svg(&self) -> String {
        svg::write(&self.scene(), self.base.as_deref(), self.theme)
    }

    /// The board as a page to walk about in, at every level: one file that asks no network for
    /// anything, and the same bytes every time.
    ///
    /// It pans and zooms, searches, shows one element with what it touches, walks the flow step
    /// by step, fades what is not of a context, is light or dark, and prints.
    pub fn html(&self) -> String {
        let page = Page {
            board: self,
            model: &self.model,
            title: &self.title,
            base: self.base.as_deref(),
            findings: &self.asked.findings,
        };
        page.to_string()
    }
}
