//! Ages that draw persons from their neighbours: estimated or misreported ages.

use super::noise::median;
use crate::input::population::Population;

/// Excess from which on an age counts as preferred.
const LEAST_EXCESS: f64 = 0.08;
/// Share of the years in which the excess must lie on the same side: waves of births pass through
/// an age, misreporting stays.
const LASTING: f64 = 0.8;
/// Fewest persons of an age, over all areas of one year, that are compared.
const FEWEST_PERSONS: f64 = 50.0;
/// Fewest years compared.
const FEWEST_YEARS: usize = 4;

/// An age that lastingly differs from its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct PreferredAge {
    /// The age, in completed years.
    pub age: u8,
    /// Median over the years of the age's persons over the mean of both neighbours, less 1; 0.15 is
    /// an excess of 15 %.
    pub excess: f64,
    /// Years with the excess on this side.
    pub years: usize,
    /// Years compared.
    pub of_years: usize,
}

impl PreferredAge {
    /// The warning, in English.
    #[must_use]
    pub fn warning(&self) -> String {
        format!(
            "age {} lies {:+.0} % against its neighbours in {} of {} years; check how ages are recorded",
            self.age,
            100.0 * self.excess,
            self.years,
            self.of_years
        )
    }

    /// The warning, in German.
    #[must_use]
    pub fn warning_german(&self) -> String {
        format!(
            "das Alter {} weicht in {} von {} Jahren von seinen Nachbarn ab (im Mittel {:+.0} %); prüfen, wie das Alter erfasst wird",
            self.age,
            self.years,
            self.of_years,
            100.0 * self.excess
        )
    }
}

/// Finds single ages that differ from the mean of both neighbours by at least 8 %, on the same side
/// in at least four of five years. The youngest and oldest class and classes of several ages have
/// no two neighbours and are not judged.
#[must_use]
pub fn find_preferred_ages(population: &Population) -> Vec<PreferredAge> {
    let classes = population.classes();
    let (areas, years) = (population.areas().len(), population.year_count());
    let city = |year: usize, class: usize| -> f64 {
        (0..areas)
            .map(|area| population.counts()[(area * years + year) * classes.len() + class])
            .sum()
    };
    let mut found = Vec::new();
    for middle in 1..classes.len().saturating_sub(1) {
        let neighbours = &classes[middle - 1..=middle + 1];
        let single = neighbours.iter().all(|class| class.width() == 1);
        let adjoining = neighbours[2].first() - neighbours[0].first() == 2;
        if !single || !adjoining {
            continue;
        }
        let mut excesses: Vec<f64> = (0..years)
            .filter_map(|year| {
                let around = f64::midpoint(city(year, middle - 1), city(year, middle + 1));
                (around >= FEWEST_PERSONS).then(|| city(year, middle) / around - 1.0)
            })
            .collect();
        let of_years = excesses.len();
        let Some(excess) = median(&mut excesses).filter(|_| of_years >= FEWEST_YEARS) else {
            continue;
        };
        let years = excesses
            .iter()
            .filter(|other| other.signum() == excess.signum() && other.abs() >= LEAST_EXCESS / 2.0)
            .count();
        if excess.abs() >= LEAST_EXCESS && years as f64 >= LASTING * of_years as f64 {
            found.push(PreferredAge {
                age: classes[middle].first(),
                excess,
                years,
                of_years,
            });
        }
    }
    found
}
