//! `GET /v1/statistics/extracts/{extract}/differences`: what changed, and why.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::{FacilityId, ReferenceDate};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Purpose;
use crate::access::{Exported, hexadecimal};
use crate::analysis::{Differing, ExtractKind};
use crate::asked::{Asked, KeyOf};
use crate::problem::Problem;
use crate::resources::Served;
use crate::vocabulary::{Day, Key};

/// Which two runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DifferenceQuestion {
    /// The day counted.
    #[param(value_type = Day)]
    reference_date: Date,
    /// The earlier day of knowledge; the reference date if absent.
    #[param(value_type = Option<Day>)]
    earlier: Option<Date>,
    /// The later day of knowledge; today if absent.
    #[param(value_type = Option<Day>)]
    later: Option<Date>,
    /// What the records are for.
    #[param(inline)]
    purpose: Purpose,
}

/// What differs between two days of knowledge.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExtractDifferences)]
pub(crate) struct DifferencesView {
    #[schema(value_type = Day)]
    earlier: Date,
    #[schema(value_type = Day)]
    later: Date,
    /// Of the state extract: later minus earlier, nine-hour equivalents, four decimals.
    nine_hour_equivalents: Option<String>,
    differences: Vec<DifferenceView>,
}

/// A contract that counts otherwise.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExtractDifference)]
pub(crate) struct DifferenceView {
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = Key)]
    contract: String,
    version: u32,
    #[schema(value_type = Day)]
    recorded_on: Date,
    /// Why, in words.
    cause: String,
    /// Why, in German.
    cause_de: String,
    /// Of the state extract: later minus earlier, four decimals.
    nine_hour_equivalents: Option<String>,
}

fn views(found: &Differing) -> (Vec<DifferenceView>, Option<String>) {
    match found {
        Differing::State(found) => {
            let change: i64 = found.iter().map(|it| it.thirty_sixths).sum();
            let change = reporting::Fraction::new(i128::from(change), 36);
            let views = found.iter().map(|it| {
                let (cause_de, cause) = it.words();
                DifferenceView {
                    facility: it.facility.clone(),
                    contract: it.contract.clone(),
                    version: it.version,
                    recorded_on: it.recorded_on,
                    cause,
                    cause_de,
                    nine_hour_equivalents: Some(it.equivalents()),
                }
            });
            (views.collect(), change.map(|change| change.decimals(4)))
        }
        Differing::Federal(found) => {
            let views = found.iter().map(|it| {
                let columns: Vec<&str> = it.columns.iter().map(|(column, ..)| *column).collect();
                let columns = columns.join(", ");
                let (cause_de, cause) = match it.records {
                    1 => ("zählt neu".to_owned(), "counts now".to_owned()),
                    -1 => ("zählt nicht mehr".to_owned(), "no longer counts".to_owned()),
                    _ => (
                        format!("geändert: {columns}"),
                        format!("changed: {columns}"),
                    ),
                };
                DifferenceView {
                    facility: it.facility.clone(),
                    contract: it.contract.clone(),
                    version: it.version,
                    recorded_on: it.recorded_on,
                    cause,
                    cause_de,
                    nine_hour_equivalents: None,
                }
            });
            (views.collect(), None)
        }
    }
}

/// Names every contract that counts otherwise than it was known on an earlier day, with the cause.
#[utoipa::path(get, path = "/v1/statistics/extracts/{extract}/differences", tag = "statistics",
    params(DifferenceQuestion), responses((status = 200, body = DifferencesView)))]
pub(crate) async fn show(
    service: Served,
    KeyOf(kind): KeyOf<ExtractKind>,
    Asked(question): Asked<DifferenceQuestion>,
) -> Result<Response, Problem> {
    let reference = ReferenceDate::new(question.reference_date);
    let earlier = question.earlier.unwrap_or(question.reference_date);
    let later = question.later.unwrap_or_else(|| service.clock.today());
    let found = service.analyse(move |analyses, snapshot| {
        analyses.extract_differences(snapshot, kind, reference, (earlier, later))
    });
    let (differences, nine_hour_equivalents) = views(&found.await?);
    let count = differences.len() as u64;
    let view = DifferencesView {
        earlier,
        later,
        nine_hour_equivalents,
        differences,
    };
    let body = serde_json::to_vec(&view).map_err(|error| Problem::failed(&error))?;
    let hash = {
        use sha2::{Digest as _, Sha256};
        hexadecimal(&Sha256::digest(&body))
    };
    let mut response = Json(view).into_response();
    let export = question.purpose.export(hash, count, count);
    response.extensions_mut().insert(Exported(export));
    Ok(response)
}
