//! The forecast of an office, taken as the middle of our intervals and compared with ours.

use domain::InputProblem;
use forecast::{FanPoint, Forecast, ForecastRequest, OfficialForecast, OfficialMapping, recentre};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inputs::{self, Inputs, first_of, not_allowed, usual_groups};
use super::{KeptResult, KeptTable, Watch, WorkStopped};
use crate::analysis::StaticTables;
use crate::forecast_tables::{texts, thousandths, whole, with_fan};
use crate::sheet::{Sheet, Values};

/// An official forecast to put our intervals around.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OfficialForecastRun)]
pub(crate) struct OfficialAsked {
    /// How the table is written: TOML as in docs/FORECAST_INPUTS.md.
    mapping: String,
    /// The table of the office, as text.
    table: String,
    /// Years ahead, 1 to 50.
    #[schema(minimum = 1, maximum = 50)]
    horizon: usize,
    /// Last year that may be looked at; the last of the table if absent.
    #[serde(default)]
    origin_year: Option<i32>,
    /// Groups of ages, such as `U3=0-2,K=3-5`.
    #[serde(default = "usual_groups")]
    groups: String,
}

impl OfficialAsked {
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        inputs::check(self.horizon, &self.groups)
    }

    /// The table, or everything that is wrong with it or its mapping.
    pub(super) fn table(&self) -> Result<OfficialForecast, Vec<InputProblem>> {
        let mut mapping = OfficialMapping::read(&self.mapping, "mapping")?;
        // In JSON a text is a text: whatever it was on disk, it is UTF-8 here.
        mapping.windows_1252 = false;
        OfficialForecast::read(self.table.as_bytes(), &mapping, "table")
    }

    pub(super) fn run(
        &self,
        tables: &StaticTables,
        watch: &Watch,
    ) -> Result<KeptResult, WorkStopped> {
        watch.begin("reading", 0);
        let inputs = Inputs::read(tables)?;
        let wrong =
            |problems: Vec<InputProblem>| WorkStopped::refused("E8341", first_of(&problems));
        let official = self.table().map_err(wrong)?;
        watch.go_on()?;
        watch.begin("forecasting", 0);
        let request = ForecastRequest {
            horizon: self.horizon,
            origin_year: self.origin_year,
            groups: inputs::groups(&self.groups)?,
            ..ForecastRequest::default()
        };
        let births = inputs.births.as_ref();
        let ours = forecast::forecast(&inputs.population, births, &inputs.areas, &request)
            .map_err(not_allowed)?;
        watch.go_on()?;
        watch.begin("putting intervals around the official values", 0);
        let theirs = recentre(&ours, &official).map_err(wrong)?;
        let ages: Vec<String> = theirs.our_ages.iter().map(ToString::to_string).collect();
        let of = |name: &str, label: &str, labels: &[String]| {
            KeptTable::of(name, beside(&ours, &theirs.forecast, label, labels))
        };
        let by_group = of("groups", "group", ours.groups());
        let by_age = of("ages", "age", ours.ages());
        Ok(KeptResult {
            tables: vec![by_group, by_age],
            ..KeptResult::default()
        }
        .fact("kind", "official")
        .fact("edition", official.edition())
        .fact("published", official.published())
        .fact("origin_year", ours.origin_year())
        .fact("horizon", ours.horizon())
        .fact("our_years", theirs.our_years.clone())
        .fact("our_ages", ages)
        .fact("warnings", theirs.warnings()))
    }
}

/// The office's values with intervals, and our mean and median beside them.
fn beside(ours: &Forecast, theirs: &Forecast, label: &str, labels: &[String]) -> Sheet {
    let mut rows: Vec<(&str, &str, &FanPoint, &FanPoint)> = Vec::new();
    for area in theirs.areas() {
        for series in labels {
            let pairs = theirs.fan(&area.code, series).unwrap_or_default().iter();
            let pairs = pairs.zip(ours.fan(&area.code, series).unwrap_or_default());
            rows.extend(
                pairs.map(|(their, own)| (area.code.as_str(), series.as_str(), their, own)),
            );
        }
    }
    let own = |of: fn(&FanPoint) -> f64| {
        Values::Number(rows.iter().map(|row| thousandths(of(row.3))).collect())
    };
    let sheet = Sheet::default()
        .column("area", texts(rows.iter().map(|row| row.0)))
        .column("year", whole(rows.iter().map(|row| i64::from(row.2.year))))
        .column(label, texts(rows.iter().map(|row| row.1)));
    let difference = rows.iter().map(|row| thousandths(row.2.mean - row.3.mean));
    with_fan(sheet, &rows.iter().map(|row| row.2).collect::<Vec<_>>())
        .column("our_mean", own(|point| point.mean))
        .column("our_q50", own(|point| point.q50))
        .column("difference", Values::Number(difference.collect()))
}
