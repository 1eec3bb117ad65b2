//! Which facilities close and open, chosen so that the constraints of the city hold.
//!
//! [`ClosureProblem::of`] gathers what is known about the candidates; [`ClosureProblem::solve`] finds
//! the best sets in order, the better sets that are ruled out with the constraints they break, and,
//! where no set does, the constraints that clash. [`ClosureChecker`] recomputes a plan from its own
//! facts with none of this code.
//!
//! The question is one of whole numbers: a choice for each candidate and day of closing, one for
//! each opening. Cover, shares, budgets and staff are linear in them. How many children can have a
//! place within the acceptable way is a greatest flow; each time a set has too small a flow, the cut
//! that proves it joins the programme as a row, so no child stands in the programme.

mod checker;
mod constraint;
mod facts;
mod fits;
mod gather;
mod leading;
mod problem;
mod programme;
mod reach;
mod refusal;
mod search;
mod values;
mod write;

pub use checker::{ClosureChecker, ClosureFault};
pub use constraint::{ClosureConstraint, ConstraintValue};
pub use facts::{
    ClosureFacts, ConfidentialHomes, DemandFact, FacilityFact, OptionFact, OptionKind, PlacesThen,
};
pub use problem::{
    ChosenFacility, Clash, ClosureOptions, ClosurePlan, ClosureProblem, ClosureSet, ClosureStatus,
    CriterionPoints, Relaxation, RuledOutSet,
};
