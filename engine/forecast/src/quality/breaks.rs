//! Breaks: steps of an area that are too large to be chance.

use std::io::Write;

use super::noise::{StepNoise, median};
use crate::age::AgeClass;
use crate::input::population::Population;
use crate::model::steps::{Step, steps};

/// First ages of the bands that are looked at apart; a refugee centre or a new hall of residence
/// shows in some ages only.
const BANDS: [u8; 7] = [2, 5, 9, 18, 22, 27, 33];
/// An area's usual factor against its parent is believed within these bounds.
const USUAL: std::ops::RangeInclusive<f64> = 0.5..=2.0;

/// From when on a step counts as a break.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BreakRule {
    /// Standard deviations of a band of ages; 20 unless chosen otherwise. A new campus reaches 17 in
    /// Norway, so a lower value asks to be looked through by hand.
    pub z: f64,
    /// Standard deviations of all ages together; 12 unless chosen otherwise. Single ages may move
    /// with a school or a hall of residence; all together they do not: in Norway they reach 8.
    pub z_all_ages: f64,
}

impl Default for BreakRule {
    fn default() -> Self {
        Self {
            z: 20.0,
            z_all_ages: 12.0,
        }
    }
}

/// What a band of ages says of one step.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct StepEvidence {
    /// Youngest age of the band, in the year of the step.
    pub first_age: u8,
    /// Oldest age of the band.
    pub last_age: u8,
    /// Persons expected from the year before, by the ratios of all other areas and the area's usual
    /// factor.
    pub expected: f64,
    /// Persons found.
    pub observed: f64,
    /// Deviation in standard deviations of such steps.
    pub z: f64,
}

/// A step of an area that is too large to be chance.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Break {
    /// Area code.
    pub area: String,
    /// The year that does not follow from the year before.
    pub year: i32,
    /// The bands of ages that broke, the strongest first.
    pub evidence: Vec<StepEvidence>,
}

impl Break {
    /// The largest deviation, in standard deviations; negative when persons are missing.
    #[must_use]
    pub fn z(&self) -> f64 {
        self.evidence.first().map_or(0.0, |evidence| evidence.z)
    }

    /// The warning, in English.
    #[must_use]
    pub fn warning(&self) -> String {
        let Some(first) = self.evidence.first() else {
            return String::new();
        };
        format!(
            "area {:?}, {}: {:.0} persons of {} to {} were found where {:.0} follow from the year before (z {:.1}); the ratio of this step is held at the parent's",
            self.area,
            self.year,
            first.observed,
            first.first_age,
            first.last_age,
            first.expected,
            first.z
        )
    }

    /// The warning, in German.
    #[must_use]
    pub fn warning_german(&self) -> String {
        let Some(first) = self.evidence.first() else {
            return String::new();
        };
        format!(
            "Gebiet {:?}, {}: {:.0} Personen von {} bis {} Jahren statt {:.0}, die aus dem Vorjahr folgen (z {:.1}); die Übergangsquote dieses Schritts wird auf der des übergeordneten Gebiets gehalten",
            self.area,
            self.year,
            first.observed,
            first.first_age,
            first.last_age,
            first.expected,
            first.z
        )
    }
}

/// All breaks of a population, and how close the others came.
#[derive(Debug, Clone, PartialEq)]
pub struct Breaks {
    found: Vec<Break>,
    largest_kept: f64,
    steps: usize,
}

impl Breaks {
    /// The breaks, by area and year.
    #[must_use]
    pub fn found(&self) -> &[Break] {
        &self.found
    }

    /// Largest deviation of a band that is no break, without sign and in shares of its threshold;
    /// below 1.
    #[must_use]
    pub fn largest_kept(&self) -> f64 {
        self.largest_kept
    }

    /// Number of area-years looked at.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The population in which the steps found are held at the parent's ratio: they teach the model
    /// nothing about the area or the city. Counts do not change.
    #[must_use]
    pub fn hold(&self, population: &Population) -> Population {
        let steps = self.found.iter().filter_map(|found| {
            let area = population.areas().binary_search(&found.area).ok()?;
            Some((area, found.year))
        });
        population.with_held_steps(steps)
    }

    /// Writes `area,year,first_age,last_age,expected,observed,z`, one row per band that broke.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, target: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record([
            "area",
            "year",
            "first_age",
            "last_age",
            "expected",
            "observed",
            "z",
        ])?;
        for found in &self.found {
            for band in &found.evidence {
                writer.write_record([
                    found.area.as_str(),
                    &found.year.to_string(),
                    &band.first_age.to_string(),
                    &band.last_age.to_string(),
                    &format!("{:.1}", band.expected),
                    &format!("{:.1}", band.observed),
                    &format!("{:.1}", band.z),
                ])?;
            }
        }
        writer.flush()
    }
}

/// Finds the steps of areas that are too large to be chance.
///
/// For every area, year and band of ages, the persons expected are those of the year before times
/// the ratio of all *other* areas in the same year, times the area's usual factor (its median over
/// the years). The deviation is measured in standard deviations of such steps,
/// `variance = a e + b e²` with `a` and `b` from medians over all areas and years of the table, so
/// nothing is fixed in advance but the threshold. A year missing as zeros, counts given twice,
/// areas joined or divided and large arrivals of some ages all show. A city of one area has no
/// other areas; there, only its own usual ratio is the measure.
///
/// ```
/// use forecast::{BreakRule, Population, find_breaks};
/// let mut table = String::from("area,year,age,count\n");
/// for area in 0..30 {
///     for year in 2015..=2024 {
///         for age in 0..=9 {
///             let count = 100 + area + (area * 7 + year * 5 + age * 3) % 9;
///             let doubled = if (area, year) == (4, 2020) { 2 } else { 1 };
///             table += &format!("a{area:02},{year},{age},{}\n", count * doubled);
///         }
///     }
/// }
/// let population = Population::read(table.as_bytes(), "p.csv").expect("a right table");
/// let breaks = find_breaks(&population, BreakRule::default());
/// let found: Vec<(&str, i32)> =
///     breaks.found().iter().map(|found| (found.area.as_str(), found.year)).collect();
/// assert_eq!(found, [("a04", 2020), ("a04", 2021)]);
/// ```
#[must_use]
pub fn find_breaks(population: &Population, rule: BreakRule) -> Breaks {
    let (areas, years) = (population.areas().len(), population.year_count());
    let steps = steps(population.classes(), years);
    let nobody = vec![false; areas * years];
    let first = search(population, &steps, rule, &nobody);
    let suspects = suspects(&first.evidence, years);
    let Search {
        evidence,
        largest_kept,
    } = if suspects.contains(&true) {
        search(population, &steps, rule, &suspects)
    } else {
        first
    };
    let mut found = Vec::new();
    for (place, mut bands) in evidence.into_iter().enumerate() {
        if bands.is_empty() {
            continue;
        }
        bands.sort_by(|one, other| other.z.abs().total_cmp(&one.z.abs()));
        found.push(Break {
            area: population.areas()[place / years].clone(),
            year: population.first_year() + (place % years) as i32,
            evidence: bands,
        });
    }
    Breaks {
        found,
        largest_kept,
        steps: areas * years.saturating_sub(1),
    }
}

/// What one pass over all bands found, by area and year.
struct Search {
    evidence: Vec<Vec<StepEvidence>>,
    largest_kept: f64,
}

fn search(
    population: &Population,
    steps: &[Option<Step>],
    rule: BreakRule,
    left_out: &[bool],
) -> Search {
    let (areas, years) = (population.areas().len(), population.year_count());
    let classes = population.classes();
    let mut evidence: Vec<Vec<StepEvidence>> = vec![Vec::new(); areas * years];
    let mut largest_kept = 0.0_f64;
    let bands = bands(classes, steps);
    for (place, band) in bands.iter().enumerate() {
        let together = place + 1 == bands.len() && classes.len() > 2;
        let threshold = if together { rule.z_all_ages } else { rule.z };
        let mut found = band_steps(population, steps, band, left_out);
        let usual = usual_factors(&found, areas, years);
        for (place, step) in found.iter_mut().enumerate() {
            if let Some((expected, _)) = step {
                *expected *= usual[place / years];
            }
        }
        let straying: Vec<(f64, f64)> = found
            .iter()
            .flatten()
            .map(|&(expected, observed)| (expected, observed - expected))
            .collect();
        let noise = StepNoise::learn(&straying);
        for (place, step) in found.iter().enumerate() {
            let Some((expected, observed)) = *step else {
                continue;
            };
            let z = noise.z(expected, observed);
            if z.abs() < threshold {
                largest_kept = largest_kept.max(z.abs() / threshold);
                continue;
            }
            evidence[place].push(StepEvidence {
                first_age: classes[band[0]].first(),
                last_age: classes[band[band.len() - 1]].last(),
                expected,
                observed,
                z,
            });
        }
    }
    Search {
        evidence,
        largest_kept,
    }
}

/// The steps that may have bent the expectation of the others of their year: those found whose
/// deviation is at least half the largest of the year.
fn suspects(evidence: &[Vec<StepEvidence>], years: usize) -> Vec<bool> {
    let strongest = |bands: &Vec<StepEvidence>| {
        bands
            .iter()
            .map(|band| band.z.abs())
            .fold(0.0_f64, f64::max)
    };
    let mut largest = vec![0.0_f64; years];
    for (place, bands) in evidence.iter().enumerate() {
        largest[place % years] = largest[place % years].max(strongest(bands));
    }
    evidence
        .iter()
        .enumerate()
        .map(|(place, bands)| !bands.is_empty() && strongest(bands) >= 0.5 * largest[place % years])
        .collect()
}

/// The classes of each band that are followed by cohorts, and at last all of them.
fn bands(classes: &[AgeClass], steps: &[Option<Step>]) -> Vec<Vec<usize>> {
    let followed: Vec<usize> = (0..classes.len())
        .filter(|class| steps[*class].is_some())
        .collect();
    let mut bands = vec![Vec::new(); BANDS.len() + 1];
    for &class in &followed {
        let from = steps[class].map_or(class, |step| step.from);
        bands[BANDS.partition_point(|first| *first <= classes[from].first())].push(class);
    }
    bands.push(followed);
    bands.retain(|band| !band.is_empty());
    bands.dedup();
    bands
}

/// Expected and observed persons of each area and year, `None` where the cohorts reach back before
/// the first year. The expectation is that of all other areas.
fn band_steps(
    population: &Population,
    steps: &[Option<Step>],
    band: &[usize],
    left_out: &[bool],
) -> Vec<Option<(f64, f64)>> {
    let (areas, years) = (population.areas().len(), population.year_count());
    let classes = steps.len();
    let at = |area: usize, year: usize, class: usize| {
        population.counts()[(area * years + year) * classes + class]
    };
    let mut sums = vec![None; areas * years];
    for &class in band {
        let Some(step) = steps[class] else { continue };
        for year in step.last_lag..years {
            let sources: Vec<f64> = (0..areas)
                .map(|area| step.source(year, |year| at(area, year, step.from)))
                .collect();
            let believed = |area: &usize| !left_out[area * years + year];
            let source_total: f64 = (0..areas).filter(believed).map(|area| sources[area]).sum();
            let target_total: f64 = (0..areas)
                .filter(believed)
                .map(|area| at(area, year, class))
                .sum();
            for (area, source) in sources.iter().enumerate() {
                let observed = at(area, year, class);
                let own = if believed(&area) { 1.0 } else { 0.0 };
                let others = source_total - own * source;
                let ratio = if others > 0.0 {
                    (target_total - own * observed) / others
                } else {
                    1.0
                };
                let (expected, seen) = sums[area * years + year].get_or_insert((0.0, 0.0));
                *expected += source * ratio;
                *seen += observed;
            }
        }
    }
    sums
}

/// The median over the years of observed over expected, by area.
fn usual_factors(found: &[Option<(f64, f64)>], areas: usize, years: usize) -> Vec<f64> {
    (0..areas)
        .map(|area| {
            let mut factors: Vec<f64> = found[area * years..(area + 1) * years]
                .iter()
                .flatten()
                .filter(|(expected, _)| *expected > 0.0)
                .map(|(expected, observed)| observed / expected)
                .collect();
            median(&mut factors)
                .unwrap_or(1.0)
                .clamp(*USUAL.start(), *USUAL.end())
        })
        .collect()
}
