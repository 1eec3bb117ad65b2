//! Reasons why offers left the suggested order (K16).

use domain::{ApplicationId, OfferId};

use crate::session::statements;
use crate::{SqlStore, StoreError};

statements! {
    OVERRIDES = "select offer_id, application_id, override_reason, state from offer \
        where override_reason is not null order by offer_id";
}

/// An offer that left the suggested order, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverriddenOffer {
    /// The offer.
    pub offer: OfferId,
    /// The application it answers.
    pub application: ApplicationId,
    /// The reason code as given.
    pub reason: String,
    /// Whether it holds a place now: open or confirmed.
    pub holds_a_place: bool,
}

impl SqlStore {
    /// All offers with a reason for leaving the suggested order, by key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn overridden_offers(&self) -> Result<Vec<OverriddenOffer>, StoreError> {
        let name = "read override reasons";
        let rows = self.database.rows(name, OVERRIDES, &[]).await?;
        let offer = |row: &crate::session::Row| {
            Ok(OverriddenOffer {
                offer: row.parsed(0)?,
                application: row.parsed(1)?,
                reason: row.text(2)?,
                holds_a_place: matches!(row.text_ref(3)?, "open" | "confirmed"),
            })
        };
        rows.iter().map(offer).collect()
    }
}
