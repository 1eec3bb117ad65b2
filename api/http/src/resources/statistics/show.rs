//! `GET /v1/statistics/{table}`: a table of a month.

use axum::extract::RawQuery;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Month;
use reporting::{StatisticsKind, StatisticsMonth, StatisticsTable};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tables::ColumnValues;
use utoipa::IntoParams;

use crate::analysis::StatisticsWanted;
use crate::asked::{Asked, KeyOf};
use crate::negotiation::Format;
use crate::problem::Problem;
use crate::resources::Served;
use crate::sheet::{Sheet, Values, answer};
use crate::vocabulary::{CalendarMonth, StatisticsOfAMonth};

/// Which month, as known when, in which format.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsQuestion {
    /// The month, whose 1st counts; this month if absent.
    #[param(value_type = Option<CalendarMonth>)]
    month: Option<Month>,
    /// As known on the 1st of this month; as first published if absent.
    #[param(value_type = Option<CalendarMonth>)]
    version: Option<Month>,
    /// json, csv, arrow or parquet, for links; else the header Accept decides.
    #[serde(rename = "format")]
    #[param(rename = "format")]
    _format: Option<String>,
}

/// Shows a table of the standing set: places as they are, children as released.
#[utoipa::path(get, path = "/v1/statistics/{table}", tag = "statistics", params(StatisticsQuestion),
    responses((status = 200, description = "The table", content(
        (StatisticsOfAMonth = "application/json"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.apache.arrow.stream"),
        (Vec<u8> = "application/vnd.apache.parquet"),
    ))))]
pub(crate) async fn show(
    service: Served,
    KeyOf(name): KeyOf<String>,
    Asked(question): Asked<StatisticsQuestion>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let kind = StatisticsKind::of_name(&name).ok_or_else(|| Problem::unknown("table", &name))?;
    let format = Format::choose(query.as_deref(), &headers)?;
    let today = service.clock.today();
    let month = question.month.unwrap_or(Month::of(today));
    let wanted = StatisticsWanted::new(month, question.version, today)?;
    let (_, made) = service.released(wanted).await?;
    let note = service.analyses.statistics_note();
    let body = body(&made, made.table(kind), &note, format)?;
    let digest = Sha256::digest(&body);
    let tag: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        answer(format, &format!("{name}-{month}"), body)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

fn body(
    made: &StatisticsMonth,
    table: &StatisticsTable,
    note: &disclosure::Label,
    format: Format,
) -> Result<Vec<u8>, Problem> {
    let policy = made
        .released()
        .next()
        .map(|(_, table)| table.policy().version());
    match format {
        Format::Json => {
            let kind = table.kind();
            let document = json!({
                "table": kind.name(),
                "title": kind.title(),
                "definition": kind.definition(),
                "month": made.month(),
                "known_on": made.known_on(),
                "version": made.version(),
                "policy_version": policy,
                "method_note": note,
                "rows": table,
            });
            serde_json::to_vec(&document).map_err(|error| Problem::failed(&error))
        }
        Format::Arrow => sheet(table)
            .fact("month", made.month().to_string())
            .fact("known_on", made.known_on().to_string())
            .fact("method_note_de", note.de.clone())
            .fact("method_note_en", note.en.clone())
            .arrow_stream()
            .map_err(|error| Problem::failed(&error)),
        Format::Csv | Format::Parquet => {
            let format = if format == Format::Csv {
                tables::Format::Csv
            } else {
                tables::Format::Parquet
            };
            let mut file = Vec::new();
            let written = table.write(format, &mut file);
            written.map_err(|error| Problem::failed(&error))?;
            Ok(file)
        }
    }
}

/// The table for an Arrow stream, in which a missing text is an empty one.
fn sheet(table: &StatisticsTable) -> Sheet {
    let mut sheet = Sheet::default();
    for (name, values) in table.columns() {
        let values = match values {
            ColumnValues::Text(texts) => {
                Values::Text(texts.into_iter().map(Option::unwrap_or_default).collect())
            }
            ColumnValues::Whole(numbers) => Values::Whole(numbers),
            ColumnValues::Number(numbers) => Values::Number(numbers),
        };
        sheet = sheet.column(name, values);
    }
    sheet
}
