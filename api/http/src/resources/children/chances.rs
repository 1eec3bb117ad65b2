//! `GET /v1/children/{child}/chances`: what a family may expect of its wishes.

use axum::Json;
use domain::{ApplicationId, CareType, ChildId, FacilityId};
use jiff::civil::Date;
use matching::{CalibrationBin, Chance, ChanceBand};
use serde::{Deserialize, Serialize};
use store::ProcedureStore;
use utoipa::{IntoParams, ToSchema};

use crate::analysis::{ChanceBasis, ChancesOfChild, LaterFrom, WishChances};
use crate::asked::{Asked, KeyOf};
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::vocabulary::{CareTypeName, Day, Key};

/// For when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChancesAsked {
    /// First day of care; by default the month of the earliest start wished.
    #[param(value_type = Option<Day>)]
    starts_on: Option<Date>,
}

/// The chances of a child's wishes. No other child is named or counted one by one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChildChances)]
pub(crate) struct ChancesView {
    #[schema(value_type = Key)]
    child: ChildId,
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Number of the change they were computed from.
    computed_from: u64,
    /// Open applications, best wish first.
    wishes: Vec<WishView>,
    /// Chance of any of the places wished for; null if no wish takes part.
    any_place: Option<ChanceView>,
    assumptions: AssumptionsView,
    check: CheckView,
}

/// A wish and its chances.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WishChances)]
pub(crate) struct WishView {
    #[schema(value_type = Key)]
    application: ApplicationId,
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// 1 = best wish.
    rank: u32,
    /// Chance of a place exactly here; null if the wish takes no part.
    here: Option<ChanceView>,
    /// Chance of a place here or at a better wish; null if the wish takes no part.
    here_or_better: Option<ChanceView>,
    /// Why it takes no part, in the words of suggestion lists, for example `offered`; null if it does.
    reason: Option<&'static str>,
}

/// A chance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chance)]
pub(crate) struct ChanceView {
    /// Whole per cent, 1 to 99.
    percent: u8,
    /// `hardly_any` (under 5), `low` (under 25), `fair` (under 50), `good` (under 75), `high` (under 95)
    /// or `almost_sure`.
    #[schema(value_type = String)]
    band: ChanceBand,
}

/// What was assumed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChanceAssumptions)]
pub(crate) struct AssumptionsView {
    /// Times the rest of the season was drawn; bounded, fewer in a larger city.
    draws: u32,
    /// Applicants expected until the first day of care, drawn like those of today.
    later_applicants: f64,
    /// `last_year`: as many as came in the same days a year before; `rate_so_far`: as many a day as so far.
    later_from: &'static str,
    /// How uncertain that number is, as a share of it.
    uncertainty: f64,
}

/// How the statements were checked: a part of today's children was hidden, the same statements were made
/// about the others, and compared with what the round of all of them gives.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChanceCheck)]
pub(crate) struct CheckView {
    /// Statements compared.
    statements: u64,
    /// Mean distance of the chance stated and the share that came true, 0 to 1.
    calibration_error: f64,
    /// Mean squared distance; 0.25 is what a coin gives.
    brier_score: f64,
    /// Statements of about the same chance.
    bins: Vec<BinView>,
    /// The check in one sentence.
    summary_de: String,
    /// The check in one sentence.
    summary_en: String,
}

/// Statements of about the same chance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChanceCheckBin)]
pub(crate) struct BinView {
    /// From this many per cent on.
    from_percent: u8,
    /// To below this many per cent.
    to_percent: u8,
    statements: u64,
    came_true: u64,
}

/// Shows the chances of a child's open applications, best wish first.
///
/// For the portal and the mediation office. Takes seconds in a large city and is kept for the next
/// question about the same state; nothing is stored. The chances hold if later applicants are like
/// those of today; they are no promise.
#[utoipa::path(get, path = "/v1/children/{child}/chances", tag = "children",
    params(ChancesAsked), responses((status = 200, body = ChancesView)))]
pub(crate) async fn chances(
    service: Served,
    KeyOf(child): KeyOf<ChildId>,
    Asked(asked): Asked<ChancesAsked>,
) -> Result<Json<ChancesView>, Problem> {
    if service.store.child_file(&child).await?.is_none() {
        return Err(Problem::not_found());
    }
    let today = service.clock.today();
    let computed = service.analyse(move |analyses, snapshot| {
        analyses.chances(snapshot, &child, asked.starts_on, today)
    });
    let Some(found) = computed.await? else {
        let detail =
            "the child has no open application, so there is nothing to expect; hand one in";
        return Err(Problem::new(Kind::NO_OPEN_APPLICATION, detail));
    };
    Ok(Json(found.into()))
}

impl From<ChancesOfChild> for ChancesView {
    fn from(found: ChancesOfChild) -> Self {
        let basis = found.basis.as_ref();
        Self {
            child: found.child,
            starts_on: found.starts_on,
            computed_from: basis.computed_from,
            wishes: found.wishes.into_iter().map(Into::into).collect(),
            any_place: found.any_place.map(Into::into),
            assumptions: AssumptionsView {
                draws: basis.draws,
                later_applicants: basis.later.round(),
                later_from: match basis.later_from {
                    LaterFrom::LastYear => "last_year",
                    LaterFrom::RateSoFar => "rate_so_far",
                },
                uncertainty: basis.uncertainty,
            },
            check: basis.into(),
        }
    }
}

impl From<WishChances> for WishView {
    fn from(wish: WishChances) -> Self {
        let (here, here_or_better) = wish.chances.unzip();
        Self {
            application: wish.application,
            facility: wish.facility,
            care_type: wish.care_type,
            rank: wish.rank,
            here: here.map(Into::into),
            here_or_better: here_or_better.map(Into::into),
            reason: (!wish.why_none.is_empty()).then_some(wish.why_none),
        }
    }
}

impl From<Chance> for ChanceView {
    fn from(chance: Chance) -> Self {
        Self {
            percent: chance.percent,
            band: chance.band,
        }
    }
}

/// Hundredths of a share from 0 to 1: the cast is exact.
fn percent(share: f64) -> u8 {
    (share * 100.0).round().clamp(0.0, 100.0) as u8
}

impl From<&ChanceBasis> for CheckView {
    fn from(basis: &ChanceBasis) -> Self {
        let check = &basis.check;
        let points = (check.calibration_error * 100.0).round();
        let statements = check.statements;
        Self {
            statements,
            calibration_error: check.calibration_error,
            brier_score: check.brier_score,
            bins: check.bins.iter().map(bin).collect(),
            summary_de: format!(
                "{statements} solche Aussagen über Kinder von heute wurden mit dem verglichen, was eintrat: im Mittel lagen sie {points} Prozentpunkte daneben."
            ),
            summary_en: format!(
                "{statements} such statements about children of today were compared with what came true: on average they were {points} percentage points off."
            ),
        }
    }
}

fn bin(bin: &CalibrationBin) -> BinView {
    BinView {
        from_percent: percent(bin.from),
        to_percent: percent(bin.to),
        statements: bin.statements,
        came_true: bin.came_true,
    }
}
