//! How good forecasts of a population were, for pages and files.

use std::collections::BTreeMap;

use disclosure::Label;
use forecast::{
    AgeGroup, Area, Areas, Backtest, BacktestRequest, Births, HonestyReport, ModelCard,
    PastEditions, Population,
};
use http_api::HonestyView;

use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::words::group_names;

/// Years known before the first origin: fewer say little.
const YEARS_BEFORE: i32 = 5;
/// Most origins that are tested.
const MOST_ORIGINS: i32 = 10;
/// Years ahead.
const HORIZON: usize = 5;
/// The city in the rows of a back-test.
const CITY: &str = "TOTAL";

/// Forecasts from past years beside what came.
#[derive(Debug, Clone)]
pub(crate) struct TestedForecasts {
    backtest: Backtest,
    report: HonestyReport,
}

/// What a population is called and where it is from.
pub(crate) struct Named {
    /// Name for addresses.
    pub(crate) name: &'static str,
    /// Name on pages.
    pub(crate) label: Label,
    /// Where it is from.
    pub(crate) source: Label,
    /// Whether it holds real, published counts.
    pub(crate) is_real: bool,
}

impl TestedForecasts {
    /// Tests the newest ten origins that have five years before them; `None` without one.
    pub(crate) fn of(
        (population, births, areas): (&Population, Option<&Births>, &Areas),
        groups: Vec<AgeGroup>,
    ) -> Result<Option<Self>, Failure> {
        let years = population.years();
        let last = years.end() - 1;
        let first = (years.start() + YEARS_BEFORE).max(last - MOST_ORIGINS + 1);
        if first > last || groups.is_empty() {
            return Ok(None);
        }
        let request = BacktestRequest {
            origins: first..=last,
            horizon: HORIZON,
            groups,
        };
        let backtest = forecast::backtest(population, births, areas, &request)?;
        let report = HonestyReport::new(&backtest, ModelCard::checked(population, &request))?;
        Ok(Some(Self { backtest, report }))
    }

    /// As a page shows it; `areas` gives names.
    pub(crate) fn view(&self, named: Named, areas: &[Area]) -> Result<HonestyView, Failure> {
        let report = self.report.clone();
        let mut view = HonestyView::new(named.name, named.label, report, named.source)?;
        let groups = self.report.groups().into_iter();
        view.past = groups
            .filter_map(|group| PastEditions::of(&self.backtest, CITY, group))
            .collect();
        view.group_names = group_names();
        let names = areas
            .iter()
            .map(|area| (area.code.clone(), area.name.clone()));
        view.area_names = names.collect::<BTreeMap<_, _>>();
        view.is_real = named.is_real;
        Ok(view)
    }

    /// Writes the report as tables and text beside the forecast it belongs to.
    pub(crate) fn write(&self, folder: &str, output: &mut OutputFolder) -> anyhow::Result<()> {
        let report = &self.report;
        output.write(&format!("{folder}/honesty.csv"), |to| report.write_csv(to))?;
        output.write(&format!("{folder}/areas.csv"), |to| {
            report.write_area_csv(to)
        })?;
        output.write(&format!("{folder}/honesty.json"), |to| {
            report.write_json(to)
        })?;
        for (file, language) in [
            ("honesty.de.md", forecast::PageLanguage::German),
            ("honesty.en.md", forecast::PageLanguage::English),
        ] {
            output.write(&format!("{folder}/{file}"), |to| {
                report.write_markdown(to, language)
            })?;
        }
        Ok(())
    }
}
