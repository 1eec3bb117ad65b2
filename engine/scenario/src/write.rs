//! Reports as files.

use std::io::{self, Write};

use serde::Serializer;

use crate::report::{ScenarioReport, Side};

/// Columns of the report table.
const HEADER: &str = "date,area,care_type,demand_p10,demand_p50,demand_p90,needed_places,\
baseline_licensed,baseline_planned,baseline_staffed,baseline_cover_p50_per_cent,\
baseline_cover_p90_per_cent,baseline_light,baseline_shortfall_probability,\
scenario_licensed,scenario_planned,scenario_staffed,scenario_cover_p50_per_cent,\
scenario_cover_p90_per_cent,scenario_light,scenario_shortfall_probability";

impl ScenarioReport {
    /// Writes the report table as CSV: UTF-8, comma, header row, lines ended by a line feed.
    ///
    /// Places needed and cover have two decimals, probabilities three; empty where no demand is
    /// known. No field needs quoting: areas are keys.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, mut target: impl Write) -> io::Result<()> {
        writeln!(target, "{HEADER}")?;
        for row in &self.rows {
            write!(target, "{},{},{},", row.date, row.area, row.care_type)?;
            match row.demand {
                Some(demand) => write!(
                    target,
                    "{:.2},{:.2},{:.2},{:.2}",
                    demand.p10(),
                    demand.p50(),
                    demand.p90(),
                    self.target_cover * demand.p50()
                )?,
                None => write!(target, ",,,")?,
            }
            write_side(&mut target, &row.baseline)?;
            write_side(&mut target, &row.scenario)?;
            writeln!(target)?;
        }
        Ok(())
    }
}

fn write_side(target: &mut impl Write, side: &Side) -> io::Result<()> {
    let Side {
        licensed,
        planned,
        staffed,
        cover,
    } = side;
    write!(target, ",{licensed},{planned},{staffed}")?;
    let Some(cover) = cover else {
        return write!(target, ",,,,");
    };
    let per_cent = |share: Option<f64>| share.map_or(String::new(), |share| format!("{share:.2}"));
    write!(
        target,
        ",{},{},{},{:.3}",
        per_cent(cover.at_p50_per_cent),
        per_cent(cover.at_p90_per_cent),
        cover.light.as_str(),
        cover.shortfall_probability
    )
}

/// To two decimals in JSON.
pub(crate) fn hundredths<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((value * 100.0).round() / 100.0)
}

/// To two decimals in JSON, or null.
pub(crate) fn hundredths_of<S: Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => hundredths(value, serializer),
        None => serializer.serialize_none(),
    }
}

/// To three decimals in JSON.
pub(crate) fn thousandths<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((value * 1000.0).round() / 1000.0)
}
