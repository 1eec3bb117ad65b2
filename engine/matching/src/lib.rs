//! City-wide placement round and its independent checker.
//!
//! A [`Round`] holds children, programmes, seats and wishes. [`solve`] runs deferred acceptance on it,
//! [`check_matching`] judges the result without knowing the solver, [`Explainer`] says for every better
//! wish why it was not granted, [`RoundSummary`] sums up, and [`cascade`] previews the moves that
//! follow when a place becomes free. After the round, [`propose_legal_claims`] offers free seats to the
//! children left out. [`Pool`] keeps the matching up to date all year, event by event, [`replay`] runs a
//! round under other rules, and [`audit_decisions`] compares what was decided with the order declared.
//! Reading takes `impl Read`, writing `impl Write`; nothing here
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
//! - A programme with a budget of staff spreads it over its seat groups. It has one line for all of
//!   them; nobody behind in that line is admitted before a child further ahead that wants the
//!   programme, even if there is room only for the former. Of all matchings that are fair in this
//!   sense, the round takes the one that is best for every child ([`FlexibleProgramme`]).
//! - With [`TieRule::MaxSize`] true ties stay ties: of all weakly stable matchings one of the greatest
//!   size is sought, and only what that leaves open goes by lot.
//! - Families may rank joint options, or have a rule for siblings: [`FamilyFindings`] states
//!   the rule. Then the stable matching that places most is searched for, with a proof.
//!
//! Not every pair of these goes together: input that asks for one that does not is refused with a
//! numbered code
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

mod audit;
mod cascade;
mod catalogue;
mod chances;
mod check;
mod csv_table;
mod deferred_acceptance;
mod error_codes;
mod flexible;
mod legal_claim;
mod lottery;
mod order;
mod placements;
mod problems;
mod reasons;
mod rolling;
mod round;
mod row_reader;
mod rule_lab;
mod siblings;
mod solve;
mod suggestions;
mod summary;
mod texts;
mod ties;
mod whole_stay;

pub use audit::{
    AuditReport, CriterionKey, CriterionKeyError, CriterionValue, Decision, DecisionKind, Override,
    OverrideCount, PATTERN_LIMITS, PassedOver, Pattern, PatternOptions, WaitingSpan,
    audit_decisions, audit_decisions_over_time, read_decisions,
};
pub use cascade::{Cascade, CascadeError, CascadeStep, Vacancy, cascade};
pub use catalogue::{
    AdmissibleAttribute, AnswerKind, AnswerRow, Answers, CatalogueMode, CataloguesInForce,
    Contribution, CriteriaCatalogue, Criterion, CriterionScope, Evaluation, EvidenceState,
    LegalGround, MissingEvidence, TieRuleStep, Valuation, WORK_STATUS_VALUES, forbidden_word,
};
pub use chances::{
    CalibrationBin, CalibrationTable, Chance, ChanceAssumptions, ChanceBand, ChildChances,
    LaterApplicants, SeatsThatMayFree, WishChance, WishPattern, calibration, chances, patterns_of,
};
pub use check::{BlockingSeat, CheckReport, Finding, check_matching};
pub use error_codes::ERROR_CODES;
pub use flexible::{
    Amount, AmountError, BudgetRow, FlexibleProgramme, NO_CAP, SeatWeightRow, StaffingRatio,
    budget_for_seats,
};
pub use legal_claim::{
    LegalClaim, LegalClaimFigures, LegalClaimFinding, LegalClaimOptions, LegalClaimProposal,
    ReachableSeat, check_legal_claim, propose_legal_claims, read_reachable_seats,
    write_legal_claim,
};
pub use lottery::lottery_number;
pub use placements::{Place, PlacementRow, WriteError, read_placements, write_placements};
pub use reasons::{DecidedBy, Explainer, Reason, ReasonError, ReasonKind};
pub use rolling::{
    ChainDays, ChainPreview, ChainPreviewStep, Deviation, DeviationReason, EndedOffer, EnviedChild,
    EnvyAttribution, EnvyCount, EnvyPair, HeldOffers, OfferEnd, Pool, PoolApplication, PoolChange,
    PoolError, PoolEvent, PoolMove, ResponseTimes, ResponseTimesError, SuggestedOffer,
    UnknownReason, attribute_envy, hold_offers, hold_offers_in_rounds, preview_chain,
};
pub use round::{
    ApplicantRow, ApplicationRow, FamilyOptionRow, ProgrammeRow, Round, RoundFiles, Siblings,
    read_round,
};
pub use rule_lab::{
    CatalogueComparison, CatalogueError, LabOptions, ListedEnvy, Mechanism, MechanismReport,
    SiblingFigures, WaitingDays, compare_catalogues, replay, replay_placements,
};
pub use siblings::{
    AddedSeats, BlockingOption, CapacityProposal, FamilyFindings, FamilyProof, FamilyReason,
    OptionReason, family_reasons, write_family_reasons,
};
pub use solve::{OptimalFor, Outcome, RoundOptions, SolveError, TieRule, solve};
pub use suggestions::{
    AheadBy, BetterPlace, Exclusion, FamilyDecision, FamilyStatement, FamilyWish, PROOF_FORMAT,
    PointsSource, ProgrammeSuggestions, PromiseGround, PromisedPlace, ProofCatalogue, ProofLot,
    ProofMismatch, ProofPlacement, PublicationRefusal, Publishable, RecordedPoints,
    SUGGESTION_FILES, SettledFamily, StayPlacements, SuggestionApplication, SuggestionChild,
    SuggestionDecision, SuggestionError, SuggestionInputs, SuggestionLine, SuggestionProgramme,
    SuggestionProof, SuggestionRound, UnsettledApplication, publication_check, verify_proof,
};
pub use summary::{
    BlockingFamily, CutOff, EnrolledFigures, LotteryFigures, PlacedBounds, RoundSummary, cut_offs,
};
pub use whole_stay::{
    CareOffer, MonthPlaces, PlannedStay, Reservation, StayLedger, StayObstacle, StayRequest,
    SuitableApplication, UnsuitableApplication, grant_in_sequence,
};
