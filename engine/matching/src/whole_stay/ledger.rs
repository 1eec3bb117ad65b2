//! The ledger of free places: checks a stay against every month of it, and reserves it.

use domain::procedure::Stay;
use domain::{
    CareType, DailyHours, HoursTier, InputProblem, Month, MonthRange, completed_months,
    expected_last_day, last_kindergarten_day, third_birthday,
};
use jiff::civil::Date;

use super::obstacle::{StayObstacle, tier_name};
use super::places::{CareOffer, Cell, MonthPlaces, Offers, arrange};

/// Completed months of life with which the 34th month begins.
const BEGIN_OF_34TH_MONTH: u32 = 33;
/// Completed months of life on the third birthday.
const THIRD_BIRTHDAY: u32 = 36;

/// A place that a family asks for, as far as the stay goes.
#[derive(Clone, PartialEq, Eq)]
pub struct StayRequest {
    /// The facility.
    pub facility_id: String,
    /// The care type at the start.
    pub care_type: CareType,
    /// Date of birth.
    pub born: Date,
    /// First day of care.
    pub first_day: Date,
    /// Hours wished a day.
    pub daily_hours: DailyHours,
    /// Whether the child needs an inclusion place.
    pub inclusion_need: bool,
    /// Whether the child starts here and needs to settle in; `false` for one that is here already.
    pub settles_in: bool,
}

/// Without the date of birth, which is a child's.
impl std::fmt::Debug for StayRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StayRequest")
            .field("facility_id", &self.facility_id)
            .field("care_type", &self.care_type)
            .field("first_day", &self.first_day)
            .finish_non_exhaustive()
    }
}

/// The months of a stay at a facility, each with the place it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStay {
    facility: usize,
    /// Care type by month, in order; months before the first known one left out.
    months: Vec<(Month, CareType)>,
    inclusion_need: bool,
    settles_in: Option<(Month, CareType)>,
    ends_at_three: bool,
}

impl PlannedStay {
    /// The months with the care type of the place taken, in order.
    #[must_use]
    pub fn months(&self) -> &[(Month, CareType)] {
        &self.months
    }

    /// Whether the stay ends before the third birthday, because the facility has no kindergarten.
    #[must_use]
    pub const fn ends_at_three(&self) -> bool {
        self.ends_at_three
    }
}

/// A reserved stay. It cannot be copied: who holds it can release it exactly once.
#[derive(Debug, PartialEq, Eq)]
pub struct Reservation {
    stay: PlannedStay,
}

impl Reservation {
    /// The stay reserved.
    #[must_use]
    pub const fn stay(&self) -> &PlannedStay {
        &self.stay
    }
}

/// Free places of all facilities by care type and month, less what was reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayLedger {
    offers: Offers,
    cells: Vec<Cell>,
}

impl StayLedger {
    /// Arranges the rows. A month inside `months` without a row of places has none; months of a stay
    /// outside `months` are not looked at.
    ///
    /// # Errors
    ///
    /// Every contradiction at once (E2170): unknown facilities, repeated rows, months outside the range,
    /// groups that close before they open.
    pub fn new(
        offers: &[CareOffer],
        places: &[MonthPlaces],
        months: MonthRange,
    ) -> Result<Self, Vec<InputProblem>> {
        let (offers, cells) = arrange(offers, places, months)?;
        Ok(Self { offers, cells })
    }

    /// The months of a stay, or every reason that lies in the child and the facility themselves.
    fn plan(&self, request: &StayRequest) -> Result<PlannedStay, Vec<StayObstacle>> {
        let care = request.care_type;
        let offer = self
            .offers
            .facility(&request.facility_id)
            .and_then(|facility| Some((facility, self.offers.offer(facility, care)?)));
        let Some((facility, offer)) = offer else {
            return Err(vec![StayObstacle::CareTypeNotOffered { care_type: care }]);
        };
        let mut obstacles = Vec::new();
        find_age_obstacle(request, offer, &mut obstacles);
        find_hours_obstacles(request, offer, &mut obstacles);
        let change = Month::of(third_birthday(request.born));
        // A pure nursery, or one whose kindergarten is not open in that month, keeps nobody beyond it.
        let kindergarten = self
            .offers
            .offer(facility, CareType::Kindergarten)
            .filter(|offer| is_open(offer, change));
        let ends_at_three = care == CareType::Nursery && kindergarten.is_none();
        if let Some(later) = kindergarten.filter(|_| care == CareType::Nursery) {
            find_hours_obstacles(request, later, &mut obstacles);
        }
        if !obstacles.is_empty() {
            return Err(obstacles);
        }
        let mut last_day = expected_last_day(care, request.born);
        if ends_at_three {
            last_day = last_day.min(change.plus(-1).last_day());
        }
        let stay = Stay {
            care_type: care,
            born: request.born,
            first_day: request.first_day,
            last_day,
        };
        let start = Month::of(request.first_day);
        let Some(first_care) = stay.care_type_in(start) else {
            // Starts in the month of the third birthday where no kindergarten follows.
            return Err(vec![StayObstacle::TooOld {
                care_type: care,
                age_months: age_on(request.born, request.first_day),
            }]);
        };
        let known = self.offers.months;
        let months: Vec<(Month, CareType)> = stay
            .months()
            .filter(|(month, _)| known.position(*month).is_some())
            .collect();
        let settles_in =
            (request.settles_in && known.position(start).is_some()).then_some((start, first_care));
        Ok(PlannedStay {
            facility,
            months,
            inclusion_need: request.inclusion_need,
            settles_in,
            ends_at_three,
        })
    }

    /// Whether a stay fits beside everything reserved so far, in every month of it.
    ///
    /// # Errors
    ///
    /// Every reason why it does not: first those of the child and the facility themselves; if there are
    /// none, those of the months in their order.
    pub fn check(&self, request: &StayRequest) -> Result<PlannedStay, Vec<StayObstacle>> {
        let stay = self.plan(request)?;
        let obstacles = self.month_obstacles(&stay);
        if obstacles.is_empty() {
            Ok(stay)
        } else {
            Err(obstacles)
        }
    }

    /// What stands in the way of a planned stay now.
    pub(crate) fn month_obstacles(&self, stay: &PlannedStay) -> Vec<StayObstacle> {
        let mut obstacles = Vec::new();
        for &(month, care_type) in &stay.months {
            let open = self
                .offers
                .offer(stay.facility, care_type)
                .is_some_and(|offer| is_open(offer, month));
            let Some(cell) = self.offers.cell(stay.facility, care_type, month) else {
                continue;
            };
            let cell = &self.cells[cell];
            if !open {
                obstacles.push(StayObstacle::GroupClosed { care_type, month });
                continue;
            }
            if cell.free < 1 {
                let free = cell.free;
                obstacles.push(StayObstacle::NoPlace {
                    care_type,
                    month,
                    free,
                });
            }
            if stay.inclusion_need && cell.inclusion < 1 {
                let free = cell.inclusion;
                obstacles.push(StayObstacle::NoInclusionPlace {
                    care_type,
                    month,
                    free,
                });
            }
            if stay.settles_in == Some((month, care_type)) && cell.settling_in < 1 {
                let free = cell.settling_in;
                obstacles.push(StayObstacle::NoSettlingInSlot {
                    care_type,
                    month,
                    free,
                });
            }
        }
        obstacles
    }

    /// Reserves a stay that fits: its places are not offered to anybody else.
    ///
    /// # Errors
    ///
    /// As [`Self::check`].
    pub fn reserve(&mut self, request: &StayRequest) -> Result<Reservation, Vec<StayObstacle>> {
        let stay = self.check(request)?;
        self.book(&stay, -1);
        Ok(Reservation { stay })
    }

    /// Reserves a stay that is promised, full or not: the rest of the stay of a child that holds a place
    /// here, its kindergarten place after the nursery included. The reasons come back beside the
    /// reservation, so that the city sees where a promise exceeds the places.
    ///
    /// # Errors
    ///
    /// The reasons that lie in the child and the facility themselves: then nothing is reserved.
    pub fn guarantee(
        &mut self,
        request: &StayRequest,
    ) -> Result<(Reservation, Vec<StayObstacle>), Vec<StayObstacle>> {
        let stay = self.plan(request)?;
        let exceeded = self.month_obstacles(&stay);
        self.book(&stay, -1);
        Ok((Reservation { stay }, exceeded))
    }

    /// Gives the places of a reservation back.
    pub fn release(&mut self, reservation: Reservation) {
        let Reservation { stay } = reservation;
        self.book(&stay, 1);
    }

    /// Places free in a month beside everything reserved; `None` outside the months known.
    #[must_use]
    pub fn free(&self, facility_id: &str, care_type: CareType, month: Month) -> Option<i32> {
        let facility = self.offers.facility(facility_id)?;
        let cell = self.offers.cell(facility, care_type, month)?;
        Some(self.cells[cell].free)
    }

    /// Changes what is free in every month of a stay.
    pub(crate) fn book(&mut self, stay: &PlannedStay, change: i32) {
        for &(month, care_type) in &stay.months {
            let Some(cell) = self.offers.cell(stay.facility, care_type, month) else {
                continue;
            };
            let cell = &mut self.cells[cell];
            cell.free += change;
            if stay.inclusion_need {
                cell.inclusion += change;
            }
            if stay.settles_in == Some((month, care_type)) && cell.settling_in != i32::MAX {
                cell.settling_in += change;
            }
        }
    }
}

fn is_open(offer: &CareOffer, month: Month) -> bool {
    offer.first_month <= month && offer.last_month.is_none_or(|last| month <= last)
}

/// Completed months of life on a day, negative before birth.
fn age_on(born: Date, day: Date) -> i32 {
    let signed = |months: u32| i32::try_from(months).unwrap_or(i32::MAX);
    completed_months(born, day).map_or_else(
        |_| -completed_months(day, born).map_or(0, signed) - 1,
        signed,
    )
}

fn find_age_obstacle(request: &StayRequest, offer: &CareOffer, obstacles: &mut Vec<StayObstacle>) {
    let care_type = request.care_type;
    let age_months = age_on(request.born, request.first_day);
    let by_law = match care_type {
        CareType::Kindergarten if offer.from_34th_month => BEGIN_OF_34TH_MONTH,
        CareType::Kindergarten => THIRD_BIRTHDAY,
        CareType::Nursery | CareType::Childminding | CareType::AfterSchool => 0,
    };
    let needed_months = by_law.max(offer.youngest_months);
    let too_young = age_months < i32::try_from(needed_months).unwrap_or(i32::MAX)
        || care_type == CareType::AfterSchool
            && request.first_day <= last_kindergarten_day(request.born);
    // A nursery admits until the day before the third birthday; it goes on as kindergarten after that.
    let too_old = match care_type {
        CareType::Nursery => request.first_day >= third_birthday(request.born),
        _ => request.first_day > expected_last_day(care_type, request.born),
    };
    if too_young {
        obstacles.push(StayObstacle::TooYoung {
            care_type,
            age_months,
            needed_months,
        });
    } else if too_old {
        obstacles.push(StayObstacle::TooOld {
            care_type,
            age_months,
        });
    }
}

fn find_hours_obstacles(
    request: &StayRequest,
    offer: &CareOffer,
    obstacles: &mut Vec<StayObstacle>,
) {
    let care_type = offer.care_type;
    let wished_quarter_hours = request.daily_hours.quarters();
    let tier = HoursTier::of(request.daily_hours);
    if !offer.tiers.contains(&tier) {
        obstacles.push(StayObstacle::TierNotOffered {
            care_type,
            tier: tier_name(tier),
            wished_quarter_hours,
        });
    }
    if request.daily_hours > offer.longest_day {
        obstacles.push(StayObstacle::OpensTooShort {
            care_type,
            wished_quarter_hours,
            longest_quarter_hours: offer.longest_day.quarters(),
        });
    }
}
