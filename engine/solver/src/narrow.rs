//! Which forms leave too little doubt: the question of width without the ends.

use highs::Sense;

use crate::bounds::{Attack, Interval, Part, Reduced, compare_terms, snap};
use crate::evident::evident_limits;
use crate::linear_system::tidy;
use crate::{LinearForm, LinearSystem, SolverError};

/// A form within one part.
struct Asked {
    /// Number of the target.
    target: usize,
    form: LinearForm,
    /// What is known of the rest of the target.
    constant: f64,
    /// Whole numbers it must range over, after the first.
    least_width: f64,
}

/// A target with terms in several parts, whose ends are added up.
struct Spread {
    target: usize,
    constant: f64,
    parts: Vec<(usize, LinearForm)>,
}

/// Those of `targets` that range over fewer whole numbers than they must: the greatest whole number within
/// its interval less the least one is below `least_widths`, one per target. Ascending, deterministic.
///
/// Answers the same question as comparing the ends of [`cell_bounds`](crate::cell_bounds), with far fewer
/// runs: two solutions far enough apart settle a target, and one solution tells of all targets.
///
/// # Errors
/// As [`cell_bounds`](crate::cell_bounds); [`SolverError::BadModel`] for fewer widths than targets.
///
/// ```
/// use solver::{narrow_forms, Equality, LinearForm, LinearSystem};
/// // Two suppressed cells that add up to 5: each ranges from 0 to 5.
/// let row = Equality { form: LinearForm { terms: vec![(0, 1.0), (1, 1.0)] }, right_hand_side: 5.0 };
/// let system = LinearSystem::new(2, vec![row])?;
/// let cells = [LinearForm::unknown(0), LinearForm::unknown(1)];
/// assert_eq!(narrow_forms(&system, &cells, &[5.0, 6.0])?, [1]);
/// # Ok::<(), solver::SolverError>(())
/// ```
pub fn narrow_forms(
    system: &LinearSystem,
    targets: &[LinearForm],
    least_widths: &[f64],
) -> Result<Vec<usize>, SolverError> {
    if targets.len() != least_widths.len() {
        let remedy = "give one width per target";
        return Err(SolverError::bad_model(
            "the number of widths",
            least_widths.len(),
            remedy,
        ));
    }
    let reduced = Reduced::from_system(system)?;
    let mut by_part: Vec<Vec<Asked>> = reduced.parts.iter().map(|_| Vec::new()).collect();
    let mut narrow = Vec::new();
    let mut spread: Vec<Spread> = Vec::new();
    for (number, form) in targets.iter().enumerate() {
        let form = tidy(form, system.unknowns(), &|| format!("target {number}"))?;
        let (constant, mut parts) = reduced.split_form(&form);
        match parts.len() {
            0 if least_widths[number] > 0.0 => narrow.push(number),
            0 => {}
            1 => {
                let (part, form) = parts.remove(0);
                by_part[part].push(Asked {
                    target: number,
                    form,
                    constant,
                    least_width: least_widths[number],
                });
            }
            _ => spread.push(Spread {
                target: number,
                constant,
                parts,
            }),
        }
    }
    let mut forms_spread: Vec<Vec<(usize, LinearForm)>> = vec![Vec::new(); reduced.parts.len()];
    for (place, one) in spread.iter().enumerate() {
        for (part, form) in &one.parts {
            forms_spread[*part].push((place, form.clone()));
        }
    }
    let constants = spread.iter().map(|one| Interval::point(one.constant));
    let mut totals: Vec<Interval> = constants.collect();
    for ((part, mut asked), shared) in reduced.parts.iter().zip(by_part).zip(forms_spread) {
        if asked.is_empty() && shared.is_empty() {
            continue;
        }
        asked.sort_by(|a, b| compare_terms(&a.form, &b.form).then(a.target.cmp(&b.target)));
        let mut attack = Attack::open(part)?;
        narrow.extend(attack.narrow(part, &asked)?);
        let forms: Vec<LinearForm> = shared.iter().map(|(_, form)| form.clone()).collect();
        for ((place, _), own) in shared.iter().zip(attack.intervals(part, &forms)?) {
            totals[*place].lower += own.lower;
            totals[*place].upper += own.upper;
        }
    }
    for (one, total) in spread.iter().zip(totals) {
        if whole_width(total) < least_widths[one.target] {
            narrow.push(one.target);
        }
    }
    narrow.sort_unstable();
    Ok(narrow)
}

/// The greatest whole number of an interval less its least one.
fn whole_width(interval: Interval) -> f64 {
    snap(interval.upper).floor() - snap(interval.lower).ceil()
}

impl Asked {
    fn is_wide(&self, interval: Interval) -> bool {
        let shifted = Interval {
            lower: interval.lower + self.constant,
            upper: interval.upper + self.constant,
        };
        // Before the first solution the ends are no numbers, and nothing is settled.
        whole_width(shifted) >= self.least_width
    }
}

impl Attack {
    /// The targets of `asked` that are too narrow.
    fn narrow(&mut self, part: &Part, asked: &[Asked]) -> Result<Vec<usize>, SolverError> {
        let forms: Vec<LinearForm> = asked.iter().map(|one| one.form.clone()).collect();
        let limits = evident_limits(&part.rows, part.columns, &forms);
        let mut seen = vec![Interval::point(f64::NAN); forms.len()];
        self.see(&forms, &mut seen);
        let mut narrow = Vec::new();
        let mut pending = Vec::new();
        for (place, one) in asked.iter().enumerate() {
            if one.is_wide(limits[place]) {
                pending.push(place);
            } else {
                narrow.push(one.target);
            }
        }
        // All that are not settled are driven up together, then down, while that settles enough of them.
        loop {
            pending.retain(|&place| !asked[place].is_wide(seen[place]));
            let before = pending.len();
            if before < 8 {
                break;
            }
            let together = sum_of(
                pending.iter().map(|&place| &forms[place]),
                self.column_count(),
            );
            for sense in [Sense::Maximise, Sense::Minimise] {
                self.extreme(&together, sense)?;
                self.see(&forms, &mut seen);
            }
            pending.retain(|&place| !asked[place].is_wide(seen[place]));
            if pending.len() * 20 > before * 19 {
                break;
            }
        }
        for place in pending {
            let one = &asked[place];
            let mut ends = Interval::point(0.0);
            let mut is_wide = one.is_wide(seen[place]);
            for sense in [Sense::Maximise, Sense::Minimise] {
                if is_wide {
                    break;
                }
                let value = self.extreme(&one.form, sense)?;
                self.see(&forms, &mut seen);
                match sense {
                    Sense::Maximise => ends.upper = value,
                    Sense::Minimise => ends.lower = value,
                }
                is_wide = value.is_infinite() || one.is_wide(seen[place]);
            }
            if !is_wide && !one.is_wide(ends) {
                narrow.push(one.target);
            }
        }
        Ok(narrow)
    }
}

/// The sum of forms.
fn sum_of<'a>(forms: impl Iterator<Item = &'a LinearForm>, columns: usize) -> LinearForm {
    let mut together = vec![0.0; columns];
    for form in forms {
        for &(column, coefficient) in &form.terms {
            together[column] += coefficient;
        }
    }
    let terms = together.into_iter().enumerate();
    LinearForm {
        terms: terms.filter(|&(_, weight)| weight != 0.0).collect(),
    }
}
