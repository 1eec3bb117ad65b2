//! `GET /v1/scenarios:compare`: the city as it is against scenarios.

use axum::extract::RawQuery;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::ScenarioResult;
use utoipa::IntoParams;

use super::results::{kept, result_of};
use crate::analysis::SCENARIO_REPORT;
use crate::asked::Asked;
use crate::negotiation::Format;
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::service::Service;
use crate::sheet::{Sheet, Values};

/// Most scenarios of a table.
const MOST_SCENARIOS: usize = 8;

/// Which scenarios.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Comparison {
    /// Keys of 1 to 8 scenarios with commas between; `KEY@2` is version 2, else the newest that was run.
    ids: String,
    /// json, csv, arrow or parquet, for links; else the header Accept decides.
    #[serde(rename = "format")]
    #[param(rename = "format")]
    _format: Option<String>,
}

/// The result of a scenario and the rows of its report.
pub(crate) struct Compared {
    pub(crate) result: ScenarioResult,
    pub(crate) facts: Map<String, Value>,
    pub(crate) rows: Vec<Value>,
}

/// The scenarios that a list of keys names, each with a version or without.
pub(crate) fn named(ids: &str) -> Result<Vec<(String, Option<u64>)>, Problem> {
    let refused = |detail: String| Problem::new(Kind::NOTHING_TO_COMPARE, detail);
    let mut named = Vec::new();
    for id in ids.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        let entry = match id.split_once('@') {
            None => (id.to_owned(), None),
            Some((key, version)) => {
                let version = version.parse().map_err(|_| {
                    refused(format!("{id:?}: a version is a number, as in {key}@2"))
                })?;
                (key.to_owned(), Some(version))
            }
        };
        if named.contains(&entry) {
            return Err(refused(format!("{id:?} is named twice")));
        }
        named.push(entry);
    }
    if !(1..=MOST_SCENARIOS).contains(&named.len()) {
        let detail = format!("{} scenarios; name 1 to {MOST_SCENARIOS}", named.len());
        return Err(refused(detail));
    }
    Ok(named)
}

/// The results of scenarios.
pub(crate) async fn compared(
    service: &Service,
    named: &[(String, Option<u64>)],
) -> Result<Vec<Compared>, Problem> {
    let mut all = Vec::with_capacity(named.len());
    for (scenario, version) in named {
        let result = result_of(service, scenario, *version).await;
        let result = result.map_err(|problem| Problem {
            detail: format!("scenario {scenario:?}"),
            ..problem
        })?;
        let kept = kept(&result)?;
        let report = kept
            .tables
            .into_iter()
            .find(|it| it.name == SCENARIO_REPORT);
        let report = report.ok_or_else(|| Problem::failed(&"a result without its report"))?;
        all.push(Compared {
            rows: report.sheet().json_rows(),
            facts: kept.facts,
            result,
        });
    }
    Ok(all)
}

/// Compares scenarios with the city as it is: one row for each scenario, day, area and care type, with the
/// difference in staffed places, in cover (percentage points) and in the chance of a shortfall. Scenarios
/// with the same number `computed_from` were run on the same state.
#[utoipa::path(get, path = "/v1/scenarios:compare", tag = "scenarios", params(Comparison),
    responses((status = 200, body = Object)))]
pub(crate) async fn compare(
    service: Served,
    Asked(asked): Asked<Comparison>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = Format::choose(query.as_deref(), &headers)?;
    let all = compared(&service, &named(&asked.ids)?).await?;
    let scenarios: Vec<Value> = all
        .iter()
        .map(|it| {
            json!({
                "scenario": it.result.scenario,
                "version": it.result.version,
                "name": it.facts.get("name"),
                "known_on": it.facts.get("known_on"),
                "computed_from": it.result.sequence,
                "result_sha256": it.result.content_sha256,
            })
        })
        .collect();
    sheet(&all).answer(
        format,
        "comparison",
        |sheet| json!({"scenarios": scenarios, "rows": sheet.json_rows()}),
    )
}

/// Columns taken over from the reports as texts.
const TEXTS: [&str; 4] = ["date", "area", "area_name", "care_type"];

/// Columns of both sides with their difference: name, and digits after the point.
const NUMBERS: [(&str, i32); 4] = [
    ("staffed", 0),
    ("cover_p50_per_cent", 2),
    ("cover_p90_per_cent", 2),
    ("shortfall_probability", 3),
];

fn sheet(all: &[Compared]) -> Sheet {
    let rows: Vec<(&Compared, &Value)> = all
        .iter()
        .flat_map(|of| of.rows.iter().map(move |row| (of, row)))
        .collect();
    let texts = |of: &dyn Fn(&Compared, &Value) -> String| {
        Values::Text(rows.iter().map(|(all, row)| of(all, row)).collect())
    };
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut sheet = Sheet::default()
        .column("scenario", texts(&|of, _| of.result.scenario.clone()))
        .column("version", texts(&|of, _| of.result.version.to_string()));
    for name in TEXTS {
        sheet = sheet.column(name, texts(&|_, row| text(row, name)));
    }
    let number = |of: &dyn Fn(&Value) -> Option<f64>| {
        Values::Number(rows.iter().map(|(_, row)| of(row)).collect())
    };
    sheet = sheet.column("demand_p50", number(&|row| row["demand_p50"].as_f64()));
    for (name, digits) in NUMBERS {
        let (before, after) = (format!("baseline_{name}"), format!("scenario_{name}"));
        let difference = number(&|row| difference(row, &before, &after, digits));
        sheet = sheet
            .column(
                before.as_str(),
                number(&|row| row[before.as_str()].as_f64()),
            )
            .column(after.as_str(), number(&|row| row[after.as_str()].as_f64()))
            .column(format!("difference_{name}"), difference);
    }
    for name in ["baseline_light", "scenario_light"] {
        sheet = sheet.column(name, texts(&|_, row| text(row, name)));
    }
    sheet
}

fn difference(row: &Value, before: &str, after: &str, digits: i32) -> Option<f64> {
    let unit = 10_f64.powi(digits);
    let difference = row[after].as_f64()? - row[before].as_f64()?;
    Some((difference * unit).round() / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_each_scenario_once_and_not_too_many() {
        let two = named("a, b@3").unwrap();
        assert_eq!(two, [("a".to_owned(), None), ("b".to_owned(), Some(3))]);
        for wrong in ["", ",", "a,a", "a@x", "a,b,c,d,e,f,g,h,i"] {
            let kind = named(wrong).unwrap_err().kind;
            assert_eq!(kind, Kind::NOTHING_TO_COMPARE, "{wrong}");
        }
        assert!(named("a@1,a@2").is_ok(), "two versions of one scenario");
    }
}
