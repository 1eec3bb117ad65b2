//! Where the staff of closing facilities goes.

use std::collections::BTreeMap;

use domain::{CareType, Facility, FacilityId, Month, MonthRange};
use occupancy::OccupancyCube;

use crate::districts::Districts;
use crate::spec::{Places, ScenarioSpec, StaffTransfer};

/// Staff that moved from a closing facility to another one, in the places it can run there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StaffMove {
    /// The facility that closes.
    pub from_facility: FacilityId,
    /// Where the staff works from then on.
    pub to_facility: FacilityId,
    /// The care type.
    pub care_type: CareType,
    /// The first month after the closing.
    pub month: Month,
    /// Staffed places it adds there in that month.
    pub places: u32,
}

/// New places of a facility from a month on.
pub(crate) struct Raise {
    pub(crate) facility: FacilityId,
    pub(crate) care_type: CareType,
    pub(crate) from: Month,
    pub(crate) places: Places,
}

/// What the moves of staff come to.
pub(crate) struct Transferred {
    /// In order of time for each facility and care type.
    pub(crate) raises: Vec<Raise>,
    pub(crate) moves: Vec<StaffMove>,
}

/// Staffed places that a closing sets free in a care type.
struct Freed {
    closing: usize,
    care: CareType,
    from: Month,
    places: u32,
    /// Positions in the cube, in the order in which they are filled.
    targets: Vec<usize>,
}

/// Distributes the staffed places of every closing facility month by month.
///
/// As many places are set free as were staffed in the month of the closing. They are counted from
/// the month after it on, because a month in which the facility is open for a day still counts its
/// places. What finds no room is lost. After the last month of the horizon its state goes on.
pub(crate) fn distribute(
    spec: &ScenarioSpec,
    districts: &Districts,
    before: &OccupancyCube,
    after: &OccupancyCube,
    months: MonthRange,
) -> Transferred {
    let freed = freed(spec, districts, before, after);
    let mut added: BTreeMap<(usize, CareType), Vec<u32>> = BTreeMap::new();
    let mut moves = Vec::new();
    for (position, month) in months.iter().enumerate() {
        for pool in freed.iter().filter(|pool| pool.from <= month) {
            let mut left = pool.places;
            for &target in &pool.targets {
                let Some(cell) = after.cell(target, pool.care, month) else {
                    continue;
                };
                let places = cell.capacities;
                let line = added
                    .entry((target, pool.care))
                    .or_insert_with(|| vec![0; months.count()]);
                let room = places
                    .planned
                    .min(places.licensed)
                    .saturating_sub(places.staffed + line[position]);
                let moved = room.min(left);
                line[position] += moved;
                left -= moved;
                if moved > 0 && pool.from == month {
                    moves.push(StaffMove {
                        from_facility: spec.closings[pool.closing].facility.clone(),
                        to_facility: after.facilities()[target].id().clone(),
                        care_type: pool.care,
                        month,
                        places: moved,
                    });
                }
            }
        }
    }
    let raises = added
        .iter()
        .flat_map(|((target, care), line)| raises(after, *target, *care, line, months))
        .collect();
    Transferred { raises, moves }
}

/// What each closing sets free, in the order of the closing dates and identifiers.
fn freed(
    spec: &ScenarioSpec,
    districts: &Districts,
    before: &OccupancyCube,
    after: &OccupancyCube,
) -> Vec<Freed> {
    let mut order: Vec<usize> = (0..spec.closings.len()).collect();
    order.sort_by_key(|&closing| {
        let closing = &spec.closings[closing];
        (closing.on, closing.facility.clone())
    });
    let mut all = Vec::new();
    for closing_number in order {
        let closing = &spec.closings[closing_number];
        let Some(position) = before.index().position(closing.facility.as_str()) else {
            continue;
        };
        let targets = targets(&closing.staff_transfer, position, districts, after);
        for care in CareType::ALL {
            let month = Month::of(closing.on);
            let staffed = before
                .cell(position, care, month)
                .map_or(0, |cell| cell.capacities.staffed);
            if staffed > 0 && !targets.is_empty() {
                all.push(Freed {
                    closing: closing_number,
                    care,
                    from: month.plus(1),
                    places: staffed,
                    targets: targets.clone(),
                });
            }
        }
    }
    all
}

/// The facilities staff may move to, in order.
fn targets(
    transfer: &StaffTransfer,
    closing: usize,
    districts: &Districts,
    cube: &OccupancyCube,
) -> Vec<usize> {
    let facilities = cube.facilities();
    match transfer {
        StaffTransfer::None => Vec::new(),
        StaffTransfer::To(named) => named
            .iter()
            .filter_map(|facility| cube.index().position(facility.as_str()))
            .collect(),
        StaffTransfer::WithinPlan => {
            let Some(origin) = facilities.get(closing) else {
                return Vec::new();
            };
            let district = |facility: &Facility| districts.district(facility.area());
            let mut near: Vec<usize> = (0..facilities.len())
                .filter(|&other| {
                    other != closing && district(&facilities[other]) == district(origin)
                })
                .collect();
            let way = |other: usize| facilities[other].location().distance_km(origin.location());
            // Positions follow the identifiers, so equal distances are settled by identifier.
            near.sort_by(|&a, &b| way(a).total_cmp(&way(b)).then(a.cmp(&b)));
            near
        }
    }
}

/// Runs of months with the same places, from the first month with more staff on.
fn raises(
    cube: &OccupancyCube,
    target: usize,
    care: CareType,
    line: &[u32],
    months: MonthRange,
) -> Vec<Raise> {
    let mut raises: Vec<Raise> = Vec::new();
    for (month, &more) in months.iter().zip(line) {
        if raises.is_empty() && more == 0 {
            continue;
        }
        let Some(cell) = cube.cell(target, care, month) else {
            continue;
        };
        let places = Places {
            licensed: cell.capacities.licensed,
            planned: cell.capacities.planned,
            staffed: cell.capacities.staffed + more,
        };
        if raises.last().is_none_or(|last| last.places != places) {
            raises.push(Raise {
                facility: cube.facilities()[target].id().clone(),
                care_type: care,
                from: month,
                places,
            });
        }
    }
    raises
}
