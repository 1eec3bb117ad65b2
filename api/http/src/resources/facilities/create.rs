//! `POST /v1/facilities`: a facility is entered, possibly long before it opens (K43).

use axum::response::Response;
use domain::procedure::{Command, FacilityRegistration, Operation};
use domain::{AreaId, FacilityFacts, FacilityId, FacilityKind, Licence, Location, ProviderId};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::LicenceSpan;
use crate::problem::{Kind, Problem};
use crate::resources::{Served, fresh};
use crate::vocabulary::{Day, FacilityKindName, Key};
use crate::written::{Write, Written, answer};

/// A facility to be entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFacility {
    /// The key; made if absent.
    #[schema(value_type = Option<Key>)]
    facility: Option<FacilityId>,
    #[schema(value_type = Key)]
    provider: ProviderId,
    /// Name on pages; of a childminder site no person's name.
    name: String,
    #[schema(value_type = FacilityKindName)]
    kind: FacilityKind,
    /// Small area it lies in.
    #[schema(value_type = Key)]
    area: AreaId,
    /// Degrees north, WGS 84.
    latitude: f64,
    /// Degrees east, WGS 84.
    longitude: f64,
    /// First day of operation; may lie in the future.
    #[schema(value_type = Day)]
    opens_on: Date,
    #[schema(value_type = Option<Day>)]
    closes_on: Option<Date>,
    /// Whether the needs plan lists it (K11).
    in_needs_plan: bool,
    /// Spans of the operating licence.
    #[serde(default)]
    licences: Vec<LicenceSpan>,
    /// Number of groups; 0 = no group structure.
    #[serde(default)]
    groups: u32,
    /// Hours of the day.
    #[serde(default = "usual_opening")]
    opening_hour: f64,
    /// Hours of the day.
    #[serde(default = "usual_closing")]
    closing_hour: f64,
    /// Closing days a year.
    #[serde(default)]
    closing_days: u32,
}

/// 6:00.
const fn usual_opening() -> f64 {
    6.0
}

/// 17:00.
const fn usual_closing() -> f64 {
    17.0
}

impl NewFacility {
    fn registration(&self) -> Result<FacilityRegistration, Problem> {
        let location = Location::new(self.latitude, self.longitude);
        let location = location
            .map_err(|error| Problem::field(Kind::WRONG_VALUE, "latitude", error.to_string()))?;
        let licences = self.licences.iter().map(|span| Licence {
            valid_from: span.valid_from,
            valid_to: span.valid_to,
        });
        let id = match &self.facility {
            Some(given) => given.clone(),
            None => fresh()?,
        };
        Ok(FacilityRegistration {
            facts: FacilityFacts {
                id,
                provider: self.provider.clone(),
                kind: self.kind,
                area: self.area.clone(),
                location,
                opens_on: self.opens_on,
                closes_on: self.closes_on,
                in_needs_plan: self.in_needs_plan,
                licences: licences.collect(),
            },
            name: self.name.clone(),
            operation: Operation {
                groups: self.groups,
                opening_hour: self.opening_hour,
                closing_hour: self.closing_hour,
                closing_days: self.closing_days,
            },
        })
    }
}

/// Enters a facility.
#[utoipa::path(post, path = "/v1/facilities", tag = "facilities", request_body = NewFacility,
    responses((status = 201, body = Written)))]
pub(crate) async fn create(
    service: Served,
    write: Write<NewFacility>,
) -> Result<Response, Problem> {
    let command = Command::RegisterFacility(write.body.registration()?);
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}
