//! Criteria catalogues: versioned, checked by law, evaluated to points with the share of each criterion.

mod attribute;
mod criterion;
mod evaluate;
mod in_force;
mod read;
mod toml_section;

pub use attribute::{
    AdmissibleAttribute, AnswerKind, LegalGround, WORK_STATUS_VALUES, forbidden_word,
};
pub use criterion::{
    CatalogueMode, CriteriaCatalogue, Criterion, CriterionScope, MissingEvidence, TieRuleStep,
    Valuation,
};
pub(crate) use criterion::{canonical_json, sha256_hex};
pub use evaluate::{AnswerRow, Answers, Contribution, Evaluation, EvidenceState};
pub use in_force::CataloguesInForce;
