//! Demand for places by care type, area and month, with intervals from paths.

use std::io::Write;

use domain::{CareType, HoursTier, InputProblem, Month, MonthRange};
use rayon::prelude::*;

use super::children_paths::ChildrenPaths;
use super::codes;
use super::hours::TIERS;
use super::model::DemandModel;
use super::months::STOCK_AGES;
use super::one_path::PathDemand;
use crate::input::areas::Area;

/// Fewest paths for quantiles: 2.5 % of them is one.
const FEWEST_PATHS: usize = 40;
/// Rows by care type: each and the sum of all.
const CARES: usize = CareType::COUNT + 1;

/// Which children are counted where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandView {
    /// Children of the city in care, by area of residence.
    Residence,
    /// The same with the children who wait for a place: an upper bound, as families leave applications
    /// open that they would not follow.
    Latent,
    /// Children in care by area of care, those from outside included.
    Care,
}

impl DemandView {
    /// All views.
    pub const ALL: [Self; 3] = [Self::Residence, Self::Latent, Self::Care];

    /// Name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Residence => "residence",
            Self::Latent => "latent",
            Self::Care => "care",
        }
    }
}

/// A forecast of demand to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthlyDemandRequest {
    /// Months, within January after the origin to December of the last year ahead.
    pub months: MonthRange,
    /// Paths, at least 40.
    pub paths: usize,
    /// Seed: the same gives the same bytes for any number of threads.
    pub seed: u64,
    /// Memory for paths in mebibytes; with less, the paths are run through more often, with the same
    /// result.
    pub memory_mib: usize,
}

/// Places needed in one month, children.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct DemandPoint {
    /// Month, counted on its first day.
    pub month: Month,
    /// Expected number.
    pub mean: f64,
    /// Undercut in 2.5 of 100 cases.
    pub q025: f64,
    /// Undercut in 10 of 100 cases.
    pub q10: f64,
    /// Median.
    pub q50: f64,
    /// Exceeded in 10 of 100 cases.
    pub q90: f64,
    /// Exceeded in 2.5 of 100 cases.
    pub q975: f64,
}

/// Demand by view, area of every level, care type and month.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthlyDemand {
    areas: Vec<Area>,
    months: MonthRange,
    paths: usize,
    /// In the order month, then series.
    points: Vec<DemandPoint>,
    layout: Layout,
}

/// Where a series stands within a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    areas: usize,
    /// Care types whose hours are known.
    hours: bool,
}

impl Layout {
    fn at(self, view: DemandView, area: usize, care: usize) -> usize {
        (view as usize * self.areas + area) * CARES + care
    }

    fn hours_at(self, care: usize, tier: usize) -> usize {
        DemandView::ALL.len() * self.areas * CARES + care * TIERS + tier
    }

    fn series(self) -> usize {
        let hours = if self.hours {
            CareType::COUNT * TIERS
        } else {
            0
        };
        DemandView::ALL.len() * self.areas * CARES + hours
    }
}

/// Values of a block: by path, month and series, and their sums in the same order.
struct Block {
    paths: usize,
    values: Vec<f32>,
    sums: Vec<f64>,
}

impl DemandModel {
    /// Simulates the demand of some months from the children of each path.
    ///
    /// Leaves add up to their parents and care types to their sum in every path, so means add up
    /// exactly; quantiles do not. Memory holds the values of all paths for as many months as
    /// `request.memory_mib` allows; the rest follows in further runs through the same paths.
    ///
    /// # Errors
    ///
    /// E4066 for children of other areas or ages, E4067 for months out of reach, E4068 for few paths.
    pub fn simulate<C: ChildrenPaths>(
        &self,
        children: &C,
        request: &MonthlyDemandRequest,
    ) -> Result<MonthlyDemand, Vec<InputProblem>> {
        self.check(children, request)?;
        let layout = Layout {
            areas: self.areas.len(),
            hours: CareType::ALL.into_iter().any(|care| self.hours.knows(care)),
        };
        let per_month = request.paths * layout.series() * size_of::<f32>();
        let fits = (request.memory_mib << 20) / per_month.max(1);
        let step = fits.clamp(1, request.months.count());
        let mut points = Vec::with_capacity(layout.series() * request.months.count());
        for from in (0..request.months.count()).step_by(step) {
            let part = from..(from + step).min(request.months.count());
            let blocks = self.run(children, request, layout, part.clone());
            points.extend(summarised(&blocks, part.len() * layout.series(), |place| {
                request
                    .months
                    .first()
                    .plus((from + place / layout.series()) as i32)
            }));
        }
        Ok(MonthlyDemand {
            areas: self.areas.clone(),
            months: request.months,
            paths: request.paths,
            points,
            layout,
        })
    }

    pub(crate) fn check<C: ChildrenPaths>(
        &self,
        children: &C,
        request: &MonthlyDemandRequest,
    ) -> Result<(), Vec<InputProblem>> {
        let mut problems = Vec::new();
        let mut refuse =
            |code, message: String| problems.push(codes::problem(code, "monthly demand", message));
        let differ = self.areas.len() != children.areas().len()
            || self
                .areas
                .iter()
                .zip(children.areas())
                .any(|(own, other)| own.code != other.code);
        if differ {
            refuse(
                codes::PATHS_AREAS,
                format!(
                    "demand knows {} areas, the children have {} or others",
                    self.areas.len(),
                    children.areas().len()
                ),
            );
        }
        if children.oldest_age() < self.bands.oldest_age() {
            refuse(
                codes::PATHS_AREAS,
                format!(
                    "the children are simulated to age {}, the bands need {}",
                    children.oldest_age(),
                    self.bands.oldest_age()
                ),
            );
        }
        let first = Month::from_index((children.origin_year() + 1) * 12);
        let last = first.plus(12 * children.horizon() as i32 - 1);
        let months = request.months;
        let end = months.first().plus(months.count() as i32 - 1);
        if months.count() == 0 || months.first() < first || end > last {
            refuse(
                codes::MONTHS,
                format!(
                    "{} months from {} are asked for; the children reach from {first} to {last}",
                    months.count(),
                    months.first()
                ),
            );
        }
        if request.paths < FEWEST_PATHS {
            refuse(
                codes::PATHS,
                format!("{} paths are asked for", request.paths),
            );
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    fn run<C: ChildrenPaths>(
        &self,
        children: &C,
        request: &MonthlyDemandRequest,
        layout: Layout,
        part: std::ops::Range<usize>,
    ) -> Vec<Block> {
        let stocks = (children.horizon() + 1) * self.leaves.len() * STOCK_AGES;
        let wide = part.len() * layout.series();
        children.blocks(request.seed, request.paths, &|paths, fill| {
            let mut block = Block {
                paths: paths.len(),
                values: Vec::with_capacity(paths.len() * wide),
                sums: vec![0.0; wide],
            };
            let mut stocks = vec![0.0; stocks];
            for (place, path) in paths.enumerate() {
                fill(place, &mut stocks);
                let city = self.city_draws(
                    request.seed,
                    path,
                    request.months.first(),
                    request.months.count(),
                );
                let stocks = (stocks.as_slice(), children.origin_year());
                let demand = self.path_demand(&city, (request.seed, path), stocks, part.clone());
                let row = self.series(&demand, layout, part.len());
                for (sum, value) in block.sums.iter_mut().zip(&row) {
                    *sum += value;
                }
                block.values.extend(row.iter().map(|value| *value as f32));
            }
            block
        })
    }

    /// All series of one path, by month.
    fn series(&self, demand: &PathDemand, layout: Layout, months: usize) -> Vec<f64> {
        let leaves = self.leaves.len();
        let mut row = vec![0.0; months * layout.series()];
        for (month, row) in row.chunks_exact_mut(layout.series()).enumerate() {
            let cells = month * leaves..(month + 1) * leaves;
            let views = [&demand.residence, &demand.latent, &demand.care];
            for (view, cells) in DemandView::ALL
                .into_iter()
                .zip(views.map(|view| &view[cells.clone()]))
            {
                for (&area, by_care) in self.leaves.iter().zip(cells) {
                    for (care, value) in by_care.iter().enumerate() {
                        row[layout.at(view, area, care)] = *value;
                    }
                    row[layout.at(view, area, CareType::COUNT)] = by_care.iter().sum();
                }
                for area in (1..layout.areas).rev() {
                    let Some(parent) = self.areas[area].parent else {
                        continue;
                    };
                    for care in 0..CARES {
                        row[layout.at(view, parent, care)] += row[layout.at(view, area, care)];
                    }
                }
            }
            if layout.hours {
                for care in 0..CareType::COUNT {
                    let places = row[layout.at(DemandView::Care, 0, care)];
                    for tier in 0..TIERS {
                        row[layout.hours_at(care, tier)] = places * demand.hours[month][care][tier];
                    }
                }
            }
        }
        row
    }
}

/// Mean and quantiles of every series.
fn summarised(
    blocks: &[Block],
    series: usize,
    month: impl Fn(usize) -> Month + Sync,
) -> Vec<DemandPoint> {
    let paths: usize = blocks.iter().map(|block| block.paths).sum();
    (0..series)
        .into_par_iter()
        .map_init(
            || Vec::with_capacity(paths),
            |values: &mut Vec<f32>, place| {
                values.clear();
                for block in blocks {
                    values.extend((0..block.paths).map(|path| block.values[path * series + place]));
                }
                values.sort_unstable_by(f32::total_cmp);
                let sum: f64 = blocks.iter().map(|block| block.sums[place]).sum();
                let [q025, q10, q50, q90, q975] =
                    [0.025, 0.1, 0.5, 0.9, 0.975].map(|p| quantile(values, p));
                DemandPoint {
                    month: month(place),
                    mean: sum / paths as f64,
                    q025,
                    q10,
                    q50,
                    q90,
                    q975,
                }
            },
        )
        .collect()
}

/// The quantile between the two nearest of sorted values.
fn quantile(sorted: &[f32], p: f64) -> f64 {
    let place = p * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    f64::from(sorted[below]) * (1.0 - part) + f64::from(sorted[above]) * part
}

impl MonthlyDemand {
    /// Every area: `_total` first, then by depth and code.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The months.
    #[must_use]
    pub fn months(&self) -> MonthRange {
        self.months
    }

    /// Number of paths behind it.
    #[must_use]
    pub fn paths(&self) -> usize {
        self.paths
    }

    /// Demand of an area and month; all care types together for `None`. `None` if unknown.
    #[must_use]
    pub fn point(
        &self,
        view: DemandView,
        area: &str,
        care: Option<CareType>,
        month: Month,
    ) -> Option<DemandPoint> {
        let area = self.areas.iter().position(|known| known.code == area)?;
        let month = self.months.position(month)?;
        let care = care.map_or(CareType::COUNT, CareType::index);
        self.points
            .get(month * self.layout.series() + self.layout.at(view, area, care))
            .copied()
    }

    /// Demand of an area over all months; all care types together for `None`. `None` if unknown.
    #[must_use]
    pub fn fan(
        &self,
        view: DemandView,
        area: &str,
        care: Option<CareType>,
    ) -> Option<Vec<DemandPoint>> {
        self.months
            .iter()
            .map(|month| self.point(view, area, care, month))
            .collect()
    }

    /// Demand of the whole city by contracted hours, by area of care; `None` if hours are not known.
    #[must_use]
    pub fn hours(&self, care: CareType, tier: HoursTier, month: Month) -> Option<DemandPoint> {
        let month = self.months.position(month)?;
        let place =
            month * self.layout.series() + self.layout.hours_at(care.index(), tier as usize);
        self.points
            .get(place)
            .filter(|_| self.layout.hours)
            .copied()
    }

    /// Writes `view,area,care_type,month,mean,q025,q10,q50,q90,q975`, in children; `all` is the sum of
    /// the care types.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, target: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record([
            "view",
            "area",
            "care_type",
            "month",
            "mean",
            "q025",
            "q10",
            "q50",
            "q90",
            "q975",
        ])?;
        for view in DemandView::ALL {
            for area in &self.areas {
                for care in CareType::ALL.map(Some).into_iter().chain([None]) {
                    let name = care.map_or("all", CareType::as_str);
                    for point in self.fan(view, &area.code, care).into_iter().flatten() {
                        write_point(&mut writer, &[view.as_str(), &area.code, name], &point)?;
                    }
                }
            }
        }
        writer.flush()
    }

    /// Writes `care_type,hours,month,mean,q025,q10,q50,q90,q975` of the whole city.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_hours_csv(&self, target: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(target);
        writer.write_record([
            "care_type",
            "hours",
            "month",
            "mean",
            "q025",
            "q10",
            "q50",
            "q90",
            "q975",
        ])?;
        for care in CareType::ALL {
            for tier in HoursTier::ALL {
                for month in self.months.iter() {
                    if let Some(point) = self.hours(care, tier, month) {
                        write_point(&mut writer, &[care.as_str(), tier.label()], &point)?;
                    }
                }
            }
        }
        writer.flush()
    }
}

fn write_point<W: Write>(
    writer: &mut csv::Writer<W>,
    key: &[&str],
    point: &DemandPoint,
) -> csv::Result<()> {
    let quantiles = [point.q025, point.q10, point.q50, point.q90, point.q975];
    let mut row: Vec<String> = key.iter().map(|part| (*part).to_owned()).collect();
    row.extend([point.month.to_string(), format!("{:.6}", point.mean)]);
    row.extend(quantiles.map(|value| format!("{value:.3}")));
    writer.write_record(row)
}
