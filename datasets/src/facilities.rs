//! Facilities: where they stand, who runs them, how long they are open and licensed.

use domain::{CareType, FacilityKind, ProviderKind};

use crate::areas::{CityMap, Point};
use crate::calendar::{self, Day};
use crate::calibration as figures;
use crate::names;
use crate::plan::UnitPlan;
use crate::population::Population;
use crate::providers::Provider;
use crate::random::{Draw, Topic, apportion};

/// Years a childminder's permit lasts (§ 43(3) SGB VIII).
const PERMIT_YEARS: i32 = 5;
/// Years after `as_of` a licence must reach, so that no stay agreed today outlasts it.
const LICENSED_AHEAD_YEARS: i32 = 8;

/// A facility.
#[derive(Debug, Clone)]
pub(crate) struct Facility {
    pub(crate) kind: FacilityKind,
    pub(crate) provider: usize,
    pub(crate) name: String,
    pub(crate) area: usize,
    pub(crate) point: Point,
    pub(crate) opens: Day,
    pub(crate) closes: Option<Day>,
    pub(crate) in_needs_plan: bool,
    pub(crate) opening_hour: f64,
    pub(crate) closing_hour: f64,
    pub(crate) closing_days: i32,
    pub(crate) licences: Vec<(Day, Option<Day>)>,
    /// Position of the capacities by care type.
    pub(crate) slots: [Option<usize>; CareType::COUNT],
}

impl Facility {
    pub(crate) fn is_open_on(&self, day: Day) -> bool {
        self.opens <= day && self.closes.is_none_or(|last| day <= last)
    }

    /// Hours a day it is open.
    pub(crate) fn open_hours(&self) -> f64 {
        self.closing_hour - self.opening_hour
    }
}

/// All facilities of a unit: Kitas, then after-school centres, then childminder sites.
pub(crate) fn facilities(
    plan: &UnitPlan,
    map: &CityMap,
    population: &Population,
    providers: &[Provider],
) -> Vec<Facility> {
    let mut draw = plan.draw(Topic::Facilities);
    let kinds = [
        (
            FacilityKind::DayCareCentre,
            plan.scaled(figures::KITAS, 5),
            0..=6,
        ),
        (
            FacilityKind::AfterSchoolCentre,
            plan.scaled(figures::AFTER_SCHOOL_CENTRES, 1),
            6..=10,
        ),
        (
            FacilityKind::ChildminderSite,
            plan.scaled(figures::CHILDMINDER_SITES, 2),
            0..=2,
        ),
    ];
    let mut facilities = Vec::new();
    for (kind, count, ages) in kinds {
        let start = facilities.len();
        let children: Vec<f64> = (0..population.areas())
            .map(|area| {
                let count = |age| population.count(area, plan.last_year(), age);
                f64::from(ages.clone().map(count).sum::<i32>()) + 1.0
            })
            .collect();
        for (area, sites) in apportion(count as i32, &children).into_iter().enumerate() {
            for _ in 0..sites {
                let number = facilities.len() - start;
                facilities.push(facility(kind, area, number, map, plan, &mut draw));
            }
        }
        let added = &mut facilities[start..];
        match kind {
            FacilityKind::DayCareCentre => open_and_close_kitas(added, plan, &mut draw),
            FacilityKind::AfterSchoolCentre => {}
            FacilityKind::ChildminderSite => close_childminders(added, plan, &mut draw),
        }
        assign_providers(added, kind, providers, &mut draw);
    }
    for facility in &mut facilities {
        let independent = providers[facility.provider].kind == ProviderKind::Independent;
        facility.in_needs_plan = !(independent && draw.chance(0.025));
        facility.licences = licences(facility, plan, &mut draw);
    }
    facilities
}

fn facility(
    kind: FacilityKind,
    area: usize,
    number: usize,
    map: &CityMap,
    plan: &UnitPlan,
    draw: &mut Draw,
) -> Facility {
    let neighbourhood = names::neighbourhood(area);
    let oldest = if kind == FacilityKind::ChildminderSite {
        2008
    } else {
        1992
    };
    let year = draw.between(oldest, calendar::civil(plan.as_of).0 - 5);
    let (name, opening_hour, closing_hour) = match kind {
        FacilityKind::DayCareCentre => {
            let opens = [6.0, 6.25, 6.5, 7.0, 7.5][draw.weighted(&[0.27, 0.28, 0.23, 0.18, 0.04])];
            let hours = [10.0, 10.5, 11.0, 11.5][draw.weighted(&[0.22, 0.34, 0.34, 0.10])];
            (names::kita(number, &neighbourhood), opens, opens + hours)
        }
        FacilityKind::AfterSchoolCentre => (
            names::after_school_centre(number, &neighbourhood),
            [6.0, 6.25, 6.5][draw.below(3)],
            [16.5, 17.0, 17.5][draw.below(3)],
        ),
        FacilityKind::ChildminderSite => (
            names::childminder_site(number, &neighbourhood),
            [7.0, 7.25, 7.5][draw.below(3)],
            [16.25, 16.5, 17.0][draw.below(3)],
        ),
    };
    let closing_days = match kind {
        FacilityKind::ChildminderSite => draw.between(18, 30),
        _ => (8.2 + 3.0 * draw.normal()).round().clamp(0.0, 25.0) as i32,
    };
    Facility {
        kind,
        provider: 0,
        name,
        area,
        point: map.point_in(area, draw),
        opens: calendar::day(year, 8, 1),
        closes: None,
        in_needs_plan: true,
        opening_hour,
        closing_hour,
        closing_days,
        licences: Vec::new(),
        slots: [None; CareType::COUNT],
    }
}

/// Some Kitas closed at the end of the last Kita years, some will close, some will open.
fn open_and_close_kitas(kitas: &mut [Facility], plan: &UnitPlan, draw: &mut Draw) {
    if kitas.len() < 12 {
        return;
    }
    let this_year = calendar::kita_year(plan.as_of);
    let mut order: Vec<usize> = (0..kitas.len()).collect();
    draw.shuffle(&mut order);
    let mut next = order.into_iter();
    for number in 0..plan.scaled(9.0, 1) as i32 {
        if let Some(kita) = next.next() {
            kitas[kita].closes = Some(calendar::day(this_year - number % 3, 7, 31));
        }
    }
    for number in 0..plan.scaled(3.0, 1) as i32 {
        if let Some(kita) = next.next() {
            kitas[kita].closes = Some(calendar::day(this_year + 1 + number % 2, 7, 31));
        }
    }
    for _ in 0..plan.scaled(2.0, 1) {
        if let Some(kita) = next.next() {
            kitas[kita].opens = calendar::day(this_year + 1, 8, 1);
        }
    }
    for _ in 0..plan.scaled(6.0, 0) {
        if let Some(kita) = next.next() {
            kitas[kita].opens = calendar::day(draw.between(this_year - 3, this_year), 8, 1);
        }
    }
}

/// One in ten closed in 2024 (D17), some later, some have announced it.
fn close_childminders(sites: &mut [Facility], plan: &UnitPlan, draw: &mut Draw) {
    let mut order: Vec<usize> = (0..sites.len()).collect();
    draw.shuffle(&mut order);
    let count = |share: f64| (share * sites.len() as f64).round() as usize;
    let (in_2024, recently, soon) = (
        count(figures::CHILDMINDER_SITES_CLOSED_2024),
        count(0.025),
        count(0.02),
    );
    let (year, month, _) = calendar::civil(plan.as_of);
    for (number, site) in order
        .into_iter()
        .take(in_2024 + recently + soon)
        .enumerate()
    {
        let last_month = if number < in_2024 {
            calendar::month(2024, draw.between(1, 12))
        } else if number < in_2024 + recently {
            calendar::month(year, month) - draw.between(1, 10)
        } else {
            calendar::month(year, month) + draw.between(6, 20)
        };
        sites[site].closes = Some(calendar::last_day(last_month));
    }
}

/// Every independent provider gets a Kita, the rest goes by size; agencies mediate childminders.
fn assign_providers(
    facilities: &mut [Facility],
    kind: FacilityKind,
    providers: &[Provider],
    draw: &mut Draw,
) {
    let of_kind = |wanted: ProviderKind| -> Vec<usize> {
        (0..providers.len())
            .filter(|&provider| providers[provider].kind == wanted)
            .collect()
    };
    let independent = of_kind(ProviderKind::Independent);
    let sizes: Vec<f64> = independent.iter().map(|&p| providers[p].size).collect();
    let agencies = of_kind(ProviderKind::ChildmindingAgency);
    let mut order: Vec<usize> = (0..facilities.len()).collect();
    draw.shuffle(&mut order);
    for (number, position) in order.into_iter().enumerate() {
        let share = match kind {
            FacilityKind::DayCareCentre => figures::INDEPENDENT_KITAS,
            FacilityKind::AfterSchoolCentre => figures::INDEPENDENT_AFTER_SCHOOL,
            FacilityKind::ChildminderSite => {
                // An agency looks after whole parts of the city.
                let area = facilities[position].area;
                facilities[position].provider = agencies[area % agencies.len()];
                continue;
            }
        };
        let by_independent = (share * facilities.len() as f64).round() as usize;
        facilities[position].provider = if number >= by_independent {
            0
        } else if kind == FacilityKind::DayCareCentre && number < independent.len() {
            independent[number]
        } else {
            independent[draw.weighted(&sizes)]
        };
    }
}

/// Unlimited, or limited with follow-up licences without a gap.
fn licences(facility: &Facility, plan: &UnitPlan, draw: &mut Draw) -> Vec<(Day, Option<Day>)> {
    let childminder = facility.kind == FacilityKind::ChildminderSite;
    if !childminder && draw.chance(0.7) {
        return vec![(facility.opens, None)];
    }
    let years = if childminder {
        PERMIT_YEARS
    } else {
        draw.between(2, 6)
    };
    let ahead = calendar::birthday(plan.as_of, LICENSED_AHEAD_YEARS);
    let mut licences = Vec::new();
    let mut from = facility.opens;
    loop {
        let next = calendar::birthday(from, years);
        let last_one = !childminder && next > plan.as_of;
        licences.push((from, (!last_one).then_some(next - 1)));
        if last_one || next > ahead {
            return licences;
        }
        from = next;
    }
}
