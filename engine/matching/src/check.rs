//! Independent check of a matching.
//!
//! Knows the round and the rules, nothing of the solver: it compares points and lots itself and takes
//! no order, lottery number or intermediate result from it.

mod families;
mod finding;

use std::collections::BTreeMap;

use serde::Serialize;

pub use finding::{BlockingSeat, Finding};

use crate::flexible::{fits_one_more, over_budget};
use crate::placements::PlacementRow;
use crate::round::{NONE, Round, Wish};

/// The verdict on a matching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Applicants of the round.
    pub applicants: u64,
    /// Children with an accepted place.
    pub placed: u64,
    /// Applicants of the round without one.
    pub unplaced: u64,
    /// Seats of the round.
    pub seats: u64,
    /// Children by the rank of the wish they got.
    pub rank_histogram: BTreeMap<u32, u64>,
    /// Sum of the ranks of all children placed.
    pub rank_sum: u64,
    /// Pairs of child and programme with justified envy.
    pub justified_envy: u64,
    /// Pairs of child and programme with a free seat denied.
    pub waste: u64,
    /// Pairs of child and flexible programme with room for the child that it was denied because it is
    /// not its turn: allowed, no fault.
    pub allowed_waste: u64,
    /// Children in at least one pair of justified envy.
    pub envious_applicants: u64,
    /// Families with joint options that block.
    pub blocking_joint_families: u64,
    /// Everything wrong, by kind, then applicant, then programme.
    pub findings: Vec<Finding>,
}

impl CheckReport {
    /// Whether nothing at all was found: the matching is feasible and weakly stable.
    #[must_use]
    pub fn is_stable(&self) -> bool {
        self.findings.is_empty()
    }

    /// Pairs of a child and a programme that would both rather have each other.
    #[must_use]
    pub fn blocking_pairs(&self) -> u64 {
        self.justified_envy + self.waste
    }
}

/// Children of one seat, as far as envy needs them.
#[derive(Clone, Copy, Default)]
struct SeatLoad {
    placed: u32,
    weakest: Option<Weakest>,
}

/// Fewest points of a child that is not enrolled here: points, greatest lot among these points, and the
/// child with it.
type Weakest = (i32, Option<u32>, usize);

impl SeatLoad {
    fn admit(&mut self, applicant: usize, wish: &Wish, own_place: bool) {
        self.placed += 1;
        if own_place {
            return; // comes before everybody
        }
        self.meet((wish.points, wish.given_lot(), applicant));
    }

    /// Keeps the weaker of the weakest child so far and another one.
    fn meet(&mut self, candidate: Weakest) {
        let weaker = |(points, lot, _): Weakest| {
            candidate.0 < points || (candidate.0 == points && candidate.1 > lot)
        };
        if self.weakest.is_none_or(weaker) {
            self.weakest = Some(candidate);
        }
    }

    /// A child placed here over whom the wish has priority.
    fn beaten_by(&self, wish: &Wish) -> Option<usize> {
        let (points, lot, applicant) = self.weakest?;
        let before = wish.points > points
            || (wish.points == points
                && lot
                    .zip(wish.given_lot())
                    .is_some_and(|(theirs, own)| own < theirs));
        before.then_some(applicant)
    }
}

/// Checks placements against the round alone.
///
/// Stability is weak: a child blocks with a programme if it ranks it strictly better than its place
/// and the programme has a free seat of its group, or a child with strictly fewer points, or with the
/// same points and a greater lot. An empty lot ties with every lot. Nobody has a claim to the place of
/// a child that is enrolled there. Takes time O(wishes + placements x log applicants).
///
/// Families with joint options block by these (Sun et al., AAAI 2024): with an option that they rank
/// strictly better than what they have if, at every seat group of the option, the children of other
/// families placed there and the children that the option sends there are together no more than the
/// seats; a placed child does not count if every child sent there has a strictly better claim.
///
/// ```
/// use matching::{Finding, RoundFiles, check_matching, read_placements, read_round};
/// let round = read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP1,,1\n".as_bytes(),
///     "applicant_id,programme_id,rank,points,lot\nA1,P1,1,5,1\nA2,P1,1,7,2\n".as_bytes(),
/// )).unwrap();
/// let placements = read_placements("applicant_id,programme_id,rank\nA1,P1,1\nA2,,\n".as_bytes()).unwrap();
/// let report = check_matching(&round, &placements);
/// assert!(!report.is_stable());
/// assert!(matches!(&report.findings[..], [Finding::JustifiedEnvy { applicant_id, .. }] if applicant_id == "A2"));
/// ```
#[must_use]
pub fn check_matching(round: &Round, placements: &[PlacementRow]) -> CheckReport {
    let mut findings = Vec::new();
    let granted = accept(round, placements, &mut findings);
    let mut loads = vec![SeatLoad::default(); round.seats.len()];
    let mut rank_histogram = BTreeMap::new();
    for (applicant, wish) in granted.iter().enumerate() {
        if let Some(wish) = wish {
            loads[wish.seat as usize].admit(applicant, wish, round.is_own_place(applicant, wish));
            *rank_histogram.entry(wish.rank).or_insert(0) += 1;
        }
    }
    for (seat, load) in loads.iter().enumerate() {
        let capacity = round.seats[seat].capacity;
        if load.placed > capacity {
            let (programme, group) = round.seat_name(seat);
            findings.push(Finding::OverCapacity {
                programme_id: programme.to_owned(),
                seat_group: group.to_owned(),
                capacity,
                placed: load.placed,
            });
        }
    }
    let children: Vec<u32> = loads.iter().map(|load| load.placed).collect();
    findings.extend(over_budget(round, &children));
    share_lines(round, &mut loads);
    let room = fits_one_more(round, &children);
    let (envious_applicants, allowed_waste) =
        find_blocking(round, &granted, &loads, &room, &mut findings);
    families::find_blocking_families(round, &granted, &mut findings);
    findings.sort_unstable();
    let mut blocking: Vec<&str> = findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::BlockingFamily { family_id, .. } => Some(family_id.as_str()),
            _ => None,
        })
        .collect();
    blocking.dedup();
    let blocking_joint_families = blocking.len() as u64;
    let count = |kind: fn(&Finding) -> bool| findings.iter().filter(|f| kind(f)).count() as u64;
    let placed = granted.iter().flatten().count() as u64;
    CheckReport {
        applicants: granted.len() as u64,
        placed,
        unplaced: granted.len() as u64 - placed,
        seats: round.seat_count(),
        rank_sum: rank_histogram
            .iter()
            .map(|(rank, children)| u64::from(*rank) * children)
            .sum(),
        rank_histogram,
        justified_envy: count(|finding| matches!(finding, Finding::JustifiedEnvy { .. })),
        waste: count(|finding| matches!(finding, Finding::Waste { .. })),
        allowed_waste,
        envious_applicants,
        blocking_joint_families,
        findings,
    }
}

/// The wish that each applicant of the round got, as far as its row can be accepted.
fn accept<'round>(
    round: &'round Round,
    placements: &[PlacementRow],
    findings: &mut Vec<Finding>,
) -> Vec<Option<&'round Wish>> {
    let mut granted = vec![None; round.applicant_count()];
    let mut seen = vec![false; round.applicant_count()];
    let mut expected = 0;
    for row in placements {
        let applicant_id = || row.applicant_id.clone();
        // Mostly the rows stand in the order of the round.
        let as_expected = expected < round.applicant_count()
            && round.applicants.bytes(expected) == row.applicant_id.as_bytes();
        let applicant = if as_expected {
            expected
        } else if let Some(applicant) = round.applicants.find_sorted(&row.applicant_id) {
            applicant
        } else {
            let applicant_id = applicant_id();
            findings.push(Finding::UnknownApplicant { applicant_id });
            continue;
        };
        expected = applicant + 1;
        if std::mem::replace(&mut seen[applicant], true) {
            let applicant_id = applicant_id();
            findings.push(Finding::DuplicateRow { applicant_id });
            continue;
        }
        let Some(place) = &row.place else { continue };
        let programme_id = || place.programme_id.clone();
        let wish = round
            .programmes
            .find_sorted(&place.programme_id)
            .and_then(|programme| {
                let wishes = round.wishes_of(applicant);
                wishes
                    .iter()
                    .find(|wish| wish.programme as usize == programme)
            });
        match wish {
            None => findings.push(Finding::NotApplied {
                applicant_id: applicant_id(),
                programme_id: programme_id(),
            }),
            Some(wish) if wish.seat == NONE => {
                findings.push(Finding::GroupClosed {
                    applicant_id: applicant_id(),
                    programme_id: programme_id(),
                });
            }
            Some(wish) => {
                granted[applicant] = Some(wish);
                if wish.rank != place.rank {
                    findings.push(Finding::WrongRank {
                        applicant_id: applicant_id(),
                        programme_id: programme_id(),
                        stated: place.rank,
                        wished: wish.rank,
                    });
                }
            }
        }
    }
    for (applicant, seen) in seen.iter().enumerate() {
        if !seen {
            let applicant_id = round.applicants.get(applicant).to_owned();
            findings.push(Finding::Missing { applicant_id });
        }
    }
    granted
}

/// At a flexible programme all groups stand in one line: its weakest child is that of every group.
fn share_lines(round: &Round, loads: &mut [SeatLoad]) {
    for seat in 1..loads.len() {
        let first = round.line_of(seat);
        if let Some(weakest) = loads[seat].weakest.filter(|_| first != seat) {
            loads[first].meet(weakest);
        }
    }
    for seat in 1..loads.len() {
        loads[seat].weakest = loads[round.line_of(seat)].weakest;
    }
}

/// Finds waste, envy and lost places; returns the number of envious children and of the pairs of
/// child and flexible programme with room that was denied.
fn find_blocking(
    round: &Round,
    granted: &[Option<&Wish>],
    loads: &[SeatLoad],
    room: &[bool],
    findings: &mut Vec<Finding>,
) -> (u64, u64) {
    let mut envious_applicants = 0;
    let mut allowed_waste = 0;
    for (applicant, got) in granted.iter().enumerate() {
        let name = || round.applicants.get(applicant).to_owned();
        let mut envious = false;
        for wish in round.wishes_of(applicant) {
            let own = round.is_own_place(applicant, wish);
            if own && got.is_none_or(|got| got.programme != wish.programme && got.rank >= wish.rank)
            {
                findings.push(Finding::BelowOwnPlace {
                    applicant_id: name(),
                    enrolled_programme_id: round.programmes.get(wish.programme as usize).to_owned(),
                });
            }
            // Children whose families rank joint options block by these, if at all.
            let better = got.is_none_or(|got| wish.rank < got.rank)
                && round.joint.of_applicant(applicant).is_none();
            let Some(load) = loads.get(wish.seat as usize).filter(|_| better) else {
                continue;
            };
            let flexible = round.budgets.of(wish.programme).is_some();
            allowed_waste += u64::from(room[wish.seat as usize]);
            if !flexible && load.placed < round.seats[wish.seat as usize].capacity {
                let (programme, group) = round.seat_name(wish.seat as usize);
                findings.push(Finding::Waste {
                    applicant_id: name(),
                    programme_id: programme.to_owned(),
                    seat_group: group.to_owned(),
                });
            } else if let Some((_, _, beaten)) = load.weakest.filter(|_| own) {
                envious = true;
                findings.push(envy(round, applicant, wish, beaten));
            } else if let Some(beaten) = load.beaten_by(wish).filter(|_| !own) {
                envious = true;
                findings.push(envy(round, applicant, wish, beaten));
            }
        }
        envious_applicants += u64::from(envious);
    }
    (envious_applicants, allowed_waste)
}

fn envy(round: &Round, applicant: usize, wish: &Wish, beaten: usize) -> Finding {
    let (programme, group) = round.seat_name(wish.seat as usize);
    Finding::JustifiedEnvy {
        applicant_id: round.applicants.get(applicant).to_owned(),
        programme_id: programme.to_owned(),
        seat_group: group.to_owned(),
        admitted_applicant_id: round.applicants.get(beaten).to_owned(),
    }
}
