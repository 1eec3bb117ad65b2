//! Demand learned from what is known, ready to be simulated.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CareType, InputProblem, Month};

use super::area_deviation::{self, AreaDeviation, AreaDeviations};
use super::bands::{CareBands, CarePhase};
use super::codes;
use super::demand_levers::DemandLevers;
use super::flow::FlowMatrix;
use super::hours::HoursTiers;
use super::inputs::{DemandInput, TakeUpCount, TakeUpShift, unknown_band};
use super::months::BirthMonths;
use super::school_entry::SchoolCalendar;
use super::share_walk::{ShareCount, ShareWalk, WalkPrior};
use super::unmet::Waiting;
use crate::input::areas::Area;
use crate::levers::LeverSheet;

/// Take-up of one band.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BandModel {
    /// Share in care, city.
    pub(crate) in_care: ShareWalk,
    /// Deviation by leaf, the shift that keeps the city's total included.
    pub(crate) deviations: Vec<AreaDeviation>,
    /// Variance of a leaf's own step of a year.
    pub(crate) area_step_variance: f64,
    /// Share of those in care who are with a childminder; `None` at school.
    pub(crate) childminding: Option<(ShareWalk, Vec<AreaDeviation>)>,
    /// The city's share as learned, for the noise of counting.
    pub(crate) base: f64,
    /// Whether single children are drawn.
    pub(crate) counting: bool,
}

/// Demand for places, learned: take-up, school entry, flows, hours, who waits.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandModel {
    pub(crate) areas: Vec<Area>,
    pub(crate) leaves: Vec<usize>,
    pub(crate) bands: CareBands,
    pub(crate) calendar: SchoolCalendar,
    pub(crate) birth_months: BirthMonths,
    pub(crate) models: Vec<BandModel>,
    pub(crate) deferral: ShareWalk,
    pub(crate) early: ShareWalk,
    pub(crate) flows: [FlowMatrix; CareType::COUNT],
    pub(crate) hours: HoursTiers,
    pub(crate) non_residents: [Option<ShareWalk>; CareType::COUNT],
    /// Share of children not in care who wait, by leaf and band.
    pub(crate) waiting: Vec<Vec<f64>>,
    pub(crate) shifts: Vec<TakeUpShift>,
    pub(crate) levers: DemandLevers,
    warnings: Vec<InputProblem>,
}

/// Counts of one band: by leaf, children in care and children with a childminder among them.
struct BandCounts {
    in_care: Vec<Vec<ShareCount>>,
    childminding: Vec<Vec<ShareCount>>,
}

/// Collects problems and warnings of many parts.
#[derive(Default)]
struct Findings {
    problems: Vec<InputProblem>,
    warnings: Vec<InputProblem>,
}

impl Findings {
    fn keep<T>(&mut self, found: Result<(T, Vec<InputProblem>), Vec<InputProblem>>) -> Option<T> {
        match found {
            Ok((value, warnings)) => {
                self.warnings.extend(warnings);
                Some(value)
            }
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }
}

impl DemandModel {
    /// Learns the demand of `areas`, as [`crate::Forecast::areas`] lists them.
    ///
    /// # Errors
    ///
    /// Every problem of every input at once, see [`super::DEMAND_ERROR_CODES`].
    pub fn learn(areas: &[Area], input: &DemandInput) -> Result<Self, Vec<InputProblem>> {
        let leaves: Vec<usize> = (0..areas.len())
            .filter(|&place| areas[place].is_leaf)
            .collect();
        check_tree(areas, &leaves)?;
        let codes: Vec<&str> = leaves
            .iter()
            .map(|&leaf| areas[leaf].code.as_str())
            .collect();
        let mut found = Findings {
            problems: input.check_shifts(&codes),
            ..Findings::default()
        };
        let counts = by_band(&codes, input, &mut found);
        let mut models = Vec::new();
        for (band, counts) in input.bands.all().iter().zip(&counts) {
            models.extend(band_model(
                areas, &band.name, band.phase, counts, &mut found,
            ));
        }
        let entry = &input.school_entry;
        let deferral = found.keep(ShareWalk::learn(
            &entry.deferral,
            WalkPrior::OTHER,
            true,
            "deferral",
        ));
        let early = found.keep(ShareWalk::learn(
            &entry.early,
            WalkPrior::OTHER,
            false,
            "early entry",
        ));
        let hours = found.keep(HoursTiers::learn(&input.hours).map(|hours| (hours, Vec::new())));
        let waiting = Waiting::count(
            areas,
            &input.bands,
            &input.open_applications,
            input.waiting_month,
        );
        let waiting = found.keep(waiting.map(|waiting| (waiting, Vec::new())));
        let non_residents = non_residents(input, &mut found);
        let (Some(deferral), Some(early), Some(hours), Some(waiting), true) =
            (deferral, early, hours, waiting, found.problems.is_empty())
        else {
            found.problems.sort();
            return Err(found.problems);
        };
        let mut flows = CareType::ALL.map(|_| FlowMatrix::at_home(areas));
        for (care, matrix) in &input.flows {
            flows[care.index()] = matrix.clone();
        }
        Ok(Self {
            waiting: waiting.shares(&not_in_care(&counts, leaves.len())),
            areas: areas.to_vec(),
            leaves,
            bands: input.bands.clone(),
            calendar: entry.calendar.clone(),
            birth_months: input.birth_months,
            models,
            deferral,
            early,
            flows,
            hours,
            non_residents,
            shifts: input.shifts.clone(),
            levers: DemandLevers::default(),
            warnings: found.warnings,
        })
    }

    /// What was filled in by a documented fallback.
    #[must_use]
    pub fn warnings(&self) -> &[InputProblem] {
        &self.warnings
    }

    /// The same with the levers of a sheet on take-up, legal claims and deferral. Levers on children
    /// are for the paths of the children, see [`crate::ChildEffects`].
    #[must_use]
    pub fn with_levers(mut self, levers: &LeverSheet) -> Self {
        self.levers = DemandLevers::new(levers, &self.bands);
        self
    }

    /// The areas.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The walk of the city's share of a band in care; `None` for an unknown band.
    #[must_use]
    pub fn take_up(&self, band: &str) -> Option<&ShareWalk> {
        self.bands
            .position(band)
            .map(|place| &self.models[place].in_care)
    }

    /// Expected share in care of a leaf and band at a month, without noise and levers.
    #[must_use]
    pub fn expected_share(&self, area: &str, band: &str, month: Month) -> Option<f64> {
        let leaf = self
            .leaves
            .iter()
            .position(|&leaf| self.areas[leaf].code == area)?;
        let model = &self.models[self.bands.position(band)?];
        let city = super::share_walk::logit(model.in_care.expected(month));
        Some(super::share_walk::share_of(
            city + model.deviations[leaf].mean,
        ))
    }

    /// The same without any noise of its own: what strays is the children alone.
    #[must_use]
    pub fn without_noise(mut self) -> Self {
        let still = |walk: &mut ShareWalk| {
            walk.level_variance = 0.0;
            walk.step_variance = 0.0;
            walk.passing_variance = 0.0;
        };
        for model in &mut self.models {
            still(&mut model.in_care);
            model.area_step_variance = 0.0;
            model.counting = false;
            let own = model.deviations.iter_mut();
            let of_childminding = model
                .childminding
                .iter_mut()
                .flat_map(|(walk, deviations)| {
                    still(walk);
                    deviations.iter_mut()
                });
            for deviation in own.chain(of_childminding) {
                deviation.variance = 0.0;
            }
        }
        still(&mut self.deferral);
        still(&mut self.early);
        self.non_residents.iter_mut().flatten().for_each(still);
        self.hours = self.hours.held();
        self
    }
}

fn check_tree(areas: &[Area], leaves: &[usize]) -> Result<(), Vec<InputProblem>> {
    let roots = areas.iter().filter(|area| area.parent.is_none()).count();
    let downwards = areas
        .iter()
        .enumerate()
        .all(|(place, area)| area.parent.is_none_or(|parent| parent < place));
    if roots == 1 && downwards && !leaves.is_empty() {
        return Ok(());
    }
    let message = format!(
        "{} areas with {roots} roots and {} leaves",
        areas.len(),
        leaves.len()
    );
    Err(vec![codes::problem(codes::AREAS, "areas", message)])
}

/// The counts of each band by leaf.
fn by_band(leaves: &[&str], input: &DemandInput, found: &mut Findings) -> Vec<BandCounts> {
    let empty = || BandCounts {
        in_care: vec![Vec::new(); leaves.len()],
        childminding: vec![Vec::new(); leaves.len()],
    };
    let mut bands: Vec<BandCounts> = input.bands.all().iter().map(|_| empty()).collect();
    let places: BTreeMap<&str, usize> = leaves
        .iter()
        .enumerate()
        .map(|(place, leaf)| (*leaf, place))
        .collect();
    let mut seen: BTreeSet<(usize, usize, Month)> = BTreeSet::new();
    let mut rows: Vec<&TakeUpCount> = input.take_up.iter().collect();
    rows.sort_by(|one, other| {
        (&one.area, &one.band, one.month).cmp(&(&other.area, &other.band, other.month))
    });
    for row in rows {
        let leaf = places.get(row.area.as_str()).copied();
        let band = input.bands.position(&row.band);
        if leaf.is_none() {
            let message = format!(
                "children in care are given for area {:?}, which is no smallest area",
                row.area
            );
            found
                .problems
                .push(codes::problem(codes::UNKNOWN_AREA, "take-up", message));
        }
        if band.is_none() {
            found
                .problems
                .push(unknown_band(&input.bands, &row.band, "take-up"));
        }
        let counted = row.with_childminder >= 0.0
            && row.with_childminder <= row.in_care
            && row.in_care <= row.children
            && row.children.is_finite();
        if !counted {
            let message = format!(
                "area {:?}, band {:?}, {}: {} children, {} in care, {} of them with a childminder",
                row.area, row.band, row.month, row.children, row.in_care, row.with_childminder
            );
            found
                .problems
                .push(codes::problem(codes::BAD_COUNT, "take-up", message));
        }
        let (Some(leaf), Some(band), true) = (leaf, band, counted) else {
            continue;
        };
        if !seen.insert((leaf, band, row.month)) {
            let message = format!(
                "area {:?}, band {:?}, {} is given twice",
                row.area, row.band, row.month
            );
            found
                .problems
                .push(codes::problem(codes::TWICE, "take-up", message));
            continue;
        }
        let count = |of, with| ShareCount {
            month: row.month,
            of,
            with,
        };
        bands[band].in_care[leaf].push(count(row.children, row.in_care));
        bands[band].childminding[leaf].push(count(row.in_care, row.with_childminder));
    }
    bands
}

/// Sums over the leaves, by month.
fn city_of(counts: &[Vec<ShareCount>]) -> Vec<ShareCount> {
    let mut months: BTreeMap<Month, ShareCount> = BTreeMap::new();
    for count in counts.iter().flatten() {
        let sum = months.entry(count.month).or_insert(ShareCount {
            month: count.month,
            of: 0.0,
            with: 0.0,
        });
        sum.of += count.of;
        sum.with += count.with;
    }
    months.into_values().collect()
}

fn band_model(
    areas: &[Area],
    name: &str,
    phase: CarePhase,
    counts: &BandCounts,
    found: &mut Findings,
) -> Option<BandModel> {
    let prior = match phase {
        CarePhase::UnderThree => WalkPrior::UNDER_THREE,
        CarePhase::Preschool => WalkPrior::PRESCHOOL,
        CarePhase::Grades => WalkPrior::OTHER,
    };
    let title = format!("take-up of {name}");
    let in_care = found.keep(ShareWalk::learn(
        &city_of(&counts.in_care),
        prior,
        false,
        &title,
    ))?;
    let learned = area_deviation::learn(areas, &counts.in_care, prior.step);
    let deviations = kept_total(areas, &in_care, &counts.in_care, &learned);
    let childminding = (phase != CarePhase::Grades).then(|| {
        let city = city_of(&counts.childminding);
        let title = format!("childminding of {name}");
        let walk = match ShareWalk::learn(&city, WalkPrior::OTHER, false, &title) {
            Ok((walk, warnings)) => {
                found.warnings.extend(warnings);
                walk
            }
            // Nobody is in care, so nobody is with a childminder.
            Err(_) => ShareWalk::fixed(0.0, in_care.origin),
        };
        let learned = area_deviation::learn(areas, &counts.childminding, WalkPrior::OTHER.step);
        let deviations = kept_total(areas, &walk, &counts.childminding, &learned);
        (walk, deviations)
    });
    Some(BandModel {
        base: in_care.expected(in_care.origin),
        in_care,
        deviations,
        area_step_variance: learned.step_variance,
        childminding,
        counting: true,
    })
}

/// Deviations of the leaves, moved together so that the city's share stays.
fn kept_total(
    areas: &[Area],
    walk: &ShareWalk,
    counts: &[Vec<ShareCount>],
    learned: &AreaDeviations,
) -> Vec<AreaDeviation> {
    let leaves = (0..areas.len()).filter(|&place| areas[place].is_leaf);
    let mut deviations: Vec<AreaDeviation> = leaves.map(|leaf| learned.of_area[leaf]).collect();
    let children: Vec<f64> = counts
        .iter()
        .map(|counts| {
            counts
                .iter()
                .max_by_key(|count| count.month)
                .map_or(0.0, |count| count.of)
        })
        .collect();
    let means: Vec<f64> = deviations.iter().map(|deviation| deviation.mean).collect();
    let shift = area_deviation::unchanged_total(walk.level, &children, &means);
    for deviation in &mut deviations {
        deviation.mean += shift;
    }
    deviations
}

/// Children not in care by leaf and band, at the last month of each.
fn not_in_care(counts: &[BandCounts], leaves: usize) -> Vec<Vec<f64>> {
    let of = |band: &BandCounts, leaf: usize| {
        let last = band.in_care[leaf].iter().max_by_key(|count| count.month);
        last.map_or(0.0, |count| count.of - count.with)
    };
    (0..leaves)
        .map(|leaf| counts.iter().map(|band| of(band, leaf)).collect())
        .collect()
}

fn non_residents(
    input: &DemandInput,
    found: &mut Findings,
) -> [Option<ShareWalk>; CareType::COUNT] {
    CareType::ALL.map(|care| {
        let counts: Vec<ShareCount> = input
            .non_residents
            .iter()
            .filter(|count| count.care_type == care)
            .map(|count| ShareCount {
                month: count.month,
                of: count.in_care,
                with: count.non_resident,
            })
            .collect();
        if counts.is_empty() {
            return None;
        }
        found.keep(ShareWalk::learn(
            &counts,
            WalkPrior::OTHER,
            false,
            &format!("non-residents in {care}"),
        ))
    })
}
