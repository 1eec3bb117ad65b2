//! The tables of a scenario's report.

use scenario::{
    AllocationSummary, Cover, EvaluationRow, EvaluationSide, Quantiles, ReportRow, ScenarioReport,
    Side,
};

use super::KeptTable;
use crate::sheet::{Sheet, Values};

/// Name of the main table.
pub(crate) const REPORT: &str = "report";

/// The main table, moves of staff, ways and the evaluation month by month.
pub(super) fn of(report: &ScenarioReport) -> Vec<KeptTable> {
    vec![
        KeptTable::of(REPORT, main(report)),
        KeptTable::of("staff_moves", staff_moves(report)),
        KeptTable::of("ways", ways(report)),
        KeptTable::of("evaluation", evaluation(report)),
    ]
}

fn texts<T: ToString>(values: impl Iterator<Item = T>) -> Values {
    Values::Text(values.map(|value| value.to_string()).collect())
}

fn main(report: &ScenarioReport) -> Sheet {
    let rows = &report.rows;
    let number =
        |of: &dyn Fn(&ReportRow) -> Option<f64>| Values::Number(rows.iter().map(of).collect());
    let demand = |of: fn(Quantiles) -> f64| number(&|row| row.demand.map(|it| rounded(of(it), 2)));
    let table = Sheet::default()
        .column("date", texts(rows.iter().map(|row| row.date)))
        .column("area", texts(rows.iter().map(|row| row.area.as_str())))
        .column(
            "area_name",
            texts(rows.iter().map(|row| row.area_name.as_str())),
        )
        .column("care_type", texts(rows.iter().map(|row| row.care_type)))
        .column("demand_p10", demand(Quantiles::p10))
        .column("demand_p50", demand(Quantiles::p50))
        .column("demand_p90", demand(Quantiles::p90))
        .column(
            "needed_places",
            number(&|row| {
                row.demand
                    .map(|it| rounded(report.target_cover * it.p50(), 2))
            }),
        );
    let table = side(table, rows, "baseline", |row| row.baseline);
    side(table, rows, "scenario", |row| row.scenario)
}

/// The columns of one side.
fn side(table: Sheet, rows: &[ReportRow], name: &str, of: fn(&ReportRow) -> Side) -> Sheet {
    let places = |count: fn(Side) -> u64| {
        let counts = rows.iter().map(|row| i64::try_from(count(of(row))).ok());
        Values::Whole(counts.collect())
    };
    let cover = |value: &dyn Fn(Cover) -> Option<f64>| {
        let values = rows.iter().map(|row| of(row).cover.and_then(value));
        Values::Number(values.collect())
    };
    let light = |value: fn(Cover) -> &'static str| {
        texts(rows.iter().map(|row| of(row).cover.map_or("", value)))
    };
    let hundredths = |value: Option<f64>| value.map(|it| rounded(it, 2));
    table
        .column(format!("{name}_licensed"), places(|side| side.licensed))
        .column(format!("{name}_planned"), places(|side| side.planned))
        .column(format!("{name}_staffed"), places(|side| side.staffed))
        .column(
            format!("{name}_cover_p50_per_cent"),
            cover(&|it| hundredths(it.at_p50_per_cent)),
        )
        .column(
            format!("{name}_cover_p90_per_cent"),
            cover(&|it| hundredths(it.at_p90_per_cent)),
        )
        .column(
            format!("{name}_light_p50"),
            light(|it| it.light_at_p50.as_str()),
        )
        .column(
            format!("{name}_light_p90"),
            light(|it| it.light_at_p90.as_str()),
        )
        .column(format!("{name}_light"), light(|it| it.light.as_str()))
        .column(
            format!("{name}_shortfall_probability"),
            cover(&|it| Some(rounded(it.shortfall_probability, 3))),
        )
}

fn staff_moves(report: &ScenarioReport) -> Sheet {
    let moves = &report.staff_moves;
    Sheet::default()
        .column("month", texts(moves.iter().map(|it| it.month)))
        .column(
            "from_facility",
            texts(moves.iter().map(|it| &it.from_facility)),
        )
        .column("to_facility", texts(moves.iter().map(|it| &it.to_facility)))
        .column("care_type", texts(moves.iter().map(|it| it.care_type)))
        .column(
            "places",
            Values::Whole(moves.iter().map(|it| Some(i64::from(it.places))).collect()),
        )
}

fn ways(report: &ScenarioReport) -> Sheet {
    let rows = &report.allocation.comparisons;
    let mut table = Sheet::default()
        .column("date", texts(rows.iter().map(|it| it.date)))
        .column("care_type", texts(rows.iter().map(|it| it.care_type)))
        .column(
            "scaled_to_demand",
            texts(rows.iter().map(|it| it.scaled_to_demand)),
        );
    type OfSummary = fn(&AllocationSummary) -> Option<f64>;
    let values: [(&str, OfSummary); 2] = [
        ("mean_km", |it| it.mean_km),
        ("within_limit_per_cent", |it| it.within_limit_per_cent),
    ];
    for (name, of) in values {
        let before = rows.iter().map(|it| of(&it.baseline)).collect();
        let after = rows.iter().map(|it| of(&it.scenario)).collect();
        table = table
            .column(format!("baseline_{name}"), Values::Number(before))
            .column(format!("scenario_{name}"), Values::Number(after));
    }
    table
}

/// Month by month: places needed, and how places stand against every path.
fn evaluation(report: &ScenarioReport) -> Sheet {
    let rows = &report.evaluation.rows;
    let number = |of: &dyn Fn(&EvaluationRow) -> Option<f64>, digits: i32| {
        let values = rows.iter().map(|row| of(row).map(|it| rounded(it, digits)));
        Values::Number(values.collect())
    };
    let mut sheet = Sheet::default()
        .column("month", texts(rows.iter().map(|row| row.month)))
        .column("area", texts(rows.iter().map(|row| row.area.as_str())))
        .column("care_type", texts(rows.iter().map(|row| row.care_type)))
        .column("demand_p10", number(&|row| Some(row.demand.p10), 2))
        .column("demand_p50", number(&|row| Some(row.demand.p50), 2))
        .column("demand_p90", number(&|row| Some(row.demand.p90), 2));
    type OfRow = fn(&EvaluationRow) -> &EvaluationSide;
    let sides: [(&str, OfRow); 2] = [
        ("baseline", |row| &row.baseline),
        ("scenario", |row| &row.scenario),
    ];
    for (name, of) in sides {
        let staffed = rows.iter().map(|row| i64::try_from(of(row).staffed).ok());
        sheet = sheet
            .column(format!("{name}_staffed"), Values::Whole(staffed.collect()))
            .column(
                format!("{name}_shortfall_probability"),
                number(&|row| Some(of(row).above_staffed), 3),
            )
            .column(
                format!("{name}_expected_shortfall"),
                number(&|row| Some(of(row).expected_shortfall), 2),
            )
            .column(
                format!("{name}_utilisation_per_cent"),
                number(&|row| of(row).utilisation_per_cent, 1),
            );
    }
    sheet
}

fn rounded(value: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (value * unit).round() / unit
}
