//! Why a release was refused, in few words: which cells give which cell away.

use std::fmt::Write as _;

use solver::{BoundProver, BoundSide};

use super::LedgerError;
use super::finding::{Finding, Need, Question, Subject};
use super::gate::{Examination, Situation};
use super::polytope::{Polytope, RowSource};
use super::repair::uses_zeros;
use super::stated::StatedRelease;

/// Findings whose shortest proof is looked for; the one with the fewest rows is told.
const MOST_PROVEN: usize = 6;

/// A cell of a release, as a reader finds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedCell {
    /// Name of the table.
    pub table: String,
    /// Codes, one per classification.
    pub coordinates: Vec<String>,
}

impl NamedCell {
    fn german(&self) -> String {
        format!(
            "Tabelle „{}“, Zelle „{}“",
            self.table,
            self.coordinates.join(" / ")
        )
    }

    fn english(&self) -> String {
        format!(
            "table \"{}\", cell \"{}\"",
            self.table,
            self.coordinates.join(" / ")
        )
    }
}

/// A cell with its weight in a sum.
#[derive(Debug, Clone, PartialEq)]
pub struct WitnessTerm {
    /// How often the cell is added; below 0 it is taken away.
    pub multiplier: f64,
    /// The cell.
    pub cell: NamedCell,
}

/// What a reader could calculate. Names cells and never a count.
///
/// **Internal**: it tells that a cell is small, and goes to those who may see single records only.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseWitness {
    /// The cell given away; where it is a difference, the cell from which something is taken.
    pub subject: NamedCell,
    /// The cell taken away, where the children given away are a difference.
    pub without: Option<NamedCell>,
    /// The published cells that do it, with their multipliers. From these no cell can be left out.
    pub terms: Vec<WitnessTerm>,
    kind: Kind,
    minimum: u32,
    knows_zeros: bool,
}

/// In which way something is given away.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Shown,
    NotZero,
    NotMinimum,
    TooNarrow,
    Category,
    Moved { other: String },
}

impl ReleaseWitness {
    /// In German.
    #[must_use]
    pub fn german(&self) -> String {
        let group = match &self.without {
            None => self.subject.german(),
            Some(without) => format!("{} ohne {}", self.subject.german(), without.german()),
        };
        let k = self.minimum;
        let sum = self.sum(NamedCell::german);
        let zeros = if self.knows_zeros {
            " Dabei hilft, dass leere Zellen als 0 gezeigt werden."
        } else {
            ""
        };
        match &self.kind {
            Kind::Shown => {
                format!("{group} ist klein (weniger als {k} Kinder) und ablesbar: {sum}.")
            }
            Kind::NotZero => {
                format!("Dass in {group} jemand ist, lässt sich errechnen aus: {sum}.{zeros}")
            }
            Kind::NotMinimum => format!(
                "Dass in {group} weniger als {k} Kinder sind, lässt sich errechnen aus: {sum}.{zeros}"
            ),
            Kind::TooNarrow => {
                format!(
                    "{group} lässt sich auf weniger als {k} Kinder genau eingrenzen mit: {sum}.{zeros}"
                )
            }
            Kind::Category => format!(
                "Dass fast alle Kinder von {group} dasselbe Merkmal haben, lässt sich errechnen aus: {sum}.{zeros}"
            ),
            Kind::Moved { other } => format!(
                "{group} hat sich gegenüber {other} um weniger als {k} Kinder geändert und ist dort und hier \
                 ablesbar ({sum}); wer ein Kind kennt, das kam oder ging, liest dessen Merkmale ab."
            ),
        }
    }

    /// In English.
    #[must_use]
    pub fn english(&self) -> String {
        let group = match &self.without {
            None => self.subject.english(),
            Some(without) => format!("{} without {}", self.subject.english(), without.english()),
        };
        let k = self.minimum;
        let sum = self.sum(NamedCell::english);
        let zeros = if self.knows_zeros {
            " It helps that empty cells are shown as 0."
        } else {
            ""
        };
        match &self.kind {
            Kind::Shown => {
                format!("{group} is small (fewer than {k} children) and can be read: {sum}.")
            }
            Kind::NotZero => {
                format!("That somebody is in {group} can be calculated from: {sum}.{zeros}")
            }
            Kind::NotMinimum => format!(
                "That {group} holds fewer than {k} children can be calculated from: {sum}.{zeros}"
            ),
            Kind::TooNarrow => {
                format!("{group} is known to within fewer than {k} children by: {sum}.{zeros}")
            }
            Kind::Category => format!(
                "That nearly all children of {group} share one category can be calculated from: {sum}.{zeros}"
            ),
            Kind::Moved { other } => format!(
                "{group} changed by fewer than {k} children since {other} and can be read there and here ({sum}); \
                 who knows a child that came or left reads its attributes."
            ),
        }
    }

    fn sum(&self, name: impl Fn(&NamedCell) -> String) -> String {
        let mut text = String::new();
        for (number, term) in self.terms.iter().enumerate() {
            let sign = match (number, term.multiplier < 0.0) {
                (0, false) => "",
                (0, true) => "− ",
                (_, false) => " + ",
                (_, true) => " − ",
            };
            let _ = write!(
                text,
                "{sign}{}{}",
                times(term.multiplier.abs()),
                name(&term.cell)
            );
        }
        text
    }
}

/// A multiplier as a fraction, nothing for 1.
fn times(multiplier: f64) -> String {
    if (multiplier - 1.0).abs() < 1e-9 {
        return String::new();
    }
    for divisor in 1_u32..=60 {
        let above = multiplier * f64::from(divisor);
        if (above - above.round()).abs() < 1e-6 {
            return match divisor {
                1 => format!("{above:.0} × "),
                _ => format!("{above:.0}/{divisor} × "),
            };
        }
    }
    format!("{multiplier} × ")
}

/// The shortest witness among the first findings.
pub(crate) fn witness(
    situation: &Situation<'_>,
    release: &StatedRelease,
    examination: &Examination,
) -> Result<Option<ReleaseWitness>, LedgerError> {
    let releases = situation.releases(release);
    let words = Words {
        releases: &releases,
        examination,
        situation,
        minimum: release.rules.minimum,
    };
    let mut best: Option<ReleaseWitness> = None;
    for finding in examination.findings.iter().take(MOST_PROVEN) {
        let told = match (finding, &examination.polytope) {
            (
                Finding::Confined {
                    question,
                    side,
                    form,
                },
                Some(polytope),
            ) => words.of_confined(polytope, question, *side, form)?,
            (other, _) => words.of_shown(other),
        };
        if let Some(told) = told
            && best
                .as_ref()
                .is_none_or(|best| told.terms.len() < best.terms.len())
        {
            best = Some(told);
        }
    }
    Ok(best)
}

struct Words<'a> {
    releases: &'a [&'a StatedRelease],
    examination: &'a Examination,
    situation: &'a Situation<'a>,
    minimum: u32,
}

impl Words<'_> {
    /// A cell by the number of its fact: as the earliest release that shows it has it.
    fn name(&self, fact: usize) -> NamedCell {
        let sources = &self.examination.facts.list[fact].sources;
        let shown = sources.iter().find(|&&(release, cell)| {
            self.releases[release].cells[cell].shown != super::stated::Shown::Suppressed
        });
        match shown.or_else(|| sources.first()) {
            Some(&(release, cell)) => {
                let release = self.releases[release];
                let coordinates = release.coordinates(cell);
                NamedCell {
                    table: release.name.clone(),
                    coordinates: coordinates.into_iter().map(str::to_owned).collect(),
                }
            }
            None => NamedCell {
                table: String::new(),
                coordinates: Vec::new(),
            },
        }
    }

    fn of_shown(&self, finding: &Finding) -> Option<ReleaseWitness> {
        let slice = |slice: &usize| self.situation.scopes[*slice].to_string();
        let (subject, without, kind) = match finding {
            Finding::Shown { cell } => (*cell, None, Kind::Shown),
            Finding::ShownDifference { whole, part } => (*whole, Some(*part), Kind::Shown),
            Finding::ShownTwice { cell, slice: other }
            | Finding::CalculatedThere { cell, slice: other } => (
                *cell,
                None,
                Kind::Moved {
                    other: slice(other),
                },
            ),
            Finding::DifferenceTwice {
                whole,
                part,
                slice: other,
            } => (
                *whole,
                Some(*part),
                Kind::Moved {
                    other: slice(other),
                },
            ),
            Finding::RemainderTwice {
                whole,
                shown,
                slice: other,
                ..
            } => {
                let minus = shown.iter().map(|&part| (-1.0, part));
                let terms = [(1.0, *whole)].into_iter().chain(minus);
                return Some(self.told(
                    *whole,
                    shown.first().copied(),
                    terms,
                    Kind::Moved {
                        other: slice(other),
                    },
                ));
            }
            Finding::Confined { .. } => return None,
        };
        let minus = without.map(|part| (-1.0, part));
        Some(self.told(
            subject,
            without,
            [(1.0, subject)].into_iter().chain(minus),
            kind,
        ))
    }

    fn told(
        &self,
        subject: usize,
        without: Option<usize>,
        terms: impl Iterator<Item = (f64, usize)>,
        kind: Kind,
    ) -> ReleaseWitness {
        ReleaseWitness {
            subject: self.name(subject),
            without: without.map(|fact| self.name(fact)),
            terms: terms
                .map(|(multiplier, fact)| WitnessTerm {
                    multiplier,
                    cell: self.name(fact),
                })
                .collect(),
            kind,
            minimum: self.minimum,
            knows_zeros: false,
        }
    }

    fn of_confined(
        &self,
        polytope: &Polytope,
        question: &Question,
        side: BoundSide,
        form: &solver::LinearForm,
    ) -> Result<Option<ReleaseWitness>, LedgerError> {
        let failed = |source| LedgerError::Solver { source };
        let (system, _) = polytope
            .asking(&[], uses_zeros(question, side))
            .map_err(failed)?;
        let mut prover = BoundProver::new(&system, std::slice::from_ref(form)).map_err(failed)?;
        let Some(proof) = prover.minimal(form, side).map_err(failed)? else {
            return Ok(None);
        };
        let mut terms = Vec::new();
        let mut knows_zeros = false;
        for &(row, multiplier) in &proof.multipliers {
            match polytope.source(row) {
                RowSource::Fact(fact) => terms.push((multiplier, fact)),
                RowSource::Filled(_) => knows_zeros = true,
                RowSource::Tie => {}
            }
        }
        // Cells that are added come first: the sum then reads "this minus that".
        terms.sort_by(|a, b| (a.0 < 0.0).cmp(&(b.0 < 0.0)).then(a.1.cmp(&b.1)));
        let (subject, without) = match question.subject {
            Subject::Cell(cell) | Subject::Moved { cell, .. } => (cell, None),
            Subject::Difference { whole, part } => (whole, Some(part)),
            Subject::OutsideCategory { group, .. } => (group, None),
        };
        let kind = match (question.subject, question.need, side) {
            (Subject::OutsideCategory { .. }, _, _) => Kind::Category,
            (Subject::Moved { slice, .. }, _, _) => Kind::Moved {
                other: self.situation.scopes[slice].to_string(),
            },
            (_, Need::Width(_), _) => Kind::TooNarrow,
            (_, _, BoundSide::Least) => Kind::NotZero,
            (_, _, BoundSide::Greatest) => Kind::NotMinimum,
        };
        let mut told = self.told(subject, without, terms.into_iter(), kind);
        told.subject = match question.subject {
            Subject::OutsideCategory { category, .. } => self.name(category),
            _ => told.subject,
        };
        told.knows_zeros = knows_zeros;
        told.minimum = question.need.minimum();
        Ok(Some(told))
    }
}
