//! What can be changed.

use crate::age::AgeClass;

/// The version of the lever format.
pub const LEVER_VERSION: u32 = 1;

/// Kind of dwelling; yields differ by it, so a yield estimated for one kind is not taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DwellingType {
    /// Not told apart: the kind that yields are estimated for.
    #[default]
    Any,
    /// One- and two-family houses.
    Houses,
    /// Flats.
    Flats,
    /// Student, senior or other dwellings without children; their yield must be given.
    Special,
}

/// A share of a whole by age class.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct AgeShare {
    /// First age, in completed years.
    pub first_age: u8,
    /// Last age, in completed years.
    pub last_age: u8,
    /// Share, 0 to 1, spread evenly over the ages.
    pub share: f64,
}

/// A share of a whole by area.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AreaShare {
    /// Code of an area of the population.
    pub area: String,
    /// Share, 0 to 1.
    pub share: f64,
}

/// Children that a net additional dwelling brings.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ChildYield {
    /// Children per dwelling, over all ages of the profile and all years of the lag profile.
    pub per_dwelling: f64,
    /// Its standard error; each path draws its own yield, not below 0. 0 uses the same in every path.
    pub standard_error: f64,
    /// Share of the children who arrive in the year of completion, the next, and so on; adds up to 1.
    pub lags: Vec<f64>,
    /// Ages on arrival; adds up to 1.
    pub ages: Vec<AgeShare>,
}

impl ChildYield {
    /// Children under six per dwelling of any kind as measured in Berlin 2015 to 2020 (425 planning
    /// areas): 0.158 with a standard error of 0.014, arriving over three years as 0.086, 0.072 and
    /// 0.035 of a dwelling's children. Give your own where you can ([`estimate_yield`](crate::estimate_yield)).
    #[must_use]
    pub fn berlin() -> Self {
        let lags = [0.086, 0.072, 0.035];
        let sum: f64 = lags.iter().sum();
        Self {
            per_dwelling: 0.158,
            standard_error: 0.014,
            lags: lags.iter().map(|lag| lag / sum).collect(),
            ages: vec![AgeShare {
                first_age: 0,
                last_age: 5,
                share: 1.0,
            }],
        }
    }
}

/// New dwellings of an area.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Dwellings {
    /// Code of an area of the population.
    pub area: String,
    /// Year of completion.
    pub year: i32,
    /// Net additional dwellings; negative when dwellings are demolished.
    pub dwellings: f64,
    /// Kind of dwelling.
    pub dwelling_type: DwellingType,
    /// Children per dwelling.
    pub child_yield: ChildYield,
}

/// Children who arrive or leave at once.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct MigrationShock {
    /// Year of the register in which they are first counted.
    pub year: i32,
    /// Children in that year; negative when they leave.
    pub children: f64,
    /// Ages on arrival; adds up to 1.
    pub ages: Vec<AgeShare>,
    /// Where they live; adds up to 1. Empty: as the children of the first year ahead do.
    pub areas: Vec<AreaShare>,
    /// Share still there after each further year; 1 when all stay.
    pub persistence: f64,
    /// Number of years in a row in which as many arrive; 1 for a single wave.
    pub years: u32,
}

/// More or fewer births.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BirthsMultiplier {
    /// First year whose newborns (age 0 in the register of that year) change.
    pub from_year: i32,
    /// Last such year; `None` for ever.
    pub to_year: Option<i32>,
    /// Factor, 0 to 3.
    pub factor: f64,
    /// Areas; empty for the whole city.
    pub areas: Vec<String>,
}

/// How a share of children in care changes.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TakeUpMove {
    /// Percentage points more or less.
    Points(f64),
    /// At least this share, 0 to 1.
    AtLeast(f64),
}

impl TakeUpMove {
    fn of(self, share: f64) -> f64 {
        match self {
            Self::Points(points) => (share + points / 100.0).clamp(0.0, 1.0),
            Self::AtLeast(least) => share.max(least),
        }
    }
}

/// A change of take-up by age.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TakeUpChange {
    /// First year.
    pub from_year: i32,
    /// Youngest age, in completed years.
    pub first_age: u8,
    /// Oldest age, in completed years.
    pub last_age: u8,
    /// Care type (`childminding`, `nursery`, `kindergarten`, `after_school`); `None` for all.
    pub care_type: Option<String>,
    /// The change.
    pub change: TakeUpMove,
}

/// A legal claim to after-school care that begins with one grade and grows by one grade a year.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LegalClaim {
    /// School year (by its first calendar year) in which the first grade has the claim.
    pub first_school_year: i32,
    /// Grade that begins.
    pub first_grade: u8,
    /// Last grade that will have it.
    pub last_grade: u8,
    /// What the claim does to the take-up of a grade that has it.
    pub change: TakeUpMove,
}

impl LegalClaim {
    /// The claim of the Ganztagsförderungsgesetz: grade 1 from August 2026, one more grade a year
    /// until grade 4 in 2029; `change` is an assumption of the planner.
    #[must_use]
    pub fn all_day_act(change: TakeUpMove) -> Self {
        Self {
            first_school_year: 2026,
            first_grade: 1,
            last_grade: 4,
            change,
        }
    }

    /// Whether a grade has the claim in a school year.
    #[must_use]
    pub fn holds(&self, school_year: i32, grade: u8) -> bool {
        (self.first_grade..=self.last_grade).contains(&grade)
            && school_year - self.first_school_year >= i32::from(grade - self.first_grade)
    }
}

/// A rate of school deferral.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Deferral {
    /// First year of school entry.
    pub from_year: i32,
    /// Share of a cohort that starts school a year later, 0 to 1.
    pub rate: f64,
}

/// A typed change of a forecast.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Lever {
    /// New dwellings.
    Dwellings(Dwellings),
    /// A wave of migration.
    MigrationShock(MigrationShock),
    /// More or fewer births.
    Births(BirthsMultiplier),
    /// Take-up by age.
    TakeUp(TakeUpChange),
    /// A legal claim by grade.
    LegalClaim(LegalClaim),
    /// School deferral.
    Deferral(Deferral),
    /// Years that ratios are not learned from.
    ExcludeYears {
        /// The years.
        years: Vec<i32>,
    },
}

/// The levers of a scenario.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct LeverSheet {
    /// The levers in the order of the file.
    pub levers: Vec<Lever>,
    /// Name of the file, for messages.
    #[serde(skip)]
    pub file: String,
}

impl LeverSheet {
    /// The share of children in care after all changes of take-up; `share` is that of one path,
    /// `age` in completed years. Points are added first, then floors hold.
    ///
    /// ```
    /// use forecast::{Lever, LeverSheet, TakeUpChange, TakeUpMove};
    /// let sheet = LeverSheet {
    ///     levers: vec![Lever::TakeUp(TakeUpChange {
    ///         from_year: 2027, first_age: 1, last_age: 2, care_type: None,
    ///         change: TakeUpMove::Points(5.0),
    ///     })],
    ///     file: "levers.toml".to_owned(),
    /// };
    /// assert!((sheet.take_up(2027, 1, "nursery", 0.60) - 0.65).abs() < 1e-12);
    /// assert_eq!(sheet.take_up(2026, 1, "nursery", 0.60), 0.60);
    /// assert_eq!(sheet.take_up(2027, 2, "nursery", 0.98), 1.0);
    /// ```
    #[must_use]
    pub fn take_up(&self, year: i32, age: u8, care_type: &str, share: f64) -> f64 {
        let changes = self.levers.iter().filter_map(|lever| match lever {
            Lever::TakeUp(change) => Some(change),
            _ => None,
        });
        let moves = changes
            .filter(|change| year >= change.from_year)
            .filter(|change| (change.first_age..=change.last_age).contains(&age))
            .filter(|change| {
                change
                    .care_type
                    .as_deref()
                    .is_none_or(|wanted| wanted == care_type)
            })
            .map(|change| change.change);
        moved(share, &moves.collect::<Vec<_>>())
    }

    /// The share of pupils of a grade in after-school care, after the legal claims of the school
    /// year.
    #[must_use]
    pub fn after_school_take_up(&self, school_year: i32, grade: u8, share: f64) -> f64 {
        let moves = self.levers.iter().filter_map(|lever| match lever {
            Lever::LegalClaim(claim) if claim.holds(school_year, grade) => Some(claim.change),
            _ => None,
        });
        moved(share, &moves.collect::<Vec<_>>())
    }

    /// The deferral rate of a year: that of the lever that began last, or `rate`.
    #[must_use]
    pub fn deferral_rate(&self, year: i32, rate: f64) -> f64 {
        let levers = self.levers.iter().filter_map(|lever| match lever {
            Lever::Deferral(deferral) if deferral.from_year <= year => Some(deferral),
            _ => None,
        });
        levers
            .max_by_key(|deferral| deferral.from_year)
            .map_or(rate, |deferral| deferral.rate)
    }

    /// Years that ratios are not to be learned from, sorted; for
    /// `excluded_years` of a [`ForecastRequest`](crate::ForecastRequest).
    #[must_use]
    pub fn excluded_years(&self) -> Vec<i32> {
        let mut years: Vec<i32> = self
            .levers
            .iter()
            .filter_map(|lever| match lever {
                Lever::ExcludeYears { years } => Some(years),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        years.sort_unstable();
        years.dedup();
        years
    }
}

/// Points are summed before they are cut off at 0 and 1, so that their order does not matter.
pub(crate) fn moved(share: f64, moves: &[TakeUpMove]) -> f64 {
    let points = moves.iter().map(|change| match change {
        TakeUpMove::Points(points) => *points,
        TakeUpMove::AtLeast(_) => 0.0,
    });
    let points: f64 = points.sum();
    let share = if moves.is_empty() {
        share
    } else {
        TakeUpMove::Points(points).of(share)
    };
    moves
        .iter()
        .filter(|change| matches!(change, TakeUpMove::AtLeast(_)))
        .fold(share, |share, floor| floor.of(share))
}

/// The share of a profile at a single age.
pub(crate) fn share_at(profile: &[AgeShare], age: u8) -> f64 {
    profile
        .iter()
        .filter(|part| (part.first_age..=part.last_age).contains(&age))
        .map(|part| part.share / f64::from(part.last_age - part.first_age + 1))
        .sum()
}

/// The part of a class whose ages are at most `oldest`, 0 to 1.
pub(crate) fn part_up_to(class: AgeClass, oldest: i32) -> f64 {
    let ages = (oldest - i32::from(class.first()) + 1).clamp(0, i32::from(class.width()));
    f64::from(ages) / f64::from(class.width())
}
