use super::words::slug;
use crate::{
    contract::samples,
    files::Files,
    json::pretty,
    layout::Level,
    model::{Kind, Model},
};

/// Everything that can be drawn and written about a model, as the files of one folder.
///
/// ```
/// use eventstorming::Model;
///
/// let files = Model::default().documents().title("The shop").files();
/// assert!(files.map().contains_key("board.svg"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "documents are written by `files`"]
pub struct Documents {
    model: Model,
    title: Option<String>,
    opening: Option<String>,
    columns: Option<usize>,
    base: Option<String>,
}

impl Model {
    /// The documents of the model.
    pub fn documents(&self) -> Documents {
        Documents {
            model: self.clone(),
            title: None,
            opening: None,
            columns: None,
            base: None,
        }
    }
}

impl Documents {
    /// The heading of the board and of the first page. Without one, the names of the contexts.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// The name of the first phase, which no event opens.
    pub fn opening(mut self, phase: impl Into<String>) -> Self {
        self.opening = Some(phase.into());
        self
    }

    /// The most columns of a board side by side.
    pub const fn columns(mut self, columns: usize) -> Self {
        self.columns = Some(columns);
        self
    }

    /// What a link to a source begins with: `https://example.org/blob/main/`.
    pub fn source_base(mut self, base: impl Into<String>) -> Self {
        self.base = Some(base.into());
        self
    }

    /// The files: `README.md` leads to all others.
    pub fn files(&self) -> Files {
        let model = &self.model;
        let mut files = Files::default();
        let names: Vec<&str> = model
            .of_kind(Kind::Context)
            .map(|one| one.label.as_str())
            .collect();
        let title = self.title.clone().unwrap_or_else(|| names.join(", "));
        files.add("README.md", model.overview(&title));
        let board = self.board(model, &title);
        files.add("board.svg", board.svg());
        files.add("board.html", board.html());
        files.add(
            "big-picture.svg",
            board.clone().level(Level::BigPicture).svg(),
        );
        files.add("process.svg", board.level(Level::Process).svg());
        files.add("model.json", model.to_json());
        files.add("model.schema.json", Model::json_schema());
        files.add("board.dot", model.dot());
        files.add("flowchart.mmd", model.mermaid());
        files.add("event-model.mmd", model.event_model());
        files.add_all("eventcatalog", model.event_catalog());
        for context in model.of_kind(Kind::Context) {
            let name = context.id.name();
            let (folder, part) = (slug(name), model.part(&[name]));
            files.add(
                format!("{folder}/board.svg"),
                self.board(&part, &context.label).svg(),
            );
            let page = model
                .markdown(name, self.base.as_deref())
                .unwrap_or_default();
            files.add(format!("{folder}/README.md"), page);
            let api = model.async_api(name).unwrap_or_default();
            files.add(format!("{folder}/asyncapi.json"), api);
        }
        self.add_schemas(&mut files);
        files
    }

    fn board(&self, model: &Model, title: &str) -> crate::Board {
        let mut board = model.board().title(title).findings(&self.model.check());
        if let Some(columns) = self.columns {
            board = board.columns(columns);
        }
        if let Some(opening) = &self.opening {
            board = board.opening(opening.clone());
        }
        match &self.base {
            Some(base) => board.source_base(base.clone()),
            None => board,
        }
    }

    /// The schema of each event in its present version, and its samples.
    fn add_schemas(&self, files: &mut Files) {
        for event in self
            .model
            .of_kind(Kind::Event)
            .filter(|event| !event.is_foreign())
        {
            let Some(schema) = self.model.schema(&event.id) else {
                continue;
            };
            let context = slug(event.id.context().unwrap_or_default());
            let version = event.version().unwrap_or(1);
            let stem = format!("{context}/schemas/{}.v{version}", slug(event.id.name()));
            files.add(format!("{stem}.schema.json"), pretty(schema));
            files.add(format!("{stem}.samples.json"), pretty(&samples(schema)));
        }
    }
}
