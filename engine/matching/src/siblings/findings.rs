//! What is known about the matching of a round with joint options.

use serde::Serialize;

use super::capacity_repair::CapacityProposal;
use super::market::Market;
use super::settle::Settled;

/// What is proven about a matching with joint options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FamilyProof {
    /// Stable; no stable matching places more children, and none that places as many has a smaller
    /// sum of family ranks.
    Best,
    /// Stable; a better stable matching within the bounds is not excluded.
    Stable,
    /// No stable matching exists, and none has fewer blocking families than this one.
    NoneExistsFewestBlocking,
    /// No stable matching exists; fewer blocking families, down to the bound, are not excluded.
    NoneExists,
    /// The time limit was reached: no stable matching was found, and none is excluded.
    Undecided,
}

/// A family that blocks, and the best option it blocks with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockingOption {
    /// The family, or the child where it has none.
    pub family_id: String,
    /// Place of the option among the family's admissible options, from 1.
    pub option: u64,
    /// Place of what the family has; one more than its options when it has nothing.
    pub has_option: u64,
    /// Children and programmes of the option, by child; `None` = unplaced.
    pub would_get: Vec<(String, Option<String>)>,
    /// In words: why nothing stands in the way.
    pub explanation: String,
}

/// Facts about the matching of a round with joint options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FamilyFindings {
    /// What is proven.
    pub proof: FamilyProof,
    /// Families of the round; every child without joint options counts as a family of its own.
    pub families: u64,
    /// Families with joint options.
    pub joint_families: u64,
    /// Options of `family_options.csv` left out of account.
    pub void_options: u64,
    /// No stable matching places more children.
    pub most_placed: u64,
    /// Sum of family ranks: number of the option among the admissible ones, unplaced = their number
    /// plus one.
    pub family_rank_sum: u64,
    /// No stable matching that places as many children has a smaller sum of family ranks.
    pub least_family_rank_sum: u64,
    /// Every matching has at least this many blocking families.
    pub least_blocking_families: u64,
    /// Families that block, by identifier.
    pub blocking: Vec<BlockingOption>,
    /// Seats that would make the round stable: for the city to decide, not applied.
    pub capacity_proposal: Option<CapacityProposal>,
}

impl FamilyFindings {
    pub(super) fn new(
        market: &Market<'_>,
        settled: &Settled,
        capacity_proposal: Option<CapacityProposal>,
    ) -> Self {
        let (placed, family_rank_sum) = market.value(&settled.chosen);
        let blocking_families = settled.blocking.len() as u64;
        let proof = match (blocking_families, settled.least_blocking) {
            (0, _)
                if placed == settled.most_placed && family_rank_sum == settled.least_rank_sum =>
            {
                FamilyProof::Best
            }
            (0, _) => FamilyProof::Stable,
            (_, 0) => FamilyProof::Undecided,
            (some, least) if some == least => FamilyProof::NoneExistsFewestBlocking,
            _ => FamilyProof::NoneExists,
        };
        let mut blocking: Vec<BlockingOption> = settled
            .blocking
            .iter()
            .map(|(family, option)| explain(market, &settled.chosen, *family, *option))
            .collect();
        blocking.sort_by(|a, b| a.family_id.cmp(&b.family_id));
        Self {
            proof,
            families: market.family_count() as u64,
            joint_families: market.round.joint.families().len() as u64,
            void_options: market.round.joint.void_options,
            most_placed: settled.most_placed,
            family_rank_sum,
            least_family_rank_sum: settled.least_rank_sum,
            least_blocking_families: settled.least_blocking,
            blocking,
            capacity_proposal,
        }
    }
}

/// Says with which option a family blocks, and why.
fn explain(market: &Market<'_>, chosen: &[u32], family: u32, option: u32) -> BlockingOption {
    let round = market.round;
    let family = family as usize;
    let mut would_get: Vec<(String, Option<String>)> = market
        .children_of(family)
        .iter()
        .map(|child| (round.applicants.get(*child as usize).to_owned(), None))
        .collect();
    for wish in market.wishes(option as usize) {
        let child = round
            .applicants
            .get(market.priorities.applicant[*wish as usize] as usize);
        let programme = round.wishes[*wish as usize].programme as usize;
        for entry in would_get.iter_mut().filter(|entry| entry.0 == child) {
            entry.1 = Some(round.programmes.get(programme).to_owned());
        }
    }
    let mut seats = Vec::new();
    for need in market.needs(option as usize) {
        let ahead = market.others_ahead(chosen, family, need);
        let (programme, group) = round.seat_name(need.seat as usize);
        seats.push(format!(
            "{programme:?}, group {group:?}: {} seats, {ahead} children of other families ahead, {} needed",
            market.capacity[need.seat as usize], need.children
        ));
    }
    BlockingOption {
        family_id: market.family_id(family).to_owned(),
        option: market.number(family, option as usize),
        has_option: market.number(family, chosen[family] as usize),
        would_get,
        explanation: format!(
            "nothing stands in the way of this option: {}",
            seats.join("; ")
        ),
    }
}
