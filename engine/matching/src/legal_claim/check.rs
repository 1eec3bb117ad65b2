//! Independent check of the proposals.
//!
//! Knows the round, the placements and the rows, nothing of how the proposals were found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::{LegalClaimProposal, ReachableSeat};
use crate::placements::PlacementRow;
use crate::round::Round;

/// Something wrong with the proposals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LegalClaimFinding {
    /// The child is not in the round, or has a place already: it would be moved.
    NotUnplaced {
        /// The child.
        applicant_id: String,
    },
    /// The child has more than one proposal.
    ProposedTwice {
        /// The child.
        applicant_id: String,
    },
    /// No row within the travel time says that the seat suits the child, or not with these minutes
    /// and this group.
    NotSuitable {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// More proposals than free seats.
    TooMany {
        /// The programme.
        programme_id: String,
        /// The seat group.
        seat_group: String,
        /// Seats free after the round.
        free: u64,
        /// Proposals.
        proposed: u64,
    },
    /// An unplaced child applied to the programme for this group and is passed over.
    PassedOver {
        /// The programme.
        programme_id: String,
        /// The seat group.
        seat_group: String,
    },
    /// A suitable seat within the travel time stays free while the child has no proposal.
    SeatLeftFree {
        /// The child.
        applicant_id: String,
        /// The programme.
        programme_id: String,
    },
    /// Changes of proposals would let one more child have one.
    NotMost,
    /// Changes of proposals would save minutes for the same number of children.
    NotNearest,
}

impl fmt::Display for LegalClaimFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUnplaced { applicant_id } => {
                write!(
                    f,
                    "applicant {applicant_id} is not an unplaced child of the round"
                )
            }
            Self::ProposedTwice { applicant_id } => {
                write!(f, "applicant {applicant_id} has more than one proposal")
            }
            Self::NotSuitable {
                applicant_id,
                programme_id,
            } => write!(
                f,
                "no row says that {programme_id} suits applicant {applicant_id} within the travel time"
            ),
            Self::TooMany {
                programme_id,
                seat_group,
                free,
                proposed,
            } => write!(
                f,
                "{programme_id}, group {seat_group:?}, has {free} free seats and {proposed} proposals"
            ),
            Self::PassedOver {
                programme_id,
                seat_group,
            } => write!(
                f,
                "an unplaced applicant of {programme_id}, group {seat_group:?}, is passed over"
            ),
            Self::SeatLeftFree {
                applicant_id,
                programme_id,
            } => write!(
                f,
                "a seat of {programme_id} within reach of applicant {applicant_id} stays free"
            ),
            Self::NotMost => write!(f, "one more child could have a proposal"),
            Self::NotNearest => write!(f, "the same number of children could have shorter ways"),
        }
    }
}

/// A programme and a seat group.
type SeatName<'a> = (&'a str, &'a str);

/// What is free, and who may be proposed what, told from the round alone.
struct Facts<'a> {
    /// Group of every unplaced child.
    unplaced: BTreeMap<&'a str, &'a str>,
    /// Free seats, withheld ones included.
    free: BTreeMap<SeatName<'a>, u64>,
    /// Groups of programmes to which an unplaced child of the group applied.
    wanted: BTreeSet<SeatName<'a>>,
    /// Minutes of every unplaced child to every free seat, within the limit and not withheld.
    reach: BTreeMap<&'a str, BTreeMap<SeatName<'a>, u32>>,
}

/// Checks proposals against the round, its placements and the rows; empty if nothing is wrong.
///
/// Finds whether anybody is moved, proposed twice, or proposed what does not suit it; whether a seat is
/// proposed twice over or past an applicant of the programme; whether a suitable seat stays free within
/// reach of a child without a proposal; and whether more children, or the same number on shorter
/// ways, could have one.
///
/// ```
/// use matching::{LegalClaimFinding, ReachableSeat, check_legal_claim, read_placements, read_round, RoundFiles};
/// let mut files = RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\n".as_bytes(),
/// );
/// files.applicants = Some("applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nA1,,,,\n".as_bytes());
/// let round = read_round(files).unwrap();
/// let placements = read_placements("applicant_id,programme_id,rank\nA1,,\n".as_bytes()).unwrap();
/// let seats = [ReachableSeat { applicant_id: "A1".into(), programme_id: "P1".into(), minutes: 20 }];
/// let findings = check_legal_claim(&round, &placements, &seats, 30, &[]);
/// assert!(matches!(findings[0], LegalClaimFinding::SeatLeftFree { .. }));
/// assert_eq!(check_legal_claim(&round, &placements, &seats, 15, &[]), []);
/// ```
#[must_use]
pub fn check_legal_claim(
    round: &Round,
    placements: &[PlacementRow],
    reachable: &[ReachableSeat],
    limit_minutes: u32,
    proposals: &[LegalClaimProposal],
) -> Vec<LegalClaimFinding> {
    let facts = Facts::new(round, placements, reachable, limit_minutes);
    let mut findings = Vec::new();
    let mut at: BTreeMap<SeatName<'_>, Vec<&str>> = BTreeMap::new();
    let mut served = BTreeSet::new();
    for proposal in proposals {
        let applicant_id = || proposal.applicant_id.clone();
        let child = proposal.applicant_id.as_str();
        if !facts.unplaced.contains_key(child) {
            findings.push(LegalClaimFinding::NotUnplaced {
                applicant_id: applicant_id(),
            });
            continue;
        }
        if !served.insert(child) {
            findings.push(LegalClaimFinding::ProposedTwice {
                applicant_id: applicant_id(),
            });
            continue;
        }
        let seat = (proposal.programme_id.as_str(), proposal.seat_group.as_str());
        if facts.wanted.contains(&seat) {
            findings.push(LegalClaimFinding::PassedOver {
                programme_id: seat.0.to_owned(),
                seat_group: seat.1.to_owned(),
            });
        } else if facts.minutes(child, seat) != Some(proposal.minutes) {
            findings.push(LegalClaimFinding::NotSuitable {
                applicant_id: applicant_id(),
                programme_id: seat.0.to_owned(),
            });
        } else {
            at.entry(seat).or_default().push(child);
        }
    }
    facts.find_too_many(&at, &mut findings);
    if findings.is_empty() {
        facts.find_left_free(&at, &served, &mut findings);
        findings.extend(facts.find_better(&at, &served));
    }
    findings.sort_unstable();
    findings
}

impl<'a> Facts<'a> {
    fn new(
        round: &'a Round,
        placements: &'a [PlacementRow],
        reachable: &'a [ReachableSeat],
        limit_minutes: u32,
    ) -> Self {
        let group_of: BTreeMap<&str, &str> = round
            .applicant_ids()
            .zip(&round.applicant_group)
            .map(|(id, group)| (id, round.groups.get(*group as usize)))
            .collect();
        let mut free: BTreeMap<SeatName<'a>, u64> = (0..round.seats.len())
            .map(|seat| (round.seat_name(seat), u64::from(round.seats[seat].capacity)))
            .collect();
        let mut unplaced = group_of.clone();
        for row in placements {
            let Some(place) = &row.place else { continue };
            let group = unplaced.remove(row.applicant_id.as_str());
            let seat = group.map(|group| (place.programme_id.as_str(), group));
            if let Some(free) = seat.and_then(|seat| free.get_mut(&seat)) {
                *free = free.saturating_sub(1);
            }
        }
        free.retain(|_, free| *free > 0);
        let mut wanted = BTreeSet::new();
        for (applicant, id) in round.applicant_ids().enumerate() {
            if let Some(group) = unplaced.get(id) {
                let wishes = round.wishes_of(applicant).iter();
                wanted
                    .extend(wishes.map(|it| (round.programmes.get(it.programme as usize), *group)));
            }
        }
        let mut reach: BTreeMap<&str, BTreeMap<SeatName<'a>, u32>> = BTreeMap::new();
        for row in reachable.iter().filter(|row| row.minutes <= limit_minutes) {
            let Some(group) = unplaced.get(row.applicant_id.as_str()) else {
                continue;
            };
            let seat = (row.programme_id.as_str(), *group);
            if free.contains_key(&seat) && !wanted.contains(&seat) {
                reach
                    .entry(&row.applicant_id)
                    .or_default()
                    .insert(seat, row.minutes);
            }
        }
        Self {
            unplaced,
            free,
            wanted,
            reach,
        }
    }

    fn minutes(&self, child: &str, seat: SeatName<'_>) -> Option<u32> {
        self.reach.get(child)?.get(&seat).copied()
    }

    fn free_at(&self, seat: SeatName<'_>) -> u64 {
        self.free.get(&seat).copied().unwrap_or(0)
    }

    fn find_too_many(
        &self,
        at: &BTreeMap<SeatName<'_>, Vec<&str>>,
        findings: &mut Vec<LegalClaimFinding>,
    ) {
        for (seat, children) in at {
            let (free, proposed) = (self.free_at(*seat), children.len() as u64);
            if proposed > free {
                findings.push(LegalClaimFinding::TooMany {
                    programme_id: seat.0.to_owned(),
                    seat_group: seat.1.to_owned(),
                    free,
                    proposed,
                });
            }
        }
    }

    fn is_left(&self, at: &BTreeMap<SeatName<'_>, Vec<&str>>, seat: SeatName<'_>) -> bool {
        (at.get(&seat).map_or(0, Vec::len) as u64) < self.free_at(seat)
    }

    fn find_left_free(
        &self,
        at: &BTreeMap<SeatName<'_>, Vec<&str>>,
        served: &BTreeSet<&str>,
        findings: &mut Vec<LegalClaimFinding>,
    ) {
        for (child, seats) in self
            .reach
            .iter()
            .filter(|(child, _)| !served.contains(*child))
        {
            for seat in seats.keys().filter(|seat| self.is_left(at, **seat)) {
                findings.push(LegalClaimFinding::SeatLeftFree {
                    applicant_id: (*child).to_owned(),
                    programme_id: seat.0.to_owned(),
                });
            }
        }
    }

    /// Whether changes would serve one more child, or the same number on shorter ways.
    ///
    /// A child that goes from one seat to another is an arc that costs the minutes it adds; children
    /// without a proposal stand at one point, seats left free lead to another. A way from the first
    /// to the second serves one more; a round trip of negative cost saves minutes.
    fn find_better(
        &self,
        at: &BTreeMap<SeatName<'a>, Vec<&str>>,
        served: &BTreeSet<&str>,
    ) -> Option<LegalClaimFinding> {
        let seats: Vec<SeatName<'a>> = self.free.keys().copied().collect();
        let (without, left) = (seats.len(), seats.len() + 1);
        let number = |seat: &SeatName<'_>| seats.binary_search(seat).ok();
        let mut arcs: BTreeMap<(usize, usize), i64> = BTreeMap::new();
        let mut add = |from: usize, to: usize, cost: i64| {
            let known = arcs.entry((from, to)).or_insert(cost);
            *known = cost.min(*known);
        };
        for (child, reach) in self
            .reach
            .iter()
            .filter(|(child, _)| !served.contains(*child))
        {
            debug_assert!(
                self.unplaced.contains_key(child),
                "only unplaced children have rows"
            );
            for (seat, minutes) in reach {
                number(seat)
                    .into_iter()
                    .for_each(|to| add(without, to, i64::from(*minutes)));
            }
        }
        for (seat, children) in at {
            let Some(from) = number(seat) else { continue };
            for child in children {
                let own = i64::from(self.minutes(child, *seat).unwrap_or(0));
                add(from, without, -own);
                for (other, minutes) in self.reach.get(child).into_iter().flatten() {
                    let to = number(other).filter(|to| *to != from);
                    to.into_iter()
                        .for_each(|to| add(from, to, i64::from(*minutes) - own));
                }
            }
            add(left, from, 0);
        }
        for (place, seat) in seats.iter().enumerate() {
            if self.is_left(at, *seat) {
                add(place, left, 0);
            }
        }
        let arcs: Vec<((usize, usize), i64)> = arcs.into_iter().collect();
        if is_reachable(&arcs, without, left, seats.len() + 2) {
            return Some(LegalClaimFinding::NotMost);
        }
        has_negative_round_trip(&arcs, seats.len() + 2).then_some(LegalClaimFinding::NotNearest)
    }
}

/// Whether arcs lead from one point to another. Arcs out of `to` do not help.
fn is_reachable(arcs: &[((usize, usize), i64)], from: usize, to: usize, points: usize) -> bool {
    let mut seen = vec![false; points];
    let mut waiting = vec![from];
    seen[from] = true;
    while let Some(point) = waiting.pop() {
        let first = arcs.partition_point(|((start, _), _)| *start < point);
        for ((_, end), _) in arcs[first..]
            .iter()
            .take_while(|((start, _), _)| *start == point)
        {
            if !std::mem::replace(&mut seen[*end], true) {
                waiting.push(*end);
            }
        }
    }
    seen[to]
}

/// Bellman and Ford: whether distances still fall after as many rounds as there are points.
fn has_negative_round_trip(arcs: &[((usize, usize), i64)], points: usize) -> bool {
    let mut distance = vec![0_i64; points];
    for _ in 0..points {
        let mut is_changed = false;
        for ((from, to), cost) in arcs {
            if distance[*from] + cost < distance[*to] {
                distance[*to] = distance[*from] + cost;
                is_changed = true;
            }
        }
        if !is_changed {
            return false;
        }
    }
    true
}
