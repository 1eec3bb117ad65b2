//! Children and their households.

use crate::calendar::{self, Day};
use crate::calibration as figures;
use crate::plan::UnitPlan;
use crate::population::{FIRST_YEAR, Population};
use crate::random::{Draw, Topic};

/// Days after birth until a child is in the register.
const REGISTERED_AFTER: i32 = 14;
/// Share of births that are the second of twins.
const TWINS: f64 = 0.015;
/// Chance that a birth is in a household with an older child, where one fits.
const HAS_SIBLING: f64 = 0.47;
/// Days between births of siblings.
const SIBLING_GAP: (i32, i32) = (520, 2200);

/// Codes of `sex` in files, and their shares.
pub(crate) const SEXES: [(&str, f64); 4] = [
    ("male", 0.5120),
    ("female", 0.4862),
    ("divers", 0.0010),
    ("none", 0.0008),
];

/// The children of a unit, one vector per attribute; a child is its position.
#[derive(Debug, Default)]
pub(crate) struct Children {
    pub(crate) birth: Vec<Day>,
    pub(crate) household: Vec<u32>,
    pub(crate) area: Vec<u16>,
    /// Position in [`SEXES`].
    pub(crate) sex: Vec<u8>,
    pub(crate) inclusion: Vec<bool>,
    /// Year of school entry.
    pub(crate) school_entry: Vec<i32>,
}

/// The households of a unit.
#[derive(Debug, Default)]
pub(crate) struct Households {
    pub(crate) area: Vec<u16>,
    pub(crate) single: Vec<bool>,
    pub(crate) working: Vec<bool>,
    pub(crate) municipality: Vec<i32>,
}

impl Children {
    pub(crate) fn len(&self) -> usize {
        self.birth.len()
    }

    /// The class attended in a Kita year, `None` before school.
    pub(crate) fn school_class(&self, child: usize, kita_year: i32) -> Option<i32> {
        let class = kita_year - self.school_entry[child] + 1;
        (class >= 1).then_some(class.min(13))
    }
}

/// All children who are, or in the contract history were, of an age for care.
pub(crate) fn children(plan: &UnitPlan, population: &Population) -> (Children, Households) {
    let mut draw = plan.draw(Topic::Children);
    let mut children = Children::default();
    let mut households = Households::default();
    let mut births = Vec::new();
    for area in 0..population.areas() {
        births.clear();
        births_of(area, plan, population, &mut draw, &mut births);
        births.sort_unstable();
        settle(area, &births, &mut children, &mut households, &mut draw);
    }
    (children, households)
}

/// Birth days of an area's children: as many per year as its population table shows.
fn births_of(
    area: usize,
    plan: &UnitPlan,
    population: &Population,
    draw: &mut Draw,
    births: &mut Vec<Day>,
) {
    let this_year = plan.last_year() + 1;
    let first_day = calendar::day(plan.first_birth_year(), 7, 1);
    let last_day = plan.as_of - REGISTERED_AFTER;
    for year in plan.first_birth_year()..=this_year {
        let count = if year == this_year {
            population.current_births(area)
        } else {
            let age = usize::try_from(plan.last_year() - year).expect("years up to the last");
            debug_assert!(plan.last_year() >= FIRST_YEAR);
            population.count(area, plan.last_year(), age)
        };
        let (start, end) = (calendar::day(year, 1, 1), calendar::day(year, 12, 31));
        for _ in 0..count {
            let birth = draw.between(start, end);
            if (first_day..=last_day).contains(&birth) {
                births.push(birth);
            }
        }
    }
}

/// Puts the children of an area into households, oldest first.
fn settle(
    area: usize,
    births: &[Day],
    children: &mut Children,
    households: &mut Households,
    draw: &mut Draw,
) {
    // Last birth and household, in order of birth; an entry is stale once a younger sibling came.
    let mut last_births: Vec<(Day, u32)> = Vec::with_capacity(births.len());
    let mut youngest: Vec<Day> = Vec::new();
    let base = households.area.len();
    for &birth in births {
        let mut birth = birth;
        let household = match twin_of(&last_births, draw) {
            Some((day, household)) => {
                birth = day;
                household
            }
            None => match older_sibling(birth, &last_births, &youngest, base, draw) {
                Some(household) => household,
                None => {
                    youngest.push(birth);
                    new_household(area, households, draw)
                }
            },
        };
        youngest[household as usize - base] = birth;
        last_births.push((birth, household));
        children.birth.push(birth);
        children.household.push(household);
        children.area.push(area as u16);
        children
            .sex
            .push(draw.weighted(&SEXES.map(|(_, share)| share)) as u8);
        children.inclusion.push(draw.chance(figures::INCLUSION));
        children.school_entry.push(school_entry(birth, draw));
    }
}

/// The child just born, if the next one is its twin.
fn twin_of(last_births: &[(Day, u32)], draw: &mut Draw) -> Option<(Day, u32)> {
    let &newest = last_births.last()?;
    let already_twins = last_births
        .len()
        .checked_sub(2)
        .is_some_and(|before| last_births[before] == newest);
    (!already_twins && draw.chance(TWINS)).then_some(newest)
}

fn older_sibling(
    birth: Day,
    last_births: &[(Day, u32)],
    youngest: &[Day],
    base: usize,
    draw: &mut Draw,
) -> Option<u32> {
    if !draw.chance(HAS_SIBLING) {
        return None;
    }
    let from = last_births.partition_point(|&(day, _)| day < birth - SIBLING_GAP.1);
    let to = last_births.partition_point(|&(day, _)| day <= birth - SIBLING_GAP.0);
    for _ in 0..3 {
        if from >= to {
            return None;
        }
        let (day, household) = last_births[from + draw.below(to - from)];
        if youngest[household as usize - base] == day {
            return Some(household);
        }
    }
    None
}

fn new_household(area: usize, households: &mut Households, draw: &mut Draw) -> u32 {
    households.area.push(area as u16);
    let single = draw.chance(0.20);
    households.single.push(single);
    households
        .working
        .push(draw.chance(if single { 0.70 } else { 0.78 }));
    let outside = draw.chance(figures::NON_RESIDENT);
    households.municipality.push(if outside {
        figures::AROUND[draw.below(figures::AROUND.len())]
    } else {
        figures::MUNICIPALITY
    });
    (households.area.len() - 1) as u32
}

/// Six by 30 June, some a year later, some born in summer a year earlier.
fn school_entry(birth: Day, draw: &mut Draw) -> i32 {
    let (year, month, _) = calendar::civil(birth);
    let regular = year + if month <= 6 { 6 } else { 7 };
    if (7..=9).contains(&month) && draw.chance(figures::EARLY_ENTRY_OF_SUMMER_BORN) {
        regular - 1
    } else if draw.chance(figures::SCHOOL_DEFERRAL) {
        regular + 1
    } else {
        regular
    }
}

/// Statistics-only attributes of a child; `None` where the family gave no answer.
pub(crate) struct StatisticsAttributes {
    pub(crate) child: usize,
    pub(crate) foreign_origin: Option<bool>,
    pub(crate) german_at_home: Option<bool>,
}

/// Attributes of most children.
pub(crate) fn statistics_attributes(
    plan: &UnitPlan,
    children: &Children,
) -> Vec<StatisticsAttributes> {
    let mut draw = Draw::new(plan.seed ^ 0x57a7, plan.unit, Topic::Children);
    let mut attributes = Vec::with_capacity(children.len());
    for child in 0..children.len() {
        if draw.chance(0.06) {
            continue;
        }
        let foreign = draw.chance(figures::FOREIGN_ORIGIN);
        let german = draw.chance(if foreign { 0.42 } else { 0.997 });
        attributes.push(StatisticsAttributes {
            child,
            foreign_origin: (!draw.chance(0.02)).then_some(foreign),
            german_at_home: (!draw.chance(0.03)).then_some(german),
        });
    }
    attributes
}

/// First month of care before school, as a day; `None` for families that stay at home.
pub(crate) fn first_start(birth: Day, draw: &mut Draw) -> Option<Day> {
    let level = draw.uniform();
    let steps = &figures::STARTED_BY_MONTH;
    let step = steps.iter().position(|&(_, share)| share > level)?;
    let (before, after) = (steps[step - 1], steps[step]);
    let within = (level - before.1) / (after.1 - before.1);
    let age = before.0 + 1 + (f64::from(after.0 - before.0) * within).floor() as i32;
    let natural = calendar::month_of(birth - 1) + 1 + age.min(after.0);
    Some(calendar::first_day(seasonal(natural, draw)))
}

/// Moves a start towards August and September.
fn seasonal(natural: calendar::MonthIndex, draw: &mut Draw) -> calendar::MonthIndex {
    let month = natural.rem_euclid(12) + 1;
    let mut level = draw.uniform();
    for &(from, to, probability) in &figures::SEASONAL_MOVES {
        if from == month {
            if level < probability {
                return natural + to - from;
            }
            level -= probability;
        }
    }
    natural
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw() -> Draw {
        Draw::new(3, 0, Topic::LifeCourses)
    }

    #[test]
    fn children_enter_school_at_six_by_30_june_with_the_known_shares_of_exceptions() {
        let mut draw = draw();
        let mut later = 0;
        for _ in 0..10_000 {
            let year = school_entry(calendar::day(2020, 3, 1), &mut draw);
            assert!(year == 2026 || year == 2027);
            later += i32::from(year == 2027);
        }
        assert!((800..1060).contains(&later), "{later} of 10,000 put back");
        let summer: Vec<i32> = (0..10_000)
            .map(|_| school_entry(calendar::day(2019, 8, 1), &mut draw))
            .collect();
        let early = summer.iter().filter(|&&year| year == 2025).count();
        assert!((400..560).contains(&early), "{early} of 10,000 early");
    }

    #[test]
    fn care_starts_on_the_first_of_a_month_after_the_fourth_month_of_life() {
        let mut draw = draw();
        let birth = calendar::day(2023, 5, 17);
        let starts: Vec<Option<Day>> = (0..5_000).map(|_| first_start(birth, &mut draw)).collect();
        let never = starts.iter().filter(|start| start.is_none()).count();
        assert!((30..85).contains(&never), "{never} of 5,000 never");
        for start in starts.into_iter().flatten() {
            assert_eq!(calendar::civil(start).2, 1);
            assert!(start > calendar::birthday(birth, 0) + 60);
        }
    }
}
