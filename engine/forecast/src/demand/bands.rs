//! The bands of children whose take-up is followed one by one.

use domain::{CareType, InputProblem};

use super::codes;

/// Oldest age, in completed years, that a child not yet at school can reach: six by the cut-off,
/// then deferred by a year.
pub const OLDEST_BEFORE_SCHOOL: u8 = 8;

/// Highest grade with after-school care as a rule (§ 1 SächsKitaG).
pub const LAST_GRADE: u8 = 4;

/// Which children a band holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CarePhase {
    /// Not yet three: nursery or childminding.
    UnderThree,
    /// From the third birthday to school entry: kindergarten, seldom childminding.
    Preschool,
    /// At primary school: after-school care.
    Grades,
}

impl CarePhase {
    /// The care type of a child of this phase that is not with a childminder.
    #[must_use]
    pub const fn facility_care(self) -> CareType {
        match self {
            Self::UnderThree => CareType::Nursery,
            Self::Preschool => CareType::Kindergarten,
            Self::Grades => CareType::AfterSchool,
        }
    }
}

/// A band of children: of an age in completed years before school, of a grade at school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareBand {
    /// Name in tables.
    pub name: String,
    /// Which children.
    pub phase: CarePhase,
    /// First age in completed years, or first grade.
    pub first: u8,
    /// Last age or grade, included.
    pub last: u8,
}

/// The bands of a forecast of demand, which cover every child once.
///
/// ```
/// use forecast::{CareBand, CareBands, CarePhase};
/// let bands = CareBands::saxony();
/// assert_eq!(bands.all().len(), 9);
/// let twice = vec![bands.all()[0].clone(), bands.all()[0].clone()];
/// assert_eq!(CareBands::new(twice).expect_err("refused")[0].code, "E4063");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareBands {
    bands: Vec<CareBand>,
}

impl CareBands {
    /// Checks bands: under three the ages 0 to 2, before school 3 to [`OLDEST_BEFORE_SCHOOL`], and
    /// grades within 1 to [`LAST_GRADE`]; a phase is covered without gaps or left out whole.
    ///
    /// # Errors
    ///
    /// Every problem at once (E4063).
    pub fn new(bands: Vec<CareBand>) -> Result<Self, Vec<InputProblem>> {
        let mut problems = Vec::new();
        let mut refuse =
            |message: String| problems.push(codes::problem(codes::BANDS, "bands", message));
        if bands.is_empty() {
            refuse("there are no bands".to_owned());
        }
        for (place, band) in bands.iter().enumerate() {
            if band.first > band.last {
                refuse(format!("the band {:?} ends before it begins", band.name));
            }
            if bands[..place].iter().any(|other| other.name == band.name) {
                refuse(format!("two bands are named {:?}", band.name));
            }
        }
        for (phase, first, last) in [
            (CarePhase::UnderThree, 0, 2),
            (CarePhase::Preschool, 3, OLDEST_BEFORE_SCHOOL),
            (CarePhase::Grades, 1, LAST_GRADE),
        ] {
            let of_phase = || bands.iter().filter(|band| band.phase == phase);
            if of_phase().next().is_none() {
                continue;
            }
            for step in first..=last {
                let times = of_phase()
                    .filter(|band| (band.first..=band.last).contains(&step))
                    .count();
                if times != 1 {
                    refuse(format!("{phase:?} {step} is covered by {times} bands"));
                }
            }
            for band in of_phase().filter(|band| band.first < first || band.last > last) {
                refuse(format!(
                    "the band {:?} goes beyond {first} to {last}",
                    band.name
                ));
            }
        }
        if problems.is_empty() {
            Ok(Self { bands })
        } else {
            Err(problems)
        }
    }

    /// Single ages under three, kindergarten as two bands, and the grades 1 to 4.
    #[must_use]
    pub fn saxony() -> Self {
        use CarePhase::{Grades, Preschool, UnderThree};
        let band = |name: &str, phase, first, last| CareBand {
            name: name.to_owned(),
            phase,
            first,
            last,
        };
        Self {
            bands: vec![
                band("under 1", UnderThree, 0, 0),
                band("1", UnderThree, 1, 1),
                band("2", UnderThree, 2, 2),
                band("3", Preschool, 3, 3),
                band("4 to school entry", Preschool, 4, OLDEST_BEFORE_SCHOOL),
                band("grade 1", Grades, 1, 1),
                band("grade 2", Grades, 2, 2),
                band("grade 3", Grades, 3, 3),
                band("grade 4", Grades, 4, 4),
            ],
        }
    }

    /// One band for all children under three.
    #[must_use]
    pub fn under_three() -> Self {
        let band = CareBand {
            name: "under 3".to_owned(),
            phase: CarePhase::UnderThree,
            first: 0,
            last: 2,
        };
        Self { bands: vec![band] }
    }

    /// All bands in the order given.
    #[must_use]
    pub fn all(&self) -> &[CareBand] {
        &self.bands
    }

    /// Place of a band by name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.bands.iter().position(|band| band.name == name)
    }

    /// Place of the band of a phase and age or grade.
    #[must_use]
    pub fn place(&self, phase: CarePhase, step: u8) -> Option<usize> {
        let holds =
            |band: &CareBand| band.phase == phase && (band.first..=band.last).contains(&step);
        self.bands.iter().position(holds)
    }

    /// Highest age, in completed years on 31 December, of a child of any band.
    #[must_use]
    pub fn oldest_age(&self) -> u8 {
        let oldest = |band: &CareBand| match band.phase {
            CarePhase::UnderThree => band.last,
            CarePhase::Preschool => band.last,
            CarePhase::Grades => band.last + OLDEST_BEFORE_SCHOOL,
        };
        self.bands.iter().map(oldest).max().unwrap_or(0)
    }
}
