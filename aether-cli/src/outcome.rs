use std::process::ExitCode;

/// How a command ended that did what it could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Well,
    /// Something was found that should not be.
    Findings,
    /// Ctrl-C.
    BrokenOff,
}

impl Outcome {
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Self::Well => ExitCode::SUCCESS,
            Self::Findings => ExitCode::from(1),
            Self::BrokenOff => ExitCode::from(130),
        }
    }
}
