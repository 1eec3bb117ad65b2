//! Releasing with whatever has to be hidden, without asking anybody.

use super::gate::Situation;
use super::repair::{self, Effort};
use super::stated::Shown;
use super::{LedgerError, PassedRelease, ReleaseLedger, ReleaseRequest};

impl ReleaseLedger {
    /// As [`Self::decide`] for a table nobody looks at before it leaves: what the gate would propose to
    /// hide is hidden at once. `None` where hiding cells of this table does not help.
    ///
    /// Neither a witness nor a coarser table is looked for, which takes most of the time of a refusal. The
    /// request must not have been released before: ask [`Self::known`] first.
    ///
    /// # Errors
    /// As [`Self::decide`], and [`LedgerError::NameTaken`] for a table that is released already.
    pub fn decide_hiding(
        &self,
        request: &ReleaseRequest,
    ) -> Result<Option<PassedRelease>, LedgerError> {
        let mut stated = request.stated()?;
        if self.known(&stated.scope, &stated.name).is_some() {
            return Err(LedgerError::NameTaken {
                table: stated.name.clone(),
                scope: stated.scope.to_string(),
            });
        }
        let mut table = self.protect(request, &mut stated)?;
        let mut situation = Situation::new(&self.kept, &stated)?;
        let examination = situation.examine(&stated)?;
        if !examination.findings.is_empty() {
            let hidden = repair::hide_until_safe(
                &mut situation,
                &stated,
                &examination,
                Effort::of(&stated),
            )?;
            let Some(cells) = hidden else {
                return Ok(None);
            };
            for cell in cells {
                stated.cells[cell].shown = Shown::Suppressed;
            }
            let hidden: Vec<bool> = stated
                .cells
                .iter()
                .map(|cell| cell.shown == Shown::Suppressed)
                .collect();
            table = request.sealed(&hidden);
            stated.content_sha256 = table.content_hash().to_owned();
        }
        Ok(Some(PassedRelease { table, stated }))
    }
}
