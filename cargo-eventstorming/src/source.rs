//! Where a model comes from: a crate that is built, or a file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use eventstorming::{Model, model::ModelError};
use serde_json::Value;

use crate::{args::SourceArgs, failure::Failure, out::Out, project::Project, runner::Runner};

/// A model, and the crate that it is of, if it is of one.
pub(crate) struct Source {
    pub(crate) model: Model,
    pub(crate) crate_of: Option<(Project, Runner)>,
}

impl Source {
    pub(crate) fn load(args: &SourceArgs, out: &Out) -> Result<Self, Failure> {
        match &args.model {
            Some(file) => Ok(Self {
                model: from_file(file)?,
                crate_of: None,
            }),
            None => Self::build(
                args,
                Project::find(args, args.manifest_path.as_deref())?,
                out,
            ),
        }
    }

    fn build(args: &SourceArgs, project: Project, out: &Out) -> Result<Self, Failure> {
        let runner = Runner::build(&project, args, out)?;
        let model = Model::from_json(&relative(&runner.ask(&["model"], None)?, &project.root)?)?;
        Ok(Self {
            model,
            crate_of: Some((project, runner)),
        })
    }

    /// The text of a source file, which a model names from the root of the workspace.
    pub(crate) fn text_of(&self, file: &str) -> Option<String> {
        let root = self
            .crate_of
            .as_ref()
            .map(|(project, _)| project.root.clone());
        fs::read_to_string(root.unwrap_or_default().join(file)).ok()
    }
}

/// A model whose sources are named from the root of the workspace. The program lies outside of
/// that workspace, so rustc gave it whole paths, which differ from one machine to the next.
fn relative(json: &str, root: &Path) -> Result<String, Failure> {
    let mut model: Value = serde_json::from_str(json).map_err(ModelError::Json)?;
    let elements = model.get_mut("elements").and_then(Value::as_array_mut);
    for element in elements.into_iter().flatten() {
        let file = element.pointer_mut("/location/file");
        if let Some(Value::String(file)) = file
            && let Ok(within) = Path::new(&*file).strip_prefix(root)
        {
            *file = within.display().to_string().replace('\\', "/");
        }
    }
    Ok(model.to_string())
}

/// The model in a file.
pub(crate) fn from_file(file: &Path) -> Result<Model, Failure> {
    let read = |source| Failure::Read {
        path: file.to_owned(),
        source,
    };
    Ok(Model::from_json(&fs::read_to_string(file).map_err(read)?)?)
}

/// The model as it was: in a file, or at a commit, which is checked out below the target folder.
pub(crate) fn earlier(
    against: &str,
    now: &Source,
    args: &SourceArgs,
    out: &Out,
) -> Result<Model, Failure> {
    let file = Path::new(against);
    if file.is_file() {
        return from_file(file);
    }
    let Some((project, _)) = &now.crate_of else {
        return Err(Failure::NoCommit(against.to_owned()));
    };
    let top = git(&project.root, &["rev-parse", "--show-toplevel"]);
    let commit = format!("{against}^{{commit}}");
    let sha = git(
        &project.root,
        &["rev-parse", "--verify", "--quiet", &commit],
    );
    let (Some(top), Some(sha)) = (top, sha) else {
        return Err(Failure::NoCommit(against.to_owned()));
    };
    let place = project.target.join("eventstorming").join("earlier");
    let tree = Tree::at(&project.root, &place, &sha)
        .ok_or_else(|| Failure::NoCommit(against.to_owned()))?;
    let within = project
        .root
        .strip_prefix(&top)
        .unwrap_or(Path::new(""))
        .to_owned();
    let manifest = tree.place.join(within).join("Cargo.toml");
    out.progress("Checked out", &format!("{against}, at {sha}"));
    let args = SourceArgs {
        package: Some(project.package.name.clone()),
        ..again(args)
    };
    // What both depend on is built once.
    let mut earlier = Project::find(&args, Some(&manifest))?;
    earlier.target.clone_from(&project.target);
    Ok(Source::build(&args, earlier, out)?.model)
}

fn again(args: &SourceArgs) -> SourceArgs {
    SourceArgs {
        package: args.package.clone(),
        manifest_path: None,
        features: args.features.clone(),
        paths: args.paths.clone(),
        model: None,
        offline: args.offline,
    }
}

/// A tree of another commit, which is gone when this is.
struct Tree {
    root: PathBuf,
    place: PathBuf,
}

impl Tree {
    fn at(root: &Path, place: &Path, sha: &str) -> Option<Self> {
        let text = place.display().to_string();
        // One that a run before left behind.
        git(root, &["worktree", "remove", "--force", &text]);
        git(
            root,
            &["worktree", "add", "--detach", "--force", &text, sha],
        )?;
        Some(Self {
            root: root.to_owned(),
            place: place.to_owned(),
        })
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let place = self.place.display().to_string();
        git(&self.root, &["worktree", "remove", "--force", &place]);
    }
}

/// What git answers, if it does.
pub(crate) fn git(folder: &Path, words: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(words)
        .output()
        .ok()?;
    let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(answer)
}
