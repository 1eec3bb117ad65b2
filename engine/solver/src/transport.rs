//! Allocation of children to facilities at the least total cost.
//!
//! A linear program: every child of an area goes along an arc to a facility with room, or stays
//! unserved at a penalty. It is solved with few arcs per area first; all other arcs are then
//! priced with the duals and those that would lower the cost join, until none is left. Keeping
//! only the nearest facilities would be wrong (on a city of 600 × 400 the 10 nearest cost 48 %
//! more than all arcs within 30 km); pricing gives the optimum over **all** arcs.

use highs::{ColProblem, HighsModelStatus, HighsSolutionStatus, Model, Row, Sense};

use crate::highs_session;
use crate::linear_system::finite;
use crate::{AllocationViolation, SolverError};

const MODEL: &str = "allocation";

/// Cheapest arcs per area in the first program.
const FIRST_ARCS: usize = 10;

/// Arcs that join per area and pricing round.
const ARCS_PER_ROUND: usize = 5;

/// Reduced costs above this are taken as 0.
const PRICING_TOLERANCE: f64 = 1e-7;

/// A way from an area to a facility.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arc {
    /// Index into the demands.
    pub area: usize,
    /// Index into the capacities.
    pub site: usize,
    /// Cost for one child, for example kilometres (≥ 0).
    pub cost: f64,
}

/// Areas with children, facilities with places, and the ways between them.
///
/// An area without any arc stays unserved. Two arcs between the same area and facility are
/// allowed; the cheaper one is used. Up to 64 areas × 350 facilities with every arc take well
/// under a second; the model grows by pricing, so 600 × 400 with all 240,000 arcs is solved too,
/// to the optimum over all of them. The limit is 100 million arcs of 24 bytes each in memory; more are refused.
#[derive(Debug, Clone, PartialEq)]
pub struct TransportProblem {
    /// Places per facility (≥ 0).
    pub capacities: Vec<f64>,
    /// Children per area (≥ 0).
    pub demands: Vec<f64>,
    /// Cost of one child of the area without a place (≥ 0). Set it above the longest way you want
    /// anybody to go, or children far away count as cheaper unserved.
    pub unserved_penalties: Vec<f64>,
    /// The ways that may be used.
    pub arcs: Vec<Arc>,
    /// Seconds the solver may spend in one pricing round; `f64::INFINITY` for no limit. With a
    /// limit that is reached the result depends on the machine and says `optimal: false`.
    pub time_limit_seconds: f64,
}

/// An allocation and what it proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// Children per arc, in the order of the arcs.
    pub flows: Vec<f64>,
    /// Children without a place, per area.
    pub unserved: Vec<f64>,
    /// Total cost including penalties.
    pub objective: f64,
    /// Whether no allocation costs less, over all arcs.
    pub optimal: bool,
    /// By how much one more place at the facility would lower the cost (≥ 0); meaningful only
    /// when `optimal`. A value of 0 means the next place would change nothing.
    pub place_values: Vec<f64>,
    /// By how much one more child in the area would raise the cost; meaningful only when `optimal`.
    pub child_costs: Vec<f64>,
}

/// The cheapest allocation.
///
/// Deterministic as long as the time limit is not reached. Of several cheapest allocations one is
/// returned; its flows are whole numbers when demands and capacities are.
///
/// # Errors
/// [`SolverError::BadModel`] for a negative or non-finite number, lists of different length or an
/// arc to nowhere; [`SolverError::LimitReached`] when the time limit left no feasible allocation.
///
/// ```
/// use solver::{allocate, Arc, TransportProblem};
/// // Two children live next to a facility with one place; the other facility is 3 km away.
/// let mut problem = TransportProblem {
///     capacities: vec![1.0, 5.0],
///     demands: vec![2.0],
///     unserved_penalties: vec![50.0],
///     arcs: vec![Arc { area: 0, site: 0, cost: 1.0 }, Arc { area: 0, site: 1, cost: 3.0 }],
///     time_limit_seconds: f64::INFINITY,
/// };
/// let allocation = allocate(&problem)?;
/// assert_eq!(allocation.flows, [1.0, 1.0]);
/// assert_eq!(allocation.place_values[0], 2.0); // one more place nearby saves 2 km
/// problem.demands[0] = -2.0;
/// assert!(allocate(&problem).is_err());
/// # Ok::<(), solver::SolverError>(())
/// ```
pub fn allocate(problem: &TransportProblem) -> Result<Allocation, SolverError> {
    problem.validate()?;
    let mut programme = Programme::open(problem)?;
    loop {
        let round = programme.solve()?;
        if !round.optimal || programme.add_cheaper_arcs(&round)? == 0 {
            let allocation = programme.collect(&round);
            return match problem.check(&allocation) {
                Ok(()) => Ok(allocation),
                Err(violation) => Err(SolverError::Stopped {
                    model: MODEL,
                    status: format!("a solution that breaks a rule: {violation}"),
                }),
            };
        }
    }
}

/// The linear program with the arcs that have joined so far.
struct Programme<'a> {
    problem: &'a TransportProblem,
    model: Option<Model>,
    area_rows: Vec<Row>,
    site_rows: Vec<Row>,
    /// Arcs of the program, in the order of its columns after the unserved ones.
    joined: Vec<usize>,
    is_joined: Vec<bool>,
    arcs_of_area: Vec<Vec<usize>>,
}

/// What one run says.
struct Round {
    values: Vec<f64>,
    area_duals: Vec<f64>,
    site_duals: Vec<f64>,
    optimal: bool,
}

impl<'a> Programme<'a> {
    fn open(problem: &'a TransportProblem) -> Result<Self, SolverError> {
        let mut arcs_of_area = vec![Vec::new(); problem.demands.len()];
        for (number, arc) in problem.arcs.iter().enumerate() {
            arcs_of_area[arc.area].push(number);
        }
        for arcs in &mut arcs_of_area {
            arcs.sort_by(|&a, &b| {
                let (cost_a, cost_b) = (problem.arcs[a].cost, problem.arcs[b].cost);
                cost_a.total_cmp(&cost_b).then(a.cmp(&b))
            });
        }
        let mut columns = ColProblem::new();
        let area_rows: Vec<Row> = problem
            .demands
            .iter()
            .map(|&demand| columns.add_row(demand..=demand))
            .collect();
        let site_rows: Vec<Row> = problem
            .capacities
            .iter()
            .map(|&capacity| columns.add_row(..=capacity))
            .collect();
        for (area, &penalty) in problem.unserved_penalties.iter().enumerate() {
            columns.add_column(penalty, 0.0.., [(area_rows[area], 1.0)]);
        }
        let mut joined = Vec::new();
        let mut is_joined = vec![false; problem.arcs.len()];
        for arcs in &arcs_of_area {
            for &number in arcs.iter().take(FIRST_ARCS) {
                let arc = problem.arcs[number];
                let entries = [(area_rows[arc.area], 1.0), (site_rows[arc.site], 1.0)];
                columns.add_column(arc.cost, 0.0.., entries);
                joined.push(number);
                is_joined[number] = true;
            }
        }
        let mut model = highs_session::open(columns, Sense::Minimise, MODEL)?;
        if problem.time_limit_seconds.is_finite() {
            let limit = problem.time_limit_seconds;
            highs_session::set(&mut model, "time_limit", limit, MODEL)?;
        }
        Ok(Self {
            problem,
            model: Some(model),
            area_rows,
            site_rows,
            joined,
            is_joined,
            arcs_of_area,
        })
    }

    fn solve(&mut self) -> Result<Round, SolverError> {
        let areas = self.problem.demands.len();
        let sites = self.problem.capacities.len();
        let Some(model) = self.model.take() else {
            return Err(SolverError::Stopped {
                model: MODEL,
                status: "an earlier run failed".to_owned(),
            });
        };
        if areas == 0 {
            return Ok(Round {
                values: Vec::new(),
                area_duals: Vec::new(),
                site_duals: vec![0.0; sites],
                optimal: true,
            });
        }
        let solved = highs_session::run(model, MODEL)?;
        let optimal = match solved.status() {
            HighsModelStatus::Optimal => true,
            HighsModelStatus::ReachedTimeLimit => false,
            status => return Err(highs_session::unexpected(status, MODEL)),
        };
        if !optimal && solved.primal_solution_status() != HighsSolutionStatus::Feasible {
            return Err(SolverError::LimitReached {
                model: MODEL,
                limit: format!("{} seconds", self.problem.time_limit_seconds),
            });
        }
        let solution = solved.get_solution();
        let duals = solution.dual_rows();
        let round = Round {
            values: solution.columns().to_vec(),
            area_duals: duals[..areas].to_vec(),
            site_duals: duals[areas..areas + sites].to_vec(),
            optimal,
        };
        self.model = Some(Model::from(solved));
        Ok(round)
    }

    /// Lets the arcs join that would lower the cost most; gives their number.
    fn add_cheaper_arcs(&mut self, round: &Round) -> Result<usize, SolverError> {
        let Some(model) = self.model.as_mut() else {
            return Ok(0);
        };
        let mut added = 0;
        for arcs in &self.arcs_of_area {
            let mut candidates: Vec<(f64, usize)> = arcs
                .iter()
                .filter(|&&number| !self.is_joined[number])
                .map(|&number| {
                    let arc = self.problem.arcs[number];
                    let reduced =
                        arc.cost - round.area_duals[arc.area] - round.site_duals[arc.site];
                    (reduced, number)
                })
                .filter(|&(reduced, _)| reduced < -PRICING_TOLERANCE)
                .collect();
            candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            for &(_, number) in candidates.iter().take(ARCS_PER_ROUND) {
                let arc = self.problem.arcs[number];
                let entries = [
                    (self.area_rows[arc.area], 1.0),
                    (self.site_rows[arc.site], 1.0),
                ];
                model
                    .try_add_column(arc.cost, 0.0.., entries)
                    .map_err(|status| SolverError::Stopped {
                        model: MODEL,
                        status: format!("{status:?} while adding arc {number}"),
                    })?;
                self.joined.push(number);
                self.is_joined[number] = true;
                added += 1;
            }
        }
        Ok(added)
    }

    fn collect(&self, round: &Round) -> Allocation {
        let areas = self.problem.demands.len();
        let unserved: Vec<f64> = (0..areas).map(|area| clean(round.values[area])).collect();
        let mut flows = vec![0.0; self.problem.arcs.len()];
        for (&number, &value) in self.joined.iter().zip(round.values.iter().skip(areas)) {
            flows[number] = clean(value);
        }
        let objective = self.problem.cost_of(&flows, &unserved);
        Allocation {
            objective,
            optimal: round.optimal,
            // A capacity row pushes the cost down: its dual is 0 or negative.
            place_values: round.site_duals.iter().map(|&dual| clean(-dual)).collect(),
            child_costs: round.area_duals.iter().map(|&dual| dual + 0.0).collect(),
            flows,
            unserved,
        }
    }
}

/// Takes rounding noise off: nothing below 0, whole numbers where one is meant.
fn clean(value: f64) -> f64 {
    let whole = value.round();
    if (value - whole).abs() <= 1e-9 {
        whole.max(0.0)
    } else {
        value.max(0.0)
    }
}

impl TransportProblem {
    const MOST_ARCS: usize = 100_000_000;

    pub(crate) fn validate(&self) -> Result<(), SolverError> {
        if self.unserved_penalties.len() != self.demands.len() {
            return Err(SolverError::bad_model(
                "the number of penalties",
                self.unserved_penalties.len(),
                "one for each area is needed",
            ));
        }
        if self.arcs.len() > Self::MOST_ARCS {
            return Err(SolverError::bad_model(
                "the number of arcs",
                self.arcs.len(),
                "at most 100,000,000 fit; leave out ways nobody would go",
            ));
        }
        let lists = [
            ("capacity", &self.capacities),
            ("demand", &self.demands),
            ("penalty", &self.unserved_penalties),
        ];
        for (name, list) in lists {
            for (number, &value) in list.iter().enumerate() {
                not_negative(|| format!("{name} {number}"), value)?;
            }
        }
        for (number, arc) in self.arcs.iter().enumerate() {
            not_negative(|| format!("the cost of arc {number}"), arc.cost)?;
            if arc.area >= self.demands.len() || arc.site >= self.capacities.len() {
                return Err(SolverError::bad_model(
                    format!("arc {number}"),
                    format!("from area {} to site {}", arc.area, arc.site),
                    "both ends have to exist",
                ));
            }
        }
        if self.time_limit_seconds.is_nan() || self.time_limit_seconds < 0.0 {
            return Err(SolverError::bad_model(
                "the time limit",
                self.time_limit_seconds,
                "give seconds, or infinity for none",
            ));
        }
        Ok(())
    }

    /// Total cost of flows and unserved children.
    #[must_use]
    pub fn cost_of(&self, flows: &[f64], unserved: &[f64]) -> f64 {
        let travel: f64 = self
            .arcs
            .iter()
            .zip(flows)
            .map(|(arc, flow)| arc.cost * flow)
            .sum();
        let missing: f64 = self
            .unserved_penalties
            .iter()
            .zip(unserved)
            .map(|(penalty, count)| penalty * count)
            .sum();
        travel + missing
    }

    /// Checks an allocation without any solver: [`crate::AllocationViolation`] lists the rules.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn check(&self, allocation: &Allocation) -> Result<(), AllocationViolation> {
        crate::transport_check::check(self, allocation)
    }
}

fn not_negative(place: impl Fn() -> String, value: f64) -> Result<(), SolverError> {
    finite(&place, value)?;
    if value < 0.0 {
        return Err(SolverError::bad_model(
            place(),
            value,
            "it has to be 0 or more",
        ));
    }
    Ok(())
}
