//! Demand for places of a city by month, learned from its own contracts and applications.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    CareType, DailyHours, HoursTier, InputProblem, KitaYear, Month, MonthRange, completed_months,
    last_kindergarten_day,
};
use forecast::{
    Area, AreaPoint, Areas, BirthMonths, Births, CareBands, CarePhase, DemandInput, EntryRates,
    FlowCount, FlowMatrix, ForecastError, MonthlyDemand, MonthlyDemandRequest, NonResidentCount,
    OLDEST_BEFORE_SCHOOL, OUTSIDE, OpenApplication, PathChildren, Population, STOCK_AGES,
    SchoolCalendar, SchoolEntryInput, ShareCount, TakeUpCount, TierCount, children_by_band,
};
use jiff::civil::Date;
use tables::schema::TableName;
use tables::{City, CityError};

use super::learned_demand::LearnedDemand;

/// Memory for paths in mebibytes.
const MEMORY_MIB: usize = 128;
/// Months of contracts that are looked at: two years and the month they end in.
const MONTHS_BACK: i32 = 24;

/// A demand to be learned and simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CityDemandRequest {
    /// Day of the open applications and of the school classes.
    pub as_of: Date,
    /// Years after the last of the population.
    pub years: usize,
    /// Simulated paths, at least 40.
    pub paths: usize,
    /// Seed: the same gives the same bytes.
    pub seed: u64,
}

/// Why a city's demand cannot be learned.
#[derive(Debug, thiserror::Error)]
pub enum CityDemandError {
    /// What the city gave is wrong: every problem at once.
    #[error("the demand cannot be learned ({} problems); the first: {}", .problems.len(), .problems.first().map(ToString::to_string).unwrap_or_default())]
    Input {
        /// All problems.
        problems: Vec<InputProblem>,
    },
    /// A table cannot be read.
    #[error(transparent)]
    Table(#[from] CityError),
    /// The children cannot be forecast.
    #[error(transparent)]
    Children(#[from] ForecastError),
    /// Assumptions of ours do not go with the tables.
    #[error("the demand cannot be reckoned: {0}")]
    Assumed(String),
}

impl From<Vec<InputProblem>> for CityDemandError {
    fn from(problems: Vec<InputProblem>) -> Self {
        Self::Input { problems }
    }
}

/// Demand for places of a city, month by month, learned from its own contracts and applications.
#[derive(Debug, Clone)]
pub struct CityDemand {
    /// Places needed by area, care type and month.
    pub monthly: MonthlyDemand,
    /// What was filled in or held back, for the reader of the result.
    pub warnings: Vec<InputProblem>,
}

/// A child as far as demand needs it.
struct Child {
    born: Date,
    class: Option<i32>,
    area: String,
    resident: bool,
}

/// A contract as known now.
struct Contract {
    child: String,
    care: CareType,
    hours: DailyHours,
    from: Date,
    to: Option<Date>,
    site: String,
}

impl CityDemand {
    /// Learns and simulates the demand of a city; `None` where [`LearnedDemand::of`] gives none.
    ///
    /// # Errors
    ///
    /// [`CityDemandError`]; all problems of the tables at once.
    pub fn of(
        city: &City,
        sources: (&Population, Option<&Births>, &Areas),
        request: &CityDemandRequest,
    ) -> Result<Option<Self>, CityDemandError> {
        let learned = LearnedDemand::of(city, sources, request.as_of, request.years, Vec::new())?;
        let Some(LearnedDemand {
            children,
            model,
            warnings,
        }) = learned
        else {
            return Ok(None);
        };
        let monthly = MonthlyDemandRequest {
            months: MonthRange::new(january(children.origin_year() + 1), 12 * request.years),
            paths: request.paths,
            seed: request.seed,
            memory_mib: MEMORY_MIB,
        };
        let monthly = model.simulate(&PathChildren::new(&children), &monthly)?;
        Ok(Some(Self { monthly, warnings }))
    }
}

pub(super) fn january(year: i32) -> Month {
    Month::from_index(12 * year)
}

/// Children and contracts of a city.
pub(super) struct Records {
    children: BTreeMap<String, Child>,
    contracts: Vec<Contract>,
}

impl Records {
    pub(super) fn read(city: &City) -> Result<Self, CityDemandError> {
        let households: BTreeMap<String, (String, i32)> = city
            .map_rows(TableName::Households, |row| {
                let home = (
                    row.filled("area")?.to_owned(),
                    row.integer("municipality")?.unwrap_or_default(),
                );
                Ok((row.filled("household_id")?.to_owned(), home))
            })?
            .into_iter()
            .collect();
        let mut sizes: BTreeMap<i32, usize> = BTreeMap::new();
        for (_, municipality) in households.values() {
            *sizes.entry(*municipality).or_default() += 1;
        }
        // The city is the municipality most households live in, as in the statistics.
        let own = sizes
            .iter()
            .max_by_key(|(key, size)| (**size, std::cmp::Reverse(**key)));
        let own = own.map(|(municipality, _)| *municipality);
        let children = city.map_rows(TableName::Children, |row| {
            let home = households.get(row.filled("household_id")?);
            let child = Child {
                born: row.date("birth_date")?.unwrap_or_default(),
                class: row.integer("school_class")?,
                area: home.map(|(area, _)| area.clone()).unwrap_or_default(),
                resident: home.is_some_and(|(_, municipality)| Some(*municipality) == own),
            };
            Ok((row.filled("child_id")?.to_owned(), child))
        })?;
        let sites: BTreeMap<String, String> = city
            .facilities()?
            .into_iter()
            .map(|facility| (facility.id().to_string(), facility.area().to_string()))
            .collect();
        let contracts = city.map_rows(TableName::Contracts, |row| {
            if row.date("recorded_to")?.is_some() {
                return Ok(None); // replaced by a later version
            }
            let hours = DailyHours::new(row.decimal("daily_hours")?.unwrap_or_default());
            let site = sites.get(row.filled("facility_id")?);
            let (Ok(hours), Some(site), Some(from)) = (hours, site, row.date("valid_from")?) else {
                return Ok(None);
            };
            Ok(Some(Contract {
                child: row.filled("child_id")?.to_owned(),
                care: row.care_type()?,
                hours,
                from,
                to: row.date("valid_to")?,
                site: site.clone(),
            }))
        })?;
        Ok(Self {
            children: children.into_iter().collect(),
            contracts: contracts.into_iter().flatten().collect(),
        })
    }

    /// Children in care on the first of a month with their contract, each once.
    fn in_care(&self, month: Month) -> BTreeMap<&str, (&Child, &Contract)> {
        let day = month.first_day();
        self.contracts
            .iter()
            .filter(|contract| contract.from <= day && contract.to.is_none_or(|to| day <= to))
            .filter_map(|contract| {
                let child = self.children.get(&contract.child)?;
                Some((contract.child.as_str(), (child, contract)))
            })
            .collect()
    }

    /// First month whose contracts are all there: after the earliest end of any, as contracts that
    /// ended before the data begin are not in them.
    fn first_complete_month(&self) -> Option<Month> {
        let earliest = self
            .contracts
            .iter()
            .filter_map(|contract| contract.to)
            .min()?;
        Some(Month::of(earliest).plus(1))
    }

    /// Everything the demand is learned from.
    pub(super) fn input(
        &self,
        city: &City,
        as_of: Date,
        areas: &[Area],
        population: &Population,
    ) -> Result<(DemandInput, Vec<InputProblem>), CityDemandError> {
        let bands = CareBands::saxony();
        let last = january(*population.years().end() + 1);
        let first = self
            .first_complete_month()
            .unwrap_or(last)
            .max(last.plus(-MONTHS_BACK))
            .min(last);
        let first = first.max(january(*population.years().start() + 1));
        let months = MonthRange::new(first, (last.since(first) + 1).unsigned_abs() as usize);
        let school_entry = self.school_entry(as_of);
        let rates = mean_rates(&school_entry);
        let leaves: Vec<&str> = areas
            .iter()
            .filter(|area| area.is_leaf)
            .map(|area| area.code.as_str())
            .collect();
        let known: BTreeSet<&str> = leaves.iter().copied().collect();
        let mut input = DemandInput::of(bands.clone(), Vec::new());
        let mut lifted = 0_usize;
        for month in months.iter() {
            let counted = self.counted(&bands, month);
            for leaf in &leaves {
                let stocks =
                    [month.year() - 1, month.year()].map(|year| stock(population, leaf, year));
                // After the last stock there is only the first of January, when its own year has no weight.
                let stocks = [stocks[0].as_slice(), stocks[1].as_slice()];
                let children = children_by_band(
                    &bands,
                    &school_entry.calendar,
                    &BirthMonths::uniform(),
                    &rates,
                    month,
                    stocks,
                );
                for (band, children) in bands.all().iter().zip(children) {
                    let key = (leaf.to_string(), band.name.clone());
                    let (in_care, minder) = counted.get(&key).copied().unwrap_or_default();
                    lifted += usize::from(in_care > children);
                    input.take_up.push(TakeUpCount {
                        area: key.0,
                        band: key.1,
                        month,
                        children: children.max(in_care),
                        in_care,
                        with_childminder: minder,
                    });
                }
            }
        }
        let (flows, mut warnings) = self.flows(city, areas, last, &known)?;
        input.flows = flows;
        input.hours = self.hours(months);
        input.non_residents = self.non_residents(months);
        input.open_applications = self.open_applications(city, &bands, &known, Month::of(as_of))?;
        input.waiting_month = Month::of(as_of);
        input.school_entry = school_entry;
        if lifted > 0 {
            let message = format!(
                "in {lifted} of {} cells of area, band and month more children have a contract than the population has",
                input.take_up.len()
            );
            warnings.push(problem("E4071", "contracts", message));
        }
        Ok((input, warnings))
    }

    /// Residents in care and with a childminder by area and band.
    fn counted(&self, bands: &CareBands, month: Month) -> BTreeMap<(String, String), (f64, f64)> {
        let mut counted: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
        for (child, contract) in self
            .in_care(month)
            .into_values()
            .filter(|(child, _)| child.resident)
        {
            let Some(band) = band_of(bands, child.born, contract.care, month) else {
                continue;
            };
            let slot = counted.entry((child.area.clone(), band)).or_default();
            slot.0 += 1.0;
            slot.1 += f64::from(u8::from(contract.care == CareType::Childminding));
        }
        counted
    }

    /// Deferral and early entry of the last four school years, from classes attended; Saxony's where no
    /// child has a class.
    fn school_entry(&self, as_of: Date) -> SchoolEntryInput {
        let school_year = KitaYear::of(as_of).first_month().year();
        let mut deferred: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
        let mut early: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
        for child in self.children.values().filter(|child| child.resident) {
            let due = i32::from(last_kindergarten_day(child.born).year());
            let entered = child.class.map(|class| school_year - class + 1);
            if (school_year - 3..=school_year).contains(&due) {
                let slot = deferred.entry(due).or_default();
                slot.0 += 1.0;
                slot.1 += f64::from(u8::from(entered.is_none_or(|entered| entered > due)));
            }
            // Born after the cut-off and by 30 September: might enter a year before it is due.
            if (7..=9).contains(&child.born.month())
                && (school_year - 3..=school_year).contains(&(due - 1))
            {
                let slot = early.entry(due - 1).or_default();
                slot.0 += 1.0;
                slot.1 += f64::from(u8::from(entered.is_some_and(|entered| entered < due)));
            }
        }
        if self.children.values().all(|child| child.class.is_none()) {
            return SchoolEntryInput::saxony();
        }
        let counts = |by_year: BTreeMap<i32, (f64, f64)>| {
            let count = |(year, (of, with)): (i32, (f64, f64))| {
                Some(ShareCount {
                    month: Month::new(year, 8).ok()?,
                    of,
                    with,
                })
            };
            by_year.into_iter().filter_map(count).collect::<Vec<_>>()
        };
        let (deferral, early) = (counts(deferred), counts(early));
        let saxony = SchoolEntryInput::saxony();
        SchoolEntryInput {
            calendar: SchoolCalendar::saxony(),
            deferral: if deferral.is_empty() {
                saxony.deferral
            } else {
                deferral
            },
            early: if early.is_empty() {
                saxony.early
            } else {
                early
            },
        }
    }

    /// Flows by care type at a month.
    #[allow(
        clippy::type_complexity,
        reason = "matrices by care type, and warnings"
    )]
    fn flows(
        &self,
        city: &City,
        areas: &[Area],
        month: Month,
        known: &BTreeSet<&str>,
    ) -> Result<(Vec<(CareType, FlowMatrix)>, Vec<InputProblem>), CityDemandError> {
        let points: Vec<AreaPoint> = city
            .area_shapes()?
            .into_iter()
            .map(|shape| {
                // Kilometres on a plane that touches the city: fine within a hundred of them.
                let latitude = shape.centre.latitude();
                AreaPoint {
                    area: shape.area.to_string(),
                    east: shape.centre.longitude() * 111.32 * 51.0_f64.to_radians().cos(),
                    north: latitude * 111.13,
                }
            })
            .collect();
        let has_points = known
            .iter()
            .all(|leaf| points.iter().any(|point| point.area == **leaf));
        if !has_points {
            let message = "some areas have no shape".to_owned();
            return Ok((Vec::new(), vec![problem("E4072", "area_shapes", message)]));
        }
        let mut matrices = Vec::new();
        let mut warnings = Vec::new();
        let in_care = self.in_care(month);
        for care in CareType::ALL {
            let mut counts: BTreeMap<(&str, &str), f64> = BTreeMap::new();
            for (child, contract) in in_care.values() {
                let now = care_now(child.born, contract.care, month);
                let from = if child.resident {
                    child.area.as_str()
                } else {
                    OUTSIDE
                };
                let inside = !child.resident || known.contains(from);
                if now == care && inside && known.contains(contract.site.as_str()) {
                    *counts.entry((from, &contract.site)).or_default() += 1.0;
                }
            }
            let counts: Vec<FlowCount> = counts
                .into_iter()
                .map(|((from, to), contracts)| FlowCount {
                    from: from.to_owned(),
                    to: to.to_owned(),
                    contracts,
                })
                .collect();
            let (matrix, found) = FlowMatrix::learn(areas, &counts, &points)?;
            matrices.push((care, matrix));
            warnings.extend(found);
        }
        Ok((matrices, warnings))
    }

    /// Children by hours tier each January.
    fn hours(&self, months: MonthRange) -> Vec<TierCount> {
        let mut counts: BTreeMap<(CareType, i32, HoursTier), f64> = BTreeMap::new();
        for month in months.iter().filter(|month| month.month() == 1) {
            for (child, contract) in self.in_care(month).into_values() {
                let care = care_now(child.born, contract.care, month);
                *counts
                    .entry((care, month.year(), HoursTier::of(contract.hours)))
                    .or_default() += 1.0;
            }
        }
        let count = |((care_type, year, tier), children)| TierCount {
            care_type,
            year,
            tier,
            children,
        };
        counts.into_iter().map(count).collect()
    }

    /// Children from outside each January.
    fn non_residents(&self, months: MonthRange) -> Vec<NonResidentCount> {
        let mut counts: BTreeMap<(CareType, Month), (f64, f64)> = BTreeMap::new();
        for month in months.iter().filter(|month| month.month() == 1) {
            for (child, contract) in self.in_care(month).into_values() {
                let slot = counts
                    .entry((care_now(child.born, contract.care, month), month))
                    .or_default();
                slot.0 += 1.0;
                slot.1 += f64::from(u8::from(!child.resident));
            }
        }
        let count = |((care_type, month), (in_care, non_resident))| NonResidentCount {
            care_type,
            month,
            in_care,
            non_resident,
        };
        counts.into_iter().map(count).collect()
    }

    /// Open applications of residents.
    fn open_applications(
        &self,
        city: &City,
        bands: &CareBands,
        known: &BTreeSet<&str>,
        month: Month,
    ) -> Result<Vec<OpenApplication>, CityDemandError> {
        let in_care = self.in_care(month);
        let rows = city.map_rows(TableName::Applications, |row| {
            if row.filled("state")? != "open" {
                return Ok(None);
            }
            let key = row.filled("child_id")?;
            let (Some(child), Some(start)) = (self.children.get(key), row.date("wished_start")?)
            else {
                return Ok(None);
            };
            let start = Month::of(start);
            let band = band_of(bands, child.born, row.care_type()?, start);
            let usable = child.resident && known.contains(child.area.as_str());
            Ok(band.filter(|_| usable).map(|band| OpenApplication {
                child: key.to_owned(),
                area: child.area.clone(),
                band,
                wished_start: start,
                has_place: in_care.contains_key(key),
            }))
        })?;
        Ok(rows.into_iter().flatten().collect())
    }
}

/// The care type at a month: a nursery child becomes a kindergarten child with three.
fn care_now(born: Date, care: CareType, month: Month) -> CareType {
    match completed_months(born, month.first_day()) {
        Ok(months) if months >= 36 => care.from_third_birthday(),
        _ => care,
    }
}

/// The band of a child in care, or who wishes to be.
fn band_of(bands: &CareBands, born: Date, care: CareType, month: Month) -> Option<String> {
    let age = u8::try_from(completed_months(born, month.first_day()).ok()? / 12).ok()?;
    let place = if care == CareType::AfterSchool {
        let school_year = KitaYear::of(month.first_day()).first_month().year();
        let grade = school_year - i32::from(last_kindergarten_day(born).year()) + 1;
        bands.place(CarePhase::Grades, u8::try_from(grade.clamp(1, 4)).ok()?)
    } else if age < 3 {
        bands.place(CarePhase::UnderThree, age)
    } else {
        bands.place(CarePhase::Preschool, age.min(OLDEST_BEFORE_SCHOOL))
    };
    place.map(|place| bands.all()[place].name.clone())
}

/// Single-age stock of an area at the end of a year; zeros where the table has none.
fn stock(population: &Population, area: &str, year: i32) -> Vec<f64> {
    let place = population
        .areas()
        .binary_search_by(|known| known.as_str().cmp(area))
        .ok();
    (0..STOCK_AGES)
        .map(|age| {
            place
                .and_then(|place| population.count(place, year, age))
                .unwrap_or(0.0)
        })
        .collect()
}

/// Deferral and early entry over all years given.
fn mean_rates(entry: &SchoolEntryInput) -> EntryRates {
    let mean = |counts: &[ShareCount]| {
        let of: f64 = counts.iter().map(|count| count.of).sum();
        let with: f64 = counts.iter().map(|count| count.with).sum();
        if of > 0.0 { with / of } else { 0.0 }
    };
    EntryRates::constant(mean(&entry.deferral), mean(&entry.early))
}

/// A warning with the remedy of its code.
fn problem(code: &'static str, table: &str, message: String) -> InputProblem {
    let entry = forecast::DEMAND_ERROR_CODES
        .iter()
        .find(|entry| entry.code == code);
    InputProblem::new(code, table, message).remedy(entry.map_or("", |entry| entry.remedy))
}
