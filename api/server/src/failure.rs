//! How a command can end badly.

use std::path::Path;

use domain::InputProblem;

/// Why a command did not succeed; decides the exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input is bad: exit code 2, every problem listed, nothing written.
    Input(Vec<InputProblem>),
    /// The run failed: exit code 1.
    Run(anyhow::Error),
}

impl Failure {
    /// A bad input that is not a row of a file: an argument or a folder.
    pub(crate) fn argument(
        code: &'static str,
        what: &str,
        message: impl Into<String>,
        remedy: &str,
    ) -> Self {
        Self::Input(vec![InputProblem::new(code, what, message).remedy(remedy)])
    }

    /// A file that cannot be opened.
    pub(crate) fn open(path: &Path, error: &std::io::Error) -> Self {
        Self::argument(
            "E8001",
            &path.display().to_string(),
            format!("the file cannot be opened: {error}"),
            "check the path and the permission to read it",
        )
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Run(error.into())
    }
}
