//! Patterns that points do not explain.

use std::collections::BTreeMap;

use serde::Serialize;

use super::exact::{Stratum, benjamini_hochberg, two_sided};
use crate::catalogue::{LegalGround, forbidden_word};
use crate::error_codes;
use crate::round::{NONE, Round};

/// The key of a criterion that a catalogue declares, such as `distance_band` or `sibling`.
///
/// Attributes that must not decide about a place cannot be expressed: a key that names one is refused, by
/// the words that catalogues are checked against ([`forbidden_word`]).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct CriterionKey(String);

/// A key that cannot name a criterion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CriterionKeyError {
    /// The key is empty or holds other signs than small letters, digits and underscores.
    #[error("E2138  {0:?} is no key of a criterion; write small letters, digits and underscores")]
    Malformed(String),
    /// The key names an attribute that must not be used.
    #[error(
        "E2139  the criterion {key:?} names an attribute that must not be used ({word:?}): {}; leave it out",
        ground.reason()
    )]
    Forbidden {
        /// The key as written.
        key: String,
        /// The word of it that names the attribute.
        word: String,
        /// Why it must not be used.
        ground: LegalGround,
    },
}

impl CriterionKeyError {
    /// The numbered code, as listed in [`crate::ERROR_CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => error_codes::CRITERION_KEY,
            Self::Forbidden { .. } => error_codes::CRITERION_FORBIDDEN,
        }
    }
}

impl CriterionKey {
    /// A key.
    ///
    /// # Errors
    ///
    /// [`CriterionKeyError`] when it is malformed or names an attribute that must not be used.
    ///
    /// ```
    /// use matching::CriterionKey;
    /// assert!(CriterionKey::new("distance_band").is_ok());
    /// assert_eq!(CriterionKey::new("migration_background").unwrap_err().code(), "E2139");
    /// ```
    pub fn new(key: &str) -> Result<Self, CriterionKeyError> {
        let is_sign = |sign: char| matches!(sign, 'a'..='z' | '0'..='9' | '_');
        if key.is_empty() || !key.chars().all(is_sign) {
            return Err(CriterionKeyError::Malformed(key.to_owned()));
        }
        match forbidden_word(key) {
            Some((word, ground)) => Err(CriterionKeyError::Forbidden {
                key: key.to_owned(),
                word,
                ground,
            }),
            None => Ok(Self(key.to_owned())),
        }
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The value of a criterion for an application, such as `distance_band` = `up to 1 km`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CriterionValue {
    /// The child.
    pub applicant_id: String,
    /// The programme, where the value is one of the application; `None` where it is one of the child.
    pub programme_id: Option<String>,
    /// The criterion.
    pub criterion: CriterionKey,
    /// The value.
    pub value: String,
}

/// How the patterns are sought.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PatternOptions {
    /// Greatest share of false findings to be expected among those reported (Benjamini-Hochberg),
    /// above 0, at most 1.
    pub false_share: f64,
}

impl Default for PatternOptions {
    fn default() -> Self {
        Self { false_share: 0.05 }
    }
}

/// One test: at one programme and group, children with a value against those without, at equal points.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pattern {
    /// The programme.
    pub programme_id: String,
    /// The seat group.
    pub seat_group: String,
    /// The criterion.
    pub criterion: CriterionKey,
    /// The value.
    pub value: String,
    /// Children compared: those of point classes where somebody was admitted and somebody was not,
    /// with and without the value.
    pub children: u64,
    /// Of these, children with the value.
    pub with_value: u64,
    /// Children admitted.
    pub admitted: u64,
    /// Children with the value admitted.
    pub admitted_with_value: u64,
    /// How many with the value chance alone would admit on average.
    pub expected_with_value: f64,
    /// Two-sided exact probability under chance alone.
    pub p_value: f64,
    /// The same, adjusted for the number of tests.
    pub adjusted_p_value: f64,
}

/// What the search for patterns can and cannot say.
pub const PATTERN_LIMITS: &[&str] = &[
    "A pattern says that chance alone hardly explains whom a programme admitted at equal points. It does not say why, and proves no intent.",
    "Only criteria that the catalogue declares are looked at; a pattern may stand for something that is correlated with them.",
    "Children with the same points are compared, whatever their lots; where lots were drawn fairly, a pattern is as rare as stated.",
    "Children that took a place they rank better are left out, since they were not to be had; if families react to a programme, this selection can make or hide a pattern.",
    "Few children give weak tests: no finding is no proof that there is no pattern.",
    "The shares of false findings hold for all tests of one report together; do not search several reports for the smallest value.",
];

/// Tests every programme, criterion and value; the tests in bytewise order.
///
/// `admitted` is the wish each applicant got in the end, or [`NONE`].
pub(super) fn patterns(round: &Round, admitted: &[u32], values: &[CriterionValue]) -> Vec<Pattern> {
    let by_child = by_child(round, values);
    // Children, admitted, by seat and points; and the same for each value.
    let mut classes: BTreeMap<(usize, i32), (u64, u64)> = BTreeMap::new();
    type Test<'a> = (usize, &'a CriterionKey, &'a str);
    let mut with: BTreeMap<Test<'_>, BTreeMap<i32, (u64, u64)>> = BTreeMap::new();
    for (applicant, granted) in admitted.iter().enumerate() {
        let got = round.wishes.get(*granted as usize);
        for wish in round.wishes_of(applicant) {
            let took_better = got.is_some_and(|got| got.rank < wish.rank);
            if wish.seat == NONE || took_better || round.is_own_place(applicant, wish) {
                continue;
            }
            let here = u64::from(got == Some(wish));
            let seat = wish.seat as usize;
            let class = classes.entry((seat, wish.points)).or_default();
            *class = (class.0 + 1, class.1 + here);
            let mut own: Vec<_> = by_child
                .get(&applicant)
                .into_iter()
                .flatten()
                .filter(|(programme, ..)| programme.is_none_or(|p| p == wish.programme as usize))
                .map(|(_, criterion, value)| (*criterion, *value))
                .collect();
            own.sort_unstable();
            own.dedup();
            for (criterion, value) in own {
                let test = with.entry((seat, criterion, value)).or_default();
                let class = test.entry(wish.points).or_default();
                *class = (class.0 + 1, class.1 + here);
            }
        }
    }
    let mut found: Vec<Pattern> = with
        .into_iter()
        .filter_map(|((seat, criterion, value), by_points)| {
            let strata: Vec<Stratum> = by_points
                .into_iter()
                .map(|(points, (with, admitted_with))| {
                    let (children, admitted) = classes[&(seat, points)];
                    Stratum {
                        children,
                        admitted,
                        with,
                        admitted_with,
                    }
                })
                .filter(Stratum::is_informative)
                .collect();
            (!strata.is_empty()).then(|| pattern(round, seat, (criterion, value), &strata))
        })
        .collect();
    let p_values: Vec<f64> = found.iter().map(|pattern| pattern.p_value).collect();
    for (pattern, adjusted) in found.iter_mut().zip(benjamini_hochberg(&p_values)) {
        pattern.adjusted_p_value = adjusted;
    }
    found
}

/// Values by child: programme, if the value is one of an application, criterion and value.
type ByChild<'a> = BTreeMap<usize, Vec<(Option<usize>, &'a CriterionKey, &'a str)>>;

fn by_child<'a>(round: &Round, values: &'a [CriterionValue]) -> ByChild<'a> {
    let mut by_child = ByChild::new();
    for value in values {
        if let Some(applicant) = round.applicants.find_sorted(&value.applicant_id) {
            let programme = value
                .programme_id
                .as_deref()
                .map(|id| round.programmes.find_sorted(id));
            if programme != Some(None) {
                let entry = (programme.flatten(), &value.criterion, value.value.as_str());
                by_child.entry(applicant).or_default().push(entry);
            }
        }
    }
    by_child
}

fn pattern(
    round: &Round,
    seat: usize,
    (criterion, value): (&CriterionKey, &str),
    strata: &[Stratum],
) -> Pattern {
    let (programme, group) = round.seat_name(seat);
    let sum = |figure: fn(&Stratum) -> u64| strata.iter().map(figure).sum();
    Pattern {
        programme_id: programme.to_owned(),
        seat_group: group.to_owned(),
        criterion: criterion.clone(),
        value: value.to_owned(),
        children: sum(|stratum| stratum.children),
        with_value: sum(|stratum| stratum.with),
        admitted: sum(|stratum| stratum.admitted),
        admitted_with_value: sum(|stratum| stratum.admitted_with),
        expected_with_value: strata.iter().map(Stratum::expected).sum(),
        p_value: two_sided(strata),
        adjusted_p_value: 1.0,
    }
}
