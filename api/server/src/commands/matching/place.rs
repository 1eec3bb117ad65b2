//! `placewright match`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use matching::{
    CheckReport, Explainer, Finding, LegalClaim, LegalClaimFigures, LegalClaimOptions, OptimalFor,
    Outcome, PlacementRow, ReachableSeat, Round, RoundOptions, RoundSummary, TieRule,
    check_legal_claim, check_matching, propose_legal_claims, read_reachable_seats, solve,
    write_family_reasons, write_legal_claim, write_placements,
};
use serde::Serialize;

use super::{read, refused, required, words};
use crate::commands::Context;
use crate::failure::Failure;
use crate::files::OutputFolder;
use crate::measure::{Stopwatch, peak_memory_mib};
use crate::summary::Summary;

/// Runs a city-wide placement round from files.
#[derive(Debug, clap::Args)]
pub(crate) struct MatchArguments {
    /// Round directory: programmes, applications, and the optional files of the contract.
    round: PathBuf,
    /// Folder for placements.csv and summary.json.
    #[arg(long)]
    out: PathBuf,
    /// Whose best stable matching.
    #[arg(long, value_enum, default_value_t = Side::Families)]
    optimal_for: Side,
    /// What to do with true ties.
    #[arg(long, value_enum, default_value_t = Ties::Lottery)]
    ties: Ties,
    /// Seed of the lottery; published with the result.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds after which searches for a better answer stop (max-size ties, joint options of
    /// siblings). Reading and deferred acceptance come on top.
    #[arg(long, default_value_t = 10.0, allow_negative_numbers = true)]
    time_limit: f64,
    /// Also writes reasons.csv: why each better wish was not granted; with joint options
    /// family_reasons.csv as well.
    #[arg(long)]
    reasons: bool,
    /// Also writes legal_claim.csv: free seats within so many minutes proposed to children without a
    /// place, from reachable_seats.csv of the round directory.
    #[arg(long, value_name = "MINUTES")]
    legal_claim: Option<u32>,
}

/// Whose best stable matching.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Side {
    /// Every child gets its best place in any stable matching.
    Families,
    /// Every programme gets its best children in any stable matching.
    Programmes,
}

/// What to do with true ties.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Ties {
    /// One seeded lot per family.
    Lottery,
    /// Place as many children as possible.
    MaxSize,
}

/// `summary.json`: the round, and the phase after it where it was asked for.
#[derive(Debug, Serialize)]
struct Figures<'a> {
    #[serde(flatten)]
    round: &'a RoundSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_claim: Option<&'a LegalClaimFigures>,
}

impl MatchArguments {
    fn options(&self) -> RoundOptions {
        RoundOptions {
            optimal_for: match self.optimal_for {
                Side::Families => OptimalFor::Families,
                Side::Programmes => OptimalFor::Programmes,
            },
            ties: match self.ties {
                Ties::Lottery => TieRule::Lottery,
                Ties::MaxSize => TieRule::MaxSize,
            },
            seed: self.seed,
            time_limit_seconds: Some(self.time_limit),
            ..RoundOptions::default()
        }
    }

    /// The rows of reachable_seats.csv with the limit, if the phase is asked for.
    fn reachable(&self) -> Result<Option<(u32, Vec<ReachableSeat>)>, Failure> {
        let Some(minutes) = self.legal_claim else {
            return Ok(None);
        };
        let remedy = "add it (applicant_id,programme_id,minutes), or leave --legal-claim out";
        let input = required(&self.round, "reachable_seats", remedy)?;
        let rows = read_reachable_seats(input).map_err(Failure::Input)?;
        Ok(Some((minutes, rows)))
    }
}

/// Runs `match`.
pub(crate) fn run_match(arguments: &MatchArguments, context: &Context) -> Result<Summary, Failure> {
    let stopwatch = Stopwatch::start();
    let bar = context.progress.working("running the placement round");
    let round = read(&arguments.round)?;
    let reachable = arguments.reachable()?;
    let outcome = solve(&round, &arguments.options()).map_err(|error| refused(&error))?;
    let placements = outcome.placements();
    // Results are checked before they are stored, by a checker that does not know the solver.
    let report = check_matching(&round, &placements);
    let mut figures = RoundSummary::new(&outcome, &report)?;
    if !is_as_stated(&outcome, &report, &figures) {
        return Err(Failure::Run(anyhow::anyhow!(
            "the checker found {} faults in the result that the round does not state, so nothing was written; please report this",
            report.findings.len()
        )));
    }
    let claim = match &reachable {
        Some((minutes, rows)) => Some(legal_claim(
            &round,
            &placements,
            rows,
            *minutes,
            arguments.seed,
        )?),
        None => None,
    };
    bar.done();
    figures.seconds = Some(stopwatch.seconds());
    figures.peak_memory_bytes = peak_memory_mib().map(|mib| (mib * 1024.0 * 1024.0) as u64);
    write(
        arguments,
        &outcome,
        &placements,
        &figures,
        claim.as_ref(),
        round.joint_family_count() > 0,
    )?;
    let mut summary = Summary::default();
    words::tell_round(&figures, &report, &mut summary);
    if let Some(claim) = &claim {
        words::tell_legal_claim(&claim.figures, &mut summary);
    }
    summary.line(format!(
        "{:.2} s. Results are in {}.",
        stopwatch.seconds(),
        arguments.out.display()
    ));
    summary.value("summary", all_figures(&figures, claim.as_ref()))?;
    Ok(summary)
}

/// Whether the checker found nothing but blocking families that the round itself states.
///
/// The round works on strict orders, the checker on points and lots alone: a family stated to block
/// may do so by its lot only, and then the checker does not find it.
fn is_as_stated(outcome: &Outcome<'_>, report: &CheckReport, figures: &RoundSummary) -> bool {
    let Some(families) = outcome.family_findings() else {
        return report.is_stable();
    };
    let only_blocking = report.findings.iter().all(|finding| {
        matches!(
            finding,
            Finding::Waste { .. } | Finding::JustifiedEnvy { .. } | Finding::BlockingFamily { .. }
        )
    });
    let stated: BTreeSet<&str> = families
        .blocking
        .iter()
        .map(|family| family.family_id.as_str())
        .collect();
    only_blocking
        && figures
            .blocking_families
            .iter()
            .all(|family| stated.contains(family.family_id.as_str()))
}

/// The phase after the round, checked like the round.
fn legal_claim(
    round: &Round,
    placements: &[PlacementRow],
    rows: &[ReachableSeat],
    limit_minutes: u32,
    seed: u64,
) -> Result<LegalClaim, Failure> {
    let options = LegalClaimOptions {
        limit_minutes,
        seed,
    };
    let claim = propose_legal_claims(round, placements, rows, &options).map_err(Failure::Input)?;
    let faults = check_legal_claim(round, placements, rows, limit_minutes, &claim.proposals);
    match faults.first() {
        None => Ok(claim),
        Some(fault) => Err(Failure::Run(anyhow::anyhow!(
            "the checker found {} faults in the proposals for the legal claim ({fault}), so nothing was written; please report this",
            faults.len()
        ))),
    }
}

fn all_figures<'a>(round: &'a RoundSummary, claim: Option<&'a LegalClaim>) -> Figures<'a> {
    Figures {
        round,
        legal_claim: claim.map(|claim| &claim.figures),
    }
}

/// Writes all files of the round, or none.
fn write(
    arguments: &MatchArguments,
    outcome: &Outcome<'_>,
    placements: &[PlacementRow],
    figures: &RoundSummary,
    claim: Option<&LegalClaim>,
    is_joint: bool,
) -> anyhow::Result<()> {
    let mut output = OutputFolder::new(&arguments.out)?;
    output.write("placements.csv", |to| write_placements(placements, to))?;
    if arguments.reasons {
        output.write("reasons.csv", |to| Explainer::new(outcome).write(to))?;
        if is_joint {
            output.write("family_reasons.csv", |to| write_family_reasons(outcome, to))?;
        }
    }
    if let Some(claim) = claim {
        output.write("legal_claim.csv", |to| write_legal_claim(claim, to))?;
    }
    output.write("summary.json", |to| {
        serde_json::to_writer_pretty(to, &all_figures(figures, claim))
    })?;
    output.publish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use matching::{FamilyProof, RoundFiles, read_placements, read_round};

    use super::*;

    /// A couple that wants h1 with h2 only, and a child for which no stable matching is left.
    fn round() -> Round {
        let mut files = RoundFiles::new(
            "programme_id,seat_group,capacity\nh1,,1\nh2,,1\n".as_bytes(),
            "applicant_id,programme_id,rank,points,lot\n\
             c1,h1,1,9,1\nc2,h2,1,1,1\nr3,h1,1,5,1\nr3,h2,2,5,1\n"
                .as_bytes(),
        );
        files.applicants = Some(
            "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\nc1,,F,,\nc2,,F,,\n"
                .as_bytes(),
        );
        files.family_options =
            Some("family_id,option,applicant_id,programme_id\nF,1,c1,h1\nF,1,c2,h2\n".as_bytes());
        read_round(files).unwrap()
    }

    /// Whether placements would be written as the result of an outcome.
    fn accepted(outcome: &Outcome<'_>, round: &Round, placements: &[PlacementRow]) -> bool {
        let report = check_matching(round, placements);
        let figures = RoundSummary::new(outcome, &report).unwrap();
        is_as_stated(outcome, &report, &figures)
    }

    #[test]
    fn only_the_blocking_families_that_the_round_states_are_accepted() {
        let round = round();
        let outcome = solve(&round, &RoundOptions::default()).unwrap();
        let families = outcome.family_findings().unwrap();
        assert_eq!(families.proof, FamilyProof::NoneExistsFewestBlocking);
        assert!(!check_matching(&round, &outcome.placements()).is_stable());
        assert!(accepted(&outcome, &round, &outcome.placements()));
        let stated = families.blocking[0].family_id.as_str();
        // Whatever blocks in these: one of them is not what the round states.
        let mut refusals = 0;
        for rows in [
            "c1,h1,1\nc2,h2,1\nr3,,\n",
            "c1,,\nc2,,\nr3,h1,1\n",
            "c1,,\nc2,,\nr3,h2,2\n",
        ] {
            let csv = format!("applicant_id,programme_id,rank\n{rows}");
            let placements = read_placements(csv.as_bytes()).unwrap();
            refusals += u32::from(!accepted(&outcome, &round, &placements));
        }
        assert!(
            (1..3).contains(&refusals),
            "{refusals} refused, stated {stated}"
        );
        // A fault that is no blocking family is never accepted.
        let csv = "applicant_id,programme_id,rank\nc1,h1,1\nc2,,\nr3,h1,1\n";
        let placements = read_placements(csv.as_bytes()).unwrap();
        assert!(!accepted(&outcome, &round, &placements));
    }
}
