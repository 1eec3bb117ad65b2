//! Levers on demand itself: take-up by age, legal claims by grade, school deferral.

use domain::{CareType, Month};

use super::bands::{CareBand, CareBands, CarePhase};
use crate::levers::{Lever, LeverSheet, TakeUpMove, moved};

/// Oldest age before school that counts in a band: older children are few.
const OLDEST_AS_A_RULE: u8 = 5;
/// Month in which a school year begins.
const SCHOOL_YEAR_BEGINS: i32 = 8;

/// A change of one age or grade of a band.
#[derive(Debug, Clone, PartialEq)]
struct StepLever {
    step: u8,
    from: Month,
    care: Option<CareType>,
    change: TakeUpMove,
}

/// The levers of a sheet that change demand, sorted by band.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct DemandLevers {
    sheet: LeverSheet,
    /// By band: its steps and their changes.
    bands: Vec<(Vec<u8>, Vec<StepLever>)>,
}

impl DemandLevers {
    /// Sorts the levers of a sheet by band.
    ///
    /// A change of take-up holds from January of its year on. A band of several ages moves by the
    /// mean of what its ages to five move by; a legal claim begins with the school year.
    pub(crate) fn new(sheet: &LeverSheet, bands: &CareBands) -> Self {
        let of_band = |band: &CareBand| {
            let steps = steps_of(band);
            let levers = sheet.levers.iter();
            let levers = levers.flat_map(|lever| step_levers(lever, band.phase, &steps));
            let levers = levers.collect();
            (steps, levers)
        };
        Self {
            sheet: sheet.clone(),
            bands: bands.all().iter().map(of_band).collect(),
        }
    }

    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        let entry = |lever: &Lever| matches!(lever, Lever::Deferral(_));
        self.bands.iter().all(|(_, levers)| levers.is_empty())
            && !self.sheet.levers.iter().any(entry)
    }

    /// The rate of deferral of a school year.
    pub(crate) fn deferral(&self, school_year: i32, rate: f64) -> f64 {
        self.sheet.deferral_rate(school_year, rate)
    }

    /// Share in care and, of it, with a childminder after the levers.
    pub(crate) fn shares(
        &self,
        band: usize,
        facility_care: CareType,
        month: Month,
        (in_care, childminding): (f64, f64),
    ) -> (f64, f64) {
        let Some((steps, levers)) = self.bands.get(band).filter(|(_, all)| !all.is_empty()) else {
            return (in_care, childminding);
        };
        let mean = |share: f64, care: Option<CareType>| {
            let of_step = |step: &u8| {
                let moves: Vec<TakeUpMove> = levers
                    .iter()
                    .filter(|it| it.step == *step && it.care == care && it.from <= month)
                    .map(|it| it.change)
                    .collect();
                moved(share, &moves)
            };
            steps.iter().map(of_step).sum::<f64>() / steps.len() as f64
        };
        let total = mean(in_care, None);
        if levers.iter().all(|it| it.care.is_none()) {
            return (total, childminding);
        }
        let facility = mean(total * (1.0 - childminding), Some(facility_care));
        let minder = mean(total * childminding, Some(CareType::Childminding));
        let sum = facility + minder;
        if sum <= 0.0 {
            return (0.0, childminding);
        }
        (sum.min(1.0), minder / sum)
    }
}

/// Ages or grades of a band that levers are looked up for.
fn steps_of(band: &CareBand) -> Vec<u8> {
    let last = match band.phase {
        CarePhase::Preschool => band.last.min(OLDEST_AS_A_RULE).max(band.first),
        CarePhase::UnderThree | CarePhase::Grades => band.last,
    };
    (band.first..=last).collect()
}

fn step_levers(lever: &Lever, phase: CarePhase, steps: &[u8]) -> Vec<StepLever> {
    match lever {
        Lever::TakeUp(change) if phase != CarePhase::Grades => {
            let care = change.care_type.as_deref().map(str::parse::<CareType>);
            let care = match care {
                None => None,
                Some(Ok(care))
                    if care == phase.facility_care() || care == CareType::Childminding =>
                {
                    Some(care)
                }
                Some(_) => return Vec::new(),
            };
            let steps = steps.iter().copied();
            steps
                .filter(|age| (change.first_age..=change.last_age).contains(age))
                .map(|step| StepLever {
                    step,
                    from: Month::from_index(change.from_year * 12),
                    care,
                    change: change.change,
                })
                .collect()
        }
        Lever::LegalClaim(claim) if phase == CarePhase::Grades => {
            let steps = steps.iter().copied();
            steps
                .filter(|grade| (claim.first_grade..=claim.last_grade).contains(grade))
                .map(|step| {
                    let year = claim.first_school_year + i32::from(step - claim.first_grade);
                    StepLever {
                        step,
                        from: Month::from_index(year * 12 + SCHOOL_YEAR_BEGINS - 1),
                        care: None,
                        change: claim.change,
                    }
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levers::{LegalClaim, TakeUpChange};

    fn sheet(levers: Vec<Lever>) -> DemandLevers {
        let sheet = LeverSheet {
            levers,
            file: String::new(),
        };
        DemandLevers::new(&sheet, &CareBands::saxony())
    }

    fn take_up(ages: (u8, u8), care: Option<&str>, change: TakeUpMove) -> Lever {
        Lever::TakeUp(TakeUpChange {
            from_year: 2028,
            first_age: ages.0,
            last_age: ages.1,
            care_type: care.map(str::to_owned),
            change,
        })
    }

    fn at(month: &str) -> Month {
        month.parse().unwrap()
    }

    #[test]
    fn a_change_of_take_up_begins_in_january_and_reaches_its_ages_only() {
        let levers = sheet(vec![take_up((1, 2), None, TakeUpMove::Points(5.0))]);
        let shares =
            |band, month: &str| levers.shares(band, CareType::Nursery, at(month), (0.6, 0.2));
        assert_eq!(shares(0, "2028-01"), (0.6, 0.2));
        assert_eq!(shares(1, "2027-12"), (0.6, 0.2));
        let (in_care, minder) = shares(1, "2028-01");
        assert!((in_care - 0.65).abs() < 1e-12 && minder == 0.2);
    }

    #[test]
    fn half_the_ages_of_a_band_move_it_by_half() {
        let levers = sheet(vec![take_up((4, 4), None, TakeUpMove::Points(4.0))]);
        let (in_care, _) = levers.shares(4, CareType::Kindergarten, at("2028-01"), (0.9, 0.0));
        assert!((in_care - 0.92).abs() < 1e-12, "{in_care}");
    }

    #[test]
    fn a_care_type_of_its_own_moves_alone() {
        let levers = sheet(vec![take_up(
            (1, 1),
            Some("childminding"),
            TakeUpMove::Points(6.0),
        )]);
        let (in_care, minder) = levers.shares(1, CareType::Nursery, at("2028-05"), (0.5, 0.2));
        assert!((in_care - 0.56).abs() < 1e-12 && (in_care * minder - 0.16).abs() < 1e-12);
        assert!(!levers.is_empty());
    }

    #[test]
    fn the_claim_to_after_school_care_grows_by_a_grade_each_august() {
        let claim = LegalClaim::all_day_act(TakeUpMove::AtLeast(0.95));
        let levers = sheet(vec![Lever::LegalClaim(claim)]);
        let share = |grade: usize, month: &str| {
            levers
                .shares(4 + grade, CareType::AfterSchool, at(month), (0.8, 0.0))
                .0
        };
        assert_eq!((share(1, "2026-07"), share(1, "2026-08")), (0.8, 0.95));
        assert_eq!((share(2, "2027-07"), share(2, "2027-08")), (0.8, 0.95));
        assert_eq!((share(4, "2029-07"), share(4, "2029-08")), (0.8, 0.95));
    }
}
