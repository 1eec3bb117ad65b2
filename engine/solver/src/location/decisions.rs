//! What is decided for all futures alike: openings, closings, rooms, and the money they take.

use super::model::{PlanningModel, Standing};
use super::programme::{Column, JoinedRow, Tableau};

/// Rooms ordered at a site for one care group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoomOrder {
    /// The site.
    pub site: usize,
    /// The care group.
    pub group: usize,
    /// Period of the order; the places count `lead_periods` later.
    pub period: usize,
    /// Number of rooms.
    pub rooms: u32,
}

/// Openings, closings and rooms of all periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decisions {
    /// Whether the site is open, at `open[site][period]`.
    pub open: Vec<Vec<bool>>,
    /// Rooms ordered, in the order of site, group and period.
    pub rooms: Vec<RoomOrder>,
}

impl Decisions {
    /// Nothing opens, closes or grows.
    #[must_use]
    pub fn none(model: &PlanningModel) -> Self {
        let open = model.sites.iter().map(|site| {
            let stands = site.standing != Standing::Candidate;
            vec![stands; model.periods()]
        });
        Self {
            open: open.collect(),
            rooms: Vec::new(),
        }
    }

    /// Places of every site and group in one period, at `site * groups + group`.
    #[must_use]
    pub fn places(&self, model: &PlanningModel, period: usize) -> Vec<f64> {
        let groups = model.groups.len();
        let mut places = Vec::with_capacity(model.sites.len() * groups);
        for (number, site) in model.sites.iter().enumerate() {
            let is_open = self.open[number][period];
            places.extend(
                site.places
                    .iter()
                    .map(|&count| if is_open { count } else { 0.0 }),
            );
        }
        for order in &self.rooms {
            if order.period + model.lead_periods <= period {
                places[order.site * groups + order.group] +=
                    f64::from(order.rooms) * model.groups[order.group].room_places;
            }
        }
        places
    }

    /// What running sites that are decided about, and rooms, cost in the objective.
    #[must_use]
    pub fn cost(&self, model: &PlanningModel) -> f64 {
        let running: f64 = model
            .sites
            .iter()
            .zip(&self.open)
            .filter(|(site, _)| site.standing.is_decided())
            .map(|(site, open)| {
                site.running_cost * open.iter().filter(|is_open| **is_open).count() as f64
            })
            .sum();
        let rooms = self.rooms.iter();
        running
            + rooms
                .map(|order| model.sites[order.site].room_upkeep * f64::from(order.rooms))
                .sum::<f64>()
    }

    /// Money openings and rooms take in each period.
    #[must_use]
    pub fn spending(&self, model: &PlanningModel) -> Vec<f64> {
        let mut spent = vec![0.0; model.periods()];
        for (site, open) in model.sites.iter().zip(&self.open) {
            if site.standing == Standing::Candidate
                && let Some(first) = open.iter().position(|is_open| *is_open)
            {
                spent[first] += site.opening_cost;
            }
        }
        for order in &self.rooms {
            spent[order.period] += model.sites[order.site].room_cost * f64::from(order.rooms);
        }
        spent
    }
}

/// Where the decisions stand among the columns of a programme.
#[derive(Debug, Clone)]
pub(crate) struct DecisionColumns {
    /// First of the columns of the periods, for sites that are decided about.
    open: Vec<Option<usize>>,
    /// First of the columns of the periods, at `site * groups + group`.
    rooms: Vec<Option<usize>>,
    carried: Option<usize>,
    periods: usize,
    groups: usize,
}

impl DecisionColumns {
    /// Adds the columns and rows of the decisions; `base` gives the rows a column stands in,
    /// for (site, group of a room or none, period).
    pub(crate) fn state(
        model: &PlanningModel,
        tableau: &mut Tableau,
        base: impl Fn(usize, Option<usize>, usize) -> Vec<(usize, f64)>,
    ) -> Self {
        let (periods, groups) = (model.periods(), model.groups.len());
        let mut columns = Self {
            open: vec![None; model.sites.len()],
            rooms: vec![None; model.sites.len() * groups],
            carried: None,
            periods,
            groups,
        };
        for (number, site) in model.sites.iter().enumerate() {
            if site.standing.is_decided() {
                columns.open[number] = Some(tableau.columns.len());
                for period in 0..periods {
                    let column = Column {
                        cost: site.running_cost,
                        from: 0.0,
                        to: 1.0,
                        is_whole: true,
                    };
                    tableau.column(column, &base(number, None, period));
                }
            }
            for group in (0..groups).filter(|&group| model.may_get_rooms(number, group)) {
                columns.rooms[number * groups + group] = Some(tableau.columns.len());
                for period in 0..periods {
                    let column = Column {
                        cost: site.room_upkeep,
                        from: 0.0,
                        to: f64::from(site.most_rooms),
                        is_whole: true,
                    };
                    tableau.column(column, &base(number, Some(group), period));
                }
            }
        }
        if let Some(budgets) = &model.budgets {
            columns.carried = Some(tableau.columns.len());
            for period in 0..periods {
                let most: f64 = budgets[..=period].iter().sum();
                tableau.real(0.0, 0.0, most, &[]);
            }
        }
        columns.state_rows(model, tableau);
        columns
    }

    fn state_rows(&self, model: &PlanningModel, tableau: &mut Tableau) {
        for (number, site) in model.sites.iter().enumerate() {
            for period in 1..self.periods {
                let (Some(before), Some(now)) =
                    (self.open(number, period - 1), self.open(number, period))
                else {
                    break;
                };
                let (lesser, greater) = match site.standing {
                    Standing::Closable => (now, before),
                    _ => (before, now),
                };
                let terms = vec![(lesser, 1.0), (greater, -1.0)];
                tableau.joined_rows.push(JoinedRow::at_most(0.0, terms));
            }
            self.state_room_rows(number, site.most_rooms, tableau);
        }
        let Some(budgets) = &model.budgets else {
            return;
        };
        for (period, &budget) in budgets.iter().enumerate() {
            let terms = self.spending_terms(model, period);
            tableau.joined_rows.push(JoinedRow::at_most(budget, terms));
        }
    }

    /// No more rooms than fit, and none where the site is closed.
    fn state_room_rows(&self, site: usize, most: u32, tableau: &mut Tableau) {
        let groups: Vec<usize> = (0..self.groups)
            .filter_map(|group| self.rooms[site * self.groups + group])
            .collect();
        if groups.is_empty() {
            return;
        }
        let periods = if self.open[site].is_some() {
            0..self.periods
        } else {
            self.periods - 1..self.periods
        };
        for last in periods {
            let columns = groups.iter().flat_map(|&first| first..=first + last);
            let mut terms: Vec<(usize, f64)> = columns.map(|column| (column, 1.0)).collect();
            let limit = match self.open(site, last) {
                Some(open) => {
                    terms.push((open, -f64::from(most)));
                    0.0
                }
                None => f64::from(most),
            };
            tableau.joined_rows.push(JoinedRow::at_most(limit, terms));
        }
    }

    /// Carried on + spent - carried from before, which the budget of the period limits.
    fn spending_terms(&self, model: &PlanningModel, period: usize) -> Vec<(usize, f64)> {
        let mut terms = Vec::new();
        if let Some(first) = self.carried {
            terms.push((first + period, 1.0));
            if period > 0 {
                terms.push((first + period - 1, -1.0));
            }
        }
        for (number, site) in model.sites.iter().enumerate() {
            if site.standing == Standing::Candidate
                && site.opening_cost > 0.0
                && let Some(now) = self.open(number, period)
            {
                terms.push((now, site.opening_cost));
                if period > 0 {
                    terms.push((now - 1, -site.opening_cost));
                }
            }
            for group in 0..self.groups {
                if let Some(order) = self.room(number, group, period) {
                    terms.push((order, site.room_cost));
                }
            }
        }
        terms
    }

    /// Column of "open in this period".
    pub(crate) fn open(&self, site: usize, period: usize) -> Option<usize> {
        self.open[site].map(|first| first + period)
    }

    /// Column of "rooms ordered in this period".
    pub(crate) fn room(&self, site: usize, group: usize, period: usize) -> Option<usize> {
        self.rooms[site * self.groups + group].map(|first| first + period)
    }

    /// The decisions at a point whose whole columns are whole.
    pub(crate) fn read(&self, model: &PlanningModel, values: &[f64]) -> Decisions {
        let mut decisions = Decisions::none(model);
        for site in 0..model.sites.len() {
            for period in 0..self.periods {
                if let Some(column) = self.open(site, period) {
                    decisions.open[site][period] = values[column] > 0.5;
                }
            }
            for group in 0..self.groups {
                for period in 0..self.periods {
                    let Some(column) = self.room(site, group, period) else {
                        break;
                    };
                    let rooms = values[column].round().max(0.0) as u32;
                    if rooms > 0 {
                        decisions.rooms.push(RoomOrder {
                            site,
                            group,
                            period,
                            rooms,
                        });
                    }
                }
            }
        }
        decisions
    }

    /// Writes decisions into a point, the carried money included.
    pub(crate) fn write(&self, model: &PlanningModel, decisions: &Decisions, values: &mut [f64]) {
        for (site, open) in decisions.open.iter().enumerate() {
            for (period, is_open) in open.iter().enumerate() {
                if let Some(column) = self.open(site, period) {
                    values[column] = f64::from(u8::from(*is_open));
                }
            }
        }
        for order in &decisions.rooms {
            if let Some(column) = self.room(order.site, order.group, order.period) {
                values[column] = f64::from(order.rooms);
            }
        }
        if let (Some(first), Some(budgets)) = (self.carried, &model.budgets) {
            let spent = decisions.spending(model);
            let mut carried = 0.0;
            for period in 0..self.periods {
                carried += budgets[period] - spent[period];
                values[first + period] = carried;
            }
        }
    }
}
