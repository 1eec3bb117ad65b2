//! What a provider is asked to complete; not part of any extract.

use std::io::Write;

use domain::{ChildId, FacilityId, ProviderId};

use crate::error::WriteError;
use crate::write::failed;

/// A fact of a child that is missing, told to its provider by pseudonym.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderNotice {
    /// Who is told.
    pub provider: ProviderId,
    /// Where the child is cared for.
    pub facility: FacilityId,
    /// The child's pseudonym.
    pub child: ChildId,
    /// Column of the extract.
    pub column: &'static str,
    /// What is missing and what to do.
    pub text: String,
}

opaque_debug!(ProviderNotice);

/// Writes the notices of one provider: `facility_id;child_id;column;text`.
///
/// # Errors
///
/// [`WriteError::Failed`].
pub fn write_notices(
    notices: &[ProviderNotice],
    provider: &ProviderId,
    to: impl Write,
) -> Result<(), WriteError> {
    let failed = failed("the notices of a provider");
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(to);
    writer
        .write_record(["facility_id", "child_id", "column", "text"])
        .map_err(|error| failed(error.into()))?;
    for notice in notices.iter().filter(|notice| notice.provider == *provider) {
        let (facility, child) = (notice.facility.as_str(), notice.child.as_str());
        writer
            .write_record([facility, child, notice.column, &notice.text])
            .map_err(|error| failed(error.into()))?;
    }
    writer.flush().map_err(failed)
}
