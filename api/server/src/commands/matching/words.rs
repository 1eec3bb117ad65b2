//! What a round tells people: what is proven, what is not, and who is affected.

use matching::{
    BlockingOption, CheckReport, FamilyFindings, FamilyProof, LegalClaimFigures, RoundSummary,
    TieRule,
};

use crate::summary::Summary;

/// Most ranks and blocking families listed.
const MOST_LISTED: usize = 10;

/// The result of a round in words.
pub(super) fn tell_round(figures: &RoundSummary, report: &CheckReport, summary: &mut Summary) {
    summary.line(format!(
        "{} of {} children have a place; {} do not. {} seats. Sum of ranks {}.",
        figures.placed, figures.applicants, figures.unplaced, figures.seats, figures.rank_sum
    ));
    for (rank, children) in figures.rank_histogram.iter().take(MOST_LISTED) {
        summary.line(format!("  wish {rank:>2}: {children:>8} children"));
    }
    match &figures.families {
        Some(families) => tell_families(families, figures, summary),
        None if figures.flexible_programmes.is_empty() => {
            summary.line("The checker confirms: feasible, no justified envy, no free seat denied.");
        }
        None => {
            summary.line("The checker confirms: within the budgets, fair, no justified envy.");
            summary.line(allowed_waste(report));
        }
    }
    if figures.ties == TieRule::MaxSize {
        summary.line(largest(figures));
    }
    tell_lottery(figures, summary);
}

/// Denials with room left that the fair order of a flexible programme asks for.
pub(super) fn allowed_waste(report: &CheckReport) -> String {
    format!(
        "Allowed at flexible programmes: {} times a child was denied a programme with room for it, because it was not its turn there.",
        report.allowed_waste
    )
}

/// What is known about the number placed when ties are used to place more.
fn largest(figures: &RoundSummary) -> String {
    if figures.proven_max_size {
        return format!(
            "Proven: no weakly stable matching places more than {} children.",
            figures.placed
        );
    }
    format!(
        "Not proven largest: the time limit was reached; no weakly stable matching places more than {} children.",
        figures.placed_bounds.upper
    )
}

fn tell_lottery(figures: &RoundSummary, summary: &mut Summary) {
    let lottery = &figures.lottery;
    if lottery.families_in_ties > 0 {
        summary.line(format!(
            "{} families stood in true ties; the lot of seed {} decided, to the disadvantage of {}.",
            lottery.families_in_ties, figures.seed, lottery.families_denied_by_lottery
        ));
    }
    if lottery.families_denied_for_size > 0 {
        summary.line(format!(
            "{} families would have won a true tie by lot but gave way so that more children are placed.",
            lottery.families_denied_for_size
        ));
    }
}

/// What is proven of a round with joint options.
fn tell_families(families: &FamilyFindings, figures: &RoundSummary, summary: &mut Summary) {
    summary.line(format!(
        "{} families rank joint options. Sum of family ranks {}.",
        families.joint_families, families.family_rank_sum
    ));
    if families.void_options > 0 {
        summary.line(format!(
            "{} joint options were left out: no application for the programme, or a place held would be lost.",
            families.void_options
        ));
    }
    summary.line(proof(families, figures.placed));
    if families.blocking.is_empty() {
        summary.line(
            "The checker confirms: feasible, no family blocks, no justified envy, no free seat denied.",
        );
        return;
    }
    summary.line(format!(
        "The checker confirms {} of the {} blocking families by points and lots, and finds nothing else.",
        figures.blocking_families.len(),
        families.blocking.len()
    ));
    for family in families.blocking.iter().take(MOST_LISTED) {
        summary.line(blocking(family));
    }
    if families.blocking.len() > MOST_LISTED {
        summary.line(format!(
            "  ... and {} more in summary.json",
            families.blocking.len() - MOST_LISTED
        ));
    }
    if figures.lottery.families_in_ties > 0 {
        summary
            .line("This holds for the lots drawn; with another seed a stable matching may exist.");
    }
    match &families.capacity_proposal {
        None => {
            summary.line("No small number of seats was found that would make the round stable.")
        }
        Some(proposal) => {
            let seats: Vec<String> = proposal
                .seats
                .iter()
                .map(|seat| match seat.seat_group.as_str() {
                    "" => format!("{} more at {}", seat.added, seat.programme_id),
                    group => format!(
                        "{} more at {} for group {group}",
                        seat.added, seat.programme_id
                    ),
                })
                .collect();
            summary.line(format!(
                "Proposal to the city, not applied: with {}, the round has a stable matching that places {} children.",
                seats.join("; "),
                proposal.placed
            ))
        }
    };
}

fn proof(families: &FamilyFindings, placed: u64) -> String {
    let blocking = families.blocking.len();
    let least = families.least_blocking_families;
    match families.proof {
        FamilyProof::Best => format!(
            "Proven: stable; no stable matching places more than {placed} children, and none that places as many has a sum of family ranks below {}.",
            families.least_family_rank_sum
        ),
        FamilyProof::Stable => format!(
            "Proven: stable. Not proven best: no stable matching places more than {} children or, at {placed}, has a sum of family ranks below {}.",
            families.most_placed, families.least_family_rank_sum
        ),
        FamilyProof::NoneExistsFewestBlocking => format!(
            "Proven: no stable matching exists, and none has fewer blocking families than this one with {blocking}."
        ),
        FamilyProof::NoneExists => format!(
            "Proven: no stable matching exists. {blocking} families block here; every matching has at least {least}, fewer than {blocking} is not excluded."
        ),
        FamilyProof::Undecided => format!(
            "Undecided: within the time limit no stable matching was found, and none is excluded. {blocking} families block here."
        ),
    }
}

/// One family that blocks, and why.
fn blocking(family: &BlockingOption) -> String {
    let would_get: Vec<String> = family
        .would_get
        .iter()
        .map(|(child, programme)| {
            format!("{child}: {}", programme.as_deref().unwrap_or("no place"))
        })
        .collect();
    format!(
        "  family {} blocks with its option {} ({}), having option {}: {}",
        family.family_id,
        family.option,
        would_get.join(", "),
        family.has_option,
        family.explanation
    )
}

/// The phase for the legal claim in words.
pub(super) fn tell_legal_claim(figures: &LegalClaimFigures, summary: &mut Summary) {
    summary.line(format!(
        "Legal claim, within {} minutes: {} of {} children without a place are proposed a free seat{}; {} remain without.",
        figures.limit_minutes,
        figures.unplaced_before - figures.unplaced_after,
        figures.unplaced_before,
        figures
            .greatest_minutes
            .map_or_else(String::new, |minutes| format!(", at most {minutes} minutes away")),
        figures.unplaced_after
    ));
    summary.line(format!(
        "  {} of {} free seats stay free, {} of them withheld for applicants of the programme. A person decides on each proposal.",
        figures.free_seats_after, figures.free_seats_before, figures.withheld_seats
    ));
}
