//! The city-wide round behind suggestions: the state as inputs of the engine, and the gate before
//! anything is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use domain::procedure::SiblingsRule;
use domain::{CareType, ChildId, DailyHours, HoursTier, Month};
use jiff::civil::Date;
use matching::{
    CareOffer, CataloguesInForce, CriteriaCatalogue, MonthPlaces, PointsSource,
    ProgrammeSuggestions, PromisedPlace, RecordedPoints, SettledFamily, Siblings, StayPlacements,
    SuggestionApplication, SuggestionChild, SuggestionInputs, SuggestionProgramme, SuggestionRound,
};
use store::Snapshot;

use super::households::{BoundHousehold, HeldPlaces};
use super::round::{Part, Programme, Seats, Standing, Wish, programme_id};
use super::{Analyses, AnalysisError};

/// What a round is of: the change, first day of care, today, seed.
pub(super) type RoundOf = (u64, Date, Date, u64);

/// A round that passed the gate.
#[derive(Debug)]
pub(super) struct CityRound {
    /// Number of the change it was computed from.
    pub(super) computed_from: u64,
    pub(super) starts_on: Date,
    /// All open applications, whether they take part or not.
    pub(super) wishes: Vec<Wish>,
    pub(super) seats: BTreeMap<Programme, Seats>,
    pub(super) round: SuggestionRound,
    pub(super) placed: StayPlacements,
    /// The lines of the programmes that somebody seeks, by name.
    pub(super) lists: BTreeMap<String, ProgrammeSuggestions>,
}

impl Analyses {
    /// The round of a state, computed once: lists, proofs and statements of the same request come from
    /// the same round.
    pub(super) fn city_round(
        &self,
        snapshot: &Snapshot,
        starts_on: Date,
        today: Date,
        seed: u64,
    ) -> Result<Arc<CityRound>, AnalysisError> {
        let key = (snapshot.sequence(), starts_on, today, seed);
        {
            let kept = self.round.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((known, round)) = kept.as_ref()
                && *known == key
            {
                return Ok(Arc::clone(round));
            }
        }
        let made = Arc::new(self.run(snapshot, starts_on, today, seed)?);
        *self.round.lock().unwrap_or_else(PoisonError::into_inner) = Some((key, Arc::clone(&made)));
        Ok(made)
    }

    fn run(
        &self,
        snapshot: &Snapshot,
        starts_on: Date,
        today: Date,
        seed: u64,
    ) -> Result<CityRound, AnalysisError> {
        let failed = AnalysisError::failed("suggestions");
        let prepared = self.prepared(snapshot, starts_on, today, seed, |_| false)?;
        let placed = prepared.placed()?;
        let Prepared {
            standing, round, ..
        } = prepared;
        let lists = round.suggest_for(&placed).map_err(&failed)?;
        let lists = lists.into_iter().map(|it| (it.programme_id.clone(), it));
        Ok(CityRound {
            computed_from: snapshot.sequence(),
            starts_on,
            wishes: standing.wishes,
            seats: standing.seats,
            lists: lists.collect(),
            round,
            placed,
        })
    }

    /// The round of a state before it is run, with the programmes where something is sought and those that
    /// `beside` names.
    pub(super) fn prepared(
        &self,
        snapshot: &Snapshot,
        starts_on: Date,
        today: Date,
        seed: u64,
        beside: impl Fn(&Programme) -> bool,
    ) -> Result<Prepared, AnalysisError> {
        let mut standing = self.standing(snapshot, starts_on, today)?;
        let held = HeldPlaces::of(snapshot, &standing, starts_on);
        held.keep_together(&mut standing);
        let sought: BTreeSet<&Programme> = standing
            .wishes
            .iter()
            .filter(|wish| wish.part == Part::Seeks)
            .map(|wish| &wish.programme)
            .chain(standing.seats.keys().filter(|it| beside(it)))
            .collect();
        let inputs = inputs(snapshot, &standing, &sought, &held.bound, today, seed)?;
        let round =
            SuggestionRound::new(inputs).map_err(|rows| AnalysisError::contradiction(&rows))?;
        Ok(Prepared {
            standing,
            held,
            round,
        })
    }
}

/// A round before it is run.
pub(super) struct Prepared {
    pub(super) standing: Standing,
    pub(super) held: HeldPlaces,
    pub(super) round: SuggestionRound,
}

impl Prepared {
    /// Runs the round and passes it through the gate.
    pub(super) fn placed(&self) -> Result<StayPlacements, AnalysisError> {
        let failed = AnalysisError::failed("suggestions");
        let placed = self.round.place().map_err(failed)?;
        let promises = self.held.promises(&self.standing);
        let families = self.held.settled_families(&self.standing);
        gate(&self.round, &placed, &promises, &families)?;
        Ok(placed)
    }
}

/// Refuses a round in which anything happens that never may: brothers and sisters apart against their
/// rule, hours or ages that do not fit, a promised place lost, or a place given out of line.
pub(super) fn gate(
    round: &SuggestionRound,
    placed: &StayPlacements,
    promises: &[PromisedPlace],
    families: &[SettledFamily],
) -> Result<(), AnalysisError> {
    match round.publish_beside(placed, promises, families) {
        Ok(_) => Ok(()),
        Err(refusals) => Err(AnalysisError::NotPublishable { refusals }),
    }
}

/// The state as inputs of a round: what is sought, and where it is sought.
fn inputs(
    snapshot: &Snapshot,
    standing: &Standing,
    sought: &BTreeSet<&Programme>,
    bound: &BTreeMap<domain::HouseholdId, BoundHousehold>,
    today: Date,
    seed: u64,
) -> Result<SuggestionInputs, AnalysisError> {
    let mut inputs = SuggestionInputs {
        catalogues: catalogues_in_force(snapshot, sought, today)?,
        programmes: Vec::new(),
        children: Vec::new(),
        applications: Vec::new(),
        answers: Vec::new(),
        recorded_points: Vec::new(),
        care_offers: Vec::new(),
        places: Vec::new(),
        months: standing.cube.grid().months(),
        seed,
    };
    for programme in sought {
        let Some(record) = snapshot.facility(&programme.0) else {
            continue; // the database has no application without its facility
        };
        inputs.programmes.push(SuggestionProgramme {
            programme_id: programme_id(programme),
            facility_id: programme.0.to_string(),
            care_type: programme.1,
            provider_id: record.provider().to_string(),
            free_places: standing.seats.get(*programme).map_or(0, |it| it.free),
            points_from: PointsSource::Recorded,
        });
    }
    let mut facilities: Vec<&domain::FacilityId> = sought.iter().map(|it| &it.0).collect();
    facilities.dedup();
    for facility in facilities {
        offers_and_places(snapshot, standing, facility, &mut inputs);
    }
    children_and_wishes(standing, bound, &mut inputs);
    recorded_points(snapshot, standing, &mut inputs);
    Ok(inputs)
}

/// The catalogues in force of the providers where something is sought: they give the order among equal
/// points.
fn catalogues_in_force(
    snapshot: &Snapshot,
    sought: &BTreeSet<&Programme>,
    today: Date,
) -> Result<CataloguesInForce, AnalysisError> {
    let facilities = sought.iter().filter_map(|it| snapshot.facility(&it.0));
    let providers: BTreeSet<&domain::ProviderId> = facilities.map(|it| it.provider()).collect();
    let mut found = Vec::new();
    for id in providers {
        let in_force = snapshot.provider(id).and_then(|it| it.catalogue_on(today));
        if let Some(catalogue) = in_force {
            let read = CriteriaCatalogue::parse(&catalogue.text, &format!("catalogue of {id}"));
            found.push(read.map_err(|problems| AnalysisError::contradiction(&problems))?);
        }
    }
    Ok(CataloguesInForce::each(found))
}

/// What a facility offers, and its free places by month. The tables know neither age limits of their
/// own nor settling-in slots nor inclusion places: none is set, and every free place may be one.
fn offers_and_places(
    snapshot: &Snapshot,
    standing: &Standing,
    facility: &domain::FacilityId,
    inputs: &mut SuggestionInputs,
) {
    let (cube, months) = (&standing.cube, inputs.months);
    let (Some(position), Some(record)) = (
        cube.index().position(facility.as_str()),
        snapshot.facility(facility),
    ) else {
        return;
    };
    let operation = &record.registration.operation;
    let open = operation.closing_hour - operation.opening_hour;
    let longest = (open * 4.0).floor() / 4.0;
    let longest_day = DailyHours::new(longest.min(DailyHours::LONGEST))
        .or_else(|_| DailyHours::new(DailyHours::LONGEST));
    let Ok(longest_day) = longest_day else {
        return; // the longest day there is, is one
    };
    for care_type in CareType::ALL {
        let cell = |month: Month| cube.cell(position, care_type, month);
        let staffed: Vec<Month> = months
            .iter()
            .filter(|month| cell(*month).is_some_and(|cell| cell.capacities.staffed > 0))
            .collect();
        let (Some(first), Some(last)) = (staffed.first(), staffed.last()) else {
            continue;
        };
        let last_looked_at = months.first().plus(months.count() as i32 - 1);
        // Open before the months looked at, or after them, as far as is known.
        let first_month = if *first == months.first() {
            record
                .capacities
                .iter()
                .filter(|span| span.care_type == care_type)
                .map(|span| Month::of(span.valid_from))
                .min()
                .map_or(*first, |from| from.min(*first))
        } else {
            *first
        };
        inputs.care_offers.push(CareOffer {
            facility_id: facility.to_string(),
            care_type,
            first_month,
            last_month: (*last != last_looked_at).then_some(*last),
            youngest_months: 0,
            from_34th_month: true,
            longest_day,
            tiers: HoursTier::ALL.to_vec(),
        });
        for month in months.iter() {
            let Some(cell) = cell(month) else { continue };
            let free_places = cell.capacities.bookable;
            inputs.places.push(MonthPlaces {
                facility_id: facility.to_string(),
                care_type,
                month,
                free_places,
                settling_in_slots: None,
                inclusion_places: u32::try_from(free_places).unwrap_or(0),
            });
        }
    }
}

/// The children who seek a place, and what they seek.
///
/// Of a household in which somebody holds a place, the facility that holds it comes first where the
/// children are to be together if that can be; its children are looked at one by one.
fn children_and_wishes(
    standing: &Standing,
    bound: &BTreeMap<domain::HouseholdId, BoundHousehold>,
    inputs: &mut SuggestionInputs,
) {
    let mut by_child: BTreeMap<&ChildId, Vec<&Wish>> = BTreeMap::new();
    for wish in &standing.wishes {
        if wish.part == Part::Seeks {
            by_child.entry(&wish.child).or_default().push(wish);
        }
    }
    for (child, mut own) in by_child {
        let Some(first) = own.first() else { continue };
        let family = first.family.clone();
        let born = first.birth_date;
        let is_independent = family.siblings == SiblingsRule::Independent;
        let home = bound.get(&family.household).filter(|_| !is_independent);
        let is_away =
            |wish: &Wish| home.is_some_and(|it| !it.facilities.contains(&wish.programme.0));
        own.sort_by(|a, b| {
            (is_away(a), a.rank, &a.application).cmp(&(is_away(b), b.rank, &b.application))
        });
        let siblings = match family.siblings {
            _ if home.is_some() => Siblings::Independent,
            SiblingsRule::Independent => Siblings::Independent,
            SiblingsRule::TogetherPreferred => Siblings::TogetherPreferred,
            SiblingsRule::TogetherOnly => Siblings::TogetherOnly,
        };
        inputs.children.push(SuggestionChild {
            applicant_id: child.to_string(),
            born,
            family_id: family.household.to_string(),
            siblings,
            inclusion_need: family.inclusion_place,
        });
        let mut last = 0;
        for wish in own {
            // The family's own rank, unless its rule or an equal rank moves the wish back.
            last = wish.rank.max(last + 1);
            inputs.applications.push(SuggestionApplication {
                applicant_id: child.to_string(),
                programme_id: programme_id(&wish.programme),
                rank: last,
                first_day: wish.first_day(),
                daily_hours: wish.daily_hours,
                applied_on: wish.applied_on,
            });
        }
    }
}

/// The points that providers recorded for the applications that take part.
fn recorded_points(snapshot: &Snapshot, standing: &Standing, inputs: &mut SuggestionInputs) {
    let seeking: BTreeMap<&domain::ApplicationId, &Wish> = standing
        .wishes
        .iter()
        .filter(|wish| wish.part == Part::Seeks)
        .map(|wish| (&wish.application, wish))
        .collect();
    for chunk in snapshot.chunks() {
        let points = &chunk.points;
        for (row, application) in points.application.iter().enumerate() {
            if let Some(wish) = seeking.get(application) {
                inputs.recorded_points.push(RecordedPoints {
                    applicant_id: wish.child.to_string(),
                    programme_id: programme_id(&wish.programme),
                    criterion: points.criterion[row].to_string(),
                    points: points.points[row],
                });
            }
        }
    }
}
