//! Collecting everything that is wrong, with a limit on what is kept in memory.

use domain::InputProblem;

/// Problems kept in full; beyond it they are only counted.
pub const MOST_PROBLEMS_KEPT: usize = 200_000;

/// All problems of an input.
#[derive(Debug, Default)]
pub struct Problems {
    kept: Vec<InputProblem>,
    found: u64,
}

impl Problems {
    /// Notes a problem.
    pub fn push(&mut self, problem: InputProblem) {
        self.found += 1;
        if self.kept.len() < MOST_PROBLEMS_KEPT {
            self.kept.push(problem);
        }
    }

    /// Notes several.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = InputProblem>) {
        for problem in problems {
            self.push(problem);
        }
    }

    /// How many were found, kept or not.
    #[must_use]
    pub const fn found(&self) -> u64 {
        self.found
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.found == 0
    }

    /// The problems in order of file, row and column, and how many more there are.
    #[must_use]
    pub fn into_sorted(self) -> (Vec<InputProblem>, u64) {
        let Self { mut kept, found } = self;
        kept.sort_by(|a, b| {
            (&a.file, a.row, &a.column, a.code).cmp(&(&b.file, b.row, &b.column, b.code))
        });
        let more = found - kept.len() as u64;
        (kept, more)
    }

    /// `Ok` if nothing is wrong, else the sorted problems.
    ///
    /// # Errors
    ///
    /// All problems kept; if there were more, a last one says how many.
    pub fn into_result(self) -> Result<(), Vec<InputProblem>> {
        if self.is_empty() {
            return Ok(());
        }
        let (mut problems, more) = self.into_sorted();
        if more > 0 {
            problems.push(
                InputProblem::new(
                    "E1024",
                    "all files",
                    format!("{more} more problems are not listed"),
                )
                .remedy("correct the ones listed and check again"),
            );
        }
        Err(problems)
    }
}
