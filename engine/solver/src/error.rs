//! Why a model has no answer.

/// Why the solver gave no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SolverError {
    /// The model itself is wrong; nothing was solved.
    #[error("the model cannot be stated: {place} is {value}; {remedy}")]
    BadModel {
        /// Which number of the model.
        place: String,
        /// The number found.
        value: String,
        /// What it has to be.
        remedy: &'static str,
    },
    /// No assignment of the unknowns meets all rows.
    #[error("no solution meets all rows of {model}; check the totals it was built from")]
    Infeasible {
        /// Which model, for example `attacker bounds`.
        model: &'static str,
    },
    /// The objective has no limit.
    #[error("the objective of {model} is unbounded; a cost or a bound is missing")]
    Unbounded {
        /// Which model.
        model: &'static str,
    },
    /// The limit was reached before any feasible solution was found.
    #[error(
        "{model} reached its limit of {limit} before it found a solution; raise the limit or make the model smaller"
    )]
    LimitReached {
        /// Which model.
        model: &'static str,
        /// The limit, with its unit.
        limit: String,
    },
    /// HiGHS stopped with a status that none of the models should cause.
    #[error("HiGHS stopped {model} with the status {status}; keep the input and report it")]
    Stopped {
        /// Which model.
        model: &'static str,
        /// HiGHS' own word for it.
        status: String,
    },
}

impl SolverError {
    pub(crate) fn bad_model(
        place: impl Into<String>,
        value: impl Into<Shown>,
        remedy: &'static str,
    ) -> Self {
        Self::BadModel {
            place: place.into(),
            value: value.into().0,
            remedy,
        }
    }
}

/// A value as an error message shows it.
pub(crate) struct Shown(String);

impl From<f64> for Shown {
    fn from(value: f64) -> Self {
        Self(value.to_string())
    }
}

impl From<usize> for Shown {
    fn from(value: usize) -> Self {
        Self(value.to_string())
    }
}

impl From<String> for Shown {
    fn from(value: String) -> Self {
        Self(value)
    }
}
