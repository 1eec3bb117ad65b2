//! Whole-number models that are stated term by term: `matching` asks which placement is best.
//!
//! A model is kept as plain numbers, so a row can join and the model be solved again, and a known
//! point (a start) lets branch and bound begin with a good answer. Limits are counted in nodes, which
//! is the same on every machine, or in seconds, which is not: say so where a result is published.

use highs::{HighsModelStatus, HighsSolutionStatus, RowProblem, Sense};

use crate::SolverError;
use crate::highs_session;

/// How far a value may lie from a whole number or beyond a row and still count as exact.
const TOLERANCE: f64 = 1e-6;

/// An unknown of an [`IntegerProgram`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unknown(u32);

impl Unknown {
    /// Position of its value in [`Answer::values`] and in a start.
    #[must_use]
    pub fn position(self) -> usize {
        self.0 as usize
    }
}

/// Whether the objective is to be great or small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// As great as possible.
    Greatest,
    /// As small as possible.
    Smallest,
}

/// When branch and bound gives up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SearchLimits {
    /// Nodes of the tree; the same result on every machine.
    pub nodes: Option<u32>,
    /// Seconds of the wall clock; the result may differ between machines.
    pub seconds: Option<f64>,
    /// The search may stop once the best answer is within this many units of the bound (≥ 0).
    pub gap: f64,
}

/// What came of a search.
#[derive(Debug, Clone, PartialEq)]
pub enum Search {
    /// Nothing better exists (within the gap asked for).
    Proven(Answer),
    /// The limit was reached; something up to `bound` may exist.
    BestFound {
        /// The best point found.
        answer: Answer,
        /// No point has a better objective than this.
        bound: f64,
    },
    /// No point meets all rows.
    Infeasible,
    /// The limit was reached before a point was found or the contrary proven.
    Undecided,
}

/// A point that meets all rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Value of every unknown, in the order they were stated; those of whole unknowns are whole.
    pub values: Vec<f64>,
    /// The objective there.
    pub objective: f64,
}

#[derive(Debug, Clone, PartialEq)]
struct Column {
    cost: f64,
    from: f64,
    to: f64,
    is_whole: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    from: f64,
    to: f64,
    terms: Vec<(Unknown, f64)>,
}

/// A linear model with whole and real unknowns.
///
/// ```
/// use solver::{Goal, IntegerProgram, Search, SearchLimits};
/// // Two children, one seat that both would fill, one seat only the second would.
/// let mut program = IntegerProgram::new("two children");
/// let first = program.choice(1.0);
/// let second = program.choice(1.0);
/// let second_elsewhere = program.choice(1.0);
/// program.at_most(&[(first, 1.0), (second, 1.0)], 1.0);
/// program.at_most(&[(second, 1.0), (second_elsewhere, 1.0)], 1.0);
/// let Search::Proven(answer) = program.solve(Goal::Greatest, None, &SearchLimits::default()).unwrap() else {
///     panic!("three unknowns need no limit");
/// };
/// assert_eq!((answer.objective, answer.values), (2.0, vec![1.0, 0.0, 1.0]));
///
/// program.at_least(&[(first, 1.0), (second, 1.0)], 2.0);
/// let nothing = program.solve(Goal::Greatest, None, &SearchLimits::default()).unwrap();
/// assert_eq!(nothing, Search::Infeasible);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct IntegerProgram {
    name: &'static str,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

impl IntegerProgram {
    /// A model without unknowns; the name stands in error messages.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// An unknown that is 0 or 1.
    pub fn choice(&mut self, cost: f64) -> Unknown {
        self.whole(cost, 0.0, 1.0)
    }

    /// A whole unknown between two values (infinity = no limit).
    pub fn whole(&mut self, cost: f64, from: f64, to: f64) -> Unknown {
        self.column(cost, from, to, true)
    }

    /// A real unknown between two values (infinity = no limit).
    pub fn real(&mut self, cost: f64, from: f64, to: f64) -> Unknown {
        self.column(cost, from, to, false)
    }

    fn column(&mut self, cost: f64, from: f64, to: f64, is_whole: bool) -> Unknown {
        let position = u32::try_from(self.columns.len()).expect("a model has fewer unknowns");
        self.columns.push(Column {
            cost,
            from,
            to,
            is_whole,
        });
        Unknown(position)
    }

    /// Weight of an unknown in the objective from now on.
    pub fn set_cost(&mut self, unknown: Unknown, cost: f64) {
        self.columns[unknown.position()].cost = cost;
    }

    /// Limits of an unknown from now on.
    pub fn set_limits(&mut self, unknown: Unknown, from: f64, to: f64) {
        let column = &mut self.columns[unknown.position()];
        (column.from, column.to) = (from, to);
    }

    /// The sum of the terms is at most this.
    pub fn at_most(&mut self, terms: &[(Unknown, f64)], most: f64) {
        self.between(terms, f64::NEG_INFINITY, most);
    }

    /// The sum of the terms is at least this.
    pub fn at_least(&mut self, terms: &[(Unknown, f64)], least: f64) {
        self.between(terms, least, f64::INFINITY);
    }

    /// The sum of the terms is exactly this.
    pub fn equals(&mut self, terms: &[(Unknown, f64)], value: f64) {
        self.between(terms, value, value);
    }

    /// The sum of the terms lies between two values. An unknown may stand in several terms.
    pub fn between(&mut self, terms: &[(Unknown, f64)], from: f64, to: f64) {
        let mut joined: Vec<(Unknown, f64)> = terms.to_vec();
        joined.sort_unstable_by_key(|(unknown, _)| *unknown);
        joined.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 += later.1;
            }
            same
        });
        joined.retain(|(_, factor)| *factor != 0.0);
        self.rows.push(Row {
            from,
            to,
            terms: joined,
        });
    }

    /// Number of unknowns.
    #[must_use]
    pub fn unknown_count(&self) -> usize {
        self.columns.len()
    }

    /// Number of rows.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Whether a point meets every limit and row, told without the solver.
    #[must_use]
    pub fn is_met_by(&self, values: &[f64]) -> bool {
        let within =
            |value: f64, from: f64, to: f64| value >= from - TOLERANCE && value <= to + TOLERANCE;
        values.len() == self.columns.len()
            && self.columns.iter().zip(values).all(|(column, value)| {
                within(*value, column.from, column.to)
                    && (!column.is_whole || (value - value.round()).abs() <= TOLERANCE)
            })
            && self.rows.iter().all(|row| {
                let terms = row.terms.iter();
                let sum: f64 = terms
                    .map(|(it, factor)| values[it.position()] * factor)
                    .sum();
                within(sum, row.from, row.to)
            })
    }

    /// The objective at a point.
    #[must_use]
    pub fn objective_at(&self, values: &[f64]) -> f64 {
        let columns = self.columns.iter().zip(values);
        columns.map(|(column, value)| column.cost * value).sum()
    }

    /// Searches for the best point; the same model, start and node limit give the same answer.
    ///
    /// A `start` that does not meet the model is left aside. An answer is checked row by row before
    /// it is given back, whatever the solver says of it.
    ///
    /// # Errors
    /// [`SolverError::BadModel`] if a number is not one, [`SolverError::Unbounded`], and
    /// [`SolverError::Stopped`] if HiGHS stops for no reason a model can cause.
    pub fn solve(
        &self,
        goal: Goal,
        start: Option<&[f64]>,
        limits: &SearchLimits,
    ) -> Result<Search, SolverError> {
        self.refuse_what_is_no_number()?;
        if self.columns.is_empty() {
            return Ok(if self.is_met_by(&[]) {
                Search::Proven(Answer {
                    values: Vec::new(),
                    objective: 0.0,
                })
            } else {
                Search::Infeasible
            });
        }
        let mut model = highs_session::open_search(self.stated(), sense(goal), self.name)?;
        if let Some(seconds) = limits.seconds {
            highs_session::set(&mut model, "time_limit", seconds.max(0.0), self.name)?;
        }
        if let Some(nodes) = limits.nodes {
            let nodes = i32::try_from(nodes).unwrap_or(i32::MAX);
            highs_session::set(&mut model, "mip_max_nodes", nodes, self.name)?;
        }
        highs_session::set(&mut model, "mip_rel_gap", 0.0, self.name)?;
        highs_session::set(
            &mut model,
            "mip_abs_gap",
            limits.gap.max(TOLERANCE),
            self.name,
        )?;
        let start = start.filter(|values| self.is_met_by(values));
        if start.is_some() {
            model
                .try_set_solution(start, None, None, None)
                .map_err(|status| SolverError::Stopped {
                    model: self.name,
                    status: format!("{status:?} while reading the start"),
                })?;
        }
        let solved = model.try_solve().map_err(|status| SolverError::Stopped {
            model: self.name,
            status: format!("{status:?} while solving"),
        })?;
        let status = solved.status();
        let is_found = solved.primal_solution_status() == HighsSolutionStatus::Feasible;
        let found = is_found
            .then(|| self.rounded(solved.get_solution().columns()))
            .filter(|answer| self.is_met_by(&answer.values))
            .or_else(|| start.map(|values| self.rounded(values)));
        let bound = || {
            solved
                .double_info_value(c"mip_dual_bound")
                .ok()
                .filter(|bound| bound.is_finite() && bound.abs() < 1e20)
                .unwrap_or_else(|| self.loosest(goal))
        };
        match (status, found) {
            (HighsModelStatus::Optimal, Some(answer)) => Ok(Search::Proven(answer)),
            (HighsModelStatus::Infeasible, _) => Ok(Search::Infeasible),
            (HighsModelStatus::Unbounded | HighsModelStatus::UnboundedOrInfeasible, _) => {
                Err(SolverError::Unbounded { model: self.name })
            }
            (
                HighsModelStatus::ReachedTimeLimit
                | HighsModelStatus::ReachedIterationLimit
                | HighsModelStatus::ReachedSolutionLimit
                | HighsModelStatus::Unknown,
                Some(answer),
            ) => Ok(Search::BestFound {
                answer,
                bound: bound(),
            }),
            (
                HighsModelStatus::ReachedTimeLimit
                | HighsModelStatus::ReachedIterationLimit
                | HighsModelStatus::ReachedSolutionLimit,
                None,
            ) => Ok(Search::Undecided),
            (status, _) => Err(highs_session::unexpected(status, self.name)),
        }
    }

    fn refuse_what_is_no_number(&self) -> Result<(), SolverError> {
        for (position, column) in self.columns.iter().enumerate() {
            let place = |what| format!("{what} of unknown {position}");
            if !column.cost.is_finite() {
                let remedy = "costs are finite";
                return Err(SolverError::bad_model(
                    place("the cost"),
                    column.cost,
                    remedy,
                ));
            }
            if column.from.is_nan() || column.to.is_nan() || column.from > column.to {
                let remedy = "the lower limit is at most the upper one";
                return Err(SolverError::bad_model(
                    place("a limit"),
                    column.from,
                    remedy,
                ));
            }
        }
        for (number, row) in self.rows.iter().enumerate() {
            let wrong = row.terms.iter().find(|(_, factor)| !factor.is_finite());
            if let Some((_, factor)) = wrong {
                let place = format!("a factor of row {number}");
                return Err(SolverError::bad_model(place, *factor, "factors are finite"));
            }
            if row.from.is_nan() || row.to.is_nan() || row.from > row.to {
                let place = format!("a limit of row {number}");
                let remedy = "the lower limit is at most the upper one";
                return Err(SolverError::bad_model(place, row.from, remedy));
            }
        }
        Ok(())
    }

    fn stated(&self) -> RowProblem {
        let mut problem = RowProblem::default();
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|column| {
                let limits = column.from..=column.to;
                if column.is_whole {
                    problem.add_integer_column(column.cost, limits)
                } else {
                    problem.add_column(column.cost, limits)
                }
            })
            .collect();
        for row in &self.rows {
            let terms = row.terms.iter();
            problem.add_row(
                row.from..=row.to,
                terms.map(|(unknown, factor)| (columns[unknown.position()], *factor)),
            );
        }
        problem
    }

    /// A point with whole values made exact.
    fn rounded(&self, values: &[f64]) -> Answer {
        let values: Vec<f64> = self
            .columns
            .iter()
            .zip(values)
            .map(|(column, value)| {
                if column.is_whole {
                    value.round() + 0.0 // no negative zero
                } else {
                    *value
                }
            })
            .collect();
        Answer {
            objective: self.objective_at(&values),
            values,
        }
    }

    /// The objective if every unknown were as good as its limits allow.
    fn loosest(&self, goal: Goal) -> f64 {
        let best = |column: &Column| {
            let ends = [column.cost * column.from, column.cost * column.to];
            match goal {
                _ if column.cost == 0.0 => 0.0,
                Goal::Greatest => ends[0].max(ends[1]),
                Goal::Smallest => ends[0].min(ends[1]),
            }
        };
        self.columns.iter().map(best).sum()
    }
}

fn sense(goal: Goal) -> Sense {
    match goal {
        Goal::Greatest => Sense::Maximise,
        Goal::Smallest => Sense::Minimise,
    }
}
