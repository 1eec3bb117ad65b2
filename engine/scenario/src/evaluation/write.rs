//! Evaluations as files: UTF-8, comma, header row, lines ended by a line feed.

use std::io::{self, Write};

use super::money::YearSide;
use super::rows::{Evaluation, EvaluationSide, UnservedSide};

const SIDE: [&str; 13] = [
    "licensed",
    "planned",
    "staffed",
    "above_licensed",
    "above_planned",
    "shortfall_probability",
    "expected_shortfall",
    "shortfall_p90",
    "expected_served",
    "utilisation_per_cent",
    "staff_present",
    "operating_cost",
    "state_grant",
];

impl Evaluation {
    /// Writes `month,area,care_type`, the demand, the staff it needs, and for baseline and scenario
    /// the places and what they come to. Places, staff and money have two decimals, probabilities
    /// four; empty where nothing is known.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_csv(&self, mut target: impl Write) -> io::Result<()> {
        write!(
            target,
            "month,area,care_type,demand_mean,demand_p10,demand_p50,demand_p90,staff_needed_p50,staff_needed_p90"
        )?;
        for name in ["baseline", "scenario"] {
            for column in SIDE {
                write!(target, ",{name}_{column}")?;
            }
        }
        writeln!(target)?;
        for row in &self.rows {
            let demand = row.demand;
            write!(
                target,
                "{},{},{},{:.2},{:.2},{:.2},{:.2},{:.2},{:.2}",
                row.month,
                row.area,
                row.care_type,
                demand.mean,
                demand.p10,
                demand.p50,
                demand.p90,
                row.staff_needed.0,
                row.staff_needed.1
            )?;
            for side in [&row.baseline, &row.scenario] {
                write_side(&mut target, side)?;
            }
            writeln!(target)?;
        }
        Ok(())
    }

    /// Writes unserved children by priority.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_unserved_csv(&self, mut target: impl Write) -> io::Result<()> {
        writeln!(
            target,
            "month,area,priority,baseline_mean,baseline_p90,baseline_probability,scenario_mean,scenario_p90,scenario_probability"
        )?;
        for row in &self.unserved {
            write!(
                target,
                "{},{},{}",
                row.month,
                row.area,
                row.priority.as_str()
            )?;
            for UnservedSide {
                mean,
                p90,
                probability,
            } in [row.baseline, row.scenario]
            {
                write!(target, ",{mean:.2},{p90:.2},{probability:.4}")?;
            }
            writeln!(target)?;
        }
        Ok(())
    }

    /// Writes costs and grants by calendar year, euros and cents.
    ///
    /// # Errors
    ///
    /// Those of `target`.
    pub fn write_years_csv(&self, mut target: impl Write) -> io::Result<()> {
        writeln!(
            target,
            "year,months,baseline_operating_cost,baseline_state_grant,scenario_operating_cost,scenario_state_grant,one_off,extra,budget,within_budget"
        )?;
        for sum in &self.years {
            write!(target, "{},{}", sum.year, sum.months)?;
            for YearSide {
                operating_cost,
                state_grant,
            } in [sum.baseline, sum.scenario]
            {
                write!(target, ",{operating_cost:.2},{state_grant:.2}")?;
            }
            let budget = sum
                .budget
                .map_or(String::new(), |euros| format!("{euros:.2}"));
            let within = sum
                .within_budget
                .map_or("", |kept| if kept { "true" } else { "false" });
            // Without a negative zero.
            let extra = sum.extra + 0.0;
            writeln!(target, ",{:.2},{extra:.2},{budget},{within}", sum.one_off)?;
        }
        Ok(())
    }
}

fn write_side(target: &mut impl Write, side: &EvaluationSide) -> io::Result<()> {
    let maybe = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.2}"));
    write!(
        target,
        ",{},{},{},{:.4},{:.4},{:.4},{:.2},{:.2},{:.2},{},{:.2},{},{:.2}",
        side.licensed,
        side.planned,
        side.staffed,
        side.above_licensed,
        side.above_planned,
        side.above_staffed,
        side.expected_shortfall,
        side.shortfall_p90,
        side.expected_served,
        maybe(side.utilisation_per_cent),
        side.staff_present,
        maybe(side.operating_cost),
        side.state_grant
    )
}
