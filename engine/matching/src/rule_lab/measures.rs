//! Figures of a replay, taken from the independent checker.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{LabOptions, Mechanism, Run};
use crate::check::{CheckReport, Finding, check_matching};
use crate::placements::PlacementRow;
use crate::round::{NONE, Round};

/// One pair of justified envy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ListedEnvy {
    /// The envious child.
    pub applicant_id: String,
    /// The programme it wants more than its place.
    pub programme_id: String,
    /// The seat group.
    pub seat_group: String,
    /// The child with the lowest claim there.
    pub admitted_applicant_id: String,
}

/// Families with two or more children with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SiblingFigures {
    /// Families with two or more children in the round.
    pub families: u64,
    /// Of these, families of which at least two children have a place.
    pub with_places: u64,
    /// Of these, families whose children with a place are all at one programme.
    pub together: u64,
}

/// Days until a child knows its place, over all children with one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct WaitingDays {
    /// Half of them know it within this many days.
    pub median: u64,
    /// 95 of 100 do.
    pub p95: u64,
    /// Until nothing changes any more.
    pub longest: u64,
}

/// What a mechanism did with a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MechanismReport {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// Children of the round.
    pub applicants: u64,
    /// Children with a place.
    pub placed: u64,
    /// Children without.
    pub unplaced: u64,
    /// Children with a wish of rank 1.
    pub first_wish: u64,
    /// Children by rank.
    pub rank_histogram: BTreeMap<u32, u64>,
    /// Sum of the ranks of all children placed.
    pub rank_sum: u64,
    /// Children in at least one pair of justified envy.
    pub envious_children: u64,
    /// Families of these children.
    pub envious_families: u64,
    /// Every pair, bytewise by child, then programme.
    pub justified_envy: Vec<ListedEnvy>,
    /// Children denied a free seat that they want more than their place.
    pub denied_free_seat: u64,
    /// Pairs of child and programme with a free seat denied.
    pub denied_free_seat_pairs: u64,
    /// Free seats that somebody wants more than the place held: no more than the children denied one.
    pub wasted_seats: u64,
    /// Free seats in all, those of programmes with a budget left out.
    pub free_seats: u64,
    /// Families that rank joint options and block with one; each stands for a whole family, where
    /// justified envy stands for a child on its own.
    pub blocking_families: u64,
    /// Pairs of child and programme with a budget that has room for the child, which is not its turn.
    pub room_out_of_turn: u64,
    /// Siblings.
    pub siblings: SiblingFigures,
    /// Offers made, the final ones included.
    pub offers_made: u64,
    /// Offers that came to nothing because the family took another.
    pub offers_lapsed: u64,
    /// Rounds of offers, or steps.
    pub rounds: u64,
    /// Days until a child knows its place.
    pub waiting_days: WaitingDays,
    /// Whether the checker found every rule of feasibility kept: capacities, applications, own places.
    pub feasible: bool,
}

pub(super) fn measure(
    round: &Round,
    mechanism: Mechanism,
    options: &LabOptions,
    run: &Run,
    placements: &[PlacementRow],
) -> MechanismReport {
    let report = check_matching(round, placements);
    let blocking = Blocking::new(&report);
    let mut free: Vec<u64> = round
        .seats
        .iter()
        .map(|seat| match round.budgets.of(seat.programme) {
            Some(_) => 0, // their room cannot be counted in seats
            None => u64::from(seat.capacity),
        })
        .collect();
    for wish in run.granted.iter().filter(|wish| **wish != NONE) {
        let free = &mut free[round.wishes[*wish as usize].seat as usize];
        *free = free.saturating_sub(1);
    }
    let family = |applicant: &&str| {
        let number = round.applicants.find_sorted(applicant);
        number.map(|number| round.family_of(number))
    };
    let wasted = blocking
        .denied_at
        .iter()
        .map(|((programme, group), children)| {
            let programme = round.programmes.find_sorted(programme);
            let group = round.groups.find_sorted(group);
            let seat = programme
                .zip(group)
                .and_then(|(p, g)| round.find_seat(p as u32, g as u32));
            seat.map_or(0, |seat| free[seat].min(*children))
        });
    MechanismReport {
        mechanism,
        applicants: report.applicants,
        placed: report.placed,
        unplaced: report.unplaced,
        first_wish: report.rank_histogram.get(&1).copied().unwrap_or(0),
        rank_sum: report.rank_sum,
        envious_children: blocking.envious.len() as u64,
        envious_families: sorted_distinct(blocking.envious.iter().filter_map(family)),
        denied_free_seat: blocking.denied.len() as u64,
        denied_free_seat_pairs: blocking.denied_at.values().sum(),
        wasted_seats: wasted.sum::<u64>().min(blocking.denied.len() as u64),
        free_seats: free.iter().sum(),
        blocking_families: report.blocking_joint_families,
        room_out_of_turn: report.allowed_waste,
        siblings: siblings(round, run),
        offers_made: run.offers_made,
        offers_lapsed: run.offers_lapsed,
        rounds: run.rounds,
        waiting_days: waiting_days(run, options.days_per_round),
        feasible: blocking.feasible,
        justified_envy: blocking.envy,
        rank_histogram: report.rank_histogram,
    }
}

/// What the checker found, sorted by what the lab reports.
struct Blocking<'report> {
    envy: Vec<ListedEnvy>,
    envious: Vec<&'report str>,
    denied: Vec<&'report str>,
    /// Children denied a free seat, by programme and group.
    denied_at: BTreeMap<(&'report str, &'report str), u64>,
    feasible: bool,
}

impl<'report> Blocking<'report> {
    fn new(report: &'report CheckReport) -> Self {
        let mut found = Self {
            envy: Vec::new(),
            envious: Vec::new(),
            denied: Vec::new(),
            denied_at: BTreeMap::new(),
            feasible: true,
        };
        for finding in &report.findings {
            match finding {
                Finding::JustifiedEnvy {
                    applicant_id,
                    programme_id,
                    seat_group,
                    admitted_applicant_id,
                } => {
                    found.envious.push(applicant_id);
                    found.envy.push(ListedEnvy {
                        applicant_id: applicant_id.clone(),
                        programme_id: programme_id.clone(),
                        seat_group: seat_group.clone(),
                        admitted_applicant_id: admitted_applicant_id.clone(),
                    });
                }
                Finding::Waste {
                    applicant_id,
                    programme_id,
                    seat_group,
                } => {
                    found.denied.push(applicant_id);
                    *found
                        .denied_at
                        .entry((programme_id, seat_group))
                        .or_default() += 1;
                }
                Finding::BlockingFamily { .. } => {} // counted by the checker
                _ => found.feasible = false,
            }
        }
        for children in [&mut found.envious, &mut found.denied] {
            children.sort_unstable();
            children.dedup();
        }
        found.envy.sort_unstable();
        found
    }
}

fn sorted_distinct<'a>(texts: impl Iterator<Item = &'a str>) -> u64 {
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts.len() as u64
}

fn siblings(round: &Round, run: &Run) -> SiblingFigures {
    let mut families: BTreeMap<u32, (u64, Vec<u32>)> = BTreeMap::new();
    for (applicant, family) in round.applicant_family.iter().enumerate() {
        if *family == NONE {
            continue;
        }
        let (children, programmes) = families.entry(*family).or_default();
        *children += 1;
        let granted = round.wishes.get(run.granted[applicant] as usize);
        programmes.extend(granted.map(|wish| wish.programme));
    }
    families.retain(|_, (children, _)| *children > 1);
    let with_places = || {
        families
            .values()
            .filter(|(_, programmes)| programmes.len() > 1)
    };
    let is_together = |programmes: &[u32]| programmes.iter().all(|one| *one == programmes[0]);
    SiblingFigures {
        families: families.len() as u64,
        with_places: with_places().count() as u64,
        together: with_places()
            .filter(|(_, programmes)| is_together(programmes))
            .count() as u64,
    }
}

fn waiting_days(run: &Run, days_per_round: u32) -> WaitingDays {
    let mut settled: Vec<u64> = run
        .settled_in
        .iter()
        .filter(|round| **round > 0)
        .map(|round| u64::from(*round) * u64::from(days_per_round))
        .collect();
    settled.sort_unstable();
    // Smallest value that at least this share of the children does not exceed.
    let quantile = |percent: usize| {
        let place = (settled.len() * percent).div_ceil(100).saturating_sub(1);
        settled.get(place).copied().unwrap_or(0)
    };
    WaitingDays {
        median: quantile(50),
        p95: quantile(95),
        longest: run.rounds * u64::from(days_per_round),
    }
}
