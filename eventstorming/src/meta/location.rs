/// Where in the source an element is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// The file, as `file!()` gives it: relative to the workspace.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
}
