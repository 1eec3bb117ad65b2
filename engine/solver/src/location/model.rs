//! What a capacity plan is about: cells with children, sites with places, and what may be decided.

use crate::SolverError;
use crate::linear_system::finite;

/// What may be decided about a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Exists and stays; its running cost is no decision and is not counted.
    Fixed,
    /// May be opened in any period and then stays open.
    Candidate,
    /// Exists and may be closed in any period and then stays closed.
    Closable,
}

impl Standing {
    /// Whether opening or closing is a decision.
    #[must_use]
    pub fn is_decided(self) -> bool {
        self != Self::Fixed
    }
}

/// A place where children are cared for, or might be.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// What may be decided about it.
    pub standing: Standing,
    /// Places of each care group when open, rooms ordered later not counted (≥ 0).
    pub places: Vec<f64>,
    /// Running cost of one period in which it is open (counted unless [`Standing::Fixed`]).
    pub running_cost: f64,
    /// What opening takes from the budget (≥ 0).
    pub opening_cost: f64,
    /// What a further room takes from the budget (≥ 0).
    pub room_cost: f64,
    /// What a further room costs in the objective, once (≥ 0).
    pub room_upkeep: f64,
    /// Further rooms of all groups together; only groups that have places here may get one.
    pub most_rooms: u32,
}

/// A kind of care that has places of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CareGroup {
    /// Cost of a child without a place in one period; `None`: every child must have one. Set it
    /// above the longest way, or children far away count as cheaper unserved.
    pub unserved_penalty: Option<f64>,
    /// Places that one further room adds (≥ 0).
    pub room_places: f64,
    /// Staff one child takes, in full-time equivalents (≥ 0).
    pub staff_per_child: f64,
}

/// A way from a cell to a site that children of one care group may go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    /// The cell.
    pub cell: usize,
    /// The site.
    pub site: usize,
    /// Cost of one child in one period (≥ 0).
    pub cost: f64,
}

/// One possible future: children wanting care.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandPath {
    /// How likely it is; all paths together have 1.
    pub probability: f64,
    /// Children of each period, at `cell * groups + group` (≥ 0).
    pub children: Vec<Vec<f64>>,
}

/// Cells, sites, futures and what they cost.
///
/// A capacitated facility location problem is the case of one period, one group, one path, no
/// budget, all sites candidates, and no child unserved: see [`PlanningModel::facility_location`].
#[derive(Debug, Clone, PartialEq)]
pub struct PlanningModel {
    /// Number of cells.
    pub cells: usize,
    /// The care groups.
    pub groups: Vec<CareGroup>,
    /// The sites.
    pub sites: Vec<Site>,
    /// The ways of each group.
    pub ways: Vec<Vec<Way>>,
    /// The futures planned for; openings, closings and rooms are the same in all of them.
    pub paths: Vec<DemandPath>,
    /// Money of each period for openings and rooms; what is left is carried. `None`: no limit.
    pub budgets: Option<Vec<f64>>,
    /// Staff of each period; `None`: no limit.
    pub staff: Option<Vec<f64>>,
    /// Periods from the order of a room until it can be used.
    pub lead_periods: usize,
}

impl PlanningModel {
    /// Number of periods.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.paths.first().map_or(0, |path| path.children.len())
    }

    /// The facility location problem: which candidates open, and who is served from where.
    ///
    /// `unit_costs` holds the cost of one unit of demand, at `customer * facilities + facility`.
    #[must_use]
    pub fn facility_location(
        capacities: &[f64],
        fixed_costs: &[f64],
        demands: &[f64],
        unit_costs: &[f64],
    ) -> Self {
        let sites = capacities.iter().zip(fixed_costs);
        let facilities = capacities.len();
        Self {
            cells: demands.len(),
            groups: vec![CareGroup {
                unserved_penalty: None,
                room_places: 0.0,
                staff_per_child: 0.0,
            }],
            sites: sites
                .map(|(&capacity, &fixed)| Site {
                    standing: Standing::Candidate,
                    places: vec![capacity],
                    running_cost: fixed,
                    opening_cost: 0.0,
                    room_cost: 0.0,
                    room_upkeep: 0.0,
                    most_rooms: 0,
                })
                .collect(),
            ways: vec![
                unit_costs
                    .iter()
                    .enumerate()
                    .map(|(position, &cost)| Way {
                        cell: position / facilities.max(1),
                        site: position % facilities.max(1),
                        cost,
                    })
                    .collect(),
            ],
            paths: vec![DemandPath {
                probability: 1.0,
                children: vec![demands.to_vec()],
            }],
            budgets: None,
            staff: None,
            lead_periods: 0,
        }
    }

    /// Children of a cell and group.
    #[must_use]
    pub fn children(&self, path: usize, period: usize, cell: usize, group: usize) -> f64 {
        self.paths[path].children[period][cell * self.groups.len() + group]
    }

    /// Whether rooms of a group may be ordered at a site.
    #[must_use]
    pub fn may_get_rooms(&self, site: usize, group: usize) -> bool {
        let place = &self.sites[site];
        place.most_rooms > 0 && place.places[group] > 0.0 && self.groups[group].room_places > 0.0
    }

    /// Refuses numbers that are none and lists that do not fit.
    ///
    /// # Errors
    /// [`SolverError::BadModel`] names the first of them.
    pub fn validate(&self) -> Result<(), SolverError> {
        let groups = self.groups.len();
        let periods = self.periods();
        same("the lists of ways", self.ways.len(), groups)?;
        for (number, group) in self.groups.iter().enumerate() {
            not_negative(
                || format!("the places of a room of group {number}"),
                group.room_places,
            )?;
            not_negative(
                || format!("the staff per child of group {number}"),
                group.staff_per_child,
            )?;
            if let Some(penalty) = group.unserved_penalty {
                not_negative(|| format!("the penalty of group {number}"), penalty)?;
            }
        }
        for (number, site) in self.sites.iter().enumerate() {
            same("the places of a site", site.places.len(), groups)?;
            finite(
                || format!("the running cost of site {number}"),
                site.running_cost,
            )?;
            for &value in [site.opening_cost, site.room_cost, site.room_upkeep]
                .iter()
                .chain(&site.places)
            {
                not_negative(|| format!("a cost or the places of site {number}"), value)?;
            }
        }
        for way in self.ways.iter().flatten() {
            not_negative(|| format!("the cost of the way {way:?}"), way.cost)?;
            if way.cell >= self.cells || way.site >= self.sites.len() {
                let remedy = "both ends have to exist";
                return Err(SolverError::bad_model("a way", format!("{way:?}"), remedy));
            }
        }
        let mut likelihood = 0.0;
        for path in &self.paths {
            not_negative(|| "the probability of a path".to_owned(), path.probability)?;
            likelihood += path.probability;
            same("the periods of a path", path.children.len(), periods)?;
            for period in &path.children {
                same("the demands of a period", period.len(), self.cells * groups)?;
                for (position, &children) in period.iter().enumerate() {
                    not_negative(|| format!("demand {position}"), children)?;
                }
            }
        }
        if (likelihood - 1.0).abs() > 1e-9 {
            let remedy = "the probabilities of the paths add up to 1";
            return Err(SolverError::bad_model(
                "the sum of probabilities",
                likelihood,
                remedy,
            ));
        }
        for (what, list) in [("budget", &self.budgets), ("staff", &self.staff)] {
            let Some(list) = list else { continue };
            same("the periods of budget or staff", list.len(), periods)?;
            for (period, &value) in list.iter().enumerate() {
                not_negative(|| format!("the {what} of period {period}"), value)?;
            }
        }
        Ok(())
    }
}

fn same(what: &'static str, found: usize, needed: usize) -> Result<(), SolverError> {
    if found == needed {
        return Ok(());
    }
    let remedy = "every list has one entry for each group, site, cell or period it belongs to";
    let value = format!("{found} instead of {needed}");
    Err(SolverError::bad_model(
        format!("the number of {what}"),
        value,
        remedy,
    ))
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
