//! What cargo knows of the workspace.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use eventstorming::check::TestNames;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    args::SourceArgs,
    failure::Failure,
    names::Names,
    scan::{self, Found},
};

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
    resolve: Option<Resolve>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
}

/// A package of the workspace, or one that it depends on.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Package {
    id: String,
    pub(crate) name: String,
    version: String,
    source: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    metadata: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
    src_path: PathBuf,
}

/// The package whose model is wanted, and what is needed to ask it.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) package: Package,
    /// How a manifest says which `aether` it is.
    pub(crate) aether: String,
    pub(crate) contexts: Vec<String>,
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    /// The packages of the workspace.
    members: Vec<Package>,
}

impl Package {
    /// The folder of its manifest.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path
            .parent()
            .unwrap_or_else(|| Path::new("."))
    }

    fn library(&self) -> Option<&Target> {
        let is_library = |kind: &String| matches!(kind.as_str(), "lib" | "rlib");
        self.targets
            .iter()
            .find(|target| target.kind.iter().any(is_library))
    }

    /// The name under which its library is known to code.
    pub(crate) fn library_name(&self) -> String {
        self.library()
            .map_or_else(String::new, |library| library.name.replace('-', "_"))
    }

    /// The contexts that its manifest lists.
    fn listed(&self) -> Option<Vec<String>> {
        let contexts = self
            .metadata
            .as_ref()?
            .get("eventstorming")?
            .get("contexts")?;
        let names = contexts.as_array()?.iter().filter_map(Value::as_str);
        Some(names.map(str::to_owned).collect())
    }

    fn found(&self, args: &SourceArgs) -> Result<Vec<Found>, Failure> {
        let named = (!args.paths.is_empty()).then(|| args.paths.clone());
        if let Some(listed) = named.or_else(|| self.listed()) {
            let found = |path: String| Found {
                name: path.clone(),
                path: Some(path),
            };
            return Ok(listed.into_iter().map(found).collect());
        }
        self.library().map_or_else(
            || Ok(Vec::new()),
            |library| scan::contexts(&library.src_path),
        )
    }

    /// How another manifest depends on the very same package.
    fn dependency(&self) -> String {
        match self.source.as_deref() {
            None => format!("path = {}", quoted(&self.folder().display().to_string())),
            Some(source) => match source
                .strip_prefix("git+")
                .map(|git| git.split_once('#').unwrap_or((git, "")))
            {
                Some((url, rev)) => {
                    let url = url.split_once('?').map_or(url, |(url, _)| url);
                    format!("git = {}, rev = {}", quoted(url), quoted(rev))
                }
                None => format!("version = \"={}\"", self.version),
            },
        }
    }
}

/// A text as TOML has it.
pub(crate) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

impl Project {
    pub(crate) fn find(args: &SourceArgs, manifest: Option<&Path>) -> Result<Self, Failure> {
        let metadata = metadata(args, manifest)?;
        let (package, found) = choose(&metadata, args)?;
        let paths = found.into_iter().map(|found| {
            let package = package.name.clone();
            found.path.ok_or(Failure::Hidden {
                name: found.name,
                package,
            })
        });
        let contexts = paths.collect::<Result<Vec<String>, Failure>>()?;
        let aether = aether_of(&metadata, &package)?;
        let members = metadata.packages.iter();
        let members = members.filter(|known| metadata.workspace_members.contains(&known.id));
        Ok(Self {
            members: members.cloned().collect(),
            aether: aether.dependency(),
            package,
            contexts,
            root: metadata.workspace_root,
            target: metadata.target_directory,
        })
    }
}

impl Project {
    /// The names that occur in the tests of the workspace.
    pub(crate) fn test_names(&self) -> Result<TestNames, Failure> {
        let mut names = Names::default();
        for target in self.members.iter().flat_map(|package| &package.targets) {
            let whole = target.kind.iter().any(|kind| kind == "test");
            names.read(&target.src_path, whole)?;
        }
        Ok(names.found())
    }
}

fn metadata(args: &SourceArgs, manifest: Option<&Path>) -> Result<Metadata, Failure> {
    let mut command = Command::new(cargo());
    command
        .args(["metadata", "--format-version", "1"])
        .stderr(Stdio::piped());
    if let Some(manifest) = manifest {
        command.arg("--manifest-path").arg(manifest);
    }
    if args.offline {
        command.args(["--offline", "--locked"]);
    }
    let run = |source| Failure::Run {
        program: "cargo",
        source,
    };
    let output = command.output().map_err(run)?;
    if !output.status.success() {
        return Err(Failure::Metadata(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ));
    }
    serde_json::from_slice(&output.stdout).map_err(Failure::MetadataJson)
}

/// The cargo that called this program, or the one on the path.
pub(crate) fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The package that is named, or the only one that has contexts.
fn choose(metadata: &Metadata, args: &SourceArgs) -> Result<(Package, Vec<Found>), Failure> {
    let members = metadata
        .packages
        .iter()
        .filter(|package| metadata.workspace_members.contains(&package.id));
    if let Some(name) = &args.package {
        let mut members = members;
        let package = members.find(|package| package.name == *name);
        let package = package.ok_or_else(|| Failure::NoPackage(name.clone()))?;
        let found = package.found(args)?;
        if found.is_empty() {
            return Err(Failure::NoContexts);
        }
        return Ok((package.clone(), found));
    }
    let mut having = Vec::new();
    for package in members {
        let found = package.found(args)?;
        if !found.is_empty() {
            having.push((package.clone(), found));
        }
    }
    if having.len() > 1 {
        let names: Vec<&str> = having
            .iter()
            .map(|(package, _)| package.name.as_str())
            .collect();
        return Err(Failure::Several(names.join(", ")));
    }
    having.pop().ok_or(Failure::NoContexts)
}

fn aether_of<'a>(metadata: &'a Metadata, package: &Package) -> Result<&'a Package, Failure> {
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let mut own = nodes
        .filter(|node| node.id == package.id)
        .flat_map(|node| &node.deps);
    let aether = own.find_map(|dependency| {
        metadata
            .packages
            .iter()
            .find(|known| known.id == dependency.pkg && known.name == "aether")
    });
    aether.ok_or_else(|| Failure::NoAether(package.name.clone()))
}
