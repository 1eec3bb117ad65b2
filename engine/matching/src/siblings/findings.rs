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
///
/// # The rule
///
/// A family ranks *joint options*: for each option, one programme (or none) per child. Staying
/// entirely unplaced always comes last. A matching is stable if it is feasible and no family blocks.
/// A family **blocks** with an option that it likes better than what it has if, at every programme
/// and seat group of the option, the children *of other families* that come before the option's last
/// child there, and the option's own children there, are together no more than the seats (Sun,
/// Yamada, Takenami, Moriwaki and Yokoo, AAAI 2024). Seats held by siblings count as free. A child
/// alone is a family of one: for it the rule is the ordinary one, and a round without siblings is
/// stable in one sense exactly if it is in the other.
///
/// With siblings a stable matching may not exist, and stable matchings may differ in size.
///
/// # From rules to options
///
/// - `family_options.csv` lists the options of a family and replaces its siblings rule.
/// - `together_only`: all children of the family that have wishes at one programme, by sum of ranks,
///   then by greatest rank; or none of them anywhere. There is no partial option: a family that would
///   take a place for one child alone writes `together_preferred`. A child without a wish does not
///   hold back the others.
/// - `together_preferred`: every combination of the children's wishes. First fewer children unplaced
///   (the legal claim is each child's own), then fewer programmes (so all together first), then the
///   smaller sum of ranks, then the smaller greatest rank (no child pays for the other). At most
///   5,000 options; a family with more is refused.
/// - `independent`: each child on its own, siblings' seats counted like all others.
///
/// Options that are equal in all of this are ties: the checker lets no family block for a tie, the
/// solver takes them in the order of the programmes' lottery numbers.
///
/// An option is *void*, and left out, if a child has no application for its programme (it has no
/// points there), or if a child that holds a place would lose it for less. Ranks count the options
/// left. An option for a programme without seats of the child's group counts, but can never be had.
/// Where a child holds a place, keeping it (its siblings unplaced) ends the list instead of staying
/// unplaced, so nobody ends below the place held, whatever the rule.
///
/// # True ties
///
/// The solver works on the strict order after the lottery; what is stable there is weakly stable.
/// The checker takes points and lots alone: an outside child stands in the way unless every child
/// that the option sends there has a strictly better claim. What is said to be proven impossible is
/// so for the order drawn; with other lots a stable matching may exist.
///
/// # Limits
///
/// The search settles what elimination leaves open with at most 5,000 decisions per group of
/// families; beyond that a whole-number model decides, under the time limit of the round. Only this
/// model knows the limit: while it is not hit, the same round gives the same bytes. Where no stable
/// matching exists, the least number of blocking families is proven by trying sets of families one
/// by one, which large rounds do not allow: there 1 is the proven bound.
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
