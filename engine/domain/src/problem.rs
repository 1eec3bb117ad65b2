//! What is wrong with an input, said so that its sender can put it right.

use std::fmt;

/// One thing wrong with an input file, with the way out.
///
/// Every reader of the workspace reports all problems it finds as a list of these; the command line
/// prints them and exits with code 2, and nothing is written.
///
/// ```
/// use domain::InputProblem;
/// let problem = InputProblem::new("E1006", "contracts.csv", "the contract appears twice")
///     .at(17, "contract_id", "C0042")
///     .remedy("keep one of the rows");
/// assert_eq!(
///     problem.to_string(),
///     "E1006  contracts.csv, row 17, column contract_id, value \"C0042\": the contract appears twice; keep one of the rows"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct InputProblem {
    /// File, as the user named it.
    pub file: String,
    /// Row, counted from 1 for the first row after the header; `None` for the whole file.
    pub row: Option<u64>,
    /// Column name.
    pub column: Option<String>,
    /// The stable number of the rule, listed in `docs/ERRORS.md`.
    pub code: &'static str,
    /// The value found, as written.
    pub value: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl InputProblem {
    /// A problem of a whole file.
    #[must_use]
    pub fn new(code: &'static str, file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            row: None,
            column: None,
            code,
            value: None,
            message: message.into(),
            remedy: String::new(),
        }
    }

    /// Where in the file, and what stands there.
    #[must_use]
    pub fn at(mut self, row: u64, column: &str, value: impl Into<String>) -> Self {
        self.row = Some(row);
        self.column = Some(column.to_owned());
        self.value = Some(value.into());
        self
    }

    /// The way out.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

impl fmt::Display for InputProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.code, self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        if let Some(value) = &self.value {
            write!(f, ", value {value:?}")?;
        }
        write!(f, ": {}", self.message)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        Ok(())
    }
}

/// One entry of the error index: a stable code, what it means and what to do.
///
/// Every crate that reports problems lists its codes in a constant; `docs/ERRORS.md` is generated
/// from those lists and its drift fails the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    /// `E` and four digits. E1 tables, E2 matching, E3 forecast, E4 scenario, E5 disclosure,
    /// E6 reporting, E7 store, E8 commands and pages, E9 the placement procedure.
    pub code: &'static str,
    /// What it means.
    pub cause: &'static str,
    /// What to do.
    pub remedy: &'static str,
}
