//! Who was, is and will be cared for where: families look for places month by month, and a place is
//! only taken where it is free for the whole stay.

use domain::{CareType, FacilityKind};

use crate::calendar::{self, Day};
use crate::calibration as figures;
use crate::capacities::Slot;
use crate::children::{self, Children, Households};
use crate::facilities::Facility;
use crate::grid::{Grid, Limit, Stay};
use crate::plan::UnitPlan;
use crate::random::{Draw, Topic};

/// Months a family waits for a place before it gives up.
const PATIENCE_MONTHS: u8 = 6;
/// Chance to ask at the nearest Kita, then at the second, and so on.
const NEAREST: f64 = 0.12;
/// Kitas a family asks at random before it takes any.
const ASKED: usize = 8;
/// Months a month grid reaches past the last start.
const GRID_AHEAD_MONTHS: i32 = 92;
/// Days ahead that an early end of a contract is known.
const END_KNOWN_DAYS: i32 = 75;

/// A concluded contract.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contract {
    pub(crate) child: u32,
    pub(crate) facility: u16,
    pub(crate) care: CareType,
    pub(crate) from: Day,
    pub(crate) to: Day,
}

/// A child whose family looks for a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seeker {
    pub(crate) child: u32,
    pub(crate) care: CareType,
    pub(crate) start: Day,
    /// Last day of the stay sought.
    pub(crate) to: Day,
}

/// What came out.
pub(crate) struct Outcome {
    pub(crate) contracts: Vec<Contract>,
    pub(crate) seekers: Vec<Seeker>,
    /// Families that gave up in the time of the history.
    pub(crate) unplaced: u64,
    pub(crate) grid: Grid,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Reason {
    FirstPlace,
    /// From a childminder, a Kita that closes, or another Kita.
    Change,
    AfterSchool,
}

#[derive(Debug, Clone, Copy)]
struct Need {
    child: u32,
    start: Day,
    reason: Reason,
    waited: u8,
    /// A facility that is no option.
    not: Option<u16>,
}

/// Facilities of each kind, nearest first, by area.
pub(crate) struct Nearby {
    lists: [Vec<Vec<u16>>; 3],
}

impl Nearby {
    pub(crate) fn new(centres: &[(f64, f64)], facilities: &[Facility]) -> Self {
        let list = |care: CareType| {
            centres
                .iter()
                .map(|&centre| {
                    let distance = |number: u16| {
                        let point = facilities[usize::from(number)].point;
                        // Degrees east are shorter than degrees north at 51 degrees.
                        ((point.0 - centre.0) * 0.63).hypot(point.1 - centre.1)
                    };
                    let mut near: Vec<u16> = (0..facilities.len() as u16)
                        .filter(|&number| {
                            facilities[usize::from(number)].slots[care.index()].is_some()
                        })
                        .collect();
                    near.sort_by(|&a, &b| distance(a).total_cmp(&distance(b)).then(a.cmp(&b)));
                    near
                })
                .collect()
        };
        Self {
            lists: [
                list(CareType::Childminding),
                list(CareType::Kindergarten),
                list(CareType::AfterSchool),
            ],
        }
    }

    /// Facilities for a care type, nearest to the area first.
    pub(crate) fn of(&self, care: CareType, area: usize) -> &[u16] {
        let list = match care {
            CareType::Childminding => 0,
            CareType::Nursery | CareType::Kindergarten => 1,
            CareType::AfterSchool => 2,
        };
        &self.lists[list][area]
    }
}

struct Market<'a> {
    plan: &'a UnitPlan,
    facilities: &'a [Facility],
    children: &'a Children,
    nearby: &'a Nearby,
    grid: Grid,
    needs: Vec<Vec<Need>>,
    /// Where a household's last child went, before school and after school, and until when.
    siblings: [Vec<(u16, Day)>; 2],
    contracts: Vec<Contract>,
    seekers: Vec<Seeker>,
    unplaced: u64,
    history: Day,
    draw: Draw,
}

/// Lets all families look for places, in order of the start they wish.
pub(crate) fn place(
    plan: &UnitPlan,
    facilities: &[Facility],
    slots: &[Slot],
    children: &Children,
    households: &Households,
    nearby: &Nearby,
) -> Outcome {
    let months = plan.as_of_month() + plan.months_ahead() - plan.first_start() + 1;
    let nowhere = vec![(0, Day::MIN); households.area.len()];
    let mut market = Market {
        plan,
        facilities,
        children,
        nearby,
        grid: Grid::new(
            slots,
            plan.first_start(),
            (months + GRID_AHEAD_MONTHS) as usize,
        ),
        needs: vec![Vec::new(); months as usize],
        siblings: [nowhere.clone(), nowhere],
        contracts: Vec::with_capacity(children.len() * 2),
        seekers: Vec::new(),
        unplaced: 0,
        history: calendar::first_day(plan.history_start()),
        draw: plan.draw(Topic::Placement),
    };
    market.first_needs();
    for month in 0..market.needs.len() {
        let mut needs = std::mem::take(&mut market.needs[month]);
        market.draw.shuffle(&mut needs);
        for need in needs {
            market.serve(need);
        }
    }
    Outcome {
        contracts: market.contracts,
        seekers: market.seekers,
        unplaced: market.unplaced,
        grid: market.grid,
    }
}

impl Market<'_> {
    fn first_needs(&mut self) {
        let mut draw = self.plan.draw(Topic::LifeCourses);
        for child in 0..self.children.len() {
            let entry = calendar::day(self.children.school_entry[child], 8, 1);
            let need = |start, reason| Need {
                child: child as u32,
                start,
                reason,
                waited: 0,
                not: None,
            };
            if let Some(start) = children::first_start(self.children.birth[child], &mut draw) {
                self.expect(need(start, Reason::FirstPlace));
            }
            if draw.chance(figures::AFTER_SCHOOL_START) {
                self.expect(need(entry, Reason::AfterSchool));
            }
        }
    }

    /// Puts a need into its month; needs outside the time covered are dropped.
    fn expect(&mut self, need: Need) {
        let month = calendar::month_of(need.start) - self.plan.first_start();
        if let Ok(month) = usize::try_from(month)
            && month < self.needs.len()
        {
            self.needs[month].push(need);
        }
    }

    fn serve(&mut self, need: Need) {
        let child = need.child as usize;
        let school = calendar::day(self.children.school_entry[child], 7, 31);
        if need.reason != Reason::AfterSchool && need.start > school {
            return;
        }
        match self.decided(&need) {
            Decision::Waits => return,
            Decision::Seeks => {
                let care = self.care_for(&need);
                let to = self.last_day(&need, care);
                self.seekers.push(Seeker {
                    child: need.child,
                    care,
                    start: need.start,
                    to,
                });
                return;
            }
            Decision::Contracts => {}
        }
        let care = self.care_for(&need);
        let other = match care {
            CareType::Childminding => Some(CareType::Nursery),
            CareType::Nursery => Some(CareType::Childminding),
            CareType::Kindergarten | CareType::AfterSchool => None,
        };
        let placed = [Some(care), other]
            .into_iter()
            .flatten()
            .any(|care| self.conclude(&need, care));
        if !placed {
            self.wait(need);
        }
    }

    /// Whether a family has a contract by now, still seeks, or has not begun to.
    fn decided(&mut self, need: &Need) -> Decision {
        let after_school = need.reason == Reason::AfterSchool;
        if need.start <= self.plan.as_of {
            let recent = need.start > self.plan.as_of - 100 && need.reason == Reason::FirstPlace;
            return if recent && self.draw.chance(0.025) {
                Decision::Seeks
            } else {
                Decision::Contracts
            };
        }
        let lead = calendar::month_of(need.start) - self.plan.as_of_month();
        let contracted = match lead {
            ..=1 => 0.95,
            2..=3 => 0.82,
            4..=6 => 0.55,
            7..=9 => 0.20,
            10..=11 => 0.06,
            _ => 0.0,
        };
        let seeks = match lead {
            ..=8 => 1.0,
            9..=11 => 0.6,
            _ => 0.3,
        };
        let pace = if after_school { 0.4 } else { 1.0 };
        if self.draw.chance(contracted * pace) {
            Decision::Contracts
        } else if self.draw.chance(seeks * pace) {
            Decision::Seeks
        } else {
            Decision::Waits
        }
    }

    fn care_for(&mut self, need: &Need) -> CareType {
        if need.reason == Reason::AfterSchool {
            return CareType::AfterSchool;
        }
        let birth = self.children.birth[need.child as usize];
        let months = calendar::month_of(need.start) - calendar::month_of(birth);
        let three = calendar::birthday(birth, 3);
        if need.start >= three || (months > 34 && self.draw.chance(0.5)) {
            CareType::Kindergarten
        } else if need.reason == Reason::FirstPlace
            && months < 30
            && self.draw.chance(figures::CHILDMINDING_SHARE)
        {
            CareType::Childminding
        } else {
            CareType::Nursery
        }
    }

    /// Last day of a stay as agreed: the end of childminding, of kindergarten or of class 4.
    fn last_day(&self, need: &Need, care: CareType) -> Day {
        let child = need.child as usize;
        let school = self.children.school_entry[child];
        match care {
            CareType::AfterSchool => calendar::day(school + 4, 7, 31),
            CareType::Childminding => {
                let three = calendar::birthday(self.children.birth[child], 3);
                calendar::last_day(calendar::month_of(three)).min(calendar::day(school, 7, 31))
            }
            CareType::Nursery | CareType::Kindergarten => calendar::day(school, 7, 31),
        }
    }

    /// Finds a place and concludes the contract; `false` if there is none.
    fn conclude(&mut self, need: &Need, care: CareType) -> bool {
        let child = need.child as usize;
        let to = self.last_day(need, care);
        if to < need.start + 27 {
            return true; // too short to be agreed
        }
        let mut stay = Stay {
            care,
            from: need.start,
            turns_three: calendar::birthday(self.children.birth[child], 3),
            to,
        };
        let counted = to >= self.history;
        let Some(facility) = self.choose(need, &stay, counted) else {
            return false;
        };
        let follow_up = self.shorten(&mut stay, facility);
        let after_school = usize::from(care == CareType::AfterSchool);
        let household = self.children.household[child] as usize;
        self.siblings[after_school][household] = (facility, stay.to);
        if stay.to >= self.history {
            self.grid
                .bind(&self.facilities[usize::from(facility)], &stay);
            self.contracts.push(Contract {
                child: need.child,
                facility,
                care,
                from: stay.from,
                to: stay.to,
            });
        }
        if follow_up {
            self.expect(Need {
                child: need.child,
                start: stay.to + 1,
                reason: if after_school == 1 {
                    Reason::AfterSchool
                } else {
                    Reason::Change
                },
                waited: 0,
                not: Some(facility),
            });
        }
        true
    }

    /// A facility with a place for the whole stay: the sibling's, one near by, any with a planned
    /// place, any with a licensed place.
    fn choose(&mut self, need: &Need, stay: &Stay, counted: bool) -> Option<u16> {
        let child = need.child as usize;
        let near = self
            .nearby
            .of(stay.care, usize::from(self.children.area[child]));
        let open = |number: u16, limit: Limit, grid: &Grid| {
            let facility = &self.facilities[usize::from(number)];
            let known_end = facility
                .closes
                .map_or(stay.to, |closes| closes.min(stay.to));
            need.not != Some(number)
                && facility.opens <= stay.from
                && (known_end == stay.to || known_end >= stay.from + 180)
                && facility.slots[stay.care.index()].is_some()
                && (!counted
                    || grid.fits(
                        facility,
                        &Stay {
                            to: known_end,
                            ..*stay
                        },
                        limit,
                    ))
        };
        let after_school = usize::from(stay.care == CareType::AfterSchool);
        let household = self.children.household[child] as usize;
        let (sibling, until) = self.siblings[after_school][household];
        if until >= stay.from
            && stay.care != CareType::Childminding
            && self.facilities[usize::from(sibling)].kind != FacilityKind::ChildminderSite
            && self.draw.chance(0.85)
            && open(sibling, Limit::Planned, &self.grid)
        {
            return Some(sibling);
        }
        let mut asked = 0;
        for &number in near.iter().cycle().take(near.len() * 2) {
            if self.draw.chance(NEAREST) {
                if open(number, Limit::Planned, &self.grid) {
                    return Some(number);
                }
                asked += 1;
                if asked == ASKED {
                    break;
                }
            }
        }
        [Limit::Planned, Limit::Licensed]
            .into_iter()
            .find_map(|limit| {
                near.iter()
                    .copied()
                    .find(|&number| open(number, limit, &self.grid))
            })
    }

    /// Ends a stay before its agreed end where the facility closes, the family moves away or
    /// changes the Kita; `true` if another place is needed from the next day on.
    fn shorten(&mut self, stay: &mut Stay, facility: u16) -> bool {
        let agreed = stay.to;
        let event = self.draw.uniform();
        let mut changes = stay.care == CareType::Childminding;
        if stay.care == CareType::AfterSchool {
            let mut left = 1.0;
            for (class, &share) in (1..).zip(&figures::AFTER_SCHOOL_LEAVE) {
                let end = calendar::birthday(agreed, class - 4);
                if event < 1.0 - left * (1.0 - share) && end > stay.from && self.known(end) {
                    stay.to = end;
                    break;
                }
                left *= 1.0 - share;
            }
        } else if stay.care != CareType::Childminding && agreed - stay.from > 400 {
            let months = (agreed - stay.from) / 31;
            let month = calendar::month_of(stay.from) + self.draw.between(6, (months - 3).max(6));
            let end = calendar::last_day(month);
            if event < figures::LEAVERS + figures::TRANSFERS && end < agreed && self.known(end) {
                stay.to = end;
                changes = event >= figures::LEAVERS;
            }
        }
        if let Some(closes) = self.facilities[usize::from(facility)].closes
            && closes < stay.to
        {
            stay.to = closes;
            changes = true;
        }
        changes
    }

    fn known(&self, end: Day) -> bool {
        end <= self.plan.as_of + END_KNOWN_DAYS
    }

    /// Looks again next month, or gives up.
    fn wait(&mut self, need: Need) {
        if need.waited < PATIENCE_MONTHS {
            self.expect(Need {
                start: calendar::first_day(calendar::month_of(need.start) + 1),
                waited: need.waited + 1,
                ..need
            });
        } else if need.start >= self.history {
            self.unplaced += 1;
        }
    }
}

enum Decision {
    Contracts,
    Seeks,
    Waits,
}
