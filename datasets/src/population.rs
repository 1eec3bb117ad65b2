//! Inhabitants, births and dwellings of every area, 2012 to the last full year.

use crate::calibration as figures;
use crate::plan::UnitPlan;
use crate::random::{Draw, Topic, apportion};

/// First year of the tables.
pub(crate) const FIRST_YEAR: i32 = 2012;
/// Ages 0 to 49: children and those who may become parents.
pub(crate) const AGES: usize = 50;
/// Ages followed as cohorts; older ones follow the profile of the area.
const COHORT_AGES: usize = 18;
/// Dwellings of the city at the first year and their growth per year (assumption).
const DWELLINGS: (f64, f64) = (295_000.0, 0.006);
/// Inhabitants by age from 18 on, points of a line (assumption after a student city).
const ADULTS: [(i32, f64); 9] = [
    (18, 4300.0),
    (20, 6600.0),
    (23, 9000.0),
    (26, 9800.0),
    (30, 10_200.0),
    (34, 9600.0),
    (40, 7900.0),
    (45, 7200.0),
    (49, 7000.0),
];

/// The population of a unit.
pub(crate) struct Population {
    years: usize,
    areas: usize,
    /// Inhabitants by area, year and age.
    counts: Vec<i32>,
    births: Vec<i32>,
    /// Births of the year of the day itself, all of it; no table shows them.
    current_births: Vec<i32>,
    dwellings: Vec<i32>,
}

/// What makes an area differ from the others.
struct Profile {
    children: f64,
    adults: f64,
    /// Yearly growth of the area's share.
    growth: f64,
    /// Yearly gain or loss of children by moves.
    moves: f64,
}

impl Population {
    pub(crate) fn new(plan: &UnitPlan, areas: usize) -> Self {
        let mut draw = plan.draw(Topic::Population);
        let profiles = profiles(areas, &mut draw);
        let years = usize::try_from(plan.last_year() - FIRST_YEAR + 1)
            .expect("cities are generated for days after 2025");
        let mut population = Self {
            years,
            areas,
            counts: vec![0; areas * years * AGES],
            births: vec![0; areas * years],
            current_births: vec![0; areas],
            dwellings: vec![0; areas * years],
        };
        for year in 0..years {
            population.add_births(plan, year, &profiles, &mut draw);
            population.add_children(plan, year, &profiles, &mut draw);
            population.add_adults(plan, year, &profiles, &mut draw);
            population.add_dwellings(plan, year, &profiles);
        }
        let this_year = FIRST_YEAR + years as i32;
        let weights = weights(&profiles, this_year, figures::births(this_year), &mut draw);
        population.current_births = apportion(scaled(figures::births(this_year), plan), &weights);
        population
    }

    pub(crate) fn areas(&self) -> usize {
        self.areas
    }

    pub(crate) fn years(&self) -> usize {
        self.years
    }

    pub(crate) fn count(&self, area: usize, year: i32, age: usize) -> i32 {
        self.counts[self.cell(area, (year - FIRST_YEAR) as usize, age)]
    }

    pub(crate) fn counts(&self) -> &[i32] {
        &self.counts
    }

    pub(crate) fn births(&self) -> &[i32] {
        &self.births
    }

    pub(crate) fn dwellings(&self) -> &[i32] {
        &self.dwellings
    }

    /// Births of the running year, all of it as expected.
    pub(crate) fn current_births(&self, area: usize) -> i32 {
        self.current_births[area]
    }

    fn cell(&self, area: usize, year: usize, age: usize) -> usize {
        (area * self.years + year) * AGES + age
    }

    fn add_births(&mut self, plan: &UnitPlan, year: usize, profiles: &[Profile], draw: &mut Draw) {
        let calendar_year = FIRST_YEAR + year as i32;
        let expected = figures::births(calendar_year);
        let weights = weights(profiles, calendar_year, expected * plan.share, draw);
        for (area, births) in apportion(scaled(expected, plan), &weights)
            .into_iter()
            .enumerate()
        {
            self.births[area * self.years + year] = births;
        }
    }

    fn add_children(
        &mut self,
        plan: &UnitPlan,
        year: usize,
        profiles: &[Profile],
        draw: &mut Draw,
    ) {
        for (area, profile) in profiles.iter().enumerate() {
            for age in 0..COHORT_AGES {
                let before = match (age, year) {
                    (0, _) => f64::from(self.births[area * self.years + year]),
                    (_, 0) => {
                        let born = FIRST_YEAR - age as i32;
                        let area_births = figures::births(born) * plan.share * profile.children
                            / profiles.iter().map(|p| p.children).sum::<f64>();
                        area_births * (1..age).map(stay).product::<f64>()
                    }
                    _ => f64::from(self.counts[self.cell(area, year - 1, age - 1)]),
                };
                let expected = before * stay(age) * (1.0 + profile.moves);
                let noise = draw.normal() * (0.03 * expected).sqrt();
                let cell = self.cell(area, year, age);
                self.counts[cell] = stochastic_round(expected + noise, draw);
            }
        }
    }

    fn add_adults(&mut self, plan: &UnitPlan, year: usize, profiles: &[Profile], draw: &mut Draw) {
        let sum: f64 = profiles.iter().map(|profile| profile.adults).sum();
        for (area, profile) in profiles.iter().enumerate() {
            for age in COHORT_AGES..AGES {
                let city = figures::interpolated(&ADULTS, age as i32)
                    * plan.share
                    * (1.0 + 0.003 * year as f64);
                let growth = (1.0 + profile.growth).powi(year as i32);
                let expected = city * profile.adults / sum * growth;
                let noise = draw.normal() * (0.05 * expected).sqrt();
                let cell = self.cell(area, year, age);
                self.counts[cell] = stochastic_round(expected + noise, draw);
            }
        }
    }

    fn add_dwellings(&mut self, plan: &UnitPlan, year: usize, profiles: &[Profile]) {
        let sum: f64 = profiles.iter().map(|profile| profile.adults).sum();
        for (area, profile) in profiles.iter().enumerate() {
            let growth = (1.0 + DWELLINGS.1 + profile.growth.max(0.0)).powi(year as i32);
            let dwellings = DWELLINGS.0 * plan.share * profile.adults / sum * growth;
            self.dwellings[area * self.years + year] = dwellings.round() as i32;
        }
    }
}

fn profiles(areas: usize, draw: &mut Draw) -> Vec<Profile> {
    (0..areas)
        .map(|_| {
            let size = draw.log_normal(0.40);
            Profile {
                children: size * draw.log_normal(0.18),
                adults: size,
                growth: 0.008 * draw.normal(),
                moves: 0.004 * draw.normal(),
            }
        })
        .collect()
}

/// Weights of the areas for the births of a year, with chance as of single births.
fn weights(profiles: &[Profile], year: i32, births: f64, draw: &mut Draw) -> Vec<f64> {
    let sum: f64 = profiles.iter().map(|profile| profile.children).sum();
    profiles
        .iter()
        .map(|profile| {
            let growth = (1.0 + profile.growth).powi(year - FIRST_YEAR);
            let weight = profile.children * growth;
            let expected = (births * weight / sum).max(1.0);
            weight * (1.0 + draw.normal() / expected.sqrt()).max(0.05)
        })
        .collect()
}

/// Factor from the age before to an age; at age 0 from the births.
fn stay(age: usize) -> f64 {
    match age {
        0 => figures::PRESENT_AT_AGE_0,
        1..=6 => figures::STAY_BELOW_SCHOOL_AGE,
        _ => figures::STAY_AT_SCHOOL_AGE,
    }
}

fn scaled(dresden: f64, plan: &UnitPlan) -> i32 {
    (dresden * plan.share).round() as i32
}

/// Rounds up or down so that the mean stays.
fn stochastic_round(value: f64, draw: &mut Draw) -> i32 {
    let floor = value.max(0.0).floor();
    floor as i32 + i32::from(draw.chance(value.max(0.0) - floor))
}
