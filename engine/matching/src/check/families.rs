//! Families that rank joint options: does any of them block?
//!
//! The rule of Sun, Yamada, Takenami, Moriwaki and Yokoo (AAAI 2024), evaluated on points and lots
//! alone; see the documentation of [`crate::Round`] for what an option is.

use super::{BlockingSeat, Finding};
use crate::round::{JointFamily, NONE, Round, Wish};

/// Level of a family that has nothing: worse than every option.
const NOTHING: u32 = u32::MAX;

/// Finds families without one of their options and families that block.
pub(super) fn find_blocking_families(
    round: &Round,
    granted: &[Option<&Wish>],
    findings: &mut Vec<Finding>,
) {
    let mut admitted: Vec<Vec<u32>> = vec![Vec::new(); round.seats.len()];
    for (applicant, wish) in granted.iter().enumerate() {
        if let Some(wish) = wish {
            admitted[wish.seat as usize].push(applicant as u32);
        }
    }
    for family in round.joint.families() {
        let has = level_of(round, family, granted).unwrap_or_else(|| {
            findings.push(Finding::NotAnOption {
                family_id: family_id(round, family),
            });
            NOTHING
        });
        for (option, stated) in family.options.iter().enumerate() {
            if stated.level >= has {
                break;
            }
            let wishes = round.joint.wishes(family, option);
            if let Some(seats) = blocking_seats(round, family, wishes, granted, &admitted) {
                findings.push(Finding::BlockingFamily {
                    family_id: family_id(round, family),
                    option: option as u32 + 1,
                    would_get: would_get(round, family, wishes),
                    seats,
                });
            }
        }
    }
}

fn family_id(round: &Round, family: &JointFamily) -> String {
    round.families.get(family.family as usize).to_owned()
}

/// Level of what a family has; `None` if that is none of its options.
fn level_of(round: &Round, family: &JointFamily, granted: &[Option<&Wish>]) -> Option<u32> {
    let programme = |child: &u32| granted[*child as usize].map(|wish| wish.programme);
    let has: Vec<Option<u32>> = family.children.iter().map(programme).collect();
    let same = |option: &usize| {
        let wishes = round.joint.wishes(family, *option).iter();
        let programmes = wishes.map(|wish| round.wishes.get(*wish as usize).map(|it| it.programme));
        programmes.eq(has.iter().copied())
    };
    match (0..family.options.len()).find(same) {
        Some(option) => Some(family.options[option].level),
        None if family.may_be_unplaced && has.iter().all(Option::is_none) => Some(NOTHING),
        None => None,
    }
}

/// What each child would get.
fn would_get(round: &Round, family: &JointFamily, wishes: &[u32]) -> Vec<(String, Option<String>)> {
    let name = |wish: &u32| {
        let wish = round.wishes.get(*wish as usize)?;
        Some(round.programmes.get(wish.programme as usize).to_owned())
    };
    let children = family.children.iter().zip(wishes);
    children
        .map(|(child, wish)| (round.applicants.get(*child as usize).to_owned(), name(wish)))
        .collect()
}

/// The seats of an option with the children that count there; `None` if one of them is taken.
fn blocking_seats(
    round: &Round,
    family: &JointFamily,
    wishes: &[u32],
    granted: &[Option<&Wish>],
    admitted: &[Vec<u32>],
) -> Option<Vec<BlockingSeat>> {
    let mut sent: Vec<(u32, u32, &Wish)> = Vec::new();
    for (child, wish) in family.children.iter().zip(wishes) {
        if *wish != NONE {
            let wish = &round.wishes[*wish as usize];
            if wish.seat == NONE {
                return None; // no seats of the child's group
            }
            sent.push((wish.seat, *child, wish));
        }
    }
    sent.sort_unstable_by_key(|(seat, child, _)| (*seat, *child));
    let mut seats = Vec::new();
    for here in sent.chunk_by(|a, b| a.0 == b.0) {
        let seat = here[0].0 as usize;
        let ahead = admitted[seat]
            .iter()
            .filter(|other| !family.children.contains(other))
            .filter(|other| {
                let theirs = granted[**other as usize].map(|wish| (**other, wish));
                let beaten = |(_, child, wish): &(u32, u32, &Wish)| {
                    theirs.is_some_and(|theirs| comes_before(round, (*child, wish), theirs))
                };
                !here.iter().all(beaten)
            })
            .count() as u32;
        let needed = here.len() as u32;
        let capacity = round.seats[seat].capacity;
        if u64::from(ahead) + u64::from(needed) > u64::from(capacity) {
            return None;
        }
        let (programme_id, seat_group) = round.seat_name(seat);
        seats.push(BlockingSeat {
            programme_id: programme_id.to_owned(),
            seat_group: seat_group.to_owned(),
            capacity,
            ahead,
            needed,
        });
    }
    Some(seats)
}

/// Whether the first child has strictly the better claim to the seat that both wish for.
fn comes_before(round: &Round, first: (u32, &Wish), second: (u32, &Wish)) -> bool {
    let holds = |(child, wish): (u32, &Wish)| round.is_own_place(child as usize, wish);
    if holds(first) || holds(second) {
        return holds(first) && !holds(second);
    }
    let lots = first.1.given_lot().zip(second.1.given_lot());
    first.1.points > second.1.points
        || (first.1.points == second.1.points && lots.is_some_and(|(own, theirs)| own < theirs))
}
