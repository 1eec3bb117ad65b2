//! `POST /v1/children`: a child is entered under a pseudonym.

use axum::response::Response;
use domain::procedure::{Child, ChildFacts, Command, Sex, SiblingsRule};
use domain::{AreaId, ChildId, HouseholdId};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::resources::{Served, fresh};
use crate::vocabulary::{Day, Key, SexName, SiblingsRuleName};
use crate::written::{Write, Written, answer};

/// What the criteria need to know of a child. Anything else is refused (P18).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChild {
    /// The pseudonym; made if absent.
    #[schema(value_type = Option<Key>)]
    child: Option<ChildId>,
    /// Household; siblings share one. Made if absent.
    #[schema(value_type = Option<Key>)]
    household: Option<HouseholdId>,
    #[schema(value_type = Day)]
    birth_date: Date,
    #[schema(value_type = SexName)]
    sex: Sex,
    /// Home area, the smallest.
    #[schema(value_type = Key)]
    area: AreaId,
    /// Municipality key (AGS) of residence.
    municipality: u32,
    /// One custodian.
    single_custodian: bool,
    /// All custodians work, study or look for work.
    custodians_working: bool,
    /// Needs an inclusion place.
    #[serde(default)]
    inclusion_place: bool,
    /// Class attended, 1 to 13; absent before school.
    school_class: Option<u8>,
    /// How it is to be placed beside its brothers and sisters of the household.
    #[serde(default)]
    #[schema(value_type = Option<SiblingsRuleName>)]
    siblings: SiblingsRule,
}

/// Nothing about a child is printed.
impl std::fmt::Debug for NewChild {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewChild").finish_non_exhaustive()
    }
}

/// Enters a child.
#[utoipa::path(post, path = "/v1/children", tag = "children", request_body = NewChild,
    responses((status = 201, body = Written)))]
pub(crate) async fn create(service: Served, write: Write<NewChild>) -> Result<Response, Problem> {
    let body = &write.body;
    let id = match &body.child {
        Some(given) => given.clone(),
        None => fresh()?,
    };
    let household = match &body.household {
        Some(given) => given.clone(),
        None => fresh()?,
    };
    let facts = ChildFacts {
        household,
        birth_date: body.birth_date,
        sex: body.sex,
        area: body.area.clone(),
        municipality: body.municipality,
        single_custodian: body.single_custodian,
        custodians_working: body.custodians_working,
        inclusion_place: body.inclusion_place,
        school_class: body.school_class,
        siblings: body.siblings,
    };
    let child = Child { id, facts };
    let receipt = write
        .perform(&service, &Command::RegisterChild { child })
        .await?;
    answer(&service, &write.caller, &receipt).await
}
