//! The standing set of tables of a month, made once per snapshot and released once for all.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use disclosure::{Label, ReleaseScope};
use domain::Month;
use jiff::civil::Date;
use reporting::{
    ReleaseDesk, StatisticsMonth, statistics_note, statistics_of_month_beside, statistics_scopes,
};
use store::Snapshot;

use super::{Analyses, AnalysisError};
use crate::releases::Wanted;

/// Months one can look back.
const MOST_MONTHS_BACK: i32 = 120;

/// What was made of the newest snapshot.
#[derive(Debug, Default)]
pub(super) struct KeptStatistics {
    sequence: u64,
    months: BTreeMap<StatisticsWanted, Arc<StatisticsMonth>>,
}

/// The statistics of a month as known on its 1st, or on the 1st of a later month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StatisticsWanted {
    month: Month,
    known_on: Date,
}

impl StatisticsWanted {
    /// Versions are drawn on the 1st of months only: who could ask day by day would see every child
    /// that is corrected by itself.
    ///
    /// # Errors
    ///
    /// [`AnalysisError::OutOfRange`] for a month to come or long gone, and for a version from before
    /// the month or to come.
    pub(crate) fn new(
        month: Month,
        version: Option<Month>,
        today: Date,
    ) -> Result<Self, AnalysisError> {
        let now = Month::of(today);
        if month > now || now.since(month) > MOST_MONTHS_BACK {
            return Err(AnalysisError::OutOfRange {
                what: "month",
                value: month.to_string(),
                remedy: "ask for this month or one of the 120 before",
            });
        }
        let version = version.unwrap_or(month);
        if version < month || version > now {
            return Err(AnalysisError::OutOfRange {
                what: "version",
                value: version.to_string(),
                remedy: "ask for a month from the one asked for to this one: versions are drawn on their 1st",
            });
        }
        let known_on = version.first_day();
        Ok(Self { month, known_on })
    }
}

impl Wanted for StatisticsWanted {
    type Told = StatisticsMonth;

    fn scopes(&self) -> Vec<ReleaseScope> {
        let first = statistics_scopes(self.month, self.month.first_day());
        let later = statistics_scopes(self.month, self.known_on);
        [first, later].concat()
    }

    fn known(&self, analyses: &Analyses, snapshot: &Snapshot) -> Option<Arc<StatisticsMonth>> {
        let kept = analyses.statistics.lock();
        let kept = kept.unwrap_or_else(PoisonError::into_inner);
        let is_current = kept.sequence == snapshot.sequence();
        kept.months.get(self).filter(|_| is_current).map(Arc::clone)
    }

    fn make(
        &self,
        analyses: &Analyses,
        snapshot: &Snapshot,
        desk: &mut ReleaseDesk,
    ) -> Result<StatisticsMonth, AnalysisError> {
        let city = analyses.whole_city(snapshot)?;
        statistics_of_month_beside(&city, self.month, self.known_on, &analyses.policy, desk)
            .map_err(AnalysisError::failed("statistics"))
    }

    fn remember(&self, analyses: &Analyses, snapshot: &Snapshot, told: &Arc<StatisticsMonth>) {
        let kept = analyses.statistics.lock();
        let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
        if kept.sequence != snapshot.sequence() {
            *kept = KeptStatistics {
                sequence: snapshot.sequence(),
                months: BTreeMap::new(),
            };
        }
        kept.months.insert(*self, Arc::clone(told));
    }
}

impl Analyses {
    /// What readers of the statistics have to be told.
    #[must_use]
    pub fn statistics_note(&self) -> Label {
        statistics_note(&self.policy)
    }
}
