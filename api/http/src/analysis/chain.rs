//! Who would move if a place became free (Nachrücken): a preview, nothing is offered.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CareType, ChildId, FacilityId, Month};
use jiff::civil::Date;
use matching::{
    ChainDays, ChainPreviewStep, Place, RoundOptions, Vacancy, cascade, preview_chain, solve,
};
use serde::Serialize;
use store::Snapshot;

use super::answer_times::{AnswerTimes, DaysFrom};
use super::round::{Part, Programme, Standing, Wish, programme_id};
use super::{Analyses, AnalysisError};

/// The chain of moves that follows a free place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CascadePreview {
    /// The facility.
    pub facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
    /// First day of care looked at.
    pub starts_on: Date,
    /// Number of the change it was computed from.
    pub computed_from: u64,
    /// Whether a place is free there now; else the chain says what if one became free.
    pub is_free_now: bool,
    /// The moves, in order: each takes the place that the one before gave up.
    pub moves: Vec<ChainMove>,
    /// Where a place stays free in the end; `None` if a child without a place took the last one.
    pub free_in_the_end: Option<ChainPlace>,
    /// Days until the last move is answered.
    pub days: ChainDays,
    /// What the days are reckoned from.
    pub days_from: DaysFrom,
}

/// One child moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainMove {
    /// The child.
    pub child: ChildId,
    /// The place it holds by an open offer or a contract and would give up.
    pub from: Option<ChainPlace>,
    /// The place it would take.
    pub to: ChainPlace,
    /// Rank of the wish, 1 = best.
    pub rank: u32,
    /// Days until this move is answered.
    pub days: ChainDays,
}

/// A place of a facility and care type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainPlace {
    /// The facility.
    pub facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
}

impl Analyses {
    /// Who would move, one after the other, if a place of a facility and care type became free.
    ///
    /// A child with an open offer holds the place offered, one that wants to move holds the place of its
    /// contract; both move on for a wish they rank better. A child with a confirmed offer stays. If a
    /// place is free there now, the chain is the one that follows when it is given. Places later in
    /// the stay count as free where somebody of the chain may give one up; an offer looks again.
    ///
    /// The rules are those of [`matching::Pool`]: an open offer is a promise that the child keeps unless
    /// it moves to a wish it ranks better, a confirmed one takes child and place out, and only a free
    /// place is given. The round is run anew for every preview. The moves are taken to follow each
    /// other, each after an answer time as in the offers so far ([`DaysFrom`]); every family is taken
    /// to accept.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::UnknownFacility`], [`AnalysisError::NoSuchPlaces`] if the facility has neither
    /// places nor applications of the care type, and as [`Self::suggestions`].
    pub fn cascade_preview(
        &self,
        snapshot: &Snapshot,
        facility: &FacilityId,
        care_type: CareType,
        starts_on: Date,
        today: Date,
        seed: u64,
    ) -> Result<CascadePreview, AnalysisError> {
        if snapshot.facility(facility).is_none() {
            return Err(AnalysisError::UnknownFacility {
                facility: facility.clone(),
            });
        }
        let mut standing = self.standing(snapshot, starts_on, today)?;
        let target: Programme = (facility.clone(), care_type);
        let Some(seats) = standing.seats.get(&target).copied() else {
            return Err(AnalysisError::NoSuchPlaces {
                facility: facility.clone(),
                care_type,
            });
        };
        let is_free_now = seats.free > 0;
        let mut enrolled = enrolled(&standing, snapshot, starts_on);
        let mut freed: BTreeMap<&FacilityId, i32> = BTreeMap::new();
        for (place, _) in enrolled.values() {
            *freed.entry(place).or_default() += 1;
        }
        *freed.entry(facility).or_default() += i32::from(!is_free_now);
        standing.refuse_without_room(|facility| freed.get(facility).copied().unwrap_or(0));
        let takes_part = |wish: &Wish| matches!(wish.part, Part::Seeks | Part::Offered(true));
        let wishes = standing.wishes.iter().filter(|wish| takes_part(wish));
        let moving: BTreeSet<&ChildId> = wishes.map(|wish| &wish.child).collect();
        // Who has no wish left stays, and the place with it.
        enrolled.retain(|child, _| moving.contains(child));
        let mut held: BTreeMap<&Programme, u32> = BTreeMap::new();
        for programme in enrolled.values() {
            *held.entry(programme).or_default() += 1;
        }
        let round = standing.round(
            takes_part,
            |programme| {
                let free = standing.seats.get(programme).map_or(0, |seats| seats.free);
                let free = free.saturating_sub(u32::from(*programme == target));
                held.get(programme).copied().unwrap_or(0) + free
            },
            &enrolled,
        )?;
        let options = RoundOptions {
            seed,
            ..RoundOptions::default()
        };
        let outcome = solve(&round, &options).map_err(AnalysisError::failed("chain"))?;
        let opens = programme_id(&target);
        let vacancy = Vacancy::SeatOpens {
            programme_id: &opens,
            seat_group: "",
        };
        let chain = cascade(&outcome, vacancy).map_err(AnalysisError::failed("chain"))?;
        let times = AnswerTimes::of(snapshot, today)?;
        let chain = preview_chain(&chain, &times.times);
        let end = chain.free_in_the_end.as_deref().map(place).transpose()?;
        let moves = chain.steps.iter().map(chain_move);
        Ok(CascadePreview {
            facility: facility.clone(),
            care_type,
            starts_on,
            computed_from: snapshot.sequence(),
            is_free_now,
            moves: moves.collect::<Result<_, _>>()?,
            free_in_the_end: end,
            days: chain.days,
            days_from: times.days_from,
        })
    }
}

/// The places that seeking children hold: of their best open offer, else of the contract they want to
/// leave.
fn enrolled(
    standing: &Standing,
    snapshot: &Snapshot,
    starts_on: Date,
) -> BTreeMap<ChildId, Programme> {
    let mut found = BTreeMap::new();
    let mut leaving = BTreeMap::new();
    for wish in &standing.wishes {
        match (wish.part, &wish.transfer_from) {
            (Part::Offered(true), _) => {
                found.insert(wish.child.clone(), wish.programme.clone());
            }
            (Part::Seeks, Some(contract)) => {
                leaving.insert(contract, &wish.child);
            }
            _ => {}
        }
    }
    let month = Month::of(starts_on);
    for chunk in snapshot.chunks().filter(|_| !leaving.is_empty()) {
        let current = chunk.contracts.rows().filter(|row| row.is_current());
        for row in current.filter(|row| leaving.contains_key(&row.contract)) {
            let born = snapshot.child(&row.child).map(|child| child.birth_date);
            let stay = born.map(|born| domain::procedure::Stay {
                care_type: row.care_type,
                born,
                first_day: row.valid_from,
                last_day: row.valid_to,
            });
            if let Some(care_type) = stay.and_then(|stay| stay.care_type_in(month)) {
                found.entry(row.child).or_insert((row.facility, care_type));
            }
        }
    }
    found
}

fn chain_move(moved: &ChainPreviewStep) -> Result<ChainMove, AnalysisError> {
    let step = &moved.step;
    let from = step
        .from
        .as_ref()
        .map(|from: &Place| place(&from.programme_id));
    Ok(ChainMove {
        child: ChildId::new(&step.applicant_id).map_err(AnalysisError::failed("chain"))?,
        from: from.transpose()?,
        to: place(&step.to.programme_id)?,
        rank: step.to.rank,
        days: moved.days,
    })
}

/// A programme by its name.
fn place(programme: &str) -> Result<ChainPlace, AnalysisError> {
    let (facility, care_type) = programme.split_once(':').unwrap_or((programme, ""));
    Ok(ChainPlace {
        facility: FacilityId::new(facility).map_err(AnalysisError::failed("chain"))?,
        care_type: care_type.parse().map_err(AnalysisError::failed("chain"))?,
    })
}
