//! Applications that fit: the only ones that can enter a suggestion round.

use super::ledger::{PlannedStay, StayLedger, StayRequest};
use super::obstacle::StayObstacle;

/// An application whose age, hours and months fit the programme.
///
/// Its only constructor checks them, and a suggestion round takes nothing else: hours or age that do
/// not fit cannot be suggested.
///
/// ```compile_fail
/// let made_up = matching::SuitableApplication { applicant_id: "c1".into() }; // the fields are private
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuitableApplication {
    applicant_id: String,
    programme_id: String,
    request: StayRequest,
    stay: PlannedStay,
}

/// An application that does not fit, with every reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the application of child {applicant_id:?} for {programme_id:?} does not fit: {}; choose another programme, other hours or another first day",
    .obstacles.iter().map(StayObstacle::name).collect::<Vec<_>>().join(", ")
)]
pub struct UnsuitableApplication {
    /// The child.
    pub applicant_id: String,
    /// The programme.
    pub programme_id: String,
    /// Every reason, in the order of the stay.
    pub obstacles: Vec<StayObstacle>,
}

impl SuitableApplication {
    /// Checks an application against what the facility offers and what is free in every month of the
    /// stay.
    ///
    /// # Errors
    ///
    /// [`UnsuitableApplication`] with every reason.
    pub fn check(
        applicant_id: &str,
        programme_id: &str,
        request: StayRequest,
        ledger: &StayLedger,
    ) -> Result<Self, UnsuitableApplication> {
        match ledger.check(&request) {
            Ok(stay) => Ok(Self {
                applicant_id: applicant_id.to_owned(),
                programme_id: programme_id.to_owned(),
                request,
                stay,
            }),
            Err(obstacles) => Err(UnsuitableApplication {
                applicant_id: applicant_id.to_owned(),
                programme_id: programme_id.to_owned(),
                obstacles,
            }),
        }
    }

    /// The child.
    #[must_use]
    pub fn applicant_id(&self) -> &str {
        &self.applicant_id
    }

    /// The programme.
    #[must_use]
    pub fn programme_id(&self) -> &str {
        &self.programme_id
    }

    /// What was asked for.
    #[must_use]
    pub const fn request(&self) -> &StayRequest {
        &self.request
    }

    /// The months that the stay takes.
    #[must_use]
    pub const fn stay(&self) -> &PlannedStay {
        &self.stay
    }
}
