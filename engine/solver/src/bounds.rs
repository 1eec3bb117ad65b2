//! Attacker bounds: the least and the greatest value each unknown can take.
//!
//! A cell of a table is safe only if somebody who knows all published cells cannot narrow it down
//! too far. That somebody solves two linear programs per cell. Three steps come before: rows that
//! force their unknowns are applied until nothing changes, equal rows are dropped, and unknowns
//! that share no row are split into independent parts. Within a part only the objective changes
//! from one program to the next, so the primal simplex method goes on from the last vertex; a
//! vertex seen earlier where an unknown is 0 proves its lower bound without another run.

use highs::{Col, HighsModelStatus, Model, RowProblem, Sense};

use crate::evident::{evident_limits, independent_rows};
use crate::highs_session;
use crate::linear_system::tidy;
use crate::{Equality, LinearForm, LinearSystem, SolverError};

pub(crate) const MODEL: &str = "attacker bounds";

/// Numbers closer than this to a whole number are that number; counts of children are whole.
const SNAP: f64 = 1e-6;

/// Tolerance for rows without unknowns left.
const ROW_TOLERANCE: f64 = 1e-6;

/// The least and the greatest value of an unknown or a linear form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Least value; `-∞` where there is none.
    pub lower: f64,
    /// Greatest value; `∞` where there is none.
    pub upper: f64,
}

impl Interval {
    /// Both ends at one value.
    pub(crate) fn point(value: f64) -> Self {
        Self {
            lower: value,
            upper: value,
        }
    }

    /// `upper - lower`.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }

    /// Whether a value lies inside, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// The least and the greatest value of each target over all non-negative solutions of the system.
///
/// Exact up to the solver's tolerance (`1e-7`); values within `1e-6` of a whole number are given
/// as that number, so that comparing them with a threshold is safe for counts. Deterministic.
/// Measured use: 500 unknowns in one part take about a second.
///
/// # Errors
/// [`SolverError::Infeasible`] when no non-negative solution exists, [`SolverError::BadModel`] for
/// a target that names an unknown the system does not have.
///
/// ```
/// use solver::{cell_bounds, Equality, LinearForm, LinearSystem};
/// // Two suppressed cells that add up to 5: each lies between 0 and 5.
/// let row = Equality { form: LinearForm { terms: vec![(0, 1.0), (1, 1.0)] }, right_hand_side: 5.0 };
/// let system = LinearSystem::new(2, vec![row])?;
/// let bounds = cell_bounds(&system, &[LinearForm::unknown(0), LinearForm::unknown(1)])?;
/// assert_eq!((bounds[0].lower, bounds[0].upper), (0.0, 5.0));
/// assert_eq!((bounds[1].lower, bounds[1].upper), (0.0, 5.0));
/// # Ok::<(), solver::SolverError>(())
/// ```
pub fn cell_bounds(
    system: &LinearSystem,
    targets: &[LinearForm],
) -> Result<Vec<Interval>, SolverError> {
    let targets = targets
        .iter()
        .enumerate()
        .map(|(number, form)| tidy(form, system.unknowns(), &|| format!("target {number}")))
        .collect::<Result<Vec<_>, _>>()?;
    let reduced = Reduced::from_system(system)?;
    let mut results = vec![Interval::point(0.0); targets.len()];
    let mut by_part: Vec<Vec<(usize, LinearForm)>> = vec![Vec::new(); reduced.parts.len()];
    for (number, target) in targets.iter().enumerate() {
        let (constant, parts) = reduced.split_form(target);
        for (part, form) in parts {
            by_part[part].push((number, form));
        }
        results[number] = Interval::point(constant);
    }
    for (part, mut forms) in reduced.parts.iter().zip(by_part) {
        if forms.is_empty() {
            continue;
        }
        // Equal forms stand side by side and are asked for once.
        forms.sort_by(|a, b| compare_terms(&a.1, &b.1).then(a.0.cmp(&b.0)));
        let mut distinct: Vec<LinearForm> = forms.iter().map(|(_, form)| form.clone()).collect();
        distinct.dedup();
        let intervals = Attack::open(part)?.intervals(part, &distinct)?;
        let mut place = 0;
        for (number, form) in forms {
            place += usize::from(distinct[place] != form);
            results[number].lower += intervals[place].lower;
            results[number].upper += intervals[place].upper;
        }
    }
    Ok(results)
}

/// Those of `unknowns` that cannot be as small as `low` or cannot be as large as `high`.
///
/// Answers the same question as comparing [`cell_bounds`] with two limits, with far fewer runs:
/// one solution in which many unknowns reach a limit settles all of them. Ascending, deterministic.
///
/// # Errors
/// As [`cell_bounds`].
///
/// ```
/// use solver::{confined_unknowns, Equality, LinearForm, LinearSystem};
/// // Two suppressed cells that add up to 5.
/// let row = Equality { form: LinearForm { terms: vec![(0, 1.0), (1, 1.0)] }, right_hand_side: 5.0 };
/// let system = LinearSystem::new(2, vec![row])?;
/// assert!(confined_unknowns(&system, &[0, 1], 0.0, 3.0)?.is_empty());
/// assert_eq!(confined_unknowns(&system, &[0, 1], 0.0, 6.0)?, [0, 1]);
/// # Ok::<(), solver::SolverError>(())
/// ```
pub fn confined_unknowns(
    system: &LinearSystem,
    unknowns: &[usize],
    low: f64,
    high: f64,
) -> Result<Vec<usize>, SolverError> {
    let reduced = Reduced::from_system(system)?;
    let mut confined = Vec::new();
    let mut by_part: Vec<Vec<(usize, usize)>> = vec![Vec::new(); reduced.parts.len()];
    for &unknown in unknowns {
        match reduced.place.get(unknown) {
            None => {
                return Err(SolverError::bad_model(
                    "an unknown asked for",
                    unknown,
                    "unknowns are counted from 0",
                ));
            }
            Some(Place::Fixed(value)) if *value > low + SNAP || *value < high - SNAP => {
                confined.push(unknown);
            }
            Some(Place::Fixed(_)) => {}
            Some(Place::Free { part, column }) => by_part[*part].push((unknown, *column)),
        }
    }
    for (part, asked) in reduced.parts.iter().zip(&by_part) {
        if asked.is_empty() {
            continue;
        }
        let mut attack = Attack::open(part)?;
        for sense in [Sense::Maximise, Sense::Minimise] {
            let limit = match sense {
                Sense::Maximise => high,
                Sense::Minimise => low,
            };
            confined.extend(attack.not_reaching(asked, sense, limit)?);
        }
    }
    confined.sort_unstable();
    confined.dedup();
    Ok(confined)
}

/// Where an unknown went after propagation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Fixed(f64),
    Free { part: usize, column: usize },
}

/// Unknowns that share rows, renumbered from 0.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub(crate) columns: usize,
    pub(crate) rows: Vec<Equality>,
}

#[derive(Debug)]
pub(crate) struct Reduced {
    pub(crate) place: Vec<Place>,
    pub(crate) parts: Vec<Part>,
}

impl Reduced {
    pub(crate) fn from_system(system: &LinearSystem) -> Result<Self, SolverError> {
        let (fixed, mut rows) = propagate(system)?;
        rows.sort_by(compare_rows);
        rows.dedup();
        Ok(Self::split(&fixed, rows))
    }

    /// A form as what is known of it and its terms by part.
    pub(crate) fn split_form(&self, form: &LinearForm) -> (f64, Vec<(usize, LinearForm)>) {
        let mut constant = 0.0;
        let mut parts: Vec<(usize, LinearForm)> = Vec::new();
        for &(unknown, coefficient) in &form.terms {
            match self.place[unknown] {
                Place::Fixed(value) => constant += coefficient * value,
                Place::Free { part, column } => {
                    match parts.iter_mut().find(|(own, _)| *own == part) {
                        Some((_, form)) => form.terms.push((column, coefficient)),
                        None => {
                            let terms = vec![(column, coefficient)];
                            parts.push((part, LinearForm { terms }));
                        }
                    }
                }
            }
        }
        (constant, parts)
    }

    fn split(fixed: &[Option<f64>], rows: Vec<Equality>) -> Self {
        let mut leader: Vec<usize> = (0..fixed.len()).collect();
        for row in &rows {
            for pair in row.form.terms.windows(2) {
                let (a, b) = (find(&mut leader, pair[0].0), find(&mut leader, pair[1].0));
                let (low, high) = (a.min(b), a.max(b));
                leader[high] = low;
            }
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut part_of_leader = vec![None; fixed.len()];
        let mut place = Vec::with_capacity(fixed.len());
        for (unknown, value) in fixed.iter().enumerate() {
            if let Some(value) = value {
                place.push(Place::Fixed(*value));
                continue;
            }
            let lead = find(&mut leader, unknown);
            let part = *part_of_leader[lead].get_or_insert_with(|| {
                parts.push(Part::default());
                parts.len() - 1
            });
            place.push(Place::Free {
                part,
                column: parts[part].columns,
            });
            parts[part].columns += 1;
        }
        for mut row in rows {
            let mut part_of_row = 0;
            for term in &mut row.form.terms {
                if let Place::Free { part, column } = place[term.0] {
                    term.0 = column;
                    part_of_row = part;
                }
            }
            parts[part_of_row].rows.push(row);
        }
        Self { place, parts }
    }
}

/// Applies rows that leave no choice until nothing changes.
///
/// A row with one unknown fixes it; a row whose coefficients have one sign and whose right-hand
/// side is 0 fixes all its unknowns at 0.
#[allow(clippy::type_complexity)]
fn propagate(system: &LinearSystem) -> Result<(Vec<Option<f64>>, Vec<Equality>), SolverError> {
    let mut fixed: Vec<Option<f64>> = vec![None; system.unknowns()];
    let mut rows = system.rows().to_vec();
    loop {
        let mut changed = false;
        let mut remaining = Vec::with_capacity(rows.len());
        for mut row in rows {
            let mut known = 0.0;
            row.form.terms.retain(|&(unknown, coefficient)| {
                fixed[unknown].is_none_or(|value| {
                    known += coefficient * value;
                    false
                })
            });
            row.right_hand_side = snap(row.right_hand_side - known);
            if let Some(values) = forced(&row)? {
                for (unknown, value) in values {
                    fixed[unknown] = Some(value);
                    changed = true;
                }
            } else {
                remaining.push(row);
            }
        }
        rows = remaining;
        if !changed {
            return Ok((fixed, rows));
        }
    }
}

/// What a row forces: `None` where it leaves a choice, an empty list where it is empty.
fn forced(row: &Equality) -> Result<Option<Vec<(usize, f64)>>, SolverError> {
    let terms = &row.form.terms;
    let sum = row.right_hand_side;
    let infeasible = SolverError::Infeasible { model: MODEL };
    if terms.is_empty() {
        return if sum.abs() <= ROW_TOLERANCE {
            Ok(Some(Vec::new()))
        } else {
            Err(infeasible)
        };
    }
    let all_positive = terms.iter().all(|&(_, coefficient)| coefficient > 0.0);
    let all_negative = terms.iter().all(|&(_, coefficient)| coefficient < 0.0);
    if (all_positive && sum < -ROW_TOLERANCE) || (all_negative && sum > ROW_TOLERANCE) {
        return Err(infeasible);
    }
    if (all_positive || all_negative) && sum.abs() <= ROW_TOLERANCE {
        return Ok(Some(
            terms.iter().map(|&(unknown, _)| (unknown, 0.0)).collect(),
        ));
    }
    if let [(unknown, coefficient)] = terms[..] {
        return Ok(Some(vec![(unknown, snap(sum / coefficient))]));
    }
    Ok(None)
}

fn compare_rows(a: &Equality, b: &Equality) -> std::cmp::Ordering {
    let key = |row: &Equality| (row.form.terms.len(), row.right_hand_side);
    let ((len_a, sum_a), (len_b, sum_b)) = (key(a), key(b));
    len_a
        .cmp(&len_b)
        .then_with(|| compare_terms(&a.form, &b.form))
        .then(sum_a.total_cmp(&sum_b))
}

pub(crate) fn compare_terms(a: &LinearForm, b: &LinearForm) -> std::cmp::Ordering {
    let terms = a.terms.iter().zip(&b.terms);
    terms
        .map(|(x, y)| x.0.cmp(&y.0).then(x.1.total_cmp(&y.1)))
        .find(|order| order.is_ne())
        .unwrap_or(a.terms.len().cmp(&b.terms.len()))
}

fn find(leader: &mut [usize], mut index: usize) -> usize {
    while leader[index] != index {
        leader[index] = leader[leader[index]];
        index = leader[index];
    }
    index
}

pub(crate) fn snap(value: f64) -> f64 {
    let whole = value.round();
    if (value - whole).abs() <= SNAP {
        whole + 0.0
    } else {
        value
    }
}

/// One part with its HiGHS model, going from objective to objective.
pub(crate) struct Attack {
    model: Option<Model>,
    columns: Vec<Col>,
    /// Columns with a cost that is not 0.
    charged: Vec<usize>,
    /// The least value seen of each column over all vertices visited.
    least_seen: Vec<f64>,
    /// The greatest value seen of each column over all vertices visited.
    most_seen: Vec<f64>,
    /// The last vertex; empty where the last run had none.
    vertex: Vec<f64>,
}

impl Attack {
    pub(crate) fn open(part: &Part) -> Result<Self, SolverError> {
        let mut problem = RowProblem::new();
        let columns: Vec<Col> = (0..part.columns)
            .map(|_| problem.add_column(0.0, 0.0..))
            .collect();
        for row in independent_rows(&part.rows, part.columns)? {
            let terms: Vec<(Col, f64)> = row
                .form
                .terms
                .iter()
                .map(|&(column, coefficient)| (columns[column], coefficient))
                .collect();
            problem.add_row(row.right_hand_side..=row.right_hand_side, terms);
        }
        let model = highs_session::open(problem, Sense::Minimise, MODEL)?;
        let mut attack = Self {
            model: Some(model),
            least_seen: vec![f64::INFINITY; columns.len()],
            most_seen: vec![f64::NEG_INFINITY; columns.len()],
            vertex: Vec::new(),
            columns,
            charged: Vec::new(),
        };
        // A part without a solution must be told apart from one without a limit.
        attack.extreme(&LinearForm::default(), Sense::Minimise)?;
        Ok(attack)
    }

    /// The intervals of distinct forms.
    ///
    /// A vertex seen earlier may prove an end without a run of its own: 0 for a form without
    /// negative terms, and the least row that holds all its unknowns. Forms are driven to such
    /// ends together while that settles enough of them, then one by one.
    pub(crate) fn intervals(
        &mut self,
        part: &Part,
        forms: &[LinearForm],
    ) -> Result<Vec<Interval>, SolverError> {
        let limits = evident_limits(&part.rows, part.columns, forms);
        let mut seen = vec![Interval::point(f64::NAN); forms.len()];
        let mut ends = Vec::with_capacity(2);
        for sense in [Sense::Maximise, Sense::Minimise] {
            let settled = |seen: &[Interval], number: usize| match sense {
                Sense::Maximise => seen[number].upper >= limits[number].upper - 1e-9,
                Sense::Minimise => seen[number].lower <= limits[number].lower + 1e-9,
            };
            let possible = |number: usize| match sense {
                Sense::Maximise => limits[number].upper.is_finite(),
                Sense::Minimise => limits[number].lower.is_finite(),
            };
            loop {
                let pending: Vec<usize> = (0..forms.len())
                    .filter(|&number| possible(number) && !settled(&seen, number))
                    .collect();
                if pending.len() < 16 {
                    break;
                }
                let mut together = vec![0.0; self.columns.len()];
                for &number in &pending {
                    for &(column, coefficient) in &forms[number].terms {
                        together[column] += coefficient;
                    }
                }
                let terms = together.into_iter().enumerate();
                let form = LinearForm {
                    terms: terms.filter(|&(_, weight)| weight != 0.0).collect(),
                };
                self.extreme(&form, sense)?;
                self.see(forms, &mut seen);
                let left = pending.iter().filter(|&&number| !settled(&seen, number));
                if left.count() * 50 > pending.len() * 49 {
                    break;
                }
            }
            let mut values = Vec::with_capacity(forms.len());
            for (number, form) in forms.iter().enumerate() {
                values.push(if settled(&seen, number) {
                    match sense {
                        Sense::Maximise => limits[number].upper,
                        Sense::Minimise => limits[number].lower,
                    }
                } else {
                    let value = self.extreme(form, sense)?;
                    self.see(forms, &mut seen);
                    value
                });
            }
            ends.push(values);
        }
        let ends = ends[1].iter().zip(&ends[0]);
        Ok(ends
            .map(|(&lower, &upper)| Interval {
                lower: snap(lower),
                upper: snap(upper),
            })
            .collect())
    }

    /// Takes the last vertex into account.
    pub(crate) fn see(&self, forms: &[LinearForm], seen: &mut [Interval]) {
        if self.vertex.is_empty() {
            return;
        }
        for (form, seen) in forms.iter().zip(seen) {
            let value = form.value_at(&self.vertex);
            // The first one replaces "not a number".
            seen.lower = value.min(seen.lower);
            seen.upper = value.max(seen.upper);
        }
    }

    /// Of (unknown, column) pairs, the unknowns that stay short of the limit. All pending columns
    /// are driven together while that settles any of them, then one by one.
    fn not_reaching(
        &mut self,
        asked: &[(usize, usize)],
        sense: Sense,
        limit: f64,
    ) -> Result<Vec<usize>, SolverError> {
        let mut pending = asked.to_vec();
        loop {
            pending.retain(|&(_, column)| !self.has_reached(column, sense, limit));
            let before = pending.len();
            if before < 2 {
                break;
            }
            let together = LinearForm {
                terms: pending.iter().map(|&(_, column)| (column, 1.0)).collect(),
            };
            self.extreme(&together, sense)?;
            pending.retain(|&(_, column)| !self.has_reached(column, sense, limit));
            if pending.len() == before {
                break;
            }
        }
        let mut short = Vec::new();
        for (unknown, column) in pending {
            if self.has_reached(column, sense, limit) {
                continue;
            }
            let extreme = self.extreme(&LinearForm::unknown(column), sense)?;
            let reached = match sense {
                Sense::Maximise => extreme >= limit - SNAP,
                Sense::Minimise => extreme <= limit + SNAP,
            };
            if !reached {
                short.push(unknown);
            }
        }
        Ok(short)
    }

    fn has_reached(&self, column: usize, sense: Sense, limit: f64) -> bool {
        match sense {
            Sense::Maximise => self.most_seen[column] >= limit - SNAP,
            Sense::Minimise => self.least_seen[column] <= limit + SNAP,
        }
    }

    pub(crate) fn column_count(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn extreme(&mut self, form: &LinearForm, sense: Sense) -> Result<f64, SolverError> {
        let Some(mut model) = self.model.take() else {
            return Err(SolverError::Stopped {
                model: MODEL,
                status: "an earlier run of the same part failed".to_owned(),
            });
        };
        for column in self.charged.drain(..) {
            model.change_column_cost(self.columns[column], 0.0);
        }
        for &(column, coefficient) in &form.terms {
            model.change_column_cost(self.columns[column], coefficient);
            self.charged.push(column);
        }
        model.set_sense(sense);
        let solved = highs_session::run(model, MODEL)?;
        self.vertex.clear();
        let value = match solved.status() {
            HighsModelStatus::Optimal => {
                let solution = solved.get_solution();
                for (column, &value) in solution.columns().iter().enumerate() {
                    self.least_seen[column] = self.least_seen[column].min(value);
                    self.most_seen[column] = self.most_seen[column].max(value);
                }
                self.vertex.extend_from_slice(solution.columns());
                form.value_at(solution.columns())
            }
            // A part without rows is one unknown without any limit.
            HighsModelStatus::ModelEmpty => 0.0,
            HighsModelStatus::Unbounded | HighsModelStatus::UnboundedOrInfeasible => match sense {
                Sense::Maximise => f64::INFINITY,
                Sense::Minimise => f64::NEG_INFINITY,
            },
            status => return Err(highs_session::unexpected(status, MODEL)),
        };
        self.model = Some(Model::from(solved));
        Ok(value)
    }
}
