//! A linear programme that is run several times: columns and rows join, limits change.
//!
//! HiGHS keeps the basis between runs. The crate `highs` lets limits of columns change but not those
//! of rows, so a right-hand side that changes is stated as a column with equal limits.

use highs::{
    Col, ColProblem, HighsModelStatus, HighsSolutionStatus, Model, Row, RowProblem, Sense,
};

use crate::SolverError;
use crate::highs_session;

/// A model stated by columns; rows of few terms may join at the end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tableau {
    pub(crate) rows: Vec<(f64, f64)>,
    pub(crate) columns: Vec<Column>,
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
    pub(crate) joined_rows: Vec<JoinedRow>,
}

/// An unknown: its cost, its limits, whether it is whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) cost: f64,
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) is_whole: bool,
}

/// A row stated by its terms.
#[derive(Debug, Clone)]
pub(crate) struct JoinedRow {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) terms: Vec<(usize, f64)>,
}

impl JoinedRow {
    pub(crate) fn at_most(most: f64, terms: Vec<(usize, f64)>) -> Self {
        Self {
            from: f64::NEG_INFINITY,
            to: most,
            terms,
        }
    }
}

impl Tableau {
    pub(crate) fn row(&mut self, from: f64, to: f64) -> usize {
        self.rows.push((from, to));
        self.rows.len() - 1
    }

    pub(crate) fn column(&mut self, column: Column, entries: &[(usize, f64)]) -> usize {
        self.columns.push(column);
        self.starts.push(self.entries.len());
        self.entries
            .extend(entries.iter().map(|&(row, factor)| (row as u32, factor)));
        self.columns.len() - 1
    }

    pub(crate) fn real(
        &mut self,
        cost: f64,
        from: f64,
        to: f64,
        entries: &[(usize, f64)],
    ) -> usize {
        let is_whole = false;
        self.column(
            Column {
                cost,
                from,
                to,
                is_whole,
            },
            entries,
        )
    }

    fn entries_of(&self, column: usize) -> &[(u32, f64)] {
        let end = self.starts.get(column + 1).copied();
        &self.entries[self.starts[column]..end.unwrap_or(self.entries.len())]
    }

    /// The columns that are kept, with all rows.
    pub(crate) fn restricted(&self, is_kept: &[bool]) -> (Self, Vec<usize>) {
        let mut smaller = Self {
            rows: self.rows.clone(),
            ..Self::default()
        };
        let mut kept = Vec::new();
        let mut new_position = vec![usize::MAX; self.columns.len()];
        for column in (0..self.columns.len()).filter(|&column| is_kept[column]) {
            new_position[column] = kept.len();
            kept.push(column);
            smaller.columns.push(self.columns[column]);
            smaller.starts.push(smaller.entries.len());
            smaller.entries.extend_from_slice(self.entries_of(column));
        }
        for row in &self.joined_rows {
            let terms = row.terms.iter();
            let terms: Vec<(usize, f64)> = terms
                .filter(|(column, _)| is_kept[*column])
                .map(|&(column, factor)| (new_position[column], factor))
                .collect();
            // A row `flow - demand * open <= 0` says nothing once its flow is left out.
            if terms.iter().any(|(_, factor)| *factor > 0.0) || row.terms.len() > 2 {
                smaller.joined_rows.push(JoinedRow {
                    terms,
                    ..row.clone()
                });
            }
        }
        (smaller, kept)
    }

    fn stated(&self, with_whole: bool) -> ColProblem {
        let mut problem = ColProblem::new();
        let rows: Vec<Row> = self
            .rows
            .iter()
            .map(|&(from, to)| problem.add_row(from..=to))
            .collect();
        for (position, column) in self.columns.iter().enumerate() {
            problem.add_column_with_integrality(
                column.cost,
                column.from..=column.to,
                self.entries_of(position)
                    .iter()
                    .map(|&(row, factor)| (rows[row as usize], factor)),
                with_whole && column.is_whole,
            );
        }
        problem
    }

    /// Whether a point meets all limits and rows, told without the solver.
    pub(crate) fn is_met_by(&self, values: &[f64], tolerance: f64) -> bool {
        let within = |value: f64, from: f64, to: f64| {
            let slack = tolerance * (1.0 + value.abs());
            value >= from - slack && value <= to + slack
        };
        let mut sums = vec![0.0; self.rows.len()];
        for (position, value) in values.iter().enumerate() {
            for &(row, factor) in self.entries_of(position) {
                sums[row as usize] += factor * value;
            }
        }
        let rows = self.rows.iter().zip(&sums);
        let columns = self.columns.iter().zip(values);
        rows.fold(true, |met, (&(from, to), &sum)| {
            met && within(sum, from, to)
        }) && columns.fold(true, |met, (column, &value)| {
            met && within(value, column.from, column.to)
        }) && self.joined_rows.iter().all(|row| {
            let terms = row.terms.iter();
            within(
                terms.map(|(it, factor)| values[*it] * factor).sum(),
                row.from,
                row.to,
            )
        })
    }
}

/// How the next run goes on from the last vertex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// After rows joined or limits changed.
    Dual,
    /// After columns joined.
    Primal,
}

/// A linear programme held by HiGHS.
#[derive(Debug)]
pub(crate) struct WarmProgramme {
    name: &'static str,
    model: Option<Model>,
    rows: Vec<Row>,
    columns: Vec<Col>,
}

/// A vertex and its prices.
#[derive(Debug, Clone)]
pub(crate) struct Vertex {
    pub(crate) objective: f64,
    pub(crate) values: Vec<f64>,
    pub(crate) prices: Vec<f64>,
}

fn minted_columns(count: usize) -> Vec<Col> {
    let mut problem = RowProblem::new();
    (0..count).map(|_| problem.add_column(0.0, 0.0..)).collect()
}

fn minted_rows(count: usize) -> Vec<Row> {
    let mut problem = ColProblem::new();
    (0..count).map(|_| problem.add_row(0.0..)).collect()
}

impl WarmProgramme {
    pub(crate) fn open(tableau: &Tableau, name: &'static str) -> Result<Self, SolverError> {
        let mut model = highs_session::open(tableau.stated(false), Sense::Minimise, name)?;
        let columns = minted_columns(tableau.columns.len());
        let rows = minted_rows(tableau.rows.len());
        for row in &tableau.joined_rows {
            add_row(&mut model, row, &columns, name)?;
        }
        let rows = if tableau.joined_rows.is_empty() {
            rows
        } else {
            minted_rows(tableau.rows.len() + tableau.joined_rows.len())
        };
        Ok(Self {
            name,
            model: Some(model),
            rows,
            columns,
        })
    }

    fn model(&mut self) -> Result<&mut Model, SolverError> {
        let name = self.name;
        self.model.as_mut().ok_or_else(|| SolverError::Stopped {
            model: name,
            status: "an earlier run failed".to_owned(),
        })
    }

    pub(crate) fn add_row(&mut self, row: &JoinedRow) -> Result<(), SolverError> {
        let name = self.name;
        let columns = std::mem::take(&mut self.columns);
        let added = add_row(self.model()?, row, &columns, name);
        self.columns = columns;
        self.rows.push(added?);
        Ok(())
    }

    pub(crate) fn add_column(
        &mut self,
        column: Column,
        entries: &[(usize, f64)],
    ) -> Result<usize, SolverError> {
        let name = self.name;
        let rows: Vec<(Row, f64)> = entries
            .iter()
            .map(|&(row, factor)| (self.rows[row], factor))
            .collect();
        let limits = column.from..=column.to;
        let added = self
            .model()?
            .try_add_column(column.cost, limits, rows)
            .map_err(|status| SolverError::Stopped {
                model: name,
                status: format!("{status:?} while a column joined"),
            })?;
        self.columns.push(added);
        Ok(self.columns.len() - 1)
    }

    pub(crate) fn set_limits(
        &mut self,
        column: usize,
        from: f64,
        to: f64,
    ) -> Result<(), SolverError> {
        let column = self.columns[column];
        self.model()?.change_column_bounds(column, from..=to);
        Ok(())
    }

    /// The best vertex.
    pub(crate) fn solve(&mut self, method: Method) -> Result<Vertex, SolverError> {
        let name = self.name;
        let strategy = match method {
            Method::Dual => 1,
            Method::Primal => 4,
        };
        highs_session::set(self.model()?, "simplex_strategy", strategy, name)?;
        let Some(model) = self.model.take() else {
            return Err(SolverError::Infeasible { model: name });
        };
        let solved = highs_session::run(model, name)?;
        let status = solved.status();
        if status != HighsModelStatus::Optimal {
            return Err(highs_session::unexpected(status, name));
        }
        let objective = solved.objective_value();
        let solution = solved.get_solution();
        let vertex = Vertex {
            objective,
            values: solution.columns().to_vec(),
            prices: solution.dual_rows().to_vec(),
        };
        self.model = Some(Model::from(solved));
        Ok(vertex)
    }
}

fn add_row(
    model: &mut Model,
    row: &JoinedRow,
    columns: &[Col],
    name: &'static str,
) -> Result<Row, SolverError> {
    let terms = row.terms.iter();
    let terms = terms.map(|&(column, factor)| (columns[column], factor));
    model
        .try_add_row(row.from..=row.to, terms)
        .map_err(|status| SolverError::Stopped {
            model: name,
            status: format!("{status:?} while a row joined"),
        })
}

/// When branch and bound stops; nodes are the same on every machine, seconds are not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    pub(crate) relative_gap: f64,
    pub(crate) nodes: Option<u32>,
    pub(crate) seconds: Option<f64>,
}

/// What branch and bound found.
#[derive(Debug, Clone)]
pub(crate) struct Branched {
    /// The best point, if one was found.
    pub(crate) values: Option<Vec<f64>>,
    /// No point costs less.
    pub(crate) bound: f64,
    /// Whether a limit of nodes or seconds ended it.
    pub(crate) limit_reached: bool,
    /// Whether that limit was one of seconds.
    pub(crate) time_reached: bool,
}

/// Runs branch and bound on a tableau.
pub(crate) fn branch(
    tableau: &Tableau,
    start: Option<&[f64]>,
    stop: &Stop,
    name: &'static str,
) -> Result<Branched, SolverError> {
    let mut model = highs_session::open_search(tableau.stated(true), Sense::Minimise, name)?;
    let columns = minted_columns(tableau.columns.len());
    for row in &tableau.joined_rows {
        add_row(&mut model, row, &columns, name)?;
    }
    highs_session::set(&mut model, "mip_rel_gap", stop.relative_gap, name)?;
    highs_session::set(&mut model, "mip_abs_gap", 1e-6, name)?;
    if let Some(nodes) = stop.nodes {
        let nodes = i32::try_from(nodes).unwrap_or(i32::MAX);
        highs_session::set(&mut model, "mip_max_nodes", nodes, name)?;
    }
    if let Some(seconds) = stop.seconds {
        highs_session::set(&mut model, "time_limit", seconds, name)?;
    }
    if start.is_some() {
        model
            .try_set_solution(start, None, None, None)
            .map_err(|status| SolverError::Stopped {
                model: name,
                status: format!("{status:?} while reading the start"),
            })?;
    }
    let solved = model.try_solve().map_err(|status| SolverError::Stopped {
        model: name,
        status: format!("{status:?} while branching"),
    })?;
    let status = solved.status();
    let is_found = solved.primal_solution_status() == HighsSolutionStatus::Feasible;
    let values = is_found.then(|| solved.get_solution().columns().to_vec());
    let bound = solved
        .double_info_value(c"mip_dual_bound")
        .unwrap_or(f64::NEG_INFINITY);
    let limit_reached = match status {
        HighsModelStatus::Optimal
        | HighsModelStatus::Infeasible
        | HighsModelStatus::UnboundedOrInfeasible => false,
        HighsModelStatus::ReachedTimeLimit
        | HighsModelStatus::ReachedIterationLimit
        | HighsModelStatus::ReachedSolutionLimit
        | HighsModelStatus::ObjectiveBound => true,
        status => return Err(highs_session::unexpected(status, name)),
    };
    Ok(Branched {
        values,
        bound,
        limit_reached,
        time_reached: status == HighsModelStatus::ReachedTimeLimit,
    })
}
