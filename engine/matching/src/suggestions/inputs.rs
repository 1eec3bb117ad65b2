//! What a suggestion round is computed from, and its canonical files.

use std::fmt::Write as _;

use domain::{CareType, DailyHours, MonthRange};
use jiff::civil::Date;

use crate::catalogue::{AnswerRow, CataloguesInForce, sha256_hex};
use crate::round::Siblings;
use crate::whole_stay::{CareOffer, MonthPlaces};

/// Where the points of a programme's line come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointsSource {
    /// The provider's catalogue in force evaluates the answers of the families.
    Catalogue,
    /// The provider recorded the points of every criterion ([`RecordedPoints`]). Its catalogue in
    /// force, if there is one, gives the order among equal points; without one the older child comes
    /// first, then the smaller key.
    Recorded,
}

impl PointsSource {
    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Recorded => "recorded",
        }
    }
}

/// Points that a provider recorded for one criterion of an application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedPoints {
    /// The child.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
    /// Name of the criterion, once per application.
    pub criterion: String,
    /// What it contributes.
    pub points: i32,
}

/// A programme with free places: a facility with a care type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SuggestionProgramme {
    /// Name of the programme.
    pub programme_id: String,
    /// The facility.
    pub facility_id: String,
    /// The care type.
    pub care_type: CareType,
    /// The provider whose catalogue orders the line.
    pub provider_id: String,
    /// Places that may be given away now.
    pub free_places: u32,
    /// Where the points of its line come from.
    pub points_from: PointsSource,
}

/// A child of a suggestion round.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SuggestionChild {
    /// The child.
    pub applicant_id: String,
    /// Date of birth.
    pub born: Date,
    /// Family; empty for a child alone.
    pub family_id: String,
    /// How the children of the family want to be placed.
    pub siblings: Siblings,
    /// Whether the child needs an inclusion place.
    pub inclusion_need: bool,
}

/// Without the date of birth.
impl std::fmt::Debug for SuggestionChild {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SuggestionChild")
            .field("applicant_id", &self.applicant_id)
            .finish_non_exhaustive()
    }
}

/// An application that takes part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SuggestionApplication {
    /// The child.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
    /// Rank of the wish, 1 = best; no two of a child are equal.
    pub rank: u32,
    /// First day of care.
    pub first_day: Date,
    /// Hours wished a day.
    pub daily_hours: DailyHours,
    /// Day of the application.
    pub applied_on: Date,
}

/// Everything that a suggestion round is computed from; rows in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestionInputs {
    /// The catalogues in force.
    pub catalogues: CataloguesInForce,
    /// Programmes.
    pub programmes: Vec<SuggestionProgramme>,
    /// Children.
    pub children: Vec<SuggestionChild>,
    /// Applications.
    pub applications: Vec<SuggestionApplication>,
    /// Answers of the families.
    pub answers: Vec<AnswerRow>,
    /// Points as recorded, for programmes with [`PointsSource::Recorded`]; an application without a row
    /// has none.
    pub recorded_points: Vec<RecordedPoints>,
    /// What facilities offer.
    pub care_offers: Vec<CareOffer>,
    /// Free places by month.
    pub places: Vec<MonthPlaces>,
    /// Months looked at.
    pub months: MonthRange,
    /// Seed of the lottery.
    pub seed: u64,
}

/// The names of the canonical files, in the order in which they are hashed.
pub const SUGGESTION_FILES: [&str; 9] = [
    "programmes.csv",
    "children.csv",
    "applications.csv",
    "answers.csv",
    "recorded_points.csv",
    "care_offers.csv",
    "places.csv",
    "catalogues.csv",
    "run.csv",
];

impl SuggestionInputs {
    /// The inputs as canonical CSV files, in the order of [`SUGGESTION_FILES`]: rows sorted, so the same
    /// inputs give the same bytes whatever the order they came in.
    #[must_use]
    pub fn canonical_files(&self) -> Vec<(&'static str, String)> {
        let run = format!(
            "seed,first_month,months\n{},{},{}\n",
            self.seed,
            self.months.first(),
            self.months.count()
        );
        let texts = [
            self.programmes_csv(),
            self.children_csv(),
            self.applications_csv(),
            self.answers_csv(),
            self.recorded_points_csv(),
            self.care_offers_csv(),
            self.places_csv(),
            self.catalogues_csv(),
            run,
        ];
        SUGGESTION_FILES.into_iter().zip(texts).collect()
    }

    /// SHA-256 over names, lengths and bytes of the canonical files.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut all = String::new();
        for (name, text) in self.canonical_files() {
            // Writing to a String never fails.
            let _ = write!(all, "{name} {}\n{text}", text.len());
        }
        sha256_hex(all.as_bytes())
    }

    fn programmes_csv(&self) -> String {
        let rows = self.programmes.iter().map(|it| {
            vec![
                it.programme_id.clone(),
                it.facility_id.clone(),
                it.care_type.to_string(),
                it.provider_id.clone(),
                it.free_places.to_string(),
                it.points_from.name().to_owned(),
            ]
        });
        csv_text(
            "programme_id,facility_id,care_type,provider_id,free_places,points_from",
            rows.collect(),
        )
    }

    fn children_csv(&self) -> String {
        let rows = self.children.iter().map(|it| {
            vec![
                it.applicant_id.clone(),
                it.born.to_string(),
                it.family_id.clone(),
                siblings_word(it.siblings).to_owned(),
                yes_no(it.inclusion_need),
            ]
        });
        csv_text(
            "applicant_id,born,family_id,siblings,inclusion_need",
            rows.collect(),
        )
    }

    fn applications_csv(&self) -> String {
        let rows = self.applications.iter().map(|it| {
            vec![
                it.applicant_id.clone(),
                it.programme_id.clone(),
                it.rank.to_string(),
                it.first_day.to_string(),
                it.daily_hours.quarters().to_string(),
                it.applied_on.to_string(),
            ]
        });
        csv_text(
            "applicant_id,programme_id,rank,first_day,quarter_hours,applied_on",
            rows.collect(),
        )
    }

    fn answers_csv(&self) -> String {
        let rows = self.answers.iter().map(|it| {
            vec![
                it.applicant_id.clone(),
                it.programme_id.clone(),
                it.attribute.clone(),
                it.value.clone(),
                yes_no(it.evidence_shown),
            ]
        });
        csv_text(
            "applicant_id,programme_id,attribute,value,evidence_shown",
            rows.collect(),
        )
    }

    fn recorded_points_csv(&self) -> String {
        let rows = self.recorded_points.iter().map(|it| {
            vec![
                it.applicant_id.clone(),
                it.programme_id.clone(),
                it.criterion.clone(),
                it.points.to_string(),
            ]
        });
        csv_text("applicant_id,programme_id,criterion,points", rows.collect())
    }

    fn care_offers_csv(&self) -> String {
        let rows = self.care_offers.iter().map(|it| {
            let mut tiers: Vec<_> = it.tiers.clone();
            tiers.sort_unstable();
            tiers.dedup();
            let tiers: Vec<&str> = tiers.into_iter().map(|tier| tier.label()).collect();
            vec![
                it.facility_id.clone(),
                it.care_type.to_string(),
                it.first_month.to_string(),
                it.last_month
                    .map(|month| month.to_string())
                    .unwrap_or_default(),
                it.youngest_months.to_string(),
                yes_no(it.from_34th_month),
                it.longest_day.quarters().to_string(),
                tiers.join(" "),
            ]
        });
        csv_text(
            "facility_id,care_type,first_month,last_month,youngest_months,from_34th_month,longest_quarter_hours,tiers",
            rows.collect(),
        )
    }

    fn places_csv(&self) -> String {
        let rows = self.places.iter().map(|it| {
            vec![
                it.facility_id.clone(),
                it.care_type.to_string(),
                it.month.to_string(),
                it.free_places.to_string(),
                it.settling_in_slots
                    .map(|slots| slots.to_string())
                    .unwrap_or_default(),
                it.inclusion_places.to_string(),
            ]
        });
        csv_text(
            "facility_id,care_type,month,free_places,settling_in_slots,inclusion_places",
            rows.collect(),
        )
    }

    fn catalogues_csv(&self) -> String {
        let rows = self.catalogues.iter().map(|it| {
            vec![
                it.provider().to_owned(),
                it.id().to_owned(),
                it.version().to_string(),
                it.version_hash(),
            ]
        });
        csv_text("provider_id,id,version,hash", rows.collect())
    }
}

/// The word of a siblings rule in files.
pub(super) const fn siblings_word(siblings: Siblings) -> &'static str {
    match siblings {
        Siblings::Independent => "independent",
        Siblings::TogetherPreferred => "together_preferred",
        Siblings::TogetherOnly => "together_only",
    }
}

fn yes_no(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

/// A header and rows sorted by their fields, RFC 4180.
fn csv_text(header: &str, mut rows: Vec<Vec<String>>) -> String {
    rows.sort_unstable();
    let mut text = format!("{header}\n");
    for row in rows {
        for (number, field) in row.iter().enumerate() {
            if number > 0 {
                text.push(',');
            }
            if field.contains([',', '"', '\n', '\r']) {
                let _ = write!(text, "\"{}\"", field.replace('"', "\"\""));
            } else {
                text.push_str(field);
            }
        }
        text.push('\n');
    }
    text
}
