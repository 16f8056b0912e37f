use serde_json::Value;

use super::words::slug;
use crate::{
    contract::{Lock, samples},
    files::Files,
    json::pretty,
    layout::Level,
    model::{Element, Kind, Model},
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
    lock: Lock,
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
            lock: Lock::default(),
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

    /// What was released: the schemas and samples of earlier versions are among the documents.
    pub fn released(mut self, lock: Lock) -> Self {
        self.lock = lock;
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
        files.add_all("eventcatalog", model.event_catalog(&self.lock));
        for context in model.of_kind(Kind::Context) {
            let name = context.id.name();
            let (folder, part) = (slug(name), model.part(&[name]));
            files.add(
                format!("{folder}/board.svg"),
                self.board(&part, &context.label).svg(),
            );
            let page = self.page(name).unwrap_or_default();
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

    /// The page of a context, with links to what lies beside it.
    fn page(&self, context: &str) -> Option<String> {
        let beside = |event: &Element| -> Vec<(String, String)> {
            let files = self.schemas_of(event);
            let schemas = files.into_iter().map(|(version, stem, ..)| {
                let file = stem.rsplit('/').next().unwrap_or_default();
                (format!("version {version}"), format!("schemas/{file}"))
            });
            schemas.collect()
        };
        let base = self.base.as_deref();
        self.model.page(context, base, &beside)
    }

    /// The schema of each event in its present version and in those that were released before,
    /// and its samples.
    fn add_schemas(&self, files: &mut Files) {
        for event in self.model.of_kind(Kind::Event) {
            for (_, stem, schema, samples) in self.schemas_of(event) {
                files.add(format!("{stem}.schema.json"), pretty(schema));
                files.add(format!("{stem}.samples.json"), pretty(&samples));
            }
        }
    }

    /// Each version with the path of its files without their endings, the latest first.
    fn schemas_of(&self, event: &Element) -> Vec<(u32, String, &Value, Vec<Value>)> {
        let (Some(now), Some(version)) = (self.model.schema(&event.id), event.version()) else {
            return Vec::new();
        };
        if event.is_foreign() {
            return Vec::new();
        }
        let context = slug(event.id.context().unwrap_or_default());
        let stem = |version: u32, revision: &str| {
            let name = slug(event.id.name());
            format!("{context}/schemas/{name}.v{version}{revision}")
        };
        let mut all = vec![(version, stem(version, ""), now, samples(now))];
        let earlier = self
            .lock
            .forms()
            .filter(|(form, ..)| form.event == event.id.name() && form.version < version);
        let earlier = earlier.map(|(form, schema, samples)| {
            let revision = match form.revision {
                1 => String::new(),
                more => format!("-{more}"),
            };
            (
                form.version,
                stem(form.version, &revision),
                schema,
                samples.to_vec(),
            )
        });
        all.extend(earlier);
        all.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        all
    }
}
