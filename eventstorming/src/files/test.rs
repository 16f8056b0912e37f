use std::path::Path;

use super::Files;

/// Lines of a difference that a failed test shows.
const SHOWN: usize = 120;

/// Asserts that a folder of the crate holds these generated files, as they are.
///
/// With the environment variable `AETHER_UPDATE=1` it writes them instead. So the documents are
/// written, and seen to be current, by a test that runs with all others and needs no program
/// beside it:
///
/// ```no_run
/// use eventstorming::{Model, assert_files};
///
/// # let model = Model::default();
/// assert_files!(model.documents().title("The shop").files(), "docs/shop");
/// ```
///
/// # Panics
/// If a file is not as it is generated, with the difference and the command that mends it; or if
/// the folder cannot be read or written.
#[macro_export]
macro_rules! assert_files {
    ($files:expr, $folder:expr $(,)?) => {
        $crate::files::check_files(
            &$files,
            &::std::path::Path::new(::std::env!("CARGO_MANIFEST_DIR")).join($folder),
        )
    };
}

/// What [`assert_files!`](crate::assert_files) does, with a folder anywhere.
///
/// # Panics
/// As [`assert_files!`](crate::assert_files) does.
#[track_caller]
#[expect(clippy::panic, reason = "a failed assertion is a panic")]
pub fn check_files(files: &Files, folder: &Path) {
    let place = folder.display();
    if std::env::var_os("AETHER_UPDATE").is_some_and(|wish| wish == "1") {
        if let Err(err) = files.write(folder) {
            panic!("the generated files are not written: {err}");
        }
        return;
    }
    let difference = match files.difference(folder) {
        Ok(difference) => difference,
        Err(err) => panic!("the generated files are not looked at: {err}"),
    };
    if difference.is_empty() {
        return;
    }
    let lines: Vec<&str> = difference.lines().collect();
    let shown = lines
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join("\n");
    let more = match lines.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n.. and {more} lines more"),
    };
    panic!("{place} is stale; to write it anew: AETHER_UPDATE=1 cargo test\n\n{shown}{more}");
}
