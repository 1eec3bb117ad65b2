//! Deviations of a provider from the order of its line, and the envy they cause.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error_codes;
use crate::placements::PlacementRow;
use crate::round::{NONE, Round, Wish};

/// Why a provider deviates from the suggested order. A person gives the code; the engine never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviationReason {
    /// Härtefall nach Aktenlage.
    Hardship,
    /// Kinderschutz, Vermittlung durch das Jugendamt.
    ChildProtection,
    /// Geschwisterkind wird schon in der Einrichtung betreut.
    SiblingInFacility,
    /// Integrationsplatz: der Platz ist an einen Förderbedarf gebunden.
    InclusionPlace,
    /// Alters- oder Gruppenzusammensetzung.
    GroupComposition,
    /// Betreuungsumfang passt nicht zum Platz.
    HoursDoNotFit,
    /// Aufnahmetermin passt nicht zum Platz.
    StartDoesNotFit,
    /// Belegrecht eines Arbeitgebers.
    EmployerReservedPlace,
    /// Kind einer Beschäftigten oder eines Beschäftigten der Einrichtung.
    ChildOfStaff,
    /// Familie war in der Frist nicht erreichbar.
    FamilyNotReached,
    /// Sonstiger Grund mit Aktenvermerk.
    Other,
}

/// Every reason with its code.
const CODES: [(DeviationReason, &str); 11] = [
    (DeviationReason::Hardship, "hardship"),
    (DeviationReason::ChildProtection, "child_protection"),
    (DeviationReason::SiblingInFacility, "sibling_in_facility"),
    (DeviationReason::InclusionPlace, "inclusion_place"),
    (DeviationReason::GroupComposition, "group_composition"),
    (DeviationReason::HoursDoNotFit, "hours_do_not_fit"),
    (DeviationReason::StartDoesNotFit, "start_does_not_fit"),
    (
        DeviationReason::EmployerReservedPlace,
        "employer_reserved_place",
    ),
    (DeviationReason::ChildOfStaff, "child_of_staff"),
    (DeviationReason::FamilyNotReached, "family_not_reached"),
    (DeviationReason::Other, "other"),
];

impl DeviationReason {
    /// Every reason, in the order of their codes' list.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|(reason, _)| *reason)
    }

    /// The code as it stands in files and messages.
    #[must_use]
    pub fn code(self) -> &'static str {
        let found = CODES.iter().find(|(reason, _)| *reason == self);
        found.map_or("other", |(_, code)| code)
    }
}

impl fmt::Display for DeviationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A reason code that is not on the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("E2131  the reason code {given:?} is unknown; write one of {}", CODES.map(|(_, code)| code).join(", "))]
pub struct UnknownReason {
    /// The code as written.
    pub given: String,
}

impl UnknownReason {
    /// The numbered code, as listed in [`crate::ERROR_CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        error_codes::UNKNOWN_DEVIATION_REASON
    }
}

impl FromStr for DeviationReason {
    type Err = UnknownReason;

    /// Reads a code.
    ///
    /// ```
    /// use matching::DeviationReason;
    /// assert_eq!("hardship".parse(), Ok(DeviationReason::Hardship));
    /// assert_eq!("because".parse::<DeviationReason>().unwrap_err().code(), "E2131");
    /// ```
    fn from_str(code: &str) -> Result<Self, UnknownReason> {
        let found = CODES.iter().find(|(_, known)| *known == code);
        found
            .map(|(reason, _)| *reason)
            .ok_or_else(|| UnknownReason {
                given: code.to_owned(),
            })
    }
}

/// A place that a provider gave out of the order of its line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Deviation {
    /// The child that got the place.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
    /// The reason recorded.
    pub reason: DeviationReason,
}

/// A child in a seat that another child with higher priority wants.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EnviedChild {
    /// The child in the seat.
    pub applicant_id: String,
    /// Reason of the deviation that put it there; `None` if no deviation is recorded.
    pub reason: Option<DeviationReason>,
}

/// A child and a programme with justified envy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EnvyPair {
    /// The envious child.
    pub applicant_id: String,
    /// Its family, or the child where it has none.
    pub family_id: String,
    /// The programme.
    pub programme_id: String,
    /// The seat group.
    pub seat_group: String,
    /// Every child there with lower priority, bytewise; at least one.
    pub envied: Vec<EnviedChild>,
    /// Reason recorded for passing the envious child over at this programme, if one was.
    pub passed_over: Option<DeviationReason>,
    /// Whether that reason is recorded, or each envied child is there by a recorded deviation.
    pub explained: bool,
}

/// Envy by what explains it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EnvyCount {
    /// Deviations recorded with the reason.
    pub deviations: u64,
    /// Pairs of envious child and programme.
    pub pairs: u64,
    /// Envious children.
    pub children: u64,
    /// Their families.
    pub families: u64,
}

/// Envy in a matching, and which deviations explain it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvyAttribution {
    /// Every pair with justified envy, bytewise by child, then programme.
    pub pairs: Vec<EnvyPair>,
    /// All of them.
    pub all: EnvyCount,
    /// Those with at least one envied child that no deviation explains.
    pub unexplained: EnvyCount,
    /// Explained pairs by reason; a pair with several reasons counts under each.
    pub by_reason: BTreeMap<DeviationReason, EnvyCount>,
    /// Envious pairs that each deviation explains, alone or with others, bytewise; 0 is possible.
    pub by_deviation: Vec<(Deviation, u64)>,
}

/// Finds all justified envy in placements, and for each pair the deviations that explain it.
///
/// Envy is judged as in [`crate::check_matching`]: by the points and lots declared in the round, true
/// ties and places of children enrolled there aside, and only where no seat is free (that would be
/// waste); at a programme with a budget across all its groups. Children of families with joint options
/// are left out: their families block or do not, as a whole. A pair is explained if every child there with lower priority got the place by a recorded
/// deviation. Placements that do not fit the round are left out; the checker names them.
///
/// ```
/// use matching::{Deviation, DeviationReason, RoundFiles, attribute_envy, read_placements, read_round};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA,P,1,9,1\nB,P,1,5,2\n".as_bytes(),
/// )).unwrap();
/// let rows = read_placements("applicant_id,programme_id,rank\nA,,\nB,P,1\n".as_bytes()).unwrap();
/// assert_eq!(attribute_envy(&round, &rows, &[]).unexplained.families, 1);
/// let deviation = Deviation {
///     applicant_id: "B".into(), programme_id: "P".into(), reason: DeviationReason::Hardship,
/// };
/// let envy = attribute_envy(&round, &rows, &[deviation]);
/// assert_eq!((envy.all.pairs, envy.unexplained.pairs), (1, 0));
/// assert_eq!(envy.by_reason[&DeviationReason::Hardship].families, 1);
/// ```
#[must_use]
pub fn attribute_envy(
    round: &Round,
    placements: &[PlacementRow],
    deviations: &[Deviation],
) -> EnvyAttribution {
    attribute_with(round, placements, deviations, |_, _| None, |_, _, _| true)
}

/// As [`attribute_envy`], where reasons for passing over a child at a programme are recorded, too, and
/// envy counts only where `counts` says so: of a child, at a wish, towards another child.
pub(crate) fn attribute_with(
    round: &Round,
    placements: &[PlacementRow],
    deviations: &[Deviation],
    passed_over: impl Fn(usize, &Wish) -> Option<DeviationReason>,
    counts: impl Fn(usize, &Wish, usize) -> bool,
) -> EnvyAttribution {
    let mut recorded: BTreeMap<(&str, &str), &Deviation> = BTreeMap::new();
    for deviation in deviations {
        recorded.insert(
            (&deviation.applicant_id, &deviation.programme_id),
            deviation,
        );
    }
    let granted = granted(round, placements);
    let reason = |applicant: &str, programme: &str| {
        let deviation = recorded.get(&(applicant, programme));
        deviation.map(|deviation| deviation.reason)
    };
    let mut pairs = envy_pairs(round, &granted, &passed_over, &counts, reason);
    pairs.sort_unstable();
    let mut by_reason: BTreeMap<DeviationReason, EnvyCount> = BTreeMap::new();
    for reason in pairs.iter().filter_map(|pair| pair.passed_over) {
        by_reason.entry(reason).or_default();
    }
    for deviation in recorded.values() {
        by_reason.entry(deviation.reason).or_default().deviations += 1;
    }
    for (reason, count) in &mut by_reason {
        let has_reason = |pair: &&EnvyPair| {
            let of_envied = pair
                .envied
                .iter()
                .any(|envied| envied.reason == Some(*reason));
            pair.explained && (of_envied || pair.passed_over == Some(*reason))
        };
        *count = EnvyCount {
            deviations: count.deviations,
            ..count_pairs(pairs.iter().filter(has_reason))
        };
    }
    let explains = |deviation: &Deviation| {
        let by_it = |pair: &&EnvyPair| {
            pair.programme_id == deviation.programme_id
                && pair
                    .envied
                    .iter()
                    .any(|e| e.applicant_id == deviation.applicant_id)
        };
        pairs.iter().filter(by_it).count() as u64
    };
    let by_deviation = recorded
        .values()
        .map(|deviation| ((*deviation).clone(), explains(deviation)))
        .collect();
    EnvyAttribution {
        all: EnvyCount {
            deviations: recorded.len() as u64,
            ..count_pairs(pairs.iter())
        },
        unexplained: count_pairs(pairs.iter().filter(|pair| !pair.explained)),
        by_reason,
        by_deviation,
        pairs,
    }
}

/// The wish granted to each applicant, as far as the placements fit the round.
fn granted<'round>(round: &'round Round, placements: &[PlacementRow]) -> Vec<Option<&'round Wish>> {
    let mut granted = vec![None; round.applicant_count()];
    for row in placements {
        let Some(place) = &row.place else { continue };
        let programme = round.programmes.find_sorted(&place.programme_id);
        let applicant = round.applicants.find_sorted(&row.applicant_id);
        if let Some((programme, applicant)) = programme.zip(applicant) {
            let mut wishes = round.wishes_of(applicant).iter();
            granted[applicant] =
                wishes.find(|wish| wish.programme as usize == programme && wish.seat != NONE);
        }
    }
    granted
}

/// Whether one wish has strictly higher priority than another of the same seat.
fn comes_before(wish: &Wish, other: &Wish) -> bool {
    let lots = wish.given_lot().zip(other.given_lot());
    wish.points > other.points
        || (wish.points == other.points && lots.is_some_and(|(own, theirs)| own < theirs))
}

fn envy_pairs(
    round: &Round,
    granted: &[Option<&Wish>],
    passed_over: &impl Fn(usize, &Wish) -> Option<DeviationReason>,
    counts: &impl Fn(usize, &Wish, usize) -> bool,
    reason: impl Fn(&str, &str) -> Option<DeviationReason>,
) -> Vec<EnvyPair> {
    let mut admitted: Vec<Vec<(usize, &Wish)>> = vec![Vec::new(); round.seats.len()];
    for (applicant, wish) in granted.iter().enumerate() {
        if let Some(wish) = wish {
            admitted[round.line_of(wish.seat as usize)].push((applicant, wish));
        }
    }
    let mut pairs = Vec::new();
    for (applicant, got) in granted.iter().enumerate() {
        if round.joint.of_applicant(applicant).is_some() {
            continue; // blocks with its family, if at all
        }
        let better = round
            .wishes_of(applicant)
            .iter()
            .filter(|wish| wish.seat != NONE && got.is_none_or(|got| wish.rank < got.rank));
        for wish in better {
            let here = &admitted[round.line_of(wish.seat as usize)];
            let is_flexible = round.budgets.of(wish.programme).is_some();
            let capacity = round.seats[wish.seat as usize].capacity;
            if !is_flexible && here.len() < capacity as usize {
                continue; // a free seat: waste, not envy
            }
            let own = round.is_own_place(applicant, wish);
            let (programme, group) = round.seat_name(wish.seat as usize);
            let mut envied: Vec<EnviedChild> = here
                .iter()
                .filter(|(other, _)| !round.is_own_place(*other, wish))
                .filter(|(_, theirs)| own || comes_before(wish, theirs))
                .filter(|(other, _)| counts(applicant, wish, *other))
                .map(|(other, _)| {
                    let applicant_id = round.applicants.get(*other).to_owned();
                    let reason = reason(&applicant_id, programme);
                    EnviedChild {
                        applicant_id,
                        reason,
                    }
                })
                .collect();
            if envied.is_empty() {
                continue;
            }
            envied.sort_unstable();
            let passed_over = passed_over(applicant, wish);
            let all_deviate = envied.iter().all(|envied| envied.reason.is_some());
            pairs.push(EnvyPair {
                explained: passed_over.is_some() || all_deviate,
                passed_over,
                applicant_id: round.applicants.get(applicant).to_owned(),
                family_id: round.family_of(applicant).to_owned(),
                programme_id: programme.to_owned(),
                seat_group: group.to_owned(),
                envied,
            });
        }
    }
    pairs
}

fn count_pairs<'a>(pairs: impl Iterator<Item = &'a EnvyPair>) -> EnvyCount {
    let (mut children, mut families) = (Vec::new(), Vec::new());
    for pair in pairs {
        children.push(&pair.applicant_id);
        families.push(&pair.family_id);
    }
    let pairs = children.len() as u64;
    children.sort_unstable();
    children.dedup();
    families.sort_unstable();
    families.dedup();
    EnvyCount {
        deviations: 0,
        pairs,
        children: children.len() as u64,
        families: families.len() as u64,
    }
}
