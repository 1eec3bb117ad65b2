//! `POST /v1/legal-claims:propose`: the phase after the round that moves nobody.

use axum::Json;
use domain::{CareType, ChildId, FacilityId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::analysis::{LegalClaimPhase, ProposedSeat};
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::vocabulary::{CareTypeName, Day, Key};
use crate::written::Write;

/// What courts accept, in minutes of one way.
const USUAL_MINUTES: u32 = 30;
/// Longest way looked at, in minutes.
const LONGEST_MINUTES: u32 = 120;

/// What is to be proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimAsked {
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// First day of care the places are looked at for.
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Most minutes of one way, 0 to 120; 30 if absent.
    limit_minutes: Option<u32>,
    /// Seed of the lottery that decides between equals.
    #[serde(default)]
    seed: u64,
}

/// Free seats proposed to children without a place. Nobody is moved, nothing is offered: a person
/// decides on each.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LegalClaimPhase)]
pub(crate) struct ClaimView {
    /// `legal_claim`: these are no suggestions of the round.
    phase: &'static str,
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Number of the change it was computed from.
    computed_from: u64,
    #[schema(value_type = Vec<CareTypeName>)]
    care_types: Vec<CareType>,
    limit_minutes: u32,
    /// By child; one at most for each.
    proposals: Vec<ProposalView>,
    /// Children without a place after the round and without an offer.
    unplaced_before: u64,
    /// Of these, children without a proposal too.
    unplaced_after: u64,
    /// Seats of the care types that are free after the round.
    free_seats_before: u64,
    /// Of these, seats that are not proposed.
    free_seats_after: u64,
    /// Free seats left alone because an unplaced child has applied for them.
    withheld_seats: u64,
    /// Children whose home area has no known centre: nothing can be proposed to them.
    without_home: u64,
    /// How minutes are estimated.
    ways: &'static str,
}

/// A free seat proposed to a child.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LegalClaimProposal)]
pub(crate) struct ProposalView {
    #[schema(value_type = Key)]
    child: ChildId,
    /// A facility it has not applied to.
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// Minutes of one way, as estimated.
    minutes: u32,
}

/// How ways are reckoned: addresses are the portal's.
const WAYS: &str = "from the centre of the home area in a straight line, lengthened by 1.3, at 15 km/h from door to door";

/// Proposes free, suitable seats within the travel time to children that the round leaves without one.
#[utoipa::path(post, path = "/v1/legal-claims:propose", tag = "suggestions",
    request_body = ClaimAsked, responses((status = 200, body = ClaimView)))]
pub(crate) async fn propose(
    service: Served,
    write: Write<ClaimAsked>,
) -> Result<Json<ClaimView>, Problem> {
    let asked = &write.body;
    let limit_minutes = asked.limit_minutes.unwrap_or(USUAL_MINUTES);
    if limit_minutes > LONGEST_MINUTES {
        let detail = format!("{limit_minutes} minutes: give 0 to {LONGEST_MINUTES}");
        return Err(Problem::field(Kind::WRONG_VALUE, "limit_minutes", detail));
    }
    let (care_type, starts_on, seed) = (asked.care_type, asked.starts_on, asked.seed);
    let today = write.envelope.today;
    let computed = service.analyse(move |analyses, snapshot| {
        analyses.legal_claim(snapshot, care_type, starts_on, today, limit_minutes, seed)
    });
    Ok(Json(view(computed.await?, starts_on)))
}

fn view(phase: LegalClaimPhase, starts_on: Date) -> ClaimView {
    let figures = phase.figures;
    ClaimView {
        phase: "legal_claim",
        starts_on,
        computed_from: phase.computed_from,
        care_types: phase.care_types,
        limit_minutes: figures.limit_minutes,
        proposals: phase.proposals.into_iter().map(Into::into).collect(),
        unplaced_before: figures.unplaced_before,
        unplaced_after: figures.unplaced_after,
        free_seats_before: figures.free_seats_before,
        free_seats_after: figures.free_seats_after,
        withheld_seats: figures.withheld_seats,
        without_home: phase.without_home,
        ways: WAYS,
    }
}

impl From<ProposedSeat> for ProposalView {
    fn from(seat: ProposedSeat) -> Self {
        Self {
            child: seat.child,
            facility: seat.facility,
            care_type: seat.care_type,
            minutes: seat.minutes,
        }
    }
}
