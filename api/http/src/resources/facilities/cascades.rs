//! `GET /v1/facilities/{facility}/cascades`: freed places, what became of them, and who would move up
//! (K40).

use axum::Json;
use domain::procedure::{FreedPlaceCause, FreedPlaceOutcome, OfferState};
use domain::{CareType, ChildId, ContractId, FacilityId, FreedPlaceId, OfferId};
use jiff::civil::Date;
use matching::ChainDays;
use serde::{Deserialize, Serialize};
use store::{FreedPlaceRecord, ProcedureStore};
use utoipa::{IntoParams, ToSchema};

use crate::access::Caller;
use crate::analysis::{CascadePreview, ChainPlace, DaysFrom};
use crate::asked::{Asked, KeyOf};
use crate::problem::Problem;
use crate::resources::Served;
use crate::service::Service;
use crate::vocabulary::{CareTypeName, Day, Key};

/// Seed of the lottery of the preview: that of a round where none is asked for.
const SEED: u64 = 0;

/// Which place the preview is for; the oldest waiting freed place if absent.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PreviewAsked {
    #[param(value_type = Option<CareTypeName>)]
    care_type: Option<CareType>,
    /// First day the place is free.
    #[param(value_type = Option<Day>)]
    starts_on: Option<Date>,
}

/// The freed places of a facility and who would move up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cascades {
    #[schema(value_type = Key)]
    facility: FacilityId,
    /// Oldest first.
    freed_places: Vec<FreedPlaceView>,
    /// Null where no place waits and none was asked about.
    preview: Option<PreviewView>,
}

/// A freed place with its chain: what freed it, the offer that followed, the contract of that.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = FreedPlace)]
pub(crate) struct FreedPlaceView {
    #[schema(value_type = Key)]
    freed_place: FreedPlaceId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = Day)]
    free_from: Date,
    cause: FreedByView,
    /// Number of the change that freed it.
    freed_sequence: u64,
    /// What became of it; null while it waits.
    outcome: Option<OutcomeView>,
    /// Number of the change that closed it.
    closed_sequence: Option<u64>,
    /// Where the offer stands that followed.
    offer_state: Option<String>,
    /// The contract that came of the offer.
    #[schema(value_type = Option<Key>)]
    contract: Option<ContractId>,
}

/// Why a place became free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "cause")]
#[schema(as = FreedPlaceCause)]
pub(crate) enum FreedByView {
    /// An offer closed without a contract.
    OfferClosed {
        #[schema(value_type = Key)]
        offer: OfferId,
    },
    /// A contract ends earlier than it was to, or never began.
    ContractShortened {
        #[schema(value_type = Key)]
        contract: ContractId,
    },
}

/// What became of a freed place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "outcome")]
#[schema(as = FreedPlaceOutcome)]
pub(crate) enum OutcomeView {
    /// It was offered again.
    Offered {
        #[schema(value_type = Key)]
        offer: OfferId,
    },
    /// Nobody waits for it.
    NobodyWaits,
}

/// Who would move, one after the other, if the place were given; nothing is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CascadePreview)]
pub(crate) struct PreviewView {
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    #[schema(value_type = Day)]
    starts_on: Date,
    /// Number of the change it was computed from.
    computed_from: u64,
    /// Whether a place is free there now; else the chain says what if one became free.
    is_free_now: bool,
    /// In order: each takes the place that the one before gave up.
    moves: Vec<MoveView>,
    /// Where a place stays free in the end; null if a child without a place took the last one.
    free_in_the_end: Option<PlaceView>,
    /// Days from the free place until the last move is answered.
    days: DaysView,
    /// What the days are reckoned from.
    days_from: DaysFromView,
}

/// Days from the free place to a point of the chain; every family is taken to accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChainDays)]
pub(crate) struct DaysView {
    /// Half of such chains are that far within this many days.
    median: u32,
    /// 95 of 100 are.
    p95: u32,
}

/// What expected days are reckoned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "from")]
#[schema(as = ChainDaysFrom)]
pub(crate) enum DaysFromView {
    /// The days between offers of the last two years and their answers.
    Answers {
        /// Number of offers.
        offers: usize,
    },
    /// The time that offers gave, as if everybody took all of it: there are fewer than 20 answers.
    Deadlines {
        /// Number of offers.
        offers: usize,
    },
    /// Two weeks for each answer: there is no offer so far.
    Assumed,
}

impl From<ChainDays> for DaysView {
    fn from(days: ChainDays) -> Self {
        Self {
            median: days.median,
            p95: days.p95,
        }
    }
}

impl From<DaysFrom> for DaysFromView {
    fn from(from: DaysFrom) -> Self {
        match from {
            DaysFrom::Answers { offers } => Self::Answers { offers },
            DaysFrom::Deadlines { offers } => Self::Deadlines { offers },
            DaysFrom::Assumed => Self::Assumed,
        }
    }
}

/// One child moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChainMove)]
pub(crate) struct MoveView {
    /// The child; null for a provider where the child moves up elsewhere.
    #[schema(value_type = Option<Key>)]
    child: Option<ChildId>,
    /// The place it would give up, by open offer or contract.
    from: Option<PlaceView>,
    /// The place it would take.
    to: PlaceView,
    /// Rank of the wish; null where the child is.
    rank: Option<u32>,
    /// Days from the free place until this move is answered.
    days: DaysView,
}

/// A place of a facility and care type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChainPlace)]
pub(crate) struct PlaceView {
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
}

impl From<ChainPlace> for PlaceView {
    fn from(place: ChainPlace) -> Self {
        Self {
            facility: place.facility,
            care_type: place.care_type,
        }
    }
}

/// A provider sees the whole chain of places, and which child it is at its own facilities only.
async fn preview_view(
    service: &Service,
    caller: &Caller,
    chain: CascadePreview,
) -> Result<PreviewView, Problem> {
    let mut moves = Vec::with_capacity(chain.moves.len());
    for step in chain.moves {
        let provider = service.provider_of(&step.to.facility).await?;
        let is_shown = provider.is_some_and(|provider| caller.may_act_for(&provider));
        moves.push(MoveView {
            child: is_shown.then_some(step.child),
            from: step.from.map(Into::into),
            to: step.to.into(),
            rank: is_shown.then_some(step.rank),
            days: step.days.into(),
        });
    }
    Ok(PreviewView {
        care_type: chain.care_type,
        starts_on: chain.starts_on,
        computed_from: chain.computed_from,
        is_free_now: chain.is_free_now,
        moves,
        free_in_the_end: chain.free_in_the_end.map(Into::into),
        days: chain.days.into(),
        days_from: chain.days_from.into(),
    })
}

/// Shows the freed places of a facility; those of another provider are refused.
#[utoipa::path(get, path = "/v1/facilities/{facility}/cascades", tag = "suggestions",
    params(PreviewAsked), responses((status = 200, body = Cascades)))]
pub(crate) async fn cascades(
    service: Served,
    caller: Caller,
    KeyOf(facility): KeyOf<FacilityId>,
    Asked(asked): Asked<PreviewAsked>,
) -> Result<Json<Cascades>, Problem> {
    caller.require_facility(&service, &facility).await?;
    let records = service.store.freed_places(Some(&facility)).await?;
    let waiting = records.iter().find(|record| record.outcome.is_none());
    let waiting = waiting.map(|record| &record.freed_place);
    let care_type = asked.care_type.or(waiting.map(|place| place.care_type));
    let today = service.clock.today();
    let starts_on = asked.starts_on.or(waiting.map(|place| place.free_from));
    let preview = match care_type {
        None => None,
        Some(care_type) => {
            let facility = facility.clone();
            let starts_on = starts_on.unwrap_or(today).max(today);
            let chain = service.analyse(move |analyses, snapshot| {
                analyses.cascade_preview(snapshot, &facility, care_type, starts_on, today, SEED)
            });
            Some(preview_view(&service, &caller, chain.await?).await?)
        }
    };
    let mut freed_places = Vec::with_capacity(records.len());
    for record in records {
        freed_places.push(view(&service, record).await?);
    }
    Ok(Json(Cascades {
        facility,
        freed_places,
        preview,
    }))
}

async fn view(service: &Service, record: FreedPlaceRecord) -> Result<FreedPlaceView, Problem> {
    let place = record.freed_place;
    let (offer_state, contract) = match &record.outcome {
        Some(FreedPlaceOutcome::Offered { offer }) => standing(service, offer).await?,
        Some(FreedPlaceOutcome::NobodyWaits) | None => (None, None),
    };
    Ok(FreedPlaceView {
        freed_place: place.id,
        care_type: place.care_type,
        free_from: place.free_from,
        cause: match place.cause {
            FreedPlaceCause::OfferClosed { offer } => FreedByView::OfferClosed { offer },
            FreedPlaceCause::ContractShortened { contract } => {
                FreedByView::ContractShortened { contract }
            }
        },
        freed_sequence: record.freed_sequence,
        outcome: record.outcome.map(|outcome| match outcome {
            FreedPlaceOutcome::Offered { offer } => OutcomeView::Offered { offer },
            FreedPlaceOutcome::NobodyWaits => OutcomeView::NobodyWaits,
        }),
        closed_sequence: record.closed_sequence,
        offer_state,
        contract,
    })
}

/// Where the offer of a chain stands, and the contract that came of it.
async fn standing(
    service: &Service,
    offer: &OfferId,
) -> Result<(Option<String>, Option<ContractId>), Problem> {
    let Some(child) = service.store.child_of_offer(offer).await? else {
        return Ok((None, None));
    };
    let Some(file) = service.store.child_file(&child).await? else {
        return Ok((None, None));
    };
    let Some((_, offer)) = file.value.offer(offer) else {
        return Ok((None, None));
    };
    let contract = match &offer.state {
        OfferState::Contracted { contract, .. } => Some(contract.clone()),
        _ => None,
    };
    Ok((Some(offer.state.as_str().to_owned()), contract))
}
