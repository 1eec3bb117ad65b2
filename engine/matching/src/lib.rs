//! City-wide placement round and its independent checker.
//!
//! A [`Round`] holds children, programmes, seats and wishes. [`solve`] runs deferred acceptance on it,
//! [`check_matching`] judges the result without knowing the solver, [`Explainer`] says for every better
//! wish why it was not granted, [`RoundSummary`] sums up, and [`cascade`] previews the moves that
//! follow when a place becomes free. Reading takes `impl Read`, writing `impl Write`; nothing here
//! knows a file, a clock or the order of the input rows.
//!
//! # Rules
//!
//! - At a programme and seat group, children enrolled there come first, then more points, then the
//!   smaller lot. Equal points and lot, or an empty lot, is a true tie: a seeded lottery with one
//!   number per family settles it ([`lottery_number`]).
//! - A child that holds a place keeps it unless it moves to a wish it ranks better.
//! - A matching is stable if it is feasible and no child wants a seat more than its own that is free
//!   or held by a child with strictly lower priority.
//! - Of all stable matchings, [`OptimalFor::Families`] takes the one that is best for every child.
//!
//! - Families may rank joint options, or have a rule for siblings: [`FamilyFindings`] states
//!   the rule. Then the stable matching that places most is searched for, with a proof.
//!
//! Flexible seat groups and the use of ties to place more children are not covered by this version: input that asks for them is refused with a numbered code
//! ([`ERROR_CODES`]).
//!
//! # Example
//!
//! ```
//! use matching::{
//!     Explainer, RoundFiles, RoundOptions, RoundSummary, check_matching, read_round, solve,
//! };
//!
//! let mut files = RoundFiles::new(
//!     "programme_id,seat_group,capacity\nLinde,nursery,1\nTanne,nursery,1\n".as_bytes(),
//!     "applicant_id,programme_id,rank,points,lot\n\
//!      Ada,Linde,1,20,\nAda,Tanne,2,20,\nBen,Linde,1,30,\nBen,Tanne,2,10,\n"
//!         .as_bytes(),
//! );
//! files.applicants = Some(
//!     "applicant_id,seat_group,family_id,siblings,enrolled_programme_id\n\
//!      Ada,nursery,,,\nBen,nursery,,,\n"
//!         .as_bytes(),
//! );
//! let round = read_round(files).unwrap();
//! let outcome = solve(&round, &RoundOptions { seed: 7, ..RoundOptions::default() }).unwrap();
//!
//! let report = check_matching(&round, &outcome.placements());
//! assert!(report.is_stable());
//! let summary = RoundSummary::new(&outcome, &report).unwrap();
//! assert_eq!((summary.placed, summary.rank_sum), (2, 3));
//!
//! let mut reasons = Vec::new();
//! Explainer::new(&outcome).write(&mut reasons).unwrap();
//! assert_eq!(
//!     String::from_utf8(reasons).unwrap().lines().nth(1),
//!     Some("Ada,Linde,1,nursery,full,points,1,20,,30,,2,1")
//! );
//! ```

mod cascade;
mod check;
mod csv_table;
mod deferred_acceptance;
mod error_codes;
mod lottery;
mod order;
mod placements;
mod reasons;
mod round;
mod siblings;
mod solve;
mod summary;
mod texts;

pub use cascade::{Cascade, CascadeError, CascadeStep, Vacancy, cascade};
pub use check::{BlockingSeat, CheckReport, Finding, check_matching};
pub use error_codes::ERROR_CODES;
pub use lottery::lottery_number;
pub use placements::{Place, PlacementRow, WriteError, read_placements, write_placements};
pub use reasons::{DecidedBy, Explainer, Reason, ReasonError, ReasonKind};
pub use round::{
    ApplicantRow, ApplicationRow, FamilyOptionRow, ProgrammeRow, Round, RoundFiles, Siblings,
    read_round,
};
pub use siblings::{
    AddedSeats, BlockingOption, CapacityProposal, FamilyFindings, FamilyProof, FamilyReason,
    OptionReason, family_reasons, write_family_reasons,
};
pub use solve::{OptimalFor, Outcome, RoundOptions, SolveError, TieRule, solve};
pub use summary::{
    BlockingFamily, CutOff, EnrolledFigures, LotteryFigures, PlacedBounds, RoundSummary, cut_offs,
};
