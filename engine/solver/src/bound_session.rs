//! Attacker bounds asked for one after the other, from one opened model.

use crate::bounds::{Attack, Interval, Reduced};
use crate::linear_system::tidy;
use crate::{LinearForm, LinearSystem, SolverError};

/// A system opened for questions that come one by one. Each question goes on from the last vertex of
/// its part, as [`crate::cell_bounds`] does within one call.
///
/// ```
/// use solver::{BoundSession, Equality, LinearForm, LinearSystem};
/// let row = Equality { form: LinearForm { terms: vec![(0, 1.0), (1, 1.0)] }, right_hand_side: 5.0 };
/// let mut session = BoundSession::open(&LinearSystem::new(2, vec![row])?)?;
/// let bounds = session.bounds(&LinearForm::unknown(1))?;
/// assert_eq!((bounds.lower, bounds.upper), (0.0, 5.0));
/// # Ok::<(), solver::SolverError>(())
/// ```
pub struct BoundSession {
    unknowns: usize,
    reduced: Reduced,
    attacks: Vec<Option<Attack>>,
}

impl BoundSession {
    /// Applies what leaves no choice and splits the system into parts.
    ///
    /// # Errors
    /// [`SolverError::Infeasible`] where rows that leave no choice contradict each other.
    pub fn open(system: &LinearSystem) -> Result<Self, SolverError> {
        let reduced = Reduced::from_system(system)?;
        Ok(Self {
            unknowns: system.unknowns(),
            attacks: reduced.parts.iter().map(|_| None).collect(),
            reduced,
        })
    }

    /// The least and the greatest value of a form over all non-negative solutions.
    ///
    /// # Errors
    /// As [`crate::cell_bounds`].
    pub fn bounds(&mut self, target: &LinearForm) -> Result<Interval, SolverError> {
        let target = tidy(target, self.unknowns, &|| "target".to_owned())?;
        let (constant, by_part) = self.reduced.split_form(&target);
        let mut total = Interval::point(constant);
        for (part, form) in by_part {
            let rows = &self.reduced.parts[part];
            let attack = match &mut self.attacks[part] {
                Some(attack) => attack,
                closed @ None => closed.insert(Attack::open(rows)?),
            };
            let own = attack.intervals(rows, &[form])?;
            total.lower += own[0].lower;
            total.upper += own[0].upper;
        }
        Ok(total)
    }
}

impl std::fmt::Debug for BoundSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (unknowns, parts) = (self.unknowns, self.attacks.len());
        write!(f, "BoundSession({unknowns} unknowns, {parts} parts)")
    }
}
