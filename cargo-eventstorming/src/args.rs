//! What the command line takes.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// The program as cargo calls it.
#[derive(Debug, Parser)]
#[command(name = "cargo", bin_name = "cargo", styles = clap::builder::Styles::styled())]
pub(crate) enum Cargo {
    Eventstorming(Args),
}

/// Draws, documents and checks the EventStorming model of a crate that is written with Aether.
///
/// The model is read off the code: its bounded contexts are found in the sources of the crate, and
/// a small program that depends on the crate is built below the target folder to print them.
/// Nothing has to be added to the crate but `pub` on its contexts.
///
/// Exit codes: 0 all is well, 1 something was found, 2 nothing could be done.
#[derive(Debug, ClapArgs)]
#[command(version, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) task: Task,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
}

const EXAMPLES: &str = "\
Examples:
  cargo eventstorming board --out docs/board.svg      draw the board
  cargo eventstorming docs --out docs/model           write everything there is to read
  cargo eventstorming docs --out docs/model --check   see that it is current, in CI
  cargo eventstorming check --format github           find mistakes, in CI
  cargo eventstorming contract lock                   keep what is released now
  cargo eventstorming contract check --against main   see that all that was released is read
  cargo eventstorming diff --against main             what a branch does to the model";

/// Where the model comes from.
#[derive(Debug, ClapArgs)]
pub(crate) struct SourceArgs {
    /// The package whose contexts are meant, where the workspace has several.
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) package: Option<String>,
    /// The manifest of the package or the workspace.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) manifest_path: Option<PathBuf>,
    /// A feature of the package to build with; may be repeated.
    #[arg(short = 'F', long = "features", global = true, value_name = "NAME")]
    pub(crate) features: Vec<String>,
    /// The paths of the contexts in the package, such as `sales::Sales`, in the order of the board;
    /// those that its manifest lists, or all that are found, without it.
    #[arg(
        long = "contexts",
        global = true,
        value_name = "PATH,..",
        value_delimiter = ','
    )]
    pub(crate) paths: Vec<String>,
    /// Reads the model from a file, which `cargo eventstorming model` has written, and builds
    /// nothing.
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["package", "manifest_path", "features", "paths"])]
    pub(crate) model: Option<PathBuf>,
    /// Neither asks for crates over the network nor changes the lock file.
    #[arg(long, global = true)]
    pub(crate) offline: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Draws the board.
    Board(BoardArgs),
    /// Writes everything there is to read into a folder: boards, pages, diagrams, schemas.
    Docs(DocsArgs),
    /// Prints the model as JSON, with the schemas of the events.
    Model {
        /// Prints the JSON Schema of such a file instead, and builds nothing.
        #[arg(long)]
        schema: bool,
        #[command(flatten)]
        out: OutArgs,
    },
    /// Looks for mistakes.
    ///
    /// The tests of the workspace are looked through for the names of events and commands as well.
    Check(CheckArgs),
    /// Keeps what is released, and sees that it stays readable.
    #[command(subcommand)]
    Contract(ContractTask),
    /// Says what has become of the model since a commit, or since a model in a file.
    Diff(DiffArgs),
    /// Compares the model with what a log holds, which `aether observe --keep FILE` has written.
    Observed {
        /// The file.
        observations: PathBuf,
        /// Writes it for programs.
        #[arg(long)]
        json: bool,
    },
    /// Says what a change of one element touches.
    Impact {
        /// Its name, or its id: `OrderPlaced`, `Ordering/event/OrderPlaced`.
        element: String,
    },
    /// Explains a code that a check gives.
    Explain {
        /// The code, such as ES401; all of them are listed without one.
        code: Option<String>,
    },
    /// Prints the completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OutArgs {
    /// The file to write to; the standard output without one.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Writes nothing, and shows how the file differs from what would be written.
    #[arg(long, requires = "out")]
    pub(crate) check: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LookArgs {
    /// The heading; the names of the contexts without one.
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// The name of the first phase, which no event opens.
    #[arg(long, value_name = "PHASE")]
    pub(crate) opening: Option<String>,
    /// The most columns side by side before the time line goes on below.
    #[arg(long, value_name = "N")]
    pub(crate) columns: Option<usize>,
    /// What a link to a source begins with, such as `https://example.org/blob/main/`.
    #[arg(long, value_name = "URL")]
    pub(crate) source_base: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BoardArgs {
    /// How it is written.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: BoardFormat,
    /// How closely it looks.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) level: Level,
    /// Only this context with what it uses; may be repeated.
    #[arg(long = "context", value_name = "NAME")]
    pub(crate) contexts: Vec<String>,
    /// Shows what the checks have found on the notes.
    #[arg(long)]
    pub(crate) findings: bool,
    /// Shows how often each note was seen in a log: what `aether observe --keep FILE` has written.
    #[arg(long, value_name = "FILE")]
    pub(crate) observed: Option<PathBuf>,
    /// The colours of a picture.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) theme: Theme,
    /// How many pixels wide a PNG is; as wide as the board without that.
    #[arg(long, value_name = "PIXELS")]
    pub(crate) width: Option<u32>,
    /// A font to write a PNG with, beside those of the machine; may be repeated.
    #[arg(long = "font", value_name = "FILE")]
    pub(crate) fonts: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum BoardFormat {
    /// A picture.
    #[default]
    Svg,
    /// A picture made of pixels, with the fonts of the machine.
    Png,
    /// A page to walk about in.
    Html,
    /// A graph for Graphviz.
    Dot,
    /// A flowchart for Mermaid.
    Mermaid,
    /// An event model for Mermaid.
    EventModel,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Theme {
    /// As the reader prefers; a PNG is light.
    #[default]
    Auto,
    /// Dark ink on light paper.
    Light,
    /// Light ink on dark paper.
    Dark,
}

impl From<Theme> for eventstorming::render::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Auto => Self::Auto,
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Level {
    /// What happens, who causes it, and what is not known yet.
    BigPicture,
    /// How it comes about: commands, policies, read models as well.
    Process,
    /// Where it is decided: everything.
    #[default]
    Design,
}

impl From<Level> for eventstorming::layout::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::BigPicture => Self::BigPicture,
            Level::Process => Self::Process,
            Level::Design => Self::Design,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DocsArgs {
    /// The folder to write to.
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Writes nothing, and shows how the folder differs from what would be written.
    #[arg(long)]
    pub(crate) check: bool,
    /// How the difference is written: whole for people, a finding for each file for programs.
    #[arg(long, value_enum, default_value_t, requires = "check")]
    pub(crate) format: CheckFormat,
    /// The folder of the lock, for the versions that were released before; `contracts` beside the
    /// manifest of the package without one.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) contracts: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) look: LookArgs,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckArgs {
    /// How the findings are written.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: CheckFormat,
    /// The least weight that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = Weight::Error, value_name = "WEIGHT")]
    pub(crate) fail_on: Weight,
    /// The least weight that people are shown. What programs read is never filtered.
    #[arg(long, value_enum, default_value_t = Weight::Info, value_name = "WEIGHT")]
    pub(crate) show: Weight,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people, with the lines of source.
    #[default]
    Human,
    /// For programs.
    Json,
    /// For code hosts and editors: SARIF 2.1.0.
    Sarif,
    /// For GitHub Actions: annotations.
    Github,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Weight {
    Error,
    Warning,
    Info,
}

impl From<Weight> for eventstorming::check::Severity {
    fn from(weight: Weight) -> Self {
        match weight {
            Weight::Error => Self::Error,
            Weight::Warning => Self::Warning,
            Weight::Info => Self::Info,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ContractTask {
    /// Adds the present form of each event that is not locked yet.
    ///
    /// Do that when you release, and commit what it writes. A file that is there is never touched.
    Lock {
        #[command(flatten)]
        folder: FolderArgs,
    },
    /// Compares each form that was ever released with the present one, and reads each sample
    /// through its upcasters.
    Check {
        /// A commit, branch or tag, or a folder: no file that the lock has there may be gone or
        /// changed here.
        #[arg(long, value_name = "COMMIT|FOLDER")]
        against: Option<String>,
        #[command(flatten)]
        folder: FolderArgs,
        #[command(flatten)]
        check: CheckArgs,
    },
    /// Says that an event, or all that an aggregate has, is no longer read, and why.
    Retire {
        /// The context it was locked in.
        context: String,
        /// The name it is stored under, or that of the aggregate.
        event: String,
        /// Why no stored one will ever be read again.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        folder: FolderArgs,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FolderArgs {
    /// The folder of the lock; `contracts` beside the manifest of the package without one.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DiffArgs {
    /// A commit, branch or tag of the repository, or a model in a file.
    #[arg(long, value_name = "COMMIT|FILE")]
    pub(crate) against: String,
    /// How it is written.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: DiffFormat,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    #[command(flatten)]
    pub(crate) out: OutArgs,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For a pull request.
    #[default]
    Md,
    /// Both models on one board.
    Svg,
    /// For programs.
    Json,
}
