//! The same children under other points.

use serde::Serialize;

use super::{LabOptions, Mechanism, MechanismReport, run};
use crate::check::check_matching;
use crate::error_codes;
use crate::rolling::{EnvyCount, attribute_envy};
use crate::round::Round;
use crate::solve::SolveError;

/// What a mechanism does under the declared catalogue and under another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueComparison {
    /// Under the declared catalogue.
    pub declared: MechanismReport,
    /// Under the other one, envy judged by its own points.
    pub alternative: MechanismReport,
    /// Children with a better wish under the other catalogue, a place instead of none included.
    pub better: u64,
    /// Children with a worse one.
    pub worse: u64,
    /// Children with a place of the same rank, or none, under both.
    pub unchanged: u64,
    /// Children with a place under the other catalogue only.
    pub newly_placed: u64,
    /// Children with a place under the declared catalogue only.
    pub no_longer_placed: u64,
    /// Envy in the placements of the other catalogue, judged by the declared points.
    pub envy_by_declared_points: EnvyCount,
    /// Children denied a free seat, in pairs, under the other catalogue.
    pub denied_free_seat_pairs: u64,
}

/// Two rounds cannot be compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CatalogueError {
    /// They differ in more than points and lots.
    #[error(
        "E2133  the rounds differ in their {0}, but may differ in points and lots only; build both from the same children, wishes and seats"
    )]
    RoundsDiffer(&'static str),
    /// A round cannot be run.
    #[error(transparent)]
    Solve(#[from] SolveError),
}

impl CatalogueError {
    /// The numbered code, as listed in [`crate::ERROR_CODES`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::RoundsDiffer(_) => error_codes::ROUNDS_DIFFER,
            Self::Solve(error) => error.code(),
        }
    }
}

/// Replays a mechanism under the declared catalogue and under another one.
///
/// Both rounds have the same children, wishes, seats and held places; only points and lots differ.
///
/// # Errors
///
/// [`CatalogueError::RoundsDiffer`] names the first thing in which the rounds differ.
///
/// ```
/// use matching::{LabOptions, Mechanism, RoundFiles, compare_catalogues, read_round};
/// let round = |points: &str| read_round(RoundFiles::new(
///     "programme_id,seat_group,capacity\nP,,1\n".as_bytes(),
///     format!("applicant_id,programme_id,rank,points,lot\nA,P,1,{points},1\nB,P,1,5,2\n").as_bytes(),
/// )).unwrap();
/// let (declared, other) = (round("9"), round("1"));
/// let options = LabOptions::default();
/// let compared = compare_catalogues(&declared, &other, Mechanism::FamilyOptimal, &options).unwrap();
/// assert_eq!((compared.newly_placed, compared.no_longer_placed), (1, 1));
/// assert_eq!(compared.envy_by_declared_points.children, 1);
/// ```
pub fn compare_catalogues(
    declared: &Round,
    alternative: &Round,
    mechanism: Mechanism,
    options: &LabOptions,
) -> Result<CatalogueComparison, CatalogueError> {
    refuse_other_rounds(declared, alternative)?;
    let before = run(declared, mechanism, options)?;
    let after = run(alternative, mechanism, options)?;
    let placements = after.placements(alternative);
    let ranks = |granted: &[u32]| -> Vec<u32> {
        let rank = |wish: &u32| {
            declared
                .wishes
                .get(*wish as usize)
                .map_or(u32::MAX, |w| w.rank)
        };
        granted.iter().map(rank).collect()
    };
    let pairs: Vec<(u32, u32)> = ranks(&before.granted)
        .into_iter()
        .zip(ranks(&after.granted))
        .collect();
    let count =
        |rule: fn(&(u32, u32)) -> bool| pairs.iter().filter(|pair| rule(pair)).count() as u64;
    let measure = |round: &Round, run: &super::Run| {
        super::measures::measure(round, mechanism, options, run, &run.placements(round))
    };
    Ok(CatalogueComparison {
        better: count(|(before, after)| after < before),
        worse: count(|(before, after)| after > before),
        unchanged: count(|(before, after)| after == before),
        newly_placed: count(|(before, after)| *before == u32::MAX && *after < u32::MAX),
        no_longer_placed: count(|(before, after)| *before < u32::MAX && *after == u32::MAX),
        envy_by_declared_points: attribute_envy(declared, &placements, &[]).all,
        denied_free_seat_pairs: check_matching(declared, &placements).waste,
        declared: measure(declared, &before),
        alternative: measure(alternative, &after),
    })
}

fn refuse_other_rounds(declared: &Round, alternative: &Round) -> Result<(), CatalogueError> {
    let wishes = |round: &Round| -> Vec<(u32, u32)> {
        round
            .wishes
            .iter()
            .map(|wish| (wish.programme, wish.rank))
            .collect()
    };
    let differs = if declared.applicants != alternative.applicants {
        "children"
    } else if declared.programmes != alternative.programmes
        || declared.groups != alternative.groups
        || declared.seats != alternative.seats
    {
        "seats"
    } else if declared.applicant_group != alternative.applicant_group
        || declared.applicant_enrolled != alternative.applicant_enrolled
    {
        "groups or held places"
    } else if declared.families != alternative.families
        || declared.applicant_family != alternative.applicant_family
    {
        "families"
    } else if declared.wish_starts != alternative.wish_starts
        || wishes(declared) != wishes(alternative)
    {
        "wishes"
    } else if declared.joint != alternative.joint {
        "joint options of families"
    } else if declared.budgets != alternative.budgets {
        "budgets"
    } else {
        return Ok(());
    };
    Err(CatalogueError::RoundsDiffer(differs))
}
