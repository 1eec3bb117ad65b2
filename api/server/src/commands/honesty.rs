//! How good forecasts were, as files to be read beside them: a page, tables and pictures.

use std::collections::BTreeMap;
use std::path::Path;

use charts::{AreaErrors, CalibrationPlot, Language, PastEditionsChart, PastEditionsNames, Svg};
use disclosure::Label;
use forecast::{
    Backtest, BacktestRequest, BreakRule, HonestyReport, ModelCard, PageLanguage, PastEditions,
    Population,
};

use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::words::group_names;

/// The city in the rows of a back-test.
const CITY: &str = "TOTAL";

/// Writes the report of a back-test into a folder; gives the names of its files.
pub(super) fn write_report(
    folder: &Path,
    (population, request): (&Population, &BacktestRequest),
    backtest: &Backtest,
) -> Result<Vec<String>, Failure> {
    let mut card = ModelCard::new(population, request);
    let breaks = forecast::find_breaks(population, BreakRule::default());
    let rounded = forecast::find_rounding(population);
    let preferred = forecast::find_preferred_ages(population);
    card.warn_of_register(&breaks, rounded.as_ref(), &preferred, &[]);
    let report = HonestyReport::new(backtest, card).map_err(|error| {
        let remedy = "choose origins whose years ahead the table has";
        Failure::argument("E8005", "--report", error.to_string(), remedy)
    })?;
    let mut output = OutputFolder::new(folder)?;
    output.write("honesty.csv", |to| report.write_csv(to))?;
    output.write("areas.csv", |to| report.write_area_csv(to))?;
    output.write("honesty.json", |to| report.write_json(to))?;
    output.write("breaks.csv", |to| breaks.write_csv(to))?;
    for (file, language) in [
        ("honesty.de.md", PageLanguage::German),
        ("honesty.en.md", PageLanguage::English),
    ] {
        output.write(file, |to| report.write_markdown(to, language))?;
    }
    for group in report.groups() {
        pictures(&mut output, (&report, backtest), group)?;
    }
    let files = output.hashes().keys().cloned().collect();
    output.publish()?;
    Ok(files)
}

/// The pictures of one group in both languages. Areas without children have no picture of errors.
fn pictures(
    output: &mut OutputFolder,
    (report, backtest): (&HonestyReport, &Backtest),
    group: &str,
) -> anyhow::Result<()> {
    let name = group_names()
        .remove(group)
        .unwrap_or_else(|| Label::new(group, group));
    let source = Label::new(
        "Rechnung aus früheren Jahren mit dem, was damals bekannt war",
        "Forecasts from earlier years with what was known then",
    );
    let calibration = CalibrationPlot::new(report, group, name.clone(), source.clone())?;
    draw(output, "calibration", group, |language| {
        Ok(calibration.svg(language)?)
    })?;
    if let Some(past) = PastEditions::of(backtest, CITY, group) {
        let names = PastEditionsNames {
            quantity: name.clone(),
            unit: Label::new(
                "Kinder am Stichtag des Jahres",
                "Children on the reference date of the year",
            ),
            source: source.clone(),
        };
        let chart = PastEditionsChart::ours(&past, names)?;
        draw(output, "past-editions", group, |language| {
            Ok(chart.svg(language)?)
        })?;
    }
    if report
        .areas
        .iter()
        .any(|area| area.group == group && area.wape.is_some())
    {
        let chart = AreaErrors::new(report, group, &BTreeMap::new(), name, source)?;
        draw(output, "area-errors", group, |language| {
            Ok(chart.svg(language)?)
        })?;
    }
    Ok(())
}

fn draw(
    output: &mut OutputFolder,
    kind: &str,
    group: &str,
    svg: impl Fn(Language) -> anyhow::Result<Svg>,
) -> anyhow::Result<()> {
    for language in Language::ALL {
        let picture = svg(language)?;
        let file = format!("{kind}-{}.{}.svg", group.to_lowercase(), language.tag());
        output.write(&file, |to| to.write_all(picture.as_str().as_bytes()))?;
    }
    Ok(())
}
