use std::{io, path::PathBuf};

use eventstorming::{
    contract::LockError, files::FilesError, model::ModelError, reality::ObservationsError,
};

/// Why nothing could be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("cargo says nothing of this workspace:\n{0}")]
    Metadata(String),
    #[error("what cargo says cannot be read")]
    MetadataJson(#[source] serde_json::Error),
    #[error("`{program}` cannot be run")]
    Run {
        program: &'static str,
        source: io::Error,
    },
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot write to the standard output")]
    Print(#[source] io::Error),
    #[error("`{}` is not Rust that can be read", path.display())]
    Syntax { path: PathBuf, source: syn::Error },
    #[error("`{}` is not a manifest that can be read", path.display())]
    Manifest {
        path: PathBuf,
        source: toml::de::Error,
    },
    #[error("there is no package `{0}` in the workspace")]
    NoPackage(String),
    #[error(
        "no package of the workspace has a bounded context in its library; declare one with \
         `bounded_context!`, or name a package with `--package`"
    )]
    NoContexts,
    #[error("several packages have bounded contexts: {0}; name one with `--package`")]
    Several(String),
    #[error(
        "the bounded context `{name}` of `{package}` cannot be named from outside of it; make it \
         and its modules `pub`, or list its path in the manifest:\n\n  \
         [package.metadata.eventstorming]\n  contexts = [\"path::to::{name}\"]"
    )]
    Hidden { name: String, package: String },
    #[error("`{0}` does not depend on `aether`")]
    NoAether(String),
    #[error("the program that prints the model does not build; what rustc says is above")]
    Build,
    #[error("the program that prints the model failed")]
    Runner,
    #[error("the model does not hold together")]
    Model(#[from] ModelError),
    #[error("what a log holds cannot be read")]
    Observations(#[from] ObservationsError),
    #[cfg(feature = "png")]
    #[error("the picture cannot be drawn")]
    Png(#[source] eventstorming::render::PngError),
    #[cfg(not(feature = "png"))]
    #[error("this program was built without the feature `png`; draw an SVG")]
    WithoutPng,
    #[error("a picture made of pixels is not compared line by line; `--check` an SVG")]
    Pixels,
    #[error("the lock is damaged")]
    Lock(#[from] LockError),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error("there is no context `{0}`; there are {1}")]
    NoContext(String, String),
    #[error("there is no element `{0}`")]
    NoElement(String),
    #[error("`{0}` is several elements; name one by its id: {1}")]
    Ambiguous(String, String),
    #[error("{0}; `cargo eventstorming explain` lists them all")]
    NoCode(String),
    #[error("`{0}` is neither a file nor a commit")]
    NoCommit(String),
    #[error("only a package has a lock; name its folder with `--folder`")]
    NoFolder,
    #[error(
        "the samples of a lock are only read by the types of a package, not by a model in a file"
    )]
    NoTypes,
}
