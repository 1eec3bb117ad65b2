//! Children of one period allocated to the sites of a city, over all ways, with what a place, a
//! square metre and an educator are worth; and what changes when a site closes.

use super::model::{CareGroup, Way};
use super::recourse::{Recourse, Scene};
use crate::SolverError;
use crate::linear_system::finite;

/// Area of the sites and what a child takes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteAreas {
    /// Area of each site (≥ 0).
    pub of_site: Vec<f64>,
    /// Area one child of each group takes (≥ 0).
    pub per_child: Vec<f64>,
}

/// One period of a city.
#[derive(Debug, Clone, PartialEq)]
pub struct CityPeriod {
    /// Number of cells.
    pub cells: usize,
    /// The care groups; rooms mean nothing here.
    pub groups: Vec<CareGroup>,
    /// Places at `site * groups + group` (≥ 0).
    pub places: Vec<f64>,
    /// Children at `cell * groups + group` (≥ 0).
    pub children: Vec<f64>,
    /// The ways of each group: all of them, not the nearest few.
    pub ways: Vec<Vec<Way>>,
    /// Staff of the city in full-time equivalents; `None`: no limit.
    pub staff: Option<f64>,
    /// Areas; `None`: no limit.
    pub areas: Option<SiteAreas>,
}

/// A period whose ways are sorted; sessions borrow it.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedPeriod {
    period: CityPeriod,
    ways_of: Vec<Vec<usize>>,
}

/// Who goes where, and what the limits are worth.
#[derive(Debug, Clone, PartialEq)]
pub struct CityAllocation {
    /// Cost of all ways and of the children without a place.
    pub cost: f64,
    /// (group, index of the way, children), without ways nobody goes.
    pub flows: Vec<(usize, usize, f64)>,
    /// Children without a place, at `cell * groups + group`.
    pub unserved: Vec<f64>,
    /// What one more child would cost, at `cell * groups + group`.
    pub child_costs: Vec<f64>,
    /// What one more place would save, at `site * groups + group` (≥ 0). Where several prices prove the same
    /// cost this is one of them; solve again with a place more for the exact saving.
    pub place_values: Vec<f64>,
    /// What one more square metre at each site would save (≥ 0); empty without areas.
    pub area_values: Vec<f64>,
    /// What one more full-time educator would save (≥ 0).
    pub staff_value: f64,
}

/// A programme that goes on from its last answer.
#[derive(Debug)]
pub struct AllocationSession<'a> {
    prepared: &'a PreparedPeriod,
    recourse: Recourse<'a>,
    places: Vec<f64>,
}

/// How far an allocation is proven by its own prices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AllocationProof {
    /// Cost recomputed from the flows.
    pub cost: f64,
    /// No allocation costs less: from the prices alone, over all ways.
    pub bound: f64,
    /// The greatest breach of a demand, a capacity, the areas or the staff.
    pub breach: f64,
}

impl CityPeriod {
    fn sites(&self) -> usize {
        self.places.len() / self.groups.len().max(1)
    }

    /// Checks the numbers and sorts the ways.
    ///
    /// # Errors
    /// [`SolverError::BadModel`] names the first number that cannot be.
    ///
    /// ```
    /// use solver::{CareGroup, CityPeriod, Way};
    /// let group = CareGroup { unserved_penalty: Some(50.0), room_places: 0.0, staff_per_child: 0.0 };
    /// let way = |site, cost| Way { cell: 0, site, cost };
    /// let period = CityPeriod {
    ///     cells: 1,
    ///     groups: vec![group],
    ///     places: vec![1.0, 5.0],
    ///     children: vec![2.0],
    ///     ways: vec![vec![way(0, 1.0), way(1, 3.0)]],
    ///     staff: None,
    ///     areas: None,
    /// };
    /// let prepared = period.clone().prepare()?;
    /// let mut session = prepared.session()?;
    /// assert_eq!(session.solve()?.cost, 4.0);
    /// session.set_places(1, 0, 0.0)?; // what if the second site closes?
    /// assert_eq!(session.solve()?.cost, 51.0);
    /// assert!(CityPeriod { children: vec![-1.0], ..period }.prepare().is_err());
    /// # Ok::<(), solver::SolverError>(())
    /// ```
    pub fn prepare(self) -> Result<PreparedPeriod, SolverError> {
        let groups = self.groups.len();
        let lists = [
            ("places", &self.places, self.sites() * groups),
            ("children", &self.children, self.cells * groups),
        ];
        for (what, list, length) in lists {
            if list.len() != length {
                let remedy = "one number for each cell or site and group";
                return Err(SolverError::bad_model(
                    format!("the number of {what}"),
                    list.len(),
                    remedy,
                ));
            }
            not_negative(what, list)?;
        }
        if let Some(areas) = &self.areas {
            not_negative("area of a site", &areas.of_site)?;
            not_negative("area per child", &areas.per_child)?;
            if areas.of_site.len() != self.sites() || areas.per_child.len() != groups {
                let remedy = "one for each site, and one per child for each group";
                return Err(SolverError::bad_model(
                    "the number of areas",
                    areas.of_site.len(),
                    remedy,
                ));
            }
        }
        not_negative("staff", self.staff.as_slice())?;
        let penalties = self
            .groups
            .iter()
            .filter_map(|group| group.unserved_penalty);
        not_negative("penalty", &penalties.collect::<Vec<_>>())?;
        if self.ways.len() != groups {
            let remedy = "one list for each group";
            return Err(SolverError::bad_model(
                "the number of lists of ways",
                self.ways.len(),
                remedy,
            ));
        }
        for way in self.ways.iter().flatten() {
            not_negative("cost of a way", &[way.cost])?;
            if way.cell >= self.cells || way.site >= self.sites() {
                let remedy = "both ends have to exist";
                return Err(SolverError::bad_model("a way", format!("{way:?}"), remedy));
            }
        }
        let mut ways_of = vec![Vec::new(); self.cells * groups];
        for (group, ways) in self.ways.iter().enumerate() {
            for (number, way) in ways.iter().enumerate() {
                if self.places[way.site * groups + group] > 0.0 {
                    ways_of[group * self.cells + way.cell].push(number);
                }
            }
            for list in &mut ways_of[group * self.cells..(group + 1) * self.cells] {
                list.sort_by(|&a, &b| ways[a].cost.total_cmp(&ways[b].cost).then(a.cmp(&b)));
            }
        }
        Ok(PreparedPeriod {
            period: self,
            ways_of,
        })
    }
}

impl PreparedPeriod {
    /// Opens the programme.
    ///
    /// # Errors
    /// [`SolverError::Stopped`] if HiGHS refuses it, which no model should cause.
    pub fn session(&self) -> Result<AllocationSession<'_>, SolverError> {
        let period = &self.period;
        let areas = period.areas.as_ref();
        let scene = Scene {
            cells: period.cells,
            sites: period.sites(),
            groups: &period.groups,
            ways: &period.ways,
            ways_of: &self.ways_of,
            children: &period.children,
            staff: period.staff,
            areas: areas.map(|areas| (areas.of_site.as_slice(), areas.per_child.as_slice())),
        };
        Ok(AllocationSession {
            prepared: self,
            recourse: Recourse::open(scene, &period.places)?,
            places: period.places.clone(),
        })
    }
}

impl AllocationSession<'_> {
    /// Gives a site another number of places for a group; 0 closes it for the group.
    ///
    /// A site whose group has 0 places in the period itself cannot get any: its ways were left out.
    ///
    /// # Errors
    /// [`SolverError::BadModel`] for a site or group there is not, or a number that is none.
    pub fn set_places(
        &mut self,
        site: usize,
        group: usize,
        places: f64,
    ) -> Result<(), SolverError> {
        let period = &self.prepared.period;
        not_negative("places", &[places])?;
        let position = site
            .saturating_mul(period.groups.len())
            .saturating_add(group);
        if group >= period.groups.len()
            || position >= self.places.len()
            || (period.places[position] == 0.0 && places > 0.0)
        {
            let remedy = "choose a site and group that have places in the period";
            return Err(SolverError::bad_model(
                "a site",
                format!("{site}, group {group}"),
                remedy,
            ));
        }
        self.places[position] = places;
        self.recourse.set_places(position, places)
    }

    /// The cheapest allocation over all ways, from the last answer on.
    ///
    /// # Errors
    /// [`SolverError::Infeasible`] where a group must be served and cannot be.
    pub fn solve(&mut self) -> Result<CityAllocation, SolverError> {
        let answer = self.recourse.solve()?;
        Ok(CityAllocation {
            cost: answer.cost,
            flows: answer.flows,
            unserved: answer.unserved,
            child_costs: answer.child_prices,
            place_values: answer.place_prices.iter().map(|price| -price).collect(),
            area_values: answer.area_prices.iter().map(|price| -price).collect(),
            staff_value: -answer.staff_price,
        })
    }

    /// What one place more and one place less at a site would change: the saving and the loss.
    ///
    /// Both are 0 or more; they differ where the optimum has several prices. The session is as before
    /// afterwards.
    ///
    /// # Errors
    /// As [`AllocationSession::set_places`] and [`AllocationSession::solve`].
    pub fn one_sided_values(
        &mut self,
        site: usize,
        group: usize,
    ) -> Result<(f64, f64), SolverError> {
        let cost = self.recourse.solve()?.cost;
        let position = site * self.prepared.period.groups.len() + group;
        let places = self.places.get(position).copied().unwrap_or(0.0);
        self.set_places(site, group, places + 1.0)?;
        let more = self.recourse.solve()?.cost;
        self.set_places(site, group, (places - 1.0).max(0.0))?;
        let less = self.recourse.solve()?.cost;
        self.set_places(site, group, places)?;
        Ok((cost - more, less - cost))
    }

    /// Pricing rounds so far.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.recourse.rounds
    }

    /// Recomputes the cost and proves it by the prices, without the solver.
    ///
    /// Any prices give a bound: a way that would cost less than its child pays lowers it.
    #[must_use]
    pub fn prove(&self, allocation: &CityAllocation) -> AllocationProof {
        let period = &self.prepared.period;
        let (cells, groups) = (period.cells, period.groups.len());
        let mut taken = vec![0.0; self.places.len()];
        let mut accounted = allocation.unserved.clone();
        let mut area = vec![0.0; period.sites()];
        let (mut staff, mut cost) = (0.0, 0.0);
        for &(group, number, children) in &allocation.flows {
            let way = period.ways[group][number];
            taken[way.site * groups + group] += children;
            accounted[way.cell * groups + group] += children;
            staff += children * period.groups[group].staff_per_child;
            cost += children * way.cost;
            if let Some(areas) = &period.areas {
                area[way.site] += children * areas.per_child[group];
            }
        }
        for (position, &children) in allocation.unserved.iter().enumerate() {
            cost += children
                * period.groups[position % groups]
                    .unserved_penalty
                    .unwrap_or(0.0);
        }
        let mut breach = 0.0_f64;
        for (found, wanted) in accounted.iter().zip(&period.children) {
            breach = breach.max((found - wanted).abs());
        }
        for (found, most) in taken.iter().zip(&self.places) {
            breach = breach.max(found - most);
        }
        breach = breach.max(period.staff.map_or(0.0, |most| staff - most));
        if let Some(areas) = &period.areas {
            for (found, most) in area.iter().zip(&areas.of_site) {
                breach = breach.max(found - most);
            }
        }
        let mut bound = 0.0;
        let mut paid = vec![0.0; cells * groups];
        for (position, &price) in allocation.child_costs.iter().enumerate() {
            let penalty = period.groups[position % groups].unserved_penalty;
            paid[position] = price.min(penalty.unwrap_or(f64::INFINITY));
        }
        for (group, ways) in period.ways.iter().enumerate() {
            for way in ways {
                let place = way.site * groups + group;
                if self.places[place] <= 0.0 {
                    continue;
                }
                let area = period.areas.as_ref().map_or(0.0, |areas| {
                    areas.per_child[group] * allocation.area_values[way.site]
                });
                let staff = period.groups[group].staff_per_child * allocation.staff_value;
                let most = way.cost + allocation.place_values[place] + area + staff;
                let price = &mut paid[way.cell * groups + group];
                *price = price.min(most);
            }
        }
        for (price, children) in paid.iter().zip(&period.children) {
            bound += price * children;
        }
        for (value, places) in allocation.place_values.iter().zip(&self.places) {
            bound -= value * places;
        }
        bound -= allocation.staff_value * period.staff.unwrap_or(0.0);
        if let Some(areas) = &period.areas {
            let worth = allocation.area_values.iter().zip(&areas.of_site);
            bound -= worth.map(|(value, area)| value * area).sum::<f64>();
        }
        AllocationProof {
            cost,
            bound,
            breach,
        }
    }
}

fn not_negative(what: &str, list: &[f64]) -> Result<(), SolverError> {
    for &value in list {
        finite(|| format!("a number of {what}"), value)?;
        if value < 0.0 {
            let place = format!("a number of {what}");
            return Err(SolverError::bad_model(
                place,
                value,
                "it has to be 0 or more",
            ));
        }
    }
    Ok(())
}
