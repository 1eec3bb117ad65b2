//! What becomes of displaced children: exact for mediation, protected for everybody else.

use std::collections::BTreeMap;
use std::fmt;

use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleasedTable, TOTAL_CODE,
    release,
};
use domain::{AreaId, CareType, Facility, FacilityId};
use jiff::civil::Date;

use super::displaced::Displaced;
use super::{LeftOver, ReplacementOutcome};
use crate::error::ScenarioError;
use crate::spec::TravelSpec;
use crate::travel::TravelTimes;

/// Name of the table of re-placements, for policies and ledgers.
pub const REPLACEMENT_TABLE: &str = "replacement_of_displaced";

/// Means over fewer children would be near single children's ways and are left out.
const FEWEST_CHILDREN: usize = 20;

/// One displaced child and what becomes of it.
#[derive(Clone, PartialEq)]
pub(super) struct ReplacedChild {
    pub(super) child: String,
    pub(super) household: String,
    pub(super) from_facility: FacilityId,
    pub(super) closes_on: Date,
    pub(super) care_type: CareType,
    pub(super) first_day: Date,
    pub(super) home: AreaId,
    pub(super) minutes_before: Option<f64>,
    pub(super) outcome: ReplacementOutcome,
}

/// What becomes of every displaced child. Leaves only through [`Self::release`], or as
/// [`MediationReplacement`] for the office that places the children.
///
/// ```compile_fail,E0277
/// fn print(replacement: &scenario::ConfidentialReplacement) -> String {
///     replacement.to_string() // no Display
/// }
/// ```
/// ```compile_fail,E0277
/// fn write(replacement: &scenario::ConfidentialReplacement) -> String {
///     serde_json::to_string(replacement).unwrap() // no Serialize
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct ConfidentialReplacement {
    pub(super) limit_minutes: f64,
    pub(super) longest_minutes: f64,
    pub(super) note: Label,
    pub(super) children: Vec<ReplacedChild>,
}

impl fmt::Debug for ConfidentialReplacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfidentialReplacement")
            .field("limit_minutes", &self.limit_minutes)
            .finish_non_exhaustive()
    }
}

/// What may be shown of a re-placement. Every figure follows from what the table publishes, means
/// apart, which stand on twenty children or more.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReleasedReplacement {
    /// Children displaced by care type and outcome; `None` if nobody is displaced.
    pub table: Option<ReleasedTable>,
    /// Children left over as the planner sees them: the number, `<3`, or `.` where it would tell a
    /// protected cell.
    pub left_over: String,
    /// Minutes that count as acceptable.
    pub limit_minutes: f64,
    /// Longest way looked at, minutes.
    pub longest_minutes: f64,
    /// Share of all who need a place with a place within the limit, per cent to one decimal; `None`
    /// where the table does not publish it.
    pub within_limit_per_cent: Option<f64>,
    /// Mean of the minutes that a way becomes longer, to one decimal; `None` for fewer than twenty.
    pub mean_extra_minutes: Option<f64>,
    /// Whole minutes that nine of ten do not exceed; `None` for fewer than twenty.
    pub p90_extra_minutes: Option<f64>,
    /// What the minutes are.
    pub note: Label,
}

/// The exact result for the mediation office: no `Display`, no `Serialize`, a `Debug` that hides.
///
/// ```compile_fail,E0277
/// fn write(replacement: &scenario::MediationReplacement<'_>) -> String {
///     serde_json::to_string(replacement).unwrap() // no Serialize
/// }
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct MediationReplacement<'a> {
    replacement: &'a ConfidentialReplacement,
}

impl fmt::Debug for MediationReplacement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MediationReplacement(hidden)")
    }
}

impl<'a> MediationReplacement<'a> {
    /// Pseudonym, the facility that closes, and what becomes of each child; sorted by child.
    pub fn children(
        self,
    ) -> impl Iterator<Item = (&'a str, &'a FacilityId, &'a ReplacementOutcome)> {
        let children = self.replacement.children.iter();
        children.map(|it| (it.child.as_str(), &it.from_facility, &it.outcome))
    }

    /// How many of those displaced by the closing of a facility have no place.
    #[must_use]
    pub fn left_over_of(self, facility: &FacilityId) -> usize {
        let own = self.children().filter(|it| it.1 == facility);
        own.filter(|it| matches!(it.2, ReplacementOutcome::LeftOver(_)))
            .count()
    }
}

/// Position of an outcome in the table.
fn outcome_code(outcome: &ReplacementOutcome, limit: f64) -> &'static str {
    match outcome {
        ReplacementOutcome::Placed { minutes, .. } if *minutes <= limit => "within_limit",
        ReplacementOutcome::Placed { .. } => "longer",
        ReplacementOutcome::LeftOver(reason) => reason.as_str(),
        ReplacementOutcome::CareEnds => "needs_none",
    }
}

impl ConfidentialReplacement {
    pub(super) fn new(travel: &TravelSpec, times: &TravelTimes) -> Self {
        Self {
            limit_minutes: travel.limit_minutes,
            longest_minutes: travel.longest_minutes,
            note: Label::new(times.note_german(), times.note_english()),
            children: Vec::new(),
        }
    }

    pub(super) fn push(
        &mut self,
        child: &Displaced,
        times: &TravelTimes,
        facilities: &BTreeMap<String, Facility>,
        outcome: ReplacementOutcome,
    ) {
        if let Some(from) = facilities.get(&child.from_facility) {
            self.children.push(ReplacedChild {
                child: child.child.clone(),
                household: child.household.clone(),
                from_facility: from.id().clone(),
                closes_on: child.closes_on,
                care_type: child.care_type,
                first_day: child.first_day,
                home: child.home.clone(),
                minutes_before: times.minutes(&child.home, from),
                outcome,
            });
        }
    }

    pub(super) fn sort(&mut self) {
        self.children.sort_by(|a, b| a.child.cmp(&b.child));
    }

    /// The exact result, for the mediation office and nobody else.
    #[must_use]
    pub const fn for_mediation(&self) -> MediationReplacement<'_> {
        MediationReplacement { replacement: self }
    }

    /// What may be shown.
    ///
    /// # Errors
    ///
    /// [`ScenarioError::Table`] or [`ScenarioError::Release`] if the table cannot be protected; then
    /// nothing is released.
    pub fn release(&self, policy: &DisclosurePolicy) -> Result<ReleasedReplacement, ScenarioError> {
        let mut released = ReleasedReplacement {
            table: None,
            left_over: "0".to_owned(),
            limit_minutes: self.limit_minutes,
            longest_minutes: self.longest_minutes,
            within_limit_per_cent: None,
            mean_extra_minutes: None,
            p90_extra_minutes: None,
            note: self.note.clone(),
        };
        if self.children.is_empty() {
            return Ok(released);
        }
        let table = release(self.table()?, policy)?;
        let cell = |code| table.cell(&[TOTAL_CODE, code]).and_then(|cell| cell.value);
        let exact = self.children.iter();
        let exact = exact.filter(|it| matches!(it.outcome, ReplacementOutcome::LeftOver(_)));
        let minimum = table.minimum_frequency();
        released.left_over = match (cell("left_over"), exact.count() as u64) {
            (Some(shown), _) => shown.to_string(),
            (None, few) if few > 0 && few < u64::from(minimum) => format!("<{minimum}"),
            (None, _) => ".".to_owned(),
        };
        let (within, all) = (cell("within_limit"), cell(TOTAL_CODE));
        if let (Some(within), Some(all), Some(none)) = (within, all, cell("needs_none"))
            && all > none
        {
            let share = within as f64 / (all - none) as f64 * 100.0;
            released.within_limit_per_cent = Some(rounded(share, 10.0));
        }
        let mut extra: Vec<f64> = self
            .children
            .iter()
            .filter_map(ReplacedChild::extra)
            .collect();
        extra.sort_by(f64::total_cmp);
        if extra.len() >= FEWEST_CHILDREN {
            let mean = extra.iter().sum::<f64>() / extra.len() as f64;
            let ninth = (extra.len() * 9).div_ceil(10) - 1;
            released.mean_extra_minutes = Some(rounded(mean, 10.0));
            released.p90_extra_minutes = Some(rounded(extra[ninth], 1.0));
        }
        released.table = Some(table);
        Ok(released)
    }

    fn table(&self) -> Result<ConfidentialTable, ScenarioError> {
        let care = CareType::ALL
            .map(|care| Member::new(care.as_str(), Label::new(care.german(), care.english())));
        let limit = self.limit_minutes;
        let mut outcomes = vec![
            Member::new("placed", Label::new("wieder untergebracht", "placed again")),
            Member::new(
                "within_limit",
                Label::new(
                    format!("Weg bis {limit} Minuten"),
                    format!("way up to {limit} minutes"),
                ),
            )
            .under("placed"),
            Member::new(
                "longer",
                Label::new(
                    format!("Weg über {limit} Minuten"),
                    format!("way of more than {limit} minutes"),
                ),
            )
            .under("placed"),
            Member::new("left_over", Label::new("ohne Platz", "left over")),
        ];
        outcomes.extend(LeftOver::ALL.map(|reason| {
            let label = Label::new(reason.german(), reason.english());
            Member::new(reason.as_str(), label).under("left_over")
        }));
        let none = Label::new("braucht keinen Platz", "needs no place");
        outcomes.push(Member::new("needs_none", none));
        let records = self.children.iter().map(|it| {
            let outcome = outcome_code(&it.outcome, limit);
            (vec![it.care_type.as_str(), outcome], 1)
        });
        Ok(ConfidentialTable::from_records(
            REPLACEMENT_TABLE,
            Label::new(
                "Kinder geschlossener Einrichtungen",
                "Children of closed facilities",
            ),
            vec![
                Dimension::new(
                    "care_type",
                    Label::new("Betreuungsart", "Care type"),
                    care.to_vec(),
                ),
                Dimension::new("outcome", Label::new("Ergebnis", "Outcome"), outcomes),
            ],
            records,
        )?)
    }
}

impl ReplacedChild {
    /// Minutes by which the way becomes longer; negative where it becomes shorter.
    fn extra(&self) -> Option<f64> {
        match &self.outcome {
            ReplacementOutcome::Placed { minutes, .. } => Some(minutes - self.minutes_before?),
            _ => None,
        }
    }
}

/// Rounded to one part in `parts`, without a negative zero.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts + 0.0
}
