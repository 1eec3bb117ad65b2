//! `/v1/statistics`: official extracts as single records, for `city.statistics` and nobody else
//! (§ 103 SGB VIII). Every answer is logged with its purpose and the hash of what went out.

mod differences;
mod extract;
mod notices;

use domain::ReferenceDate;
use jiff::civil::Date;
use serde::Deserialize;
use store::Export;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::analysis::ExtractForm;
use crate::service::Service;
use crate::vocabulary::Day;

pub(super) fn routes() -> OpenApiRouter<std::sync::Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(extract::show))
        .routes(routes!(extract::file))
        .routes(routes!(differences::show))
        .routes(routes!(notices::show))
}

/// What single records may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// Delivery to the statistical office of the state, §§ 98 to 103 SGB VIII.
    FederalStatistics,
    /// Report for the state grant, § 18 SächsKitaG.
    StateGrant,
    /// Statistics of the municipality, § 103(2) SGB VIII.
    MunicipalStatistics,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::FederalStatistics => "federal_statistics",
            Self::StateGrant => "state_grant",
            Self::MunicipalStatistics => "municipal_statistics",
        }
    }

    /// An entry of the access log.
    fn export(self, content_sha256: String, persons: u64, records: u64) -> Export {
        Export {
            purpose: self.as_str().to_owned(),
            content_sha256,
            persons,
            records,
        }
    }
}

/// Form of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FormName {
    /// CSV, one file per facility and one of all.
    #[default]
    Csv,
    /// DatML/RAW 2.0.
    Datml,
}

impl FormName {
    const fn form(self) -> ExtractForm {
        match self {
            Self::Csv => ExtractForm::Csv,
            Self::Datml => ExtractForm::Datml,
        }
    }
}

/// Which extract, and what for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExtractQuestion {
    /// The day counted: 1 March for the federal, 1 April for the state extract.
    #[param(value_type = Day)]
    reference_date: Date,
    /// Contract versions known on this day count; the reference date if absent.
    #[param(value_type = Option<Day>)]
    known_on: Option<Date>,
    /// What the records are for.
    #[param(inline)]
    purpose: Purpose,
    /// Form of the files.
    #[serde(default)]
    #[param(inline)]
    format: FormName,
}

impl ExtractQuestion {
    fn reference(&self) -> ReferenceDate {
        ReferenceDate::new(self.reference_date)
    }

    fn known_on(&self) -> Date {
        self.known_on.unwrap_or(self.reference_date)
    }
}
