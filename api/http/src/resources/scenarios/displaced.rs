//! Children of closing facilities as disclosure control lets them through.
//!
//! Each closing is a release of its own, judged beside the ledger: whoever moves the last day of a facility
//! by a month hears nothing from which the children whose contract ends in between could be counted.

use std::sync::Arc;

use disclosure::{
    ConfidentialTable, Dimension, DisclosurePolicy, Label, Member, ReleaseRequest, ReleaseScope,
    ReleasedCount, ReleasedTable,
};
use domain::CareType;
use jiff::civil::Date;
use reporting::ReleaseDesk;
use store::{ScenarioResult, Snapshot};

use crate::analysis::{Analyses, AnalysisError, ExactDisplacement};
use crate::problem::Problem;
use crate::releases::Wanted;
use crate::service::Service;
use crate::sheet::{Sheet, Values};

/// Name of the table.
pub(super) const DISPLACED: &str = "displaced";

/// What stands where a count is hidden because it would give away another one.
const HIDDEN: &str = "·";

/// Children of a closing facility and care type, as they may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownDisplacement {
    pub(crate) facility: String,
    pub(crate) closes_on: Date,
    pub(crate) care_type: CareType,
    /// The count, if it may be shown.
    pub(crate) children: Option<u64>,
    /// The count, `<3` or a dot.
    pub(crate) shown: String,
}

/// The exact counts of a result. **Confidential.**
pub(super) fn exact(result: &ScenarioResult) -> Result<Vec<ExactDisplacement>, Problem> {
    serde_json::from_slice(&result.confidential).map_err(|error| Problem::failed(&error))
}

/// The counts of a result as they may be shown to planners.
pub(crate) async fn shown_displacements(
    service: &Arc<Service>,
    result: &ScenarioResult,
) -> Result<Vec<ShownDisplacement>, Problem> {
    let exact = exact(result)?;
    if exact.is_empty() {
        return Ok(Vec::new());
    }
    let (_, told) = service.released(Displaced(exact.into())).await?;
    Ok(told.as_ref().clone())
}

/// The table of counts that may be shown.
pub(super) fn displaced_sheet(rows: &[ShownDisplacement]) -> Sheet {
    let texts =
        |of: &dyn Fn(&ShownDisplacement) -> String| Values::Text(rows.iter().map(of).collect());
    let children = rows
        .iter()
        .map(|row| row.children.and_then(|it| i64::try_from(it).ok()));
    Sheet::default()
        .column("facility", texts(&|row| row.facility.clone()))
        .column("closes_on", texts(&|row| row.closes_on.to_string()))
        .column("care_type", texts(&|row| row.care_type.to_string()))
        .column("children", Values::Whole(children.collect()))
        .column("shown", texts(&|row| row.shown.clone()))
}

/// The closings of a result, to be told.
#[derive(Debug, Clone)]
struct Displaced(Arc<[ExactDisplacement]>);

impl Wanted for Displaced {
    type Told = Vec<ShownDisplacement>;

    fn scopes(&self) -> Vec<ReleaseScope> {
        self.0.iter().map(scope).collect()
    }

    fn known(&self, _: &Analyses, _: &Snapshot) -> Option<Arc<Self::Told>> {
        None // the ledger remembers
    }

    fn make(
        &self,
        analyses: &Analyses,
        _: &Snapshot,
        desk: &mut ReleaseDesk,
    ) -> Result<Self::Told, AnalysisError> {
        let mut told = Vec::new();
        for closing in self.0.iter() {
            let table = table(closing).map_err(AnalysisError::failed("displaced children"))?;
            let request = ReleaseRequest::new(table, analyses.policy().clone(), scope(closing));
            let released = desk.release(&request);
            let released = released.map_err(AnalysisError::failed("the release ledger"))?;
            told.extend(rows(closing, released.as_ref(), analyses.policy()));
        }
        Ok(told)
    }

    fn remember(&self, _: &Analyses, _: &Snapshot, _: &Arc<Self::Told>) {}
}

/// The closings of a facility are one population; days and states of knowledge are judged together.
fn scope(closing: &ExactDisplacement) -> ReleaseScope {
    let known_on = closing.known_on;
    let (year, month, day) = (known_on.year(), known_on.month(), known_on.day());
    let revision = i32::from(year) * 10_000 + i32::from(month) * 100 + i32::from(day);
    let population = format!("displaced_from_{}", closing.facility);
    let scope = ReleaseScope::new(population, closing.closes_on);
    scope.revised(u32::try_from(revision).unwrap_or_default())
}

fn table(closing: &ExactDisplacement) -> Result<ConfidentialTable, disclosure::TableError> {
    let care_types = CareType::ALL
        .map(|care| Member::new(care.as_str(), Label::new(care.german(), care.english())));
    let label = Label::new(
        "Kinder mit Vertrag über die Schließung hinaus",
        "Children whose contract lasts beyond the closing",
    );
    let dimension = Dimension::new(
        "care_type",
        Label::new("Betreuungsart", "Care type"),
        care_types.to_vec(),
    );
    let counts = closing.children.to_vec();
    ConfidentialTable::new("displaced_contracts", label, vec![dimension], counts)
}

/// The cells as readers see them; a small count is told as such, one hidden for another as a dot.
fn rows(
    closing: &ExactDisplacement,
    released: Option<&ReleasedTable>,
    policy: &DisclosurePolicy,
) -> Vec<ShownDisplacement> {
    let value_of = |care: CareType| {
        let mut cells = released?.cells();
        cells
            .find(|cell| cell.coordinates == [care.as_str()])?
            .value
    };
    let row = |care: CareType| {
        let children = value_of(care);
        let exact = u64::from(closing.children[care.index()]);
        let count = ReleasedCount::new(exact, "displaced_contracts", policy);
        let shown = match children {
            Some(children) => children.to_string(),
            None if count.value().is_none() => count.to_string(),
            None => HIDDEN.to_owned(),
        };
        ShownDisplacement {
            facility: closing.facility.to_string(),
            closes_on: closing.closes_on,
            care_type: care,
            children,
            shown,
        }
    };
    // Care types nobody is displaced from are left out if that may be known.
    let rows = CareType::ALL.into_iter().map(row);
    rows.filter(|row| row.children != Some(0)).collect()
}
