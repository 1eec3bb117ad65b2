//! What must hold after every step, whatever was done: looked at in the files alone, with nothing of
//! the rules' own reasoning.

use std::collections::{BTreeMap, BTreeSet};

use domain::procedure::{
    Application, ApplicationState, Change, ChildFile, Command, FreedPlaceCause, OfferState,
};
use domain::{ChildId, FacilityId, OfferId};
use jiff::civil::Date;

use super::occupancy::{MonthNumber, Occupancy, month_of, occupancy, to_give};
use super::world::World;

/// What is compared before and after a step.
#[derive(Debug, Clone)]
pub(super) struct Before {
    occupancy: Occupancy,
    holding: BTreeSet<OfferId>,
}

impl Before {
    /// The state now, seen from a day.
    pub(super) fn of(world: &World) -> Self {
        let holding = world.offers(|offer| offer.holds_a_place());
        Self {
            occupancy: occupancy(&world.files.children, world.today()),
            holding: holding
                .into_iter()
                .map(|(_, _, offer)| offer.id.clone())
                .collect(),
        }
    }
}

macro_rules! promise {
    ($holds:expr, $($message:tt)+) => {
        if !$holds {
            return Err(format!($($message)+));
        }
    };
}

/// Checks every child by itself.
pub(super) fn of_every_child(world: &World) -> Result<(), String> {
    for file in world.files.children.values() {
        one_contract_a_day(file)?;
        nothing_open_beside_a_contract(file, world.today())?;
        offers_fit_their_applications(file)?;
    }
    Ok(())
}

fn one_contract_a_day(file: &ChildFile) -> Result<(), String> {
    let mut stays: Vec<(Date, Date)> = file
        .contracts
        .iter()
        .map(|contract| {
            let version = contract.versions.last().expect("a contract has a version");
            (version.valid_from, version.valid_to)
        })
        .filter(|(first, last)| first <= last)
        .collect();
    stays.sort();
    for pair in stays.windows(2) {
        promise!(
            pair[0].1 < pair[1].0,
            "child {} has two contracts on {}",
            file.child.id,
            pair[1].0
        );
    }
    Ok(())
}

/// Beside a contract running or to come only transfer applications and flagged confirmed offers.
fn nothing_open_beside_a_contract(file: &ChildFile, today: Date) -> Result<(), String> {
    let has_place = file.contracts.iter().any(|contract| {
        let version = contract.versions.last().expect("a contract has a version");
        version.valid_from <= version.valid_to && today <= version.valid_to
    });
    if !has_place {
        return Ok(());
    }
    for application in &file.applications {
        let is_open = matches!(application.state, ApplicationState::Open);
        promise!(
            !is_open || application.transfer_from.is_some() || has_flagged_offer(application),
            "application {} is open beside a contract of child {}",
            application.id,
            file.child.id
        );
    }
    Ok(())
}

fn has_flagged_offer(application: &Application) -> bool {
    application.offers.iter().any(|offer| {
        matches!(
            offer.state,
            OfferState::Confirmed {
                conflict: Some(_),
                ..
            }
        )
    })
}

/// At most one unflagged confirmed offer per child, at most one held place per application, none
/// for an application that has left the procedure; a contracted one has its contract.
fn offers_fit_their_applications(file: &ChildFile) -> Result<(), String> {
    let mut confirmed = Vec::new();
    for application in &file.applications {
        let holding = application.offers.iter().filter(|o| o.holds_a_place());
        let count = holding.clone().count();
        let is_open = matches!(application.state, ApplicationState::Open);
        promise!(
            count <= usize::from(is_open),
            "application {} ({}) has {count} offers that hold a place",
            application.id,
            if is_open { "open" } else { "closed" }
        );
        confirmed.extend(
            holding.filter(|offer| {
                matches!(offer.state, OfferState::Confirmed { conflict: None, .. })
            }),
        );
        if let ApplicationState::Contracted { contract, .. } = &application.state {
            let found = file.contracts.iter().any(|known| known.id == *contract);
            promise!(found, "contract {contract} does not exist");
        }
    }
    promise!(
        confirmed.len() <= 1,
        "child {} has confirmed {} offers",
        file.child.id,
        confirmed.len()
    );
    Ok(())
}

/// No place is sold twice: what a command adds has room in every month. Only lowered capacities,
/// blocked places, lost licences, closings and imports may leave more children than places.
pub(super) fn no_place_sold_twice(
    before: &Before,
    world: &World,
    command: &Command,
) -> Result<(), String> {
    let after = occupancy(&world.files.children, world.today());
    if matches!(command, Command::ImportExistingChildren { .. }) {
        return Ok(()); // what is so already is taken down, room or not
    }
    let may_offer = matches!(command, Command::MakeOffer { .. });
    let may_contract = matches!(
        command,
        Command::ConcludeContract { .. }
            | Command::ContinueContract { .. }
            | Command::CorrectContract { .. }
    );
    for (place, takers) in &after {
        let was = before.occupancy.get(place).cloned().unwrap_or_default();
        let (facility, care_type, month) = place;
        let shown = format!(
            "facility {facility}, {care_type}, {}-{:02}",
            month / 12,
            month % 12 + 1
        );
        let room = || to_give(&world.files.facilities[facility], *care_type, *month);
        if takers.contracted.len() > was.contracted.len() {
            promise!(may_contract, "{command:?} made a contract: {shown}");
            let taken = takers.contracted.len();
            promise!(
                i64::try_from(taken).is_ok_and(|taken| taken <= room()),
                "a contract was concluded where {taken} of {} places are taken: {shown}",
                room()
            );
        }
        if takers.all.len() > was.all.len() && !may_contract {
            promise!(may_offer, "{command:?} took a place: {shown}");
            let taken = takers.all.len();
            promise!(
                i64::try_from(taken).is_ok_and(|taken| taken <= room()),
                "a place was offered where {taken} of {} places are taken: {shown}",
                room()
            );
        }
    }
    Ok(())
}

/// Every offer that was closed without a contract, and every child that leaves a facility, frees a
/// place, once.
pub(super) fn freed_places_are_told(
    before: &Before,
    world: &World,
    changes: &[Change],
) -> Result<(), String> {
    let freed: Vec<(&FacilityId, &FreedPlaceCause)> = changes
        .iter()
        .filter_map(|change| match change {
            Change::PlaceFreed {
                facility,
                freed_place,
            } => Some((facility, &freed_place.cause)),
            _ => None,
        })
        .collect();
    for (_, application, offer) in world.offers(|offer| before.holding.contains(&offer.id)) {
        let became_contract = matches!(offer.state, OfferState::Contracted { .. });
        let expected = usize::from(!offer.holds_a_place() && !became_contract);
        let cause = FreedPlaceCause::OfferClosed {
            offer: offer.id.clone(),
        };
        let found = freed
            .iter()
            .filter(|(at, why)| **at == application.facility && **why == cause)
            .count();
        promise!(
            found == expected,
            "offer {} is {} and freed {found} places",
            offer.id,
            offer.state.as_str()
        );
    }
    let after = occupancy(&world.files.children, world.today());
    for (facility, child) in left(&before.occupancy, &after, world.today()) {
        promise!(
            freed.iter().any(|(at, _)| **at == facility),
            "child {child} left facility {facility} and no place was freed"
        );
    }
    let mut causes = BTreeMap::new();
    for place in &world.freed {
        let known = causes.insert(place.freed_place.id.clone(), place.freed_sequence);
        promise!(
            known.is_none(),
            "place {} was freed twice",
            place.freed_place.id
        );
    }
    Ok(())
}

/// Facilities a child leaves earlier than was known before, in a month to come, or altogether. (A later
/// first month frees nothing that anybody could keep.)
fn left(before: &Occupancy, after: &Occupancy, today: Date) -> BTreeSet<(FacilityId, ChildId)> {
    let last_months = |occupancy: &Occupancy| {
        let mut last: BTreeMap<(FacilityId, ChildId), MonthNumber> = BTreeMap::new();
        for ((facility, _, month), takers) in occupancy {
            for child in &takers.all {
                let known = last.entry((facility.clone(), child.clone())).or_default();
                *known = (*known).max(*month);
            }
        }
        last
    };
    let now = last_months(after);
    last_months(before)
        .into_iter()
        .filter(|(_, month)| *month > month_of(today))
        .filter(|(place, month)| now.get(place).copied().unwrap_or(0) < *month)
        .map(|(place, _)| place)
        .collect()
}
