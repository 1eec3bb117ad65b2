//! Criteria catalogues: versioned, checked by law, evaluated to points with the share of each criterion.

mod attribute;
mod criterion;
mod evaluate;
mod forbidden;
mod in_force;
mod read;
mod read_criterion;
mod toml_section;

pub use attribute::{AdmissibleAttribute, AnswerKind, WORK_STATUS_VALUES};
pub use criterion::{
    CatalogueMode, CriteriaCatalogue, Criterion, CriterionScope, MissingEvidence, TieRuleStep,
    Valuation,
};
pub(crate) use criterion::{canonical_json, sha256_hex};
pub use evaluate::{AnswerRow, Answers, Contribution, Evaluation, EvidenceState};
pub use forbidden::{LegalGround, forbidden_word};
pub use in_force::CataloguesInForce;
