//! Why a family did not get a joint option that it ranks better than what it has.

use std::io::Write;

use serde::Serialize;

use crate::placements::WriteError;
use crate::round::{JointFamily, NONE};
use crate::solve::Outcome;

/// Why a joint option was not granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionReason {
    /// For this child of the family the seats do not suffice: children of other families are ahead.
    Taken,
    /// The programme has no seats for this child's group in this round.
    GroupClosed,
    /// The programme has fewer seats for the group than the option sends children there.
    TooFewSeats,
    /// Nothing stands in the way: the family is one of those for which no stable matching exists.
    NoStableMatching,
}

/// One row of `family_reasons.csv`: a family, a better option, and the child it fails for.
///
/// Names children of the family itself, never others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FamilyReason {
    /// The family.
    pub family_id: String,
    /// Place of the option among the family's admissible options, from 1.
    pub option: u32,
    /// Why the option was not granted.
    pub reason: OptionReason,
    /// The child of the family that stands last in line where the option fails.
    pub applicant_id: Option<String>,
    /// The programme where the option fails.
    pub programme_id: Option<String>,
    /// The child's seat group.
    pub seat_group: Option<String>,
    /// Seats there; `None` where the group is closed.
    pub capacity: Option<u32>,
    /// Children of other families placed there and ahead of the child.
    pub ahead: Option<u32>,
    /// Children of the family that the option sends there.
    pub needed: Option<u32>,
}

const COLUMNS: &[&str] = &[
    "family_id",
    "option",
    "reason",
    "applicant_id",
    "programme_id",
    "seat_group",
    "capacity",
    "ahead",
    "needed",
];

/// One reason per family with joint options and option better than what it has; by family, then
/// option. Empty for a round without joint options.
#[must_use]
pub fn family_reasons(outcome: &Outcome<'_>) -> Vec<FamilyReason> {
    let mut reasons = Vec::new();
    for family in outcome.round.joint.families() {
        let has = granted_level(outcome, family);
        for (option, stated) in family.options.iter().enumerate() {
            if stated.level >= has {
                break;
            }
            reasons.push(explain(outcome, family, option));
        }
    }
    reasons
}

/// Writes `family_reasons.csv`.
///
/// # Errors
///
/// [`WriteError`] when the output does not take the bytes.
pub fn write_family_reasons(outcome: &Outcome<'_>, output: impl Write) -> Result<(), WriteError> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(output);
    let mut write = || {
        writer.write_record(COLUMNS)?;
        for reason in family_reasons(outcome) {
            writer.serialize(reason)?;
        }
        writer.flush()
    };
    write().map_err(|source| WriteError {
        file: "family_reasons.csv",
        source,
    })
}

/// Level of the option that the family has; worse than all when it has none.
pub(crate) fn granted_level(outcome: &Outcome<'_>, family: &JointFamily) -> u32 {
    let joint = &outcome.round.joint;
    let has = |child: &u32| outcome.granted[*child as usize];
    (0..family.options.len())
        .find(|option| {
            let wishes = joint.wishes(family, *option).iter().copied();
            wishes.eq(family.children.iter().map(has))
        })
        .map_or(u32::MAX, |option| family.options[option].level)
}

/// The first seat where an option fails, with the child of the family that stands last there.
pub(crate) fn explain(outcome: &Outcome<'_>, family: &JointFamily, option: usize) -> FamilyReason {
    let round = outcome.round;
    let mut reason = FamilyReason {
        family_id: round.families.get(family.family as usize).to_owned(),
        option: option as u32 + 1,
        reason: OptionReason::NoStableMatching,
        applicant_id: None,
        programme_id: None,
        seat_group: None,
        capacity: None,
        ahead: None,
        needed: None,
    };
    let wishes = round.joint.wishes(family, option);
    for (child, wish) in family.children.iter().zip(wishes) {
        let Some(wished) = round.wishes.get(*wish as usize) else {
            continue; // unplaced in this option
        };
        let mut fails = |why| {
            let group = round.applicant_group[*child as usize] as usize;
            reason.reason = why;
            reason.applicant_id = Some(round.applicants.get(*child as usize).to_owned());
            reason.programme_id = Some(round.programmes.get(wished.programme as usize).to_owned());
            reason.seat_group = Some(round.groups.get(group).to_owned());
        };
        if wished.seat == NONE {
            fails(OptionReason::GroupClosed);
            return reason;
        }
        let place = outcome.priorities.place[*wish as usize];
        let same_seat = || {
            wishes.iter().filter(|other| {
                (round.wishes.get(**other as usize)).is_some_and(|it| it.seat == wished.seat)
            })
        };
        if same_seat().any(|other| outcome.priorities.place[*other as usize] > place) {
            continue; // a sibling stands behind at this seat: it decides
        }
        let line = outcome.priorities.line(wished.seat as usize);
        let ahead = line[..place as usize]
            .iter()
            .filter(|other| {
                let other_child = outcome.priorities.applicant[**other as usize];
                outcome.granted[other_child as usize] == **other
                    && !family.children.contains(&other_child)
            })
            .count() as u32;
        let needed = same_seat().count() as u32;
        let capacity = round.seats[wished.seat as usize].capacity;
        if u64::from(ahead) + u64::from(needed) > u64::from(capacity) {
            fails(if needed > capacity {
                OptionReason::TooFewSeats
            } else {
                OptionReason::Taken
            });
            (reason.capacity, reason.ahead, reason.needed) =
                (Some(capacity), Some(ahead), Some(needed));
            return reason;
        }
    }
    reason
}
