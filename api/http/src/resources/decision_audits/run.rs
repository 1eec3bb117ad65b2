//! `POST /v1/decision-audits:run`: offers made against points and age.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use domain::{CareType, ChildId, FacilityId, OfferId};
use jiff::civil::Date;
use matching::{EnviedChild, EnvyPair, Override, PassedOver, Pattern};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::analysis::DecisionAudit;
use crate::problem::{Kind, Problem};
use crate::resources::Served;
use crate::vocabulary::{CareTypeName, Day, Key, OverrideReasonName};
use crate::written::Write;

/// What is to be audited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditAsked {
    /// All if absent.
    #[schema(value_type = Option<CareTypeName>)]
    care_type: Option<CareType>,
    /// One facility, or all if absent. Envy and patterns are looked for in the same place.
    #[schema(value_type = Option<Key>)]
    facility: Option<FacilityId>,
    /// First day whose overrides are listed; from the beginning if absent.
    #[schema(value_type = Option<Day>)]
    decided_from: Option<Date>,
    /// Last day whose overrides are listed; up to today if absent.
    #[schema(value_type = Option<Day>)]
    decided_to: Option<Date>,
}

/// Real decisions against the order of the lines.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DecisionAudit)]
pub(crate) struct AuditView {
    /// Number of the change it was computed from.
    computed_from: u64,
    /// Offers replayed, those of all facilities and days.
    admissions: u64,
    /// Offers that passed somebody over, by day, then place.
    overrides: Vec<OverrideView>,
    /// The overrides by reason; null for those without.
    by_reason: Vec<ReasonCountView>,
    /// The overrides by facility and care type.
    by_place: Vec<PlaceCountView>,
    /// Justified envy today: children that still wait, and who holds a place they come before for.
    envy: Vec<EnvyOfView>,
    /// Whom a facility took at equal points, where chance alone hardly explains it.
    patterns: Vec<PatternView>,
    /// Tests made to find them, over all facilities.
    pattern_tests: u64,
    /// Share of the patterns that is expected to be chance all the same.
    false_share: f64,
    /// What the report can and cannot say.
    limits: Vec<&'static str>,
    /// Criteria no pattern was sought for: their names are none of a criterion that may decide.
    criteria_left_out: Vec<String>,
}

/// An offer that passed somebody over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditedOverride)]
pub(crate) struct OverrideView {
    #[schema(value_type = Day)]
    decided_on: Date,
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// The child that got the offer.
    #[schema(value_type = Key)]
    child: ChildId,
    /// Reason code; null where none was given.
    #[schema(value_type = Option<OverrideReasonName>)]
    override_reason: Option<&'static str>,
    /// Children that waited and come before it.
    #[schema(value_type = Vec<Key>)]
    passed_over: Vec<ChildId>,
}

/// Overrides with a reason.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverridesByReason)]
pub(crate) struct ReasonCountView {
    #[schema(value_type = Option<OverrideReasonName>)]
    override_reason: Option<&'static str>,
    /// Offers.
    overrides: usize,
    /// Children passed over, once for each offer.
    passed_over_count: usize,
}

/// Overrides of a place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverridesByPlace)]
pub(crate) struct PlaceCountView {
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// Offers.
    overrides: usize,
    /// Children passed over, once for each offer.
    passed_over_count: usize,
    /// Of the offers, those without a reason.
    without_reason: usize,
}

/// A child that waits although children behind it have a place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditedEnvy)]
pub(crate) struct EnvyOfView {
    /// The child that waits.
    #[schema(value_type = Key)]
    child: ChildId,
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// Whether every offer behind it has a reason.
    explained: bool,
    /// Who has a place there and comes behind it.
    holders: Vec<HolderView>,
}

/// A child with a place that another one comes before for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EnviedHolder)]
pub(crate) struct HolderView {
    #[schema(value_type = Key)]
    child: ChildId,
    #[schema(value_type = Option<OverrideReasonName>)]
    override_reason: Option<&'static str>,
}

/// Children with points of a criterion against those without, at equal points together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditPattern)]
pub(crate) struct PatternView {
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// Name of the criterion.
    criterion: String,
    /// What it gave, for example `4 points`.
    value: String,
    /// Children compared.
    children: u64,
    /// Of these, with the value.
    with_value: u64,
    /// Children taken.
    admitted: u64,
    /// Children with the value taken.
    admitted_with_value: u64,
    /// How many with the value chance alone would take on average.
    expected_with_value: f64,
    /// Two-sided exact probability under chance alone.
    p_value: f64,
    /// The same, adjusted for the number of tests.
    adjusted_p_value: f64,
}

/// What holds for the replay of recorded offers, beside the limits of patterns.
const LIMITS: [&str; 3] = [
    "Points and ranks are those of today; what they were on the day of an offer is in the change log.",
    "Whether hours, start and group suit is not looked at: a child they do not suit counts as passed over, and the reason says so.",
    "Children with equal points that were born on one day are equals; the order of pseudonyms in a list binds nobody.",
];

/// Replays the offers made against points and age. Nothing is stored.
///
/// For the mediation office and the auditors, with pseudonyms. Providers have no access: who still
/// waited at their facility tells where else a child had no place.
#[utoipa::path(post, path = "/v1/decision-audits:run", tag = "audit",
    request_body = AuditAsked, responses((status = 200, body = AuditView)))]
pub(crate) async fn run(
    service: Served,
    write: Write<AuditAsked>,
) -> Result<Json<AuditView>, Problem> {
    let asked = write.body;
    if let (Some(from), Some(to)) = (asked.decided_from, asked.decided_to)
        && to < from
    {
        let detail = format!("{to} lies before {from}; correct one of the days");
        return Err(Problem::field(Kind::WRONG_VALUE, "decided_to", detail));
    }
    if let Some(facility) = &asked.facility
        && service.provider_of(facility).await?.is_none()
    {
        return Err(Problem::not_found());
    }
    let offers = service.store.overridden_offers().await?;
    let reasons: BTreeMap<OfferId, String> =
        offers.into_iter().map(|it| (it.offer, it.reason)).collect();
    let care_type = asked.care_type;
    let computed = service
        .analyse(move |analyses, snapshot| analyses.decision_audit(snapshot, care_type, &reasons));
    Ok(Json(view(computed.await?, &asked)?))
}

fn view(audit: DecisionAudit, asked: &AuditAsked) -> Result<AuditView, Problem> {
    let report = audit.report;
    let is_in_time = |day: Date| {
        asked.decided_from.is_none_or(|from| from <= day)
            && asked.decided_to.is_none_or(|to| day <= to)
    };
    let in_time = report
        .overrides
        .iter()
        .filter(|it| is_in_time(it.decided_on));
    let mut overrides = in_time.map(override_view).collect::<Result<Vec<_>, _>>()?;
    let mut envy = report
        .envy
        .pairs
        .iter()
        .map(envy_view)
        .collect::<Result<Vec<_>, _>>()?;
    let mut patterns = report
        .patterns
        .iter()
        .map(pattern_view)
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(facility) = &asked.facility {
        overrides.retain(|it| it.facility == *facility);
        envy.retain(|it| it.facility == *facility);
        patterns.retain(|it| it.facility == *facility);
    }
    Ok(AuditView {
        computed_from: audit.computed_from,
        admissions: report.admissions,
        by_reason: by_reason(&overrides),
        by_place: by_place(&overrides),
        overrides,
        envy,
        patterns,
        pattern_tests: report.pattern_tests,
        false_share: report.false_share,
        limits: LIMITS.iter().chain(report.limits).copied().collect(),
        criteria_left_out: audit.criteria_left_out,
    })
}

fn child(id: &str) -> Result<ChildId, Problem> {
    ChildId::new(id).map_err(|error| Problem::failed(&error))
}

/// Facility and care type of a programme, which is named `facility:care_type`.
fn place(programme: &str) -> Result<(FacilityId, CareType), Problem> {
    let (facility, care_type) = programme.split_once(':').unwrap_or((programme, ""));
    let facility = FacilityId::new(facility).map_err(|error| Problem::failed(&error))?;
    let care_type = care_type.parse().map_err(|_| Problem::failed(&programme))?;
    Ok((facility, care_type))
}

fn override_view(one: &Override) -> Result<OverrideView, Problem> {
    let (facility, care_type) = place(&one.programme_id)?;
    let passed_over = one
        .passed_over
        .iter()
        .map(|PassedOver { applicant_id, .. }| child(applicant_id));
    Ok(OverrideView {
        decided_on: one.decided_on,
        facility,
        care_type,
        child: child(&one.applicant_id)?,
        override_reason: one.reason.map(matching::DeviationReason::code),
        passed_over: passed_over.collect::<Result<_, _>>()?,
    })
}

fn envy_view(pair: &EnvyPair) -> Result<EnvyOfView, Problem> {
    let (facility, care_type) = place(&pair.programme_id)?;
    let holder = |envied: &EnviedChild| {
        Ok(HolderView {
            child: child(&envied.applicant_id)?,
            override_reason: envied.reason.map(matching::DeviationReason::code),
        })
    };
    Ok(EnvyOfView {
        child: child(&pair.applicant_id)?,
        facility,
        care_type,
        explained: pair.explained,
        holders: pair
            .envied
            .iter()
            .map(holder)
            .collect::<Result<_, Problem>>()?,
    })
}

fn pattern_view(pattern: &Pattern) -> Result<PatternView, Problem> {
    let (facility, care_type) = place(&pattern.programme_id)?;
    Ok(PatternView {
        facility,
        care_type,
        criterion: pattern.criterion.as_str().to_owned(),
        value: pattern.value.clone(),
        children: pattern.children,
        with_value: pattern.with_value,
        admitted: pattern.admitted,
        admitted_with_value: pattern.admitted_with_value,
        expected_with_value: pattern.expected_with_value,
        p_value: pattern.p_value,
        adjusted_p_value: pattern.adjusted_p_value,
    })
}

/// Those without a reason first, then by code.
fn by_reason(overrides: &[OverrideView]) -> Vec<ReasonCountView> {
    let reasons: BTreeSet<Option<&'static str>> =
        overrides.iter().map(|it| it.override_reason).collect();
    let counted = reasons.into_iter().map(|override_reason| {
        let with = || {
            overrides
                .iter()
                .filter(|it| it.override_reason == override_reason)
        };
        ReasonCountView {
            override_reason,
            overrides: with().count(),
            passed_over_count: with().map(|it| it.passed_over.len()).sum(),
        }
    });
    counted.collect()
}

fn by_place(overrides: &[OverrideView]) -> Vec<PlaceCountView> {
    let places: BTreeSet<(&FacilityId, CareType)> = overrides
        .iter()
        .map(|it| (&it.facility, it.care_type))
        .collect();
    let counted = places.into_iter().map(|(facility, care_type)| {
        let here = || {
            let is_here =
                |it: &&OverrideView| it.facility == *facility && it.care_type == care_type;
            overrides.iter().filter(is_here)
        };
        PlaceCountView {
            facility: facility.clone(),
            care_type,
            overrides: here().count(),
            passed_over_count: here().map(|it| it.passed_over.len()).sum(),
            without_reason: here().filter(|it| it.override_reason.is_none()).count(),
        }
    });
    counted.collect()
}
