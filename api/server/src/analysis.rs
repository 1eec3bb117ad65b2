//! The main job on a city: everything its pages and files show, computed by the engine.

use std::collections::BTreeMap;

use disclosure::{DisclosurePolicy, ReleasedCount, ReleasedSeries};
use domain::{CareType, FacilityKind, Month, MonthRange};
use http_api::analysis::CityDemand;
use jiff::civil::Date;
use matching::{
    ApplicantRow, ApplicationRow, Cascade, ProgrammeRow, Round, RoundOptions, RoundSummary,
    Siblings, Vacancy, cascade, check_matching, solve, write_placements,
};
use occupancy::{OccupancyCube, OccupancyRequest, OpenRound};
use reporting::{OccupancyTables, occupancy_series, occupancy_tables};
use scenario::{ScenarioReport, ScenarioSpec};
use tables::City;

use crate::city_forecast::{CityForecast, demand_by_month, scenario_demand, tested};
use crate::commands::plan::{self, checked_plan};
use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::progress::Progress;
use crate::tested_forecasts::TestedForecasts;

/// Months before and after the month of the analysis.
const MONTHS_BEFORE: i32 = 24;
const MONTHS_AFTER: usize = 12;

/// Years of forecast.
const HORIZON: usize = 8;

/// Years of demand by month.
const DEMAND_YEARS: usize = 5;

/// What was found.
pub(crate) struct Analysis {
    /// The day of the analysis.
    pub(crate) as_of: Date,
    /// The rules of disclosure.
    pub(crate) policy: DisclosurePolicy,
    /// Occupancy of 24 months back and 12 ahead.
    pub(crate) cube: OccupancyCube,
    /// Occupancy of the month.
    pub(crate) tables: OccupancyTables,
    /// Children in care by district and care type over all months.
    pub(crate) series: ReleasedSeries,
    /// Children and places needed, if the city has a population.
    pub(crate) forecast: Option<CityForecast>,
    /// Places needed month by month, if the city has a population and contracts.
    pub(crate) demand: Option<CityDemand>,
    /// How good earlier forecasts would have been, if the city has a population.
    pub(crate) tested: Option<TestedForecasts>,
    /// The placement round of all open applications, if there are any.
    pub(crate) round: Option<RoundResult>,
    /// The scenario and its text.
    pub(crate) scenario: Option<(String, ScenarioReport)>,
}

/// A placement round, checked.
pub(crate) struct RoundResult {
    /// The round.
    pub(crate) round: Round,
    /// Figures; counts by programme are for the providers, not for planners.
    pub(crate) summary: RoundSummary,
    /// The placements as `placements.csv`.
    pub(crate) placements: Vec<u8>,
    /// What follows when one placed child leaves.
    pub(crate) cascade: Option<Cascade>,
}

impl Analysis {
    /// Runs the main job.
    pub(crate) fn run(
        city: &City,
        as_of: Date,
        seed: u64,
        progress: &Progress,
    ) -> Result<Self, Failure> {
        let bar = progress.steps("analysing", 7);
        let policy = DisclosurePolicy::default();
        let month = Month::of(as_of);
        let months = MonthRange::new(
            month.plus(-MONTHS_BEFORE),
            MONTHS_BEFORE as usize + 1 + MONTHS_AFTER,
        );
        let cube = OccupancyCube::build(city, &OccupancyRequest::new(months, as_of))?;
        bar.step("occupancy");
        let tables = occupancy_tables(city, &cube, month, &policy)?;
        let series = occupancy_series(city, &cube, &policy)?;
        bar.step("released tables");
        let forecast = CityForecast::of(city, HORIZON)?;
        bar.step("forecast");
        let demand = demand_by_month(city, as_of, DEMAND_YEARS, seed)?;
        bar.step("demand by month");
        let tested = tested(city)?;
        bar.step("earlier forecasts");
        let round = RoundResult::of(&cube.open_round(city, month)?, seed)?;
        bar.step("placement round");
        let scenario = match scenario_text(&cube, month) {
            Some(text) => {
                let spec = ScenarioSpec::parse(&text, "scenario.toml").map_err(Failure::Input)?;
                let demand = scenario_demand(city, &spec, as_of)?;
                let report = checked_plan(city, &spec, as_of, &demand)?;
                Some((text, report))
            }
            None => None,
        };
        bar.step("scenario");
        bar.done();
        Ok(Self {
            as_of,
            policy,
            cube,
            tables,
            series,
            forecast,
            demand,
            tested,
            round,
            scenario,
        })
    }

    /// The month of the analysis.
    pub(crate) fn month(&self) -> Month {
        Month::of(self.as_of)
    }

    /// A count of children as it may be shown in a sentence.
    pub(crate) fn shown(&self, children: u64, what: &str) -> ReleasedCount {
        ReleasedCount::new(children, what, &self.policy)
    }

    /// Writes everything but pages and charts.
    pub(crate) fn write(&self, output: &mut OutputFolder) -> anyhow::Result<()> {
        output.write("tables/occupancy.csv", |to| self.tables.write_csv(to))?;
        output.write("tables/contracts_by_area.csv", |to| {
            self.tables.contracts.write_csv(to)
        })?;
        output.write("tables/bound_places.csv", |to| {
            self.tables.bound_places.write_csv(to)
        })?;
        if let Some(city) = &self.forecast {
            output.write("forecast/children_by_age.csv", |to| {
                city.forecast.write_csv(to)
            })?;
            output.write("forecast/children_by_group.csv", |to| {
                city.forecast.write_group_csv(to)
            })?;
            output.write("forecast/places_needed.csv", |to| city.demand.write_csv(to))?;
        }
        if let Some(city) = &self.demand {
            output.write("forecast/places_by_month.csv", |to| {
                city.monthly.write_csv(to)
            })?;
            output.write("forecast/hours_by_month.csv", |to| {
                city.monthly.write_hours_csv(to)
            })?;
            output.write("forecast/notes.txt", |to| {
                city.warnings.iter().try_for_each(|it| writeln!(to, "{it}"))
            })?;
        }
        if let Some(tested) = &self.tested {
            tested.write("forecast/honesty", output)?;
        }
        if let Some(round) = &self.round {
            output.write("round/placements.csv", |to| to.write_all(&round.placements))?;
            output.write("round/summary.json", |to| {
                serde_json::to_writer_pretty(to, &round.summary)
            })?;
        }
        if let Some((text, report)) = &self.scenario {
            output.write("scenario/scenario.toml", |to| to.write_all(text.as_bytes()))?;
            plan::write(report, "scenario/", output)?;
        }
        Ok(())
    }
}

impl RoundResult {
    /// Runs and checks the round of all open applications; `None` without any.
    fn of(open: &OpenRound, seed: u64) -> Result<Option<Self>, Failure> {
        if open.wishes.is_empty() {
            return Ok(None);
        }
        let round = round(open)?;
        let options = RoundOptions {
            seed,
            ..RoundOptions::default()
        };
        let outcome = solve(&round, &options)?;
        let placements = outcome.placements();
        let report = check_matching(&round, &placements);
        if !report.is_stable() {
            return Err(Failure::Run(anyhow::anyhow!(
                "the checker found {} faults in the round; please report this",
                report.findings.len()
            )));
        }
        let summary = RoundSummary::new(&outcome, &report)?;
        // A child whose leaving moves others, so that the chain can be seen.
        let mut chains = placements
            .iter()
            .filter(|row| row.place.is_some())
            .take(200)
            .filter_map(|row| {
                cascade(
                    &outcome,
                    Vacancy::ApplicantLeaves {
                        applicant_id: &row.applicant_id,
                    },
                )
                .ok()
            });
        let longest = chains.next().map(|first| {
            chains.fold(first, |best, next| {
                if next.steps.len() > best.steps.len() {
                    next
                } else {
                    best
                }
            })
        });
        let mut bytes = Vec::new();
        write_placements(&placements, &mut bytes)?;
        drop(outcome);
        Ok(Some(Self {
            summary,
            placements: bytes,
            cascade: longest,
            round,
        }))
    }

    /// Children that take part.
    pub(crate) fn children(&self) -> u64 {
        self.round.applicant_count() as u64
    }
}

/// The rows of a round: a programme per facility, a seat group per care type.
fn round(open: &OpenRound) -> Result<Round, Failure> {
    let programmes: Vec<ProgrammeRow> = open
        .seats
        .iter()
        .map(|seats| ProgrammeRow {
            programme_id: seats.facility.clone(),
            seat_group: seats.care_type.as_str().to_owned(),
            capacity: seats.seats,
        })
        .collect();
    let applications: Vec<ApplicationRow> = open
        .wishes
        .iter()
        .map(|wish| ApplicationRow {
            applicant_id: wish.child.clone(),
            programme_id: wish.facility.clone(),
            rank: wish.rank,
            points: wish.points,
            lot: None,
        })
        .collect();
    let children: BTreeMap<&str, ApplicantRow> = open
        .wishes
        .iter()
        .map(|wish| {
            let row = ApplicantRow {
                applicant_id: wish.child.clone(),
                seat_group: wish.care_type.as_str().to_owned(),
                family_id: Some(wish.household.clone()),
                siblings: Siblings::Independent,
                enrolled_programme_id: None,
            };
            (wish.child.as_str(), row)
        })
        .collect();
    let children: Vec<ApplicantRow> = children.into_values().collect();
    Round::from_rows(&programmes, &applications, &children).map_err(Failure::Input)
}

/// A scenario worth a look: the day-care centre with the most staffed kindergarten places to spare
/// closes, and a small one opens where they are scarcest.
///
/// Both are found by their places and contracts; the report shows released values only.
fn scenario_text(cube: &OccupancyCube, month: Month) -> Option<String> {
    let spare = |position: usize| {
        let cell = cube.cell(position, CareType::Kindergarten, month)?;
        let places = i64::from(cell.capacities.staffed);
        (places >= 20).then(|| places - i64::from(cell.contracts))
    };
    let candidates: Vec<(i64, usize)> = cube
        .facilities()
        .iter()
        .enumerate()
        .filter(|(_, facility)| {
            let until = month.plus(36).last_day();
            facility.kind() == FacilityKind::DayCareCentre
                && facility.takes_applications_on(month.first_day())
                && facility.takes_applications_on(until)
        })
        .filter_map(|(position, _)| Some((spare(position)?, position)))
        .collect();
    let (_, most) = *candidates
        .iter()
        .max_by_key(|(spare, position)| (*spare, std::cmp::Reverse(*position)))?;
    let (_, least) = *candidates.iter().min()?;
    let (closing, near) = (&cube.facilities()[most], &cube.facilities()[least]);
    let year = domain::KitaYear::of(month.first_day())
        .first_month()
        .plus(12)
        .year();
    let first = month.plus(0);
    Some(format!(
        r#"# Written by `placewright demo`: change it and run `placewright plan` on the city beside it.
name = "Eine Kita schließt, eine kleine öffnet"
first_month = "{first}"
months = 48
target_cover = 1.05
limit_km = 2.0
report_dates = [{y1}-03-01, {y2}-03-01, {y3}-03-01]

[[close]]
facility = "{closing}"
on = {year}-07-31
staff_transfer = "within_plan"

[[open]]
facility = "NEU-01"
provider = "{provider}"
area = "{area}"
latitude = {latitude}
longitude = {longitude}
from = {year}-08-01

[[open.places]]
care_type = "kindergarten"
licensed = 40
planned = 36
staffed = 30
"#,
        y1 = year,
        y2 = year + 1,
        y3 = year + 2,
        closing = closing.id(),
        provider = near.provider(),
        area = near.area(),
        latitude = near.location().latitude(),
        longitude = near.location().longitude(),
    ))
}
