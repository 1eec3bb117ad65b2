//! Places over time: licensed and planned per facility, care type and Kita year.

use domain::{CareType, FacilityKind};

use crate::calendar::{self, Day};
use crate::calibration as figures;
use crate::facilities::Facility;
use crate::plan::UnitPlan;
use crate::random::{Draw, Topic, apportion};

/// Kita years with their own level; the first also stands for earlier, the last for later years.
const FIRST_LEVEL: i32 = 2022;
const LEVELS: usize = 9;
/// Nursery places by Kita year, relative to 2025/26: they fall faster than the others (assumption).
const NURSERY_TREND: [f64; LEVELS] = [1.15, 1.12, 1.06, 1.0, 0.97, 0.96, 0.96, 0.96, 0.96];

/// Places over a span.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: Day,
    pub(crate) to: Option<Day>,
    pub(crate) licensed: i32,
    pub(crate) planned: i32,
    /// Places the staff allows; settled once the contracts are known.
    pub(crate) staffed: i32,
}

/// The places of a facility and care type.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) facility: usize,
    pub(crate) care: CareType,
    pub(crate) spans: Vec<Span>,
    /// Whether the provider reports staffed places; else they follow from the staff.
    pub(crate) reported: bool,
}

impl Slot {
    /// The span a day lies in.
    pub(crate) fn on(&self, day: Day) -> Option<&Span> {
        self.spans
            .iter()
            .find(|span| span.from <= day && span.to.is_none_or(|to| day <= to))
    }
}

type Levels = [i32; LEVELS];

/// Sets the capacities of all facilities; every facility learns the positions of its slots.
pub(crate) fn slots(plan: &UnitPlan, facilities: &mut [Facility]) -> Vec<Slot> {
    let mut draw = plan.draw(Topic::Capacities);
    let mut slots = Vec::new();
    let childminding = childminder_slots(facilities, &mut slots, &mut draw);
    let kitas = positions(facilities, FacilityKind::DayCareCentre);
    let centres = positions(facilities, FacilityKind::AfterSchoolCentre);

    let to_school = targets(&figures::PLACES_TO_SCHOOL, plan, 1.0);
    let kita_targets = std::array::from_fn(|level| to_school[level] - childminding[level]);
    let kita_places = planned(facilities, &kitas, &kita_targets, 0.42, &mut draw);
    for (&kita, places) in kitas.iter().zip(&kita_places) {
        let share = if draw.chance(0.05) {
            0.0
        } else {
            draw.within(0.17, 0.275)
        };
        let nursery: Levels = std::array::from_fn(|level| {
            (f64::from(places[level]) * share * NURSERY_TREND[level]).round() as i32
        });
        let kindergarten = std::array::from_fn(|level| places[level] - nursery[level]);
        if share > 0.0 {
            add(
                facilities,
                &mut slots,
                kita,
                CareType::Nursery,
                &nursery,
                &mut draw,
            );
        }
        add(
            facilities,
            &mut slots,
            kita,
            CareType::Kindergarten,
            &kindergarten,
            &mut draw,
        );
    }

    let mixed: Vec<usize> = kitas
        .iter()
        .copied()
        .filter(|_| draw.chance(0.31))
        .collect();
    let in_kitas = if mixed.is_empty() {
        0.0
    } else {
        figures::AFTER_SCHOOL_IN_KITAS
    };
    for (hosts, share) in [(mixed, in_kitas), (centres, 1.0 - in_kitas)] {
        let target = targets(&figures::AFTER_SCHOOL_PLACES, plan, share);
        let places = planned(facilities, &hosts, &target, 0.35, &mut draw);
        for (&host, places) in hosts.iter().zip(&places) {
            add(
                facilities,
                &mut slots,
                host,
                CareType::AfterSchool,
                places,
                &mut draw,
            );
        }
    }
    slots
}

fn positions(facilities: &[Facility], kind: FacilityKind) -> Vec<usize> {
    (0..facilities.len())
        .filter(|&position| facilities[position].kind == kind)
        .collect()
}

fn targets(points: &[(i32, f64)], plan: &UnitPlan, share: f64) -> Levels {
    std::array::from_fn(|level| {
        let places = figures::interpolated(points, FIRST_LEVEL + level as i32);
        (places * plan.share * share).round() as i32
    })
}

/// The 1 March of a level's Kita year: who is open then takes part in its plan.
fn plan_day(level: usize) -> Day {
    calendar::day(FIRST_LEVEL + level as i32 + 1, 3, 1)
}

/// Four or five places each; gives the planned places of all sites per level.
fn childminder_slots(
    facilities: &mut [Facility],
    slots: &mut Vec<Slot>,
    draw: &mut Draw,
) -> Levels {
    let mut sums = [0; LEVELS];
    for site in positions(facilities, FacilityKind::ChildminderSite) {
        let places = if draw.chance(figures::FIVE_PLACES_SHARE) {
            5
        } else {
            4
        };
        for (level, sum) in sums.iter_mut().enumerate() {
            if facilities[site].is_open_on(plan_day(level)) {
                *sum += places;
            }
        }
        facilities[site].slots[CareType::Childminding.index()] = Some(slots.len());
        slots.push(Slot {
            facility: site,
            care: CareType::Childminding,
            spans: vec![Span {
                from: facilities[site].opens,
                to: facilities[site].closes,
                licensed: places,
                planned: places,
                staffed: places,
            }],
            reported: true,
        });
    }
    sums
}

/// Planned places per facility and level: log-normal sizes, some facilities shrink, and the sum of
/// every level is its target.
fn planned(
    facilities: &[Facility],
    hosts: &[usize],
    targets: &Levels,
    sigma: f64,
    draw: &mut Draw,
) -> Vec<Levels> {
    let sizes: Vec<(f64, bool)> = hosts
        .iter()
        .map(|_| (draw.log_normal(sigma).clamp(0.35, 2.6), draw.chance(0.45)))
        .collect();
    let mut places = vec![[0; LEVELS]; hosts.len()];
    for (level, &target) in targets.iter().enumerate() {
        let weights: Vec<f64> = hosts
            .iter()
            .zip(&sizes)
            .map(|(&host, &(size, shrinks))| {
                let shrunk = if shrinks {
                    0.035 * level.min(5) as f64
                } else {
                    0.0
                };
                let open = facilities[host].is_open_on(plan_day(level));
                if open { size * (1.0 - shrunk) } else { 0.0 }
            })
            .collect();
        for (host, count) in apportion(target, &weights).into_iter().enumerate() {
            places[host][level] = count;
        }
    }
    places
}

fn add(
    facilities: &mut [Facility],
    slots: &mut Vec<Slot>,
    host: usize,
    care: CareType,
    planned: &Levels,
    draw: &mut Draw,
) {
    let facility = &mut facilities[host];
    let above = 1.0 + draw.within(0.0, 0.08);
    // Some licences were lowered in August 2025; the others stay at the former peak.
    let lowered = draw.chance(0.25).then_some((2025 - FIRST_LEVEL) as usize);
    let licensed = |level: usize| {
        let since = lowered.filter(|&from| level >= from).unwrap_or(0);
        let peak = planned[since..].iter().copied().max().unwrap_or(0);
        (f64::from(peak) * above).round() as i32
    };
    let mut spans: Vec<Span> = Vec::new();
    for (level, &places) in planned.iter().enumerate() {
        let year = FIRST_LEVEL + level as i32;
        let from = match level {
            0 => facility.opens,
            _ => calendar::day(year, 8, 1).max(facility.opens),
        };
        let last = (level + 1 < LEVELS).then(|| calendar::day(year + 1, 7, 31));
        let to = [last, facility.closes].into_iter().flatten().min();
        if to.is_some_and(|to| to < from) || (places == 0 && licensed(level) == 0) {
            continue;
        }
        let span = Span {
            from,
            to,
            licensed: licensed(level),
            planned: places,
            staffed: places,
        };
        match spans.last_mut() {
            Some(before) if before.licensed == span.licensed && before.planned == span.planned => {
                before.to = span.to;
            }
            _ => spans.push(span),
        }
    }
    facility.slots[care.index()] = Some(slots.len());
    slots.push(Slot {
        facility: host,
        care,
        spans,
        reported: draw.chance(0.85),
    });
}
